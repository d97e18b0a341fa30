import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A thing to go wrong with the next request to a route. */
export type Fault =
  | 'drop-before'
  | 'drop-after'
  | 'half-answer'
  | {
      readonly status: number
      readonly retryAfter?: string /** The thing is done all the same. */
      readonly done?: true
    }

interface StoredFile {
  readonly id: string
  readonly filename: string
  readonly bytes: number
  readonly content: string
}

interface StoredJob {
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
  status: string
  polls: number
  error: { code: string; message: string; param: string } | null
  readonly events: { id: string; object: string; type: string; message: string; data: Record<string, unknown> }[]
}

/**
 * The fine-tuning protocol over real HTTP: files, jobs, events, checkpoints, cancellation, in memory. A job moves on
 * each time it is asked for, so nothing depends on the clock. It can be stopped and started again on its port with all
 * that it knows, and told to fail.
 */
export class OpenAiServer {
  readonly key = 'sk-test-3f9a17c2'
  readonly files: StoredFile[] = []
  readonly jobs: StoredJob[] = []
  readonly log: { method: string; path: string; idempotencyKey: string | undefined }[] = []
  readonly faults = new Map<string, Fault[]>()
  /** Steps of a job. */
  steps = 5
  /** Most items of a page. */
  page = 2
  #server: Server | undefined
  #port = 0
  #next = 1

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  /** Lets the next request to `POST /files` and the like go wrong, then the one after that, and so on. */
  fail(route: string, ...faults: readonly Fault[]): void {
    this.faults.set(route, [...(this.faults.get(route) ?? []), ...faults])
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const url = new URL(request.url!, 'http://localhost')
    const path = url.pathname.replace(/^\/v1/, '')
    const route = `${request.method} ${path.replace(/\/(job|file)-\d+/, '/ID')}`
    const key = request.headers['idempotency-key']
    this.log.push({ method: request.method!, path, idempotencyKey: typeof key === 'string' ? key : undefined })
    const fault = this.faults.get(route)?.shift()
    if (fault === 'drop-before') return void request.socket.destroy()
    if (typeof fault === 'object') {
      if (fault.done === true) this.#handle(request, path, url.searchParams, body)
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
      return void response.writeHead(fault.status, headers).end('{"error":{"code":"made_up"}}')
    }
    const { status, value } = this.#handle(request, path, url.searchParams, body)
    if (fault === 'drop-after') return void request.socket.destroy()
    const text = JSON.stringify(value)
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    if (fault === 'half-answer') {
      response.write(text.slice(0, text.length >> 1))
      return void setTimeout(() => request.socket.destroy(), 20)
    }
    response.end(text)
  }

  #handle(
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
    body: Buffer,
  ): { status: number; value: unknown } {
    const refuse = (status: number, code: string): { status: number; value: unknown } => ({
      status,
      value: { error: { code, type: 'invalid_request_error', message: `secret words about ${code}`, param: null } },
    })
    if (request.headers.authorization !== `Bearer ${this.key}`) return refuse(401, 'invalid_api_key')
    if (path === '/files' && request.method === 'POST') return { status: 200, value: this.#upload(request, body) }
    if (path === '/files') return { status: 200, value: this.#list(this.files.map(fileObject).reverse(), query) }
    if (path === '/fine_tuning/jobs' && request.method === 'POST') {
      const job = JSON.parse(body.toString('utf8')) as Record<string, unknown>
      if (job['model'] === 'unknown') return refuse(400, 'model_not_found')
      return { status: 200, value: jobObject(this.#create(job)) }
    }
    if (path === '/fine_tuning/jobs')
      return { status: 200, value: this.#list(this.jobs.map(jobObject).reverse(), query) }
    const match = /^\/fine_tuning\/jobs\/(job-\d+)(\/\w+)?$/.exec(path)
    const job = this.jobs.find(({ id }) => id === match?.[1])
    if (job === undefined) return refuse(404, 'not_found')
    if (match![2] === '/events') return { status: 200, value: this.#list(job.events.toReversed(), query) }
    if (match![2] === '/checkpoints') return { status: 200, value: this.#list(this.#checkpoints(job), query) }
    if (match![2] === '/cancel') job.status = 'cancelled'
    else this.#advance(job)
    return { status: 200, value: jobObject(job) }
  }

  #list(items: readonly { readonly id: string }[], query: URLSearchParams): unknown {
    const after = query.get('after')
    const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1
    const data = items.slice(start, start + Math.min(this.page, Number(query.get('limit') ?? 20)))
    return { object: 'list', data, has_more: start + data.length < items.length }
  }

  #upload(request: IncomingMessage, body: Buffer): unknown {
    const boundary = /boundary=(.+)$/.exec(request.headers['content-type']!)![1]!
    const parts = body.toString('utf8').split(`--${boundary}`).slice(1, -1)
    const part = (name: string): string => parts.find((text) => text.includes(`name="${name}"`))!
    const purpose = part('purpose').split('\r\n\r\n')[1]!.trim()
    const content = part('file').split('\r\n\r\n').slice(1).join('\r\n\r\n').replace(/\r\n$/, '')
    const filename = /filename="([^"]+)"/.exec(part('file'))![1]!
    if (purpose !== 'fine-tune') throw new Error('purpose')
    const file = { id: `file-${this.#next++}`, filename, bytes: Buffer.byteLength(content), content }
    this.files.push(file)
    return fileObject(file)
  }

  #create(body: Readonly<Record<string, unknown>>): StoredJob {
    const job: StoredJob = {
      id: `job-${this.#next++}`,
      body,
      status: 'validating_files',
      polls: 0,
      error: null,
      events: [],
    }
    this.jobs.push(job)
    this.#tell(job, 'message', 'Created', {})
    return job
  }

  #tell(job: StoredJob, type: string, message: string, data: Record<string, unknown>): void {
    const id = `ev-${this.#next++}`
    job.events.push({ id, object: 'fine_tuning.job.event', type, message, data })
  }

  #advance(job: StoredJob): void {
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return
    job.polls += 1
    if (job.polls === 1) return
    if (job.polls === 2) {
      const file = this.files.find(({ id }) => id === job.body['training_file'])!
      const wrong = file.content.split('\n').findIndex((line) => line !== '' && !('messages' in JSON.parse(line)))
      if (wrong >= 0) {
        job.status = 'failed'
        job.error = {
          code: 'invalid_training_file',
          message: `Line ${wrong + 1}: secret words`,
          param: 'training_file',
        }
      } else job.status = 'queued'
      return
    }
    job.status = 'running'
    const step = job.polls - 2
    const data = {
      step,
      total_steps: this.steps,
      train_loss: 3 / step,
      ...(step % 2 === 0 ? { valid_loss: 4 / step } : {}),
    }
    this.#tell(job, 'metrics', `Step ${step}`, data)
    if (step >= this.steps) job.status = 'succeeded'
  }

  #checkpoints(job: StoredJob): readonly { readonly id: string }[] {
    if (job.status !== 'succeeded') return []
    return [this.steps, this.steps - 1, this.steps - 2].map((step) => ({
      id: `ckpt-${step}`,
      object: 'fine_tuning.job.checkpoint',
      fine_tuned_model_checkpoint: `ft:${String(job.body['model'])}:${job.id}:${step}`,
      step_number: step,
      metrics: { step, train_loss: 3 / step, full_valid_loss: 4 / step },
    }))
  }
}

function fileObject({ id, filename, bytes }: StoredFile): { readonly id: string } {
  return { id, object: 'file', filename, bytes, purpose: 'fine-tune', status: 'processed' } as { id: string }
}

function jobObject({ id, body, status, error }: StoredJob): { readonly id: string } {
  return {
    id,
    object: 'fine_tuning.job',
    model: body['model'],
    status,
    training_file: body['training_file'],
    metadata: body['metadata'] ?? null,
    user_provided_suffix: body['suffix'] ?? null,
    fine_tuned_model: status === 'succeeded' ? `ft:${String(body['model'])}:${id}` : null,
    trained_tokens: status === 'succeeded' ? 1234 : null,
    result_files: [],
    error: error ?? { code: null, message: null, param: null },
  } as { id: string }
}
