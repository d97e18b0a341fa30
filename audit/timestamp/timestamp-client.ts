import { SluiceError } from '../../util/errors.ts'

const TIMEOUT_MS = 30_000
/** A token with a few certificates has some 5 kB. */
const MAX_REPLY = 1024 * 1024

/**
 * Sends a request to a time stamping authority over HTTP (RFC 3161 §3.4) and gives back the bytes it answers, unchecked.
 * Only for an address that a person named in this command. Throws `TIMESTAMP_UNREACHABLE` (transient).
 */
export async function postTimestampRequest(url: string, query: Uint8Array): Promise<Buffer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: Buffer.from(query),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) throw unreachable(`it answered ${response.status}`)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      chunks.push(Buffer.from(chunk as Uint8Array))
      size += (chunk as Uint8Array).length
      if (size > MAX_REPLY) throw unreachable('its answer is too long')
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    throw cause instanceof SluiceError ? cause : unreachable('it does not answer', cause)
  }
}

function unreachable(why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'TIMESTAMP_UNREACHABLE',
    message: `the time stamping authority gave nothing: ${why}`,
    next: 'check --url, or write the question with --query and carry it there another way',
    exit: 5,
    transient: true,
    cause,
  })
}
