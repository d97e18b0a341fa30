import { createReadStream, type ReadStream } from 'node:fs'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'

/** A part of a body: bytes, or a file that is streamed. */
export type BodyPart = Uint8Array | { readonly path: string; readonly bytes: number }

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: readonly BodyPart[]
  /** Longest silence on the connection. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

/** Answers beyond this are cut off as a broken connection. */
const LARGEST_ANSWER = 256 << 20

/**
 * One request by Node's own client. Redirects are not followed: neither the key nor the data go anywhere but to the
 * address in the pipeline file. No proxy is asked.
 *
 * @throws Error where the connection fails, is silent for too long, or ends before the answer does
 */
export function send(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body = [], timeoutMs, signal } = request
  const length = body.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.bytes), 0)
  const open = url.protocol === 'https:' ? secureRequest : plainRequest
  return new Promise((resolve, reject) => {
    const outgoing = open(
      url,
      {
        method,
        headers: method === 'POST' ? { ...headers, 'content-length': String(length) } : headers,
        timeout: timeoutMs,
        signal,
        // A connection of its own: one that the server closed in between would fail for no reason.
        agent: false,
      },
      (answer) => readAnswer(answer).then(resolve, reject),
    )
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer for ${timeoutMs} ms`)))
    outgoing.once('error', reject)
    writeParts(outgoing, body).catch((error: unknown) => outgoing.destroy(error as Error))
  })
}

async function writeParts(outgoing: ReturnType<typeof plainRequest>, parts: readonly BodyPart[]): Promise<void> {
  for (const part of parts) {
    const chunks: Iterable<Uint8Array> | ReadStream = part instanceof Uint8Array ? [part] : createReadStream(part.path)
    for await (const chunk of chunks) {
      if (outgoing.destroyed) return
      if (outgoing.write(chunk)) continue
      await new Promise<void>((resolve) => {
        const go = (): void => {
          outgoing.off('drain', go)
          outgoing.off('close', go)
          resolve()
        }
        outgoing.once('drain', go)
        outgoing.once('close', go)
      })
    }
  }
  outgoing.end()
}

async function readAnswer(answer: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length
    if (bytes > LARGEST_ANSWER) throw new Error('the answer is too large')
    chunks.push(chunk as Buffer)
  }
  if (!answer.complete) throw new Error('the connection ended before the answer did')
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
  return { status: answer.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
}
