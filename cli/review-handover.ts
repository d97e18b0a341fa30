import { readFileSync } from 'node:fs'
import type { SignedVerdict } from '../audit/review/decide-review.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { openOutput } from './output-file.ts'

/** Document and signature in one file, as text that survives mail and git. */
export function handOver(file: string, { document, signature }: SignedVerdict): void {
  const output = openOutput(file)
  const text = {
    v: 1,
    kind: 'SignedVerdict',
    document: Buffer.from(document).toString(),
    signature: Buffer.from(signature).toString(),
  }
  output.write(Buffer.from(`${JSON.stringify(text, null, 2)}\n`))
  output.seal()
  output.publish()
}

/** Reads such a file. @throws SluiceError `APPROVAL_MALFORMED` (exit 4). */
export function readHandedOver(file: string): SignedVerdict {
  try {
    const { document, signature } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    if (typeof document === 'string' && typeof signature === 'string') {
      return { document: Buffer.from(document), signature: Buffer.from(signature) }
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw toSluiceError(cause, 'reading a verdict')
  }
  throw new SluiceError({
    code: 'APPROVAL_MALFORMED',
    message: 'this is not a file of `sluice review approve --out`',
    next: 'ask the reviewer to send it again',
    at: { file },
    exit: 4,
  })
}
