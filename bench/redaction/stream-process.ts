import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createRedactor } from '../../stages/redact/redactor.ts'
import { peakMemory } from '../peak-memory.ts'

/** What the process had taken when so many bytes had been read. */
export interface Mark {
  readonly read: number
  /** Most resident memory until then, MiB. */
  readonly peak: number
  /** Heap and buffers that were alive after a collection of garbage, MiB. */
  readonly live: number
}

/** Redacts standard input to standard output, for `memory.ts`; tells its parent after every `step` bytes what it took, and at the end. */
const [mode, step] = process.argv.slice(2)
const collect = globalThis.gc
if (collect === undefined) throw new Error('start this with --expose-gc')

let read = 0
let next = Number(step)
function tell(): void {
  const peak = peakMemory('self')
  collect!()
  const { heapUsed, external } = process.memoryUsage()
  process.send!({ read, peak, live: (heapUsed + external) / 2 ** 20 } satisfies Mark)
}
const counted = new Transform({
  transform(chunk: Buffer, _encoding, done) {
    read += chunk.length
    if (read >= next) {
      next += Number(step)
      tell()
    }
    done(null, chunk)
  },
})

const redactor = await createRedactor(mode === 'rules' ? { names: false } : {})
await pipeline(process.stdin, counted, redactor.stream(), process.stdout)
tell()
await redactor.close()
process.disconnect()
