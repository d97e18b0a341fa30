import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../../../models/training/checkpoint.ts'
import type { TrainingJob } from '../../../models/training/job.ts'
import { compiledModule } from '../../../util/package-root.ts'
import { random } from '../../../util/random.ts'
import { loraJob } from './lora-job.ts'
import { smallJob } from './small.ts'

/** A process that trains the job in a file, tells each step, and writes the digest of what it trained. */
const CHILD = `
import { readFileSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { deserialize } from 'node:v8'
import { train } from '${compiledModule('models/training/loop.js').href}'
const job = deserialize(readFileSync(process.argv[2]))
const outcome = await train(job, { progress: (step) => writeSync(1, step + '\\n'), stopped: () => false })
const { theta } = outcome.best
const digest = createHash('sha256').update(new Uint8Array(theta.buffer, theta.byteOffset, theta.byteLength)).digest('hex')
writeSync(1, JSON.stringify({ digest, trainLoss: outcome.trainLoss, checkpoint: outcome.checkpoint }) + '\\n')
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-killed-'))
  writeFileSync(join(folder, 'child.mjs'), CHILD)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly result?: { readonly digest: string; readonly trainLoss: readonly number[]; readonly checkpoint?: string }
}

/** Runs the job in a process of its own; kills it, without warning, some milliseconds after it told step `killAt`. */
async function runProcess(job: TrainingJob, kill?: { readonly at: number; readonly after: number }): Promise<Ended> {
  const file = join(folder, 'job.bin')
  writeFileSync(file, serialize(job))
  const child = spawn(process.execPath, [join(folder, 'child.mjs'), file], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
    const last = Number(output.trim().split('\n').at(-1))
    if (kill !== undefined && last >= kill.at) setTimeout(() => child.kill('SIGKILL'), kill.after)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const line = output.trim().split('\n').at(-1) ?? ''
  return code === 0 ? { code, result: JSON.parse(line) } : { code }
}

describe('a training process killed with SIGKILL', () => {
  it.each([
    ['LoRA with dropout and micro-batches', (path: string) => loraJob(path, { microTokens: 128 }), 2],
    ['all parameters', (path: string) => smallJob(path), 1],
  ])(
    'goes on when it is started again and ends with the same bytes: %s',
    { timeout: 180_000 },
    async (_, make, threads) => {
      const undisturbed = await runProcess(make(join(folder, `whole-${threads}`)))
      // A checkpoint after every step, so that some kills fall into the writing of one.
      const job = { ...make(join(folder, `killed-${threads}`)), checkpointSeconds: 0, threads }
      const rng = random(threads, 'kills')
      let kills = 0
      for (const at of [2, 6, 9]) {
        const { code } = await runProcess(job, { at, after: rng.integer(12) })
        expect(code).toBe(null)
        kills += 1
        expect(existsSync(job.checkpointPath)).toBe(true)
      }
      const resumed = await runProcess(job)
      expect(kills).toBe(3)
      expect(resumed.result).toEqual({ ...undisturbed.result, checkpoint: 'resumed' })
    },
  )

  it('leaves a checkpoint that another reader takes for whole or does not find, never a part', async () => {
    const job = { ...loraJob(join(folder, 'whole-or-none')), checkpointSeconds: 0 }
    await runProcess(job, { at: 3, after: 1 })
    expect(readFileSync(job.checkpointPath).length).toBeGreaterThan(1000)
    // Another job's name: the digest inside is looked at after that of the bytes.
    expect(readCheckpoint(job.checkpointPath, 'no such job')).toEqual({ problem: 'other_job' })
  })
})
