import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { retryAfterOf } from '../../../models/trainers/remote/client.ts'
import type { RemoteConfig } from '../../../models/trainers/remote/config.ts'
import { checkRemote, REMOTE_DEFAULTS } from '../../../models/trainers/remote/config.ts'
import type { RemoteJob } from '../../../models/trainers/remote/remote.ts'
import { remoteTrainer } from '../../../models/trainers/remote/remote.ts'
import type { TrainerEvent, TrainerHooks } from '../../../models/trainers/trainer.ts'
import { OpenAiServer } from './openai-server.ts'

let folder: string
let server: OpenAiServer
let keyFile: string
let trainFile: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-remote-'))
  trainFile = examples(12, 'train')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(async () => {
  server = new OpenAiServer()
  await server.start()
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${server.key}\n`, { mode: 0o600 })
})
afterEach(() => server.stop())

function examples(
  count: number,
  name: string,
  line = (i: number): unknown => ({
    messages: [
      { role: 'user', content: `Frage ${i} ✓` },
      { role: 'assistant', content: 'ok' },
    ],
  }),
): string {
  const path = join(folder, `${name}.jsonl`)
  writeFileSync(path, Array.from({ length: count }, (_, i) => `${JSON.stringify(line(i))}\n`).join(''))
  return path
}

function job(overrides: Partial<RemoteJob> = {}): RemoteJob {
  return {
    ...REMOTE_DEFAULTS,
    baseUrl: server.baseUrl,
    key: { file: keyFile },
    model: 'small-1',
    epochs: 2,
    trainFile,
    sensitivity: 'redacted',
    seed: 7,
    workDir: mkdtempSync(join(folder, 'work-')),
    pollSeconds: 0.01,
    timeoutSeconds: 5,
    outageSeconds: 20,
    ...overrides,
  }
}

function hooks(events: TrainerEvent[] = [], signal = new AbortController().signal): TrainerHooks {
  return { signal, tell: (event) => void events.push(event) }
}

const creations = (): number =>
  server.log.filter((line) => line.method === 'POST' && line.path === '/fine_tuning/jobs').length
const uploads = (): number => server.log.filter((line) => line.method === 'POST' && line.path === '/files').length

/** Stops a run when it tells the given step, as a signal would. */
async function interruptAt(step: number, one: RemoteJob): Promise<TrainerEvent[]> {
  const controller = new AbortController()
  const events: TrainerEvent[] = []
  const run = remoteTrainer.train(one, {
    signal: controller.signal,
    tell: (event) => {
      events.push(event)
      if (event.event === 'step' && event.step === step) controller.abort(new Error('enough'))
    },
  })
  await expect(run).rejects.toThrow('enough')
  return events
}

describe('the remote trainer', () => {
  it('uploads, creates a job, follows it and lists every request that it made', async () => {
    const validFile = examples(3, 'valid')
    const events: TrainerEvent[] = []
    const outcome = await remoteTrainer.train(
      job({ validFile, learningRateMultiplier: 1.5, suffix: 'support' }),
      hooks(events),
    )
    expect(server.files.map(({ content }) => content)).toEqual(
      [trainFile, validFile].map((path) => readFileSync(path, 'utf8')),
    )
    expect(server.jobs).toHaveLength(1)
    const [created] = server.jobs
    expect(created!.body).toEqual({
      model: 'small-1',
      training_file: server.files[0]!.id,
      validation_file: server.files[1]!.id,
      method: { type: 'supervised' },
      hyperparameters: { n_epochs: 2, learning_rate_multiplier: 1.5 },
      seed: 7,
      suffix: expect.stringMatching(/^support-[0-9a-f]{12}-1$/),
      metadata: { sluice_job: expect.stringMatching(/^[0-9a-f]{64}$/), sluice_attempt: '1' },
    })
    expect(outcome).toMatchObject({
      remoteModel: `ft:small-1:${created!.id}`,
      steps: 5,
      trainLoss: [1, 2, 3, 4, 5].map((step) => [step, 3 / step]),
      validLoss: [2, 3, 4, 5].map((step) => [step, 4 / step]),
    })
    expect(outcome.evidence['requests']).toEqual([
      {
        method: 'GET',
        path: '/fine_tuning/jobs',
        purpose: 'look for a job of an earlier run',
        times: 1,
        bytes_sent: 0,
      },
      { method: 'POST', path: '/files', purpose: 'upload the training data', times: 1, bytes_sent: expect.any(Number) },
      { method: 'POST', path: '/files', purpose: 'upload the held-out data', times: 1, bytes_sent: expect.any(Number) },
      {
        method: 'POST',
        path: '/fine_tuning/jobs',
        purpose: 'create the job',
        times: 1,
        bytes_sent: expect.any(Number),
      },
      {
        method: 'GET',
        path: `/fine_tuning/jobs/${created!.id}`,
        purpose: 'ask how the job is',
        times: 7,
        bytes_sent: 0,
      },
      {
        method: 'GET',
        path: `/fine_tuning/jobs/${created!.id}/events`,
        purpose: 'ask what the job tells',
        times: expect.any(Number),
        bytes_sent: 0,
      },
      {
        method: 'GET',
        path: `/fine_tuning/jobs/${created!.id}/checkpoints`,
        purpose: 'ask for the checkpoints',
        times: 2,
        bytes_sent: 0,
      },
    ])
    const noted = outcome.evidence['requests'] as { times: number }[]
    expect(noted.reduce((sum, { times }) => sum + times, 0)).toBe(server.log.length)
    expect(events.filter(({ event }) => event === 'step')).toEqual(
      [1, 2, 3, 4, 5].map((step) => ({ event: 'step', step, steps: 5, loss: 3 / step })),
    )
    expect(events.filter(({ event }) => event === 'note')).toEqual(
      ['validating_files', 'queued', 'running', 'succeeded'].map((status) => ({
        event: 'note',
        message: `job ${created!.id}: ${status}`,
      })),
    )
  })

  it('keeps the key out of events, evidence, errors and the work folder', async () => {
    const one = job()
    const events: TrainerEvent[] = []
    const outcome = await remoteTrainer.train(one, hooks(events))
    const written = readdirSync(one.workDir).map((name) => readFileSync(join(one.workDir, name), 'utf8'))
    const all = JSON.stringify([events, outcome.evidence, written])
    expect(all).not.toContain(server.key)
    expect(all).not.toContain('Frage')
    expect(statSync(join(one.workDir, 'remote-job.json')).mode & 0o077).toBe(0)
    writeFileSync(keyFile, 'sk-wrong-key-77\n')
    const error = await remoteTrainer.train(job(), hooks()).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code: 'REMOTE_AUTH' })
    expect(JSON.stringify(error)).not.toMatch(/sk-wrong|secret words/)
  })

  it('refuses data that was not redacted, unless the file allows it, before any request', async () => {
    const raw = job({ sensitivity: 'raw' })
    await expect(remoteTrainer.train(raw, hooks())).rejects.toMatchObject({ code: 'REMOTE_RAW_DATA' })
    expect(server.log).toEqual([])
    const outcome = await remoteTrainer.train({ ...raw, allowRaw: true }, hooks())
    expect(outcome.evidence).toMatchObject({ sensitivity: 'raw' })
  })

  it('finds its job again after an interruption, tells no event twice and has the whole curve', async () => {
    const one = job()
    const before = await interruptAt(2, one)
    expect(before.at(-1)).toMatchObject({ event: 'note', message: expect.stringContaining('goes on at the provider') })
    const events: TrainerEvent[] = []
    const outcome = await remoteTrainer.train(one, hooks(events))
    expect([creations(), uploads(), server.jobs.length]).toEqual([1, 1, 1])
    expect(outcome.trainLoss.map(([step]) => step)).toEqual([1, 2, 3, 4, 5])
    const told = [...before, ...events].flatMap((event) => (event.event === 'step' ? [event.step] : []))
    expect(told).toEqual([1, 2, 3, 4, 5])
  })

  it('finds its job by its metadata where even the work folder was lost', async () => {
    await interruptAt(1, job())
    const outcome = await remoteTrainer.train(job(), hooks())
    expect([creations(), server.jobs.length]).toEqual([1, 1])
    expect(outcome.remoteModel).toBe(`ft:small-1:${server.jobs[0]!.id}`)
    // Other hyperparameters are another job.
    await remoteTrainer.train(job({ epochs: 3 }), hooks())
    expect(server.jobs).toHaveLength(2)
  })

  it('never creates a second job or file where the answer to a creation was lost', async () => {
    server.fail('POST /files', 'drop-after')
    server.fail('POST /fine_tuning/jobs', 'drop-after')
    await remoteTrainer.train(job(), hooks())
    expect([uploads(), creations(), server.files.length, server.jobs.length]).toEqual([1, 1, 1, 1])
    // Half an answer is none: look, and do not send again.
    server.fail('POST /fine_tuning/jobs', 'half-answer')
    await remoteTrainer.train(job({ seed: 8 }), hooks())
    expect([creations(), server.jobs.length]).toEqual([2, 2])
    // A gateway that gave up waiting answers for a server that has done it.
    server.fail('POST /fine_tuning/jobs', { status: 503, done: true })
    await remoteTrainer.train(job({ seed: 9 }), hooks())
    expect([creations(), server.jobs.length]).toEqual([3, 3])
  })

  it('refuses a key that no header can hold at once, and does not show it', async () => {
    writeFileSync(keyFile, 'sk-schlüssel-π\n')
    const error = await remoteTrainer.train(job(), hooks()).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code: 'REMOTE_KEY_MISSING', message: `${keyFile} holds no key` })
    expect(server.log).toEqual([])
  })

  it('sends again, under the same idempotency key, what certainly or probably did not arrive', async () => {
    server.fail('POST /files', 'drop-before')
    server.fail('POST /fine_tuning/jobs', { status: 429, retryAfter: '0' }, 'drop-before')
    await remoteTrainer.train(job(), hooks())
    expect([uploads(), creations(), server.files.length, server.jobs.length]).toEqual([2, 3, 1, 1])
    const keys = server.log.flatMap(({ idempotencyKey }) => idempotencyKey ?? [])
    expect(new Set(keys).size).toBe(1)
    expect(keys).toHaveLength(3)
  })

  it('goes on through dropped connections, half answers, 5xx and 429, and waits as long as it is asked to', async () => {
    server.fail(
      'GET /fine_tuning/jobs/ID',
      'drop-before',
      'half-answer',
      { status: 502 },
      { status: 429, retryAfter: '1' },
    )
    server.fail('GET /fine_tuning/jobs/ID/events', 'drop-after', { status: 500 })
    const start = performance.now()
    const outcome = await remoteTrainer.train(job(), hooks())
    expect(outcome.steps).toBe(5)
    expect(performance.now() - start).toBeGreaterThan(1000)
  })

  it('survives a restart of the server, and gives up in the end with a word on going on', async () => {
    const one = job()
    let restarted: Promise<void> | undefined
    const outcome = await remoteTrainer.train(one, {
      signal: new AbortController().signal,
      tell: (event) => {
        if (event.event !== 'step' || event.step !== 2 || restarted !== undefined) return
        restarted = server
          .stop()
          .then(() => new Promise((resolve) => setTimeout(resolve, 300)))
          .then(() => server.start())
      },
    })
    await restarted
    expect([outcome.steps, creations()]).toEqual([5, 1])
    await server.stop()
    const gone = remoteTrainer.train(job({ outageSeconds: 0.5, seed: 9 }), hooks())
    await expect(gone).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE', transient: true })
    await server.start()
  })

  it('tells of a failed job without the words of the provider, and starts a new one the next time', async () => {
    const broken = examples(10, 'broken', (i) => (i === 4 ? { text: 'private' } : { messages: [] }))
    const one = job({ trainFile: broken })
    const error = await remoteTrainer.train(one, hooks()).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({
      code: 'REMOTE_JOB_FAILED',
      message: `job ${server.jobs[0]!.id} failed at the provider (invalid_training_file, training_file)`,
    })
    expect(readFileSync(join(one.workDir, 'remote-error.txt'), 'utf8')).toBe('Line 5: secret words\n')
    await expect(remoteTrainer.train(one, hooks())).rejects.toMatchObject({ code: 'REMOTE_JOB_FAILED' })
    expect(server.jobs.map(({ body }) => (body['metadata'] as Record<string, string>)['sluice_attempt'])).toEqual([
      '1',
      '2',
    ])
  })

  it('cancels the job at the provider where the file says so, and begins anew the next time', async () => {
    const one = job({ onStop: 'cancel' })
    await interruptAt(1, one)
    expect(server.jobs.map(({ status }) => status)).toEqual(['cancelled'])
    const outcome = await remoteTrainer.train(one, hooks())
    expect(server.jobs.map(({ status }) => status)).toEqual(['cancelled', 'succeeded'])
    expect(outcome.remoteModel).toBe(`ft:small-1:${server.jobs[1]!.id}`)
    expect(uploads()).toBe(1)
  })

  it('refuses what the provider would refuse, a job cancelled elsewhere, and a deadline that has passed', async () => {
    await expect(remoteTrainer.train(job({ trainFile: examples(9, 'few') }), hooks())).rejects.toMatchObject({
      code: 'REMOTE_TOO_FEW',
    })
    const unknown = remoteTrainer.train(job({ model: 'unknown' }), hooks())
    await expect(unknown).rejects.toMatchObject({
      code: 'REMOTE_REFUSED',
      message: 'the provider answers 400 to /fine_tuning/jobs, model_not_found, invalid_request_error',
    })
    const elsewhere = remoteTrainer.train(job(), {
      ...hooks(),
      tell: (event) => {
        if (event.event === 'step' && event.step === 1) server.jobs.at(-1)!.status = 'cancelled'
      },
    })
    await expect(elsewhere).rejects.toMatchObject({ code: 'REMOTE_JOB_CANCELLED' })
    server.steps = 1_000_000
    const slow = remoteTrainer.train(job({ seed: 11, deadlineSeconds: 0.2 }), hooks())
    await expect(slow).rejects.toMatchObject({ code: 'REMOTE_DEADLINE' })
  })

  it('follows no redirect: neither key nor data go to another address', async () => {
    server.fail('GET /fine_tuning/jobs', { status: 307 })
    await expect(remoteTrainer.train(job(), hooks())).rejects.toMatchObject({ code: 'REMOTE_REDIRECT' })
    expect(server.log).toHaveLength(1)
  })
})

describe('checkRemote', () => {
  const config = (overrides: Partial<RemoteConfig>): RemoteConfig => ({
    ...REMOTE_DEFAULTS,
    baseUrl: 'https://api.example/v1',
    key: { env: 'PATH' },
    model: 'm',
    ...overrides,
  })
  it.each([
    [{}, []],
    [{ baseUrl: 'http://127.0.0.1:8000/v1' }, []],
    [{ baseUrl: 'api.example' }, ['REMOTE_URL']],
    [{ baseUrl: 'https://user:pass@api.example/v1' }, ['REMOTE_URL']],
    [{ baseUrl: 'http://api.example/v1' }, ['REMOTE_INSECURE']],
    [{ key: { env: 'SLUICE_NO_SUCH_KEY' } }, ['REMOTE_KEY_MISSING']],
    [{ key: { file: '/no/such/key' } }, ['REMOTE_KEY_MISSING']],
    [{ suffix: 'über uns' }, ['REMOTE_SUFFIX']],
  ])('%o: %o', (overrides, codes) => {
    expect(checkRemote(config(overrides)).map(({ code }) => code)).toEqual(codes)
  })
})

describe('Retry-After', () => {
  it('may be seconds or a date', () => {
    const milliseconds = (value: string): number | undefined =>
      retryAfterOf({ headers: { 'retry-after': value } }, Date.UTC(2026, 0, 1))
    expect(milliseconds('2')).toBe(2000)
    expect(milliseconds('Thu, 01 Jan 2026 00:00:05 GMT')).toBe(5000)
    expect(milliseconds('Wed, 31 Dec 2025 00:00:00 GMT')).toBe(0)
    expect(milliseconds('soon')).toBeUndefined()
  })
})
