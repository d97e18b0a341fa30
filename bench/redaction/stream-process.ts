import { pipeline } from 'node:stream/promises'
import { createRedactor } from '../../stages/redact/redactor.ts'

/** Redacts standard input to standard output, for `memory.ts`. */
const redactor = await createRedactor()
await pipeline(process.stdin, redactor.stream(), process.stdout)
await redactor.close()
