import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isIP } from 'node:net'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import type { Witness } from './witness.ts'

export interface WitnessServer {
  /** What clients give as `--url`. */
  readonly url: string
  close(): Promise<void>
}

export interface ServeOptions {
  readonly host: string
  /** 0: the system picks one. */
  readonly port: number
  /** Allows an address that others can reach. */
  readonly anyAddress?: boolean
  /** Told of every answer, for a line on the terminal. */
  readonly onAnswer?: (status: number, error?: SluiceError) => void
}

/** 63 hashes and a note with many signatures fit; C2SP post-quantum ones have 5 kB. */
const MAX_BODY = 128 * 1024
const REQUEST_TIMEOUT_MS = 10_000

/**
 * Serves `POST /add-checkpoint`. Without TLS, so only on a loopback address unless told; put a proxy in front of one
 * that others reach. Throws `WITNESS_ADDRESS` for an address that is not loopback or cannot be listened on.
 */
export async function serveWitness(witness: Witness, options: ServeOptions): Promise<WitnessServer> {
  if (!isLoopback(options.host) && options.anyAddress !== true) {
    throw badAddress(
      'a witness listens on a loopback address only, unless told otherwise',
      'use 127.0.0.1, or add --any-address',
    )
  }
  const server = createServer((request, response) => {
    void handle(witness, request, response, options)
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      fail(badAddress(`the address cannot be listened on (${cause.code ?? 'unknown'})`, 'give another port', cause)),
    )
    server.listen(options.port, options.host, done)
  })
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function handle(
  witness: Witness,
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const answer = (status: number, type: string, body: string, error?: SluiceError): void => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    response.end(body)
    options.onAnswer?.(status, error)
  }
  const text = 'text/plain; charset=utf-8'
  if (request.url?.split('?', 1)[0] !== '/add-checkpoint') return answer(404, text, 'there is nothing here\n')
  if (request.method !== 'POST') return answer(405, text, 'use POST\n')
  try {
    const body = await readBody(request)
    if (body === undefined) {
      response.setHeader('connection', 'close')
      return answer(413, text, 'the request is too large\n')
    }
    const { status, type, body: reply } = witness.addCheckpoint(body)
    answer(status, type, reply)
  } catch (cause) {
    // Its state could not be read or made durable. No cosignature has left.
    if (!response.headersSent) answer(500, text, 'the witness cannot answer\n', toSluiceError(cause, 'witnessing'))
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`. Throws `WITNESS_ADDRESS`. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) throw badAddress('this is not HOST:PORT', 'give --listen 127.0.0.1:8080')
  return { host: match[1] ?? match[2]!, port }
}

function badAddress(message: string, next: string, cause?: unknown): SluiceError {
  return new SluiceError({ code: 'WITNESS_ADDRESS', message, next, cause })
}
