import { existsSync, readFileSync } from 'node:fs'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'

/** All that a training run needs to go on as if it had never stopped. */
export interface TrainingState {
  /** Steps done. The rest follows: batches and dropout masks are functions of the seed and the step. */
  readonly step: number
  /** The trained numbers and the moments of AdamW: moved in place. */
  readonly theta: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
  /** The parameters with the lowest held-out loss so far, a copy. */
  readonly best: { readonly theta: Float32Array; readonly step: number; readonly loss: number }
  /** Mean loss of each step so far, nats per trained token; null where none was trained. Grows in place. */
  readonly trainLoss: (number | null)[]
  /** [step, held-out loss]; the first is of the untrained network. */
  readonly validLoss: readonly (readonly [number, number])[]
  readonly tokens: number
  readonly trainedTokens: number
  /** What the steps counted, added up. */
  readonly counters: Readonly<Record<string, number>>
}

const MAGIC = 'SLUICE-CHECKPOINT-2\n'
const DIGEST_BYTES = 32

/**
 * Writes a checkpoint so that a crash leaves the old or the new one. Layout: magic, length of the JSON head (u32),
 * head, four float32 vectors, SHA-256 of all before it.
 *
 * @param job digest of configuration and data: a checkpoint is only taken up by the job that wrote it
 */
export function writeCheckpoint(path: string, job: string, state: TrainingState): void {
  const { theta, m, v, best, ...rest } = state
  const head = Buffer.from(
    JSON.stringify({ job, size: theta.length, ...rest, best: { step: best.step, loss: best.loss } }),
    'utf8',
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(head.length)
  const body = Buffer.concat([Buffer.from(MAGIC), length, head, ...[theta, m, v, best.theta].map(bytesOf)])
  writeFileDurable(path, [body, Buffer.from(sha256(body), 'hex')])
}

export type CheckpointRead =
  | { readonly state: TrainingState }
  | { readonly state?: undefined; readonly problem?: 'corrupt' | 'other_job' }

/** Reads a checkpoint. One that is damaged or belongs to another job is reported and not used. */
export function readCheckpoint(path: string, job: string): CheckpointRead {
  if (!existsSync(path)) return {}
  const file = readFileSync(path)
  const body = file.subarray(0, Math.max(0, file.length - DIGEST_BYTES))
  const digest = file.subarray(body.length).toString('hex')
  if (!body.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)) || sha256(body) !== digest) {
    return { problem: 'corrupt' }
  }
  const headLength = body.readUInt32LE(MAGIC.length)
  const start = MAGIC.length + 4 + headLength
  const head = JSON.parse(body.toString('utf8', MAGIC.length + 4, start)) as Omit<
    TrainingState,
    'theta' | 'm' | 'v' | 'best'
  > & { job: string; size: number; best: { step: number; loss: number } }
  if (head.job !== job) return { problem: 'other_job' }
  const { job: _, size, best, ...rest } = head
  const vector = (i: number): Float32Array => {
    const out = new Float32Array(size)
    bytesOf(out).set(body.subarray(start + i * out.byteLength, start + (i + 1) * out.byteLength))
    return out
  }
  return { state: { ...rest, theta: vector(0), m: vector(1), v: vector(2), best: { ...best, theta: vector(3) } } }
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
