import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SluiceError } from '../../../util/errors.ts'
import { type BodyPart, type HttpResponse, send } from './http.ts'

/** Where the key is. It is read when it is needed and stands in no file of Sluice's. */
export type KeySource = { readonly env: string } | { readonly file: string }

export interface ClientConfig {
  /** Up to and without `/files`, e.g. `https://api.example/v1`. */
  readonly baseUrl: string
  readonly key: KeySource
  /** Longest silence of a connection. */
  readonly timeoutMs: number
  /** Longest time in which a request is tried again. */
  readonly outageMs: number
  /** First pause between two tries; doubles up to a minute. */
  readonly pauseMs: number
}

/** What left the machine or was asked, for the evidence. No bodies, no key. */
export interface RequestNote {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly purpose: string
  readonly tries: number
  readonly bytesSent: number
}

export interface Client {
  /** Reads; tried again after 408, 429, 5xx and broken connections. */
  get(path: string, purpose: string, query?: Readonly<Record<string, string>>): Promise<HttpResponse>
  /** Sends once: who knows whether a second one would do the thing twice. See `Attempt`. */
  post(path: string, purpose: string, body: PostBody): Promise<Attempt>
  readonly requests: readonly RequestNote[]
  /** Waits as the last answer asked to, or as the backoff says. */
  pause(turn: number, retryAfter?: number): Promise<void>
  /** Waits exactly so long. */
  wait(milliseconds: number): Promise<void>
}

/** `unknown`: the server may or may not have done it, so look before sending again. */
export type Attempt =
  | { readonly outcome: 'done'; readonly response: HttpResponse }
  | { readonly outcome: 'busy'; readonly retryAfter: number | undefined }
  | { readonly outcome: 'unknown' }

export type PostBody =
  | { readonly json: unknown; readonly idempotencyKey?: string }
  | {
      readonly fields: Readonly<Record<string, string>>
      readonly file: { readonly path: string; readonly name: string }
    }
  | Readonly<Record<string, never>>

/** A server may ask for a pause; not for a longer one than this. */
const LONGEST_PAUSE = 10 * 60_000

/** A client of one provider. `signal` ends requests and pauses; every request is noted in `requests`. */
export function createClient(config: ClientConfig, signal: AbortSignal): Client {
  const requests: RequestNote[] = []
  const note = (method: 'GET' | 'POST', path: string, purpose: string, tries: number, bytesSent: number): void => {
    requests.push({ method, path, purpose, tries, bytesSent })
  }
  const once = (
    method: 'GET' | 'POST',
    path: string,
    body?: readonly BodyPart[],
    type?: string,
    idempotency?: string,
  ) =>
    send({
      method,
      url: new URL(`${config.baseUrl.replace(/\/+$/, '')}${path}`),
      headers: {
        authorization: `Bearer ${readKey(config.key)}`,
        accept: 'application/json',
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(idempotency === undefined ? {} : { 'idempotency-key': idempotency }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: config.timeoutMs,
      signal,
    })
  const wait = async (milliseconds: number): Promise<void> => {
    await sleep(milliseconds, undefined, { signal }).catch(() => {})
    signal.throwIfAborted()
  }
  const pause = async (turn: number, retryAfter?: number): Promise<void> => {
    // Half of the pause is random, so that many runs do not come back in the same moment.
    const backoff = Math.min(60_000, config.pauseMs * 2 ** Math.min(turn, 16)) * (0.5 + randomBytes(1)[0]! / 512)
    await wait(Math.min(LONGEST_PAUSE, Math.max(retryAfter ?? 0, backoff)))
  }

  return {
    requests,
    pause,
    wait,
    async get(path, purpose, query = {}) {
      const search = new URLSearchParams(query).toString()
      const full = search === '' ? path : `${path}?${search}`
      const start = performance.now()
      for (let turn = 0; ; turn++) {
        signal.throwIfAborted()
        const answer = await once('GET', full).catch((error: unknown) => connectionError(error, signal))
        if (!(answer instanceof Error) && !isBusy(answer.status)) {
          note('GET', path, purpose, turn + 1, 0)
          if (answer.status === 200) return answer
          throw refusal(answer, path)
        }
        if (performance.now() - start > config.outageMs) throw unreachable(config, answer)
        await pause(turn, answer instanceof Error ? undefined : retryAfterOf(answer))
      }
    },
    async post(path, purpose, body) {
      signal.throwIfAborted()
      const { parts, type } = encodeBody(body)
      const bytes = parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.bytes), 0)
      note('POST', path, purpose, 1, bytes)
      const idempotency = 'json' in body ? (body.idempotencyKey as string | undefined) : undefined
      const answer = await once('POST', path, parts, type, idempotency).catch((error: unknown) =>
        connectionError(error, signal),
      )
      if (answer instanceof Error) return { outcome: 'unknown' }
      if (answer.status === 429 || answer.status === 503) return { outcome: 'busy', retryAfter: retryAfterOf(answer) }
      if (isBusy(answer.status)) return { outcome: 'unknown' }
      if (answer.status >= 200 && answer.status < 300) return { outcome: 'done', response: answer }
      throw refusal(answer, path)
    },
  }
}

/** The answer as JSON. @throws SluiceError REMOTE_PROTOCOL */
export function jsonOf(response: HttpResponse, path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(response.body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw protocolError(`the answer to ${path} is no JSON object`)
}

/** The error REMOTE_PROTOCOL for an answer that the protocol does not have. `what` never quotes an answer. */
export function protocolError(what: string): SluiceError {
  return new SluiceError({
    code: 'REMOTE_PROTOCOL',
    message: `the provider does not speak the protocol: ${what}`,
    next: 'check base_url: it ends before /files, often with /v1',
    exit: 5,
  })
}

/** The error REMOTE_UNREACHABLE, which may pass: the same command goes on later. */
export function unreachable(config: Pick<ClientConfig, 'baseUrl'>, why: Error | HttpResponse): SluiceError {
  const how = why instanceof Error ? 'the connection fails' : `it answers ${why.status}`
  return new SluiceError({
    code: 'REMOTE_UNREACHABLE',
    message: `${new URL(config.baseUrl).host} cannot be used: ${how}`,
    next: 'run the same command again later: it finds its job and goes on',
    exit: 5,
    transient: true,
    ...(why instanceof Error ? { cause: why } : {}),
  })
}

function readKey(source: KeySource): string {
  const key = 'env' in source ? process.env[source.env] : readFileSync(source.file, 'utf8')
  const trimmed = key?.trim() ?? ''
  // What a header may hold; anything else would fail in each request, and be taken for a broken connection.
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed
  const where = 'env' in source ? `the variable ${source.env}` : source.file
  throw new SluiceError({
    code: 'REMOTE_KEY_MISSING',
    message: `${where} holds no key`,
    next: 'put the key of the provider there, and nothing else',
  })
}

function encodeBody(body: PostBody): { readonly parts: readonly BodyPart[]; readonly type?: string } {
  if ('json' in body) return { parts: [Buffer.from(JSON.stringify(body.json))], type: 'application/json' }
  if (!('file' in body)) return { parts: [] }
  const { fields, file } = body as { fields: Record<string, string>; file: { path: string; name: string } }
  const boundary = `sluice-${randomBytes(18).toString('hex')}`
  const head = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const fileHead = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: application/jsonl\r\n\r\n`
  return {
    parts: [
      Buffer.from(head.join('') + fileHead),
      { path: file.path, bytes: statSync(file.path).size },
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ],
    type: `multipart/form-data; boundary=${boundary}`,
  }
}

function isBusy(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110 §10.2.3). */
export function retryAfterOf({ headers }: Pick<HttpResponse, 'headers'>, now = Date.now()): number | undefined {
  const value = headers['retry-after']
  if (value === undefined) return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** An abort is the caller's; a missing key is a mistake in the set-up; the rest is the network. */
function connectionError(error: unknown, signal: AbortSignal): Error {
  signal.throwIfAborted()
  if (error instanceof SluiceError) throw error
  const system = error as NodeJS.ErrnoException
  if (system.syscall === 'open' || system.syscall === 'read') throw error
  return system
}

/** What the provider says stays out: it may quote the data. Its code and field are names. */
function refusal({ status, body }: HttpResponse, path: string): SluiceError {
  const detail = errorNames(body)
  if (status === 401 || status === 403) {
    return new SluiceError({
      code: 'REMOTE_AUTH',
      message: `the provider refuses the key (${status}${detail})`,
      next: 'check the key and what it may do',
    })
  }
  return new SluiceError({
    code: status >= 300 && status < 400 ? 'REMOTE_REDIRECT' : 'REMOTE_REFUSED',
    message: `the provider answers ${status} to ${path}${detail}`,
    next:
      status >= 300 && status < 400
        ? 'write the final address as base_url: redirects are not followed'
        : 'check the model, the hyperparameters and the data against what the provider takes',
    exit: 5,
  })
}

function errorNames(body: Buffer): string {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: Record<string, unknown> }
    const names = [error?.['code'], error?.['type'], error?.['param']].filter(
      (name): name is string => typeof name === 'string' && /^[\w.[\]-]{1,64}$/.test(name),
    )
    return names.length === 0 ? '' : `, ${names.join(', ')}`
  } catch {
    return ''
  }
}
