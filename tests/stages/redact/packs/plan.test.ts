import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openStore } from '../../../../artifacts/store.ts'
import { loadPipeline } from '../../../../pipelines/engine/load.ts'
import { type Plan, planPipeline } from '../../../../pipelines/engine/plan.ts'
import { removeFolder, workFolder } from '../../../support/sluice.ts'

const PIPELINE = (pack: string, more: string, policy: string): string => `apiVersion: sluice/v1
kind: Pipeline
name: notes
purpose: tests
owner: tests
seed: 1
sources:
  notes: { uri: notes.jsonl, licence: CC0-1.0, lawful_basis: synthetic, purpose: tests, contains: [names] }
stages:
  ingest: { uses: ingest }
  redact:
    uses: redact
    needs: [ingest]
    gate: ['sluice:privacy', 'sluice:${policy}']
    with:
      pack: ${pack}
${more}`

let dir = ''
afterEach(() => removeFolder(dir))

async function plan(pack: string, more = '', policy = pack): Promise<Plan> {
  dir = workFolder('packs', { 'p.yaml': PIPELINE(pack, more, policy), 'notes.jsonl': '{"text":"a note"}\n' })
  const store = openStore(join(dir, 'store'))
  return await planPipeline(loadPipeline(join(dir, 'p.yaml')), store, new Date('2026-11-28'))
}

test.each(['hipaa-safe-harbor', 'gdpr'])('a pipeline with the pack %s and its policy can be planned', async (pack) => {
  const planned = await plan(pack)
  expect(planned.stages.find(({ id }) => id === 'redact')!.gate.map(({ name }) => name)).toEqual(['privacy', pack])
})

test('a field that loosens the pack stops the plan at its line', async () => {
  await expect(plan('hipaa-safe-harbor', '      types: [TITLE, -URL]\n')).rejects.toMatchObject({
    code: 'PIPELINE_REDACT_PACK_LOOSENED',
    message: 'stage `redact`: `-URL` takes types out, which loosens the pack hipaa-safe-harbor',
    next: 'take it out, or add `{ what: types.URL, owner: …, reason: …, expires: … }` to pack_exceptions',
    at: { line: 17, column: 22 },
  })
})

test('a pack that does not exist is named with those that do', async () => {
  await expect(plan('hippa', '', 'gdpr')).rejects.toThrow('`pack` must be one of: hipaa-safe-harbor, gdpr')
})
