import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../../util/random.ts'
import { digests, removeFolder, runJson, sluice, someTickets, start, workFolder } from '../support/sluice.ts'

/**
 * `kill -9` at random moments, then the same command again: the digests are those of an undisturbed run. By default
 * six kills; `SLUICE_KILLS=20` for the full count.
 */
const KILLS = Number(process.env['SLUICE_KILLS'] ?? 6)

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: resume
purpose: tests
owner: tests
seed: 5
sources:
  tickets: { uri: tickets.jsonl, licence: CC0-1.0, lawful_basis: synthetic, purpose: tests }
stages:
  ingest: { uses: ingest, with: { shard: { rows: 50 } } }
  redact: { uses: redact, needs: [ingest] }
  toxicity: { uses: toxicity, needs: [redact] }
  bias: { uses: bias, needs: [toxicity] }
  curate: { uses: curate, needs: [bias] }
  finetune:
    uses: finetune
    needs: [curate]
    with: { layers: 1, width: 64, heads: 2, context: 256, vocabulary: 512, epochs: 1, evaluations: 2, checkpoint_seconds: 0 }
  evaluate: { uses: evaluate, needs: [curate, finetune], with: { heldout_rows: 20, member_rows: 20, alternatives: 200, extraction_rows: 8, outputs: 12, max_tokens: 16 } }
`

let dir = ''
let undisturbed: unknown
let seconds = 0

beforeAll(async () => {
  dir = workFolder('resume', { 'p.yaml': PIPELINE, 'tickets.jsonl': someTickets(300) })
  const whole = await runJson(['p.yaml', '--store', 'whole'], dir)
  expect(whole.code, whole.stderr).toBe(0)
  undisturbed = digests(whole.record)
  seconds = whole.record!.seconds
}, 300_000)
afterAll(() => removeFolder(dir))

/** A new store with the same secrets: pseudonyms depend on the store's key. */
function freshStore(name: string): string {
  mkdirSync(join(dir, name), { recursive: true })
  cpSync(join(dir, 'whole/keys'), join(dir, name, 'keys'), { recursive: true })
  return name
}

describe('a run', () => {
  it('gives the same digests with one worker as with two', async () => {
    const { record } = await runJson(['p.yaml', '--store', freshStore('one'), '--jobs', '1'], dir)
    expect(digests(record)).toEqual(undisturbed)
  }, 300_000)

  it(`that is killed at ${KILLS} random moments ends with the digests of one that was not`, async () => {
    const dice = random(process.env['SLUICE_KILL_SEED'] ?? 'kills')
    for (let kill = 0; kill < KILLS; kill++) {
      const store = freshStore(`killed-${kill}`)
      const moment = 150 + dice.next() * seconds * 1000
      const first = start(['run', 'p.yaml', '--store', store], dir)
      const timer = setTimeout(() => first.child.kill('SIGKILL'), moment)
      const { signal } = await first.ended
      clearTimeout(timer)
      const resumed = await runJson(['p.yaml', '--store', store], dir)
      expect(resumed.code, `kill ${kill} after ${Math.round(moment)} ms (${signal}): ${resumed.stderr}`).toBe(0)
      expect(digests(resumed.record), `kill ${kill} after ${Math.round(moment)} ms`).toEqual(undisturbed)
      const verified = await sluice(['verify', '--store', store], dir)
      expect(verified.code, verified.stdout + verified.stderr).toBe(0)
      removeFolder(join(dir, store))
    }
  }, 1_200_000)
})
