import { join } from 'node:path'
import { sha256Json } from '../../../util/digest.ts'
import { writeFileDurable } from '../../../util/durable.ts'
import { SluiceError } from '../../../util/errors.ts'
import type { Trainer, TrainerHooks, TrainerOutcome } from '../trainer.ts'
import type { Client } from './client.ts'
import { createClient, jsonOf, unreachable } from './client.ts'
import type { RemoteConfig } from './config.ts'
import { checkRemote } from './config.ts'
import type { UploadFile } from './files.ts'
import { describeUpload, uploadOnce } from './files.ts'
import type { RemoteEvent, RemoteJobObject } from './protocol.ts'
import { listAll, readCheckpoint, readEvent, readJob } from './protocol.ts'
import type { RemoteState } from './state.ts'
import { loadState, saveState } from './state.ts'

/** One run at a provider. */
export interface RemoteJob extends RemoteConfig {
  /** JSON Lines in the provider's form: one `{"messages": […]}` a line. */
  readonly trainFile: string
  readonly validFile?: string
  readonly sensitivity: 'raw' | 'redacted'
  readonly seed: number
  /** The state of the job lies here, and survives a kill. */
  readonly workDir: string
}

/**
 * Fine-tuning at a provider that speaks the OpenAI protocol: files, jobs, events, checkpoints. Nothing is sent but what
 * `evidence.requests` lists.
 */
export const remoteTrainer: Trainer<RemoteConfig, RemoteJob> = {
  name: 'openai-compatible',
  check: checkRemote,
  train: trainRemotely,
}

interface Session {
  readonly job: RemoteJob
  readonly client: Client
  readonly hooks: TrainerHooks
  state: RemoteState
}

const JOBS = '/fine_tuning/jobs'

async function trainRemotely(job: RemoteJob, hooks: TrainerHooks): Promise<TrainerOutcome> {
  const [problem] = checkRemote(job)
  if (problem !== undefined) throw new SluiceError(problem)
  if (job.sensitivity === 'raw' && !job.allowRaw) {
    throw new SluiceError({
      code: 'REMOTE_RAW_DATA',
      message: 'the training data was not redacted, and it would leave this machine',
      next: 'put a redact stage before, or write allow_raw: true and why',
    })
  }
  const training = await describeUpload(job.trainFile, true)
  const validation = job.validFile === undefined ? undefined : await describeUpload(job.validFile, false)
  const fingerprint = fingerprintOf(job, training, validation)
  const client = createClient(
    {
      baseUrl: job.baseUrl,
      key: job.key,
      timeoutMs: job.timeoutSeconds * 1000,
      outageMs: job.outageSeconds * 1000,
      pauseMs: 500,
    },
    hooks.signal,
  )
  const session: Session = { job, client, hooks, state: loadState(job.workDir, fingerprint) }
  try {
    const found = session.state.job ?? (await startJob(session, training, validation))
    session.state = { ...session.state, job: found }
    saveState(job.workDir, session.state)
    const losses: Losses = { train: new Map(), valid: new Map() }
    const finished = await followJob(session, found, losses)
    return await outcomeOf(session, finished, losses, { training, validation })
  } catch (error) {
    if (hooks.signal.aborted) await stopAtProvider(session)
    throw error
  }
}

/** What makes two runs the same: then they share one job. */
function fingerprintOf(job: RemoteJob, training: UploadFile, validation: UploadFile | undefined): string {
  return sha256Json({
    base_url: job.baseUrl,
    model: job.model,
    train: training.sha256,
    valid: validation?.sha256 ?? null,
    hyperparameters: hyperparameters(job),
    seed: remoteSeed(job.seed),
    suffix: job.suffix ?? null,
  })
}

function hyperparameters(job: RemoteConfig): Readonly<Record<string, number>> {
  return {
    ...(job.epochs === undefined ? {} : { n_epochs: job.epochs }),
    ...(job.batchSize === undefined ? {} : { batch_size: job.batchSize }),
    ...(job.learningRateMultiplier === undefined ? {} : { learning_rate_multiplier: job.learningRateMultiplier }),
  }
}

/** The protocol takes 0 … 2³¹ − 1. */
function remoteSeed(seed: number): number {
  return Math.abs(Math.trunc(seed)) % 2 ** 31
}

/**
 * Uploads what is missing and creates the job, unless an earlier run already has: then a list of jobs shows it by the
 * fingerprint in its metadata, or by its suffix where a server keeps no metadata. A creation whose answer was lost is
 * looked up before it is sent again.
 */
async function startJob(session: Session, training: UploadFile, validation: UploadFile | undefined): Promise<string> {
  const { job, client, hooks } = session
  const before = await findJob(session)
  if (before !== undefined) {
    hooks.tell({ event: 'note', message: `job ${before} of an earlier run goes on` })
    return before
  }
  const outage = { ms: job.outageSeconds * 1000, baseUrl: job.baseUrl }
  const update = (change: Partial<RemoteState>): void => {
    session.state = { ...session.state, ...change }
    saveState(job.workDir, session.state)
  }
  if (session.state.trainingFile === undefined) {
    update({ trainingFile: await uploadOnce(client, training, 'upload the training data', outage) })
  }
  if (validation !== undefined && session.state.validationFile === undefined) {
    update({ validationFile: await uploadOnce(client, validation, 'upload the held-out data', outage) })
  }
  const { fingerprint, attempt, trainingFile, validationFile } = session.state
  const request = {
    model: job.model,
    training_file: trainingFile!,
    ...(validationFile === undefined ? {} : { validation_file: validationFile }),
    method: { type: 'supervised' },
    hyperparameters: hyperparameters(job),
    seed: remoteSeed(job.seed),
    suffix: suffixOf(session),
    metadata: { sluice_job: fingerprint, sluice_attempt: String(attempt) },
  }
  const start = performance.now()
  for (let turn = 0; ; turn++) {
    const answer = await client.post(JOBS, 'create the job', {
      json: request,
      idempotencyKey: `${fingerprint}-${attempt}`,
    })
    if (answer.outcome === 'done') return readJob(jsonOf(answer.response, JOBS)).id
    if (performance.now() - start > outage.ms) throw unreachable(outage, new Error('the job cannot be created'))
    // Perhaps it was created: also a 503 may come from a gateway that no longer waits for the answer. A list may lag behind,
    // so it is asked more than once before anything is sent again.
    for (let look = 0; look < (answer.outcome === 'busy' ? 1 : LOOKS); look++) {
      await client.pause(turn + look, answer.outcome === 'busy' ? answer.retryAfter : undefined)
      const known = await findJob(session)
      if (known !== undefined) return known
    }
  }
}

/** Times that the list of jobs is asked after a creation whose answer was lost. */
const LOOKS = 3

function suffixOf({ job, state }: Session): string {
  return `${job.suffix ?? 'sluice'}-${state.fingerprint.slice(0, 12)}-${state.attempt}`
}

async function findJob(session: Session): Promise<string | undefined> {
  const { fingerprint, attempt } = session.state
  const jobs = await listAll(session.client, JOBS, 'look for a job of an earlier run', readJob)
  return jobs.find(
    ({ metadata, suffix }) =>
      (metadata['sluice_job'] === fingerprint && metadata['sluice_attempt'] === String(attempt)) ||
      suffix === suffixOf(session),
  )?.id
}

interface Losses {
  readonly train: Map<number, number>
  readonly valid: Map<number, number>
}

const FINAL = new Set(['succeeded', 'failed', 'cancelled'])

/** Asks for status and events until the job ends. */
async function followJob(session: Session, id: string, losses: Losses): Promise<RemoteJobObject> {
  const { job, client, hooks } = session
  const start = performance.now()
  let status = ''
  for (;;) {
    const now = readJob(jsonOf(await client.get(`${JOBS}/${id}`, 'ask how the job is'), JOBS))
    if (now.status !== status) hooks.tell({ event: 'note', message: `job ${id}: ${nameOf(now.status)}` })
    status = now.status
    await tellEvents(session, id, losses)
    if (FINAL.has(status)) return now
    if (performance.now() - start > job.deadlineSeconds * 1000) {
      throw new SluiceError({
        code: 'REMOTE_DEADLINE',
        message: `job ${id} is ${nameOf(status)} after ${job.deadlineSeconds} seconds`,
        next: 'run the same command again to go on waiting, or cancel the job at the provider',
        exit: 5,
      })
    }
    await client.wait(job.pollSeconds * 1000)
  }
}

/** Events come newest first; all newer than the last one that was told are told in the order in which they happened. */
async function tellEvents(session: Session, id: string, losses: Losses): Promise<void> {
  const { client, job, hooks, state } = session
  // On the first look of a process all are read: the loss curve is made of them.
  const known = losses.train.size + losses.valid.size > 0 ? state.lastEvent : undefined
  const isKnown = (event: RemoteEvent): boolean => event.id === known
  const events = await listAll(client, `${JOBS}/${id}/events`, 'ask what the job tells', readEvent, isKnown)
  const told = state.lastEvent
  const firstNew = told === undefined ? events.length : events.findIndex((event) => event.id === told)
  for (const [i, event] of [...events.entries()].reverse()) {
    const step = event.data['step']
    if (typeof step !== 'number') continue
    const isNew = firstNew === -1 || i < firstNew
    const train = event.data['train_loss']
    const valid = event.data['valid_loss'] ?? event.data['full_valid_loss']
    const steps = typeof event.data['total_steps'] === 'number' ? event.data['total_steps'] : 0
    if (typeof train === 'number') {
      losses.train.set(step, train)
      if (isNew) hooks.tell({ event: 'step', step, steps, loss: train })
    }
    if (typeof valid === 'number') {
      losses.valid.set(step, valid)
      if (isNew) hooks.tell({ event: 'evaluated', step, loss: valid })
    }
  }
  const [newest] = events
  if (newest === undefined) return
  session.state = { ...session.state, lastEvent: newest.id }
  saveState(job.workDir, session.state)
}

async function outcomeOf(
  session: Session,
  finished: RemoteJobObject,
  losses: Losses,
  files: { readonly training: UploadFile; readonly validation: UploadFile | undefined },
): Promise<TrainerOutcome> {
  const { job, client } = session
  if (finished.status !== 'succeeded' || finished.fineTunedModel === undefined) {
    throw jobFailed(session, finished)
  }
  const path = `${JOBS}/${finished.id}/checkpoints`
  const checkpoints = await listAll(client, path, 'ask for the checkpoints', readCheckpoint)
  for (const { step, metrics } of checkpoints) {
    if (metrics['train_loss'] !== undefined && !losses.train.has(step)) losses.train.set(step, metrics['train_loss'])
    const valid = metrics['full_valid_loss'] ?? metrics['valid_loss']
    if (valid !== undefined) losses.valid.set(step, valid)
  }
  const inOrder = (map: ReadonlyMap<number, number>): (readonly [number, number])[] =>
    [...map].sort(([a], [b]) => a - b)
  const steps = Math.max(0, ...losses.train.keys(), ...checkpoints.map(({ step }) => step))
  return {
    files: new Map(),
    remoteModel: finished.fineTunedModel,
    steps,
    planned: steps,
    trainLoss: inOrder(losses.train),
    validLoss: inOrder(losses.valid),
    keptStep: steps,
    evidence: {
      trainer: 'openai-compatible',
      host: new URL(job.baseUrl).host,
      base_model: job.model,
      job: finished.id,
      model: finished.fineTunedModel,
      fingerprint: session.state.fingerprint,
      trained_tokens: finished.trainedTokens ?? null,
      files: [files.training, files.validation].flatMap((file) =>
        file === undefined ? [] : [{ sha256: file.sha256, bytes: file.bytes, examples: file.lines }],
      ),
      sensitivity: job.sensitivity,
      checkpoints: checkpoints.map(({ id, model, step, metrics }) => ({ id, model, step, metrics: { ...metrics } })),
      requests: summarizeRequests(client),
    },
  }
}

/** Requests by what they were for: polling would make a list of thousands. */
function summarizeRequests({ requests }: Client) {
  const groups = new Map<string, { method: string; path: string; purpose: string; times: number; bytes_sent: number }>()
  for (const { method, path, purpose, tries, bytesSent } of requests) {
    const key = `${method} ${path} ${purpose}`
    const group = groups.get(key) ?? { method, path, purpose, times: 0, bytes_sent: 0 }
    groups.set(key, { ...group, times: group.times + tries, bytes_sent: group.bytes_sent + bytesSent })
  }
  return [...groups.values()]
}

/** The provider's own words may quote the data: they go to a file beside the job, the error has the names. */
function jobFailed({ job, state }: Session, finished: RemoteJobObject): SluiceError {
  const { error, status, id } = finished
  if (status === 'succeeded') {
    return new SluiceError({
      code: 'REMOTE_PROTOCOL',
      message: `job ${id} succeeded without a model`,
      next: 'ask the provider',
      exit: 5,
    })
  }
  if (error !== undefined) writeFileDurable(join(job.workDir, 'remote-error.txt'), `${error.message}\n`, 0o600)
  // The next run is a new try, which must not find this job again.
  saveState(job.workDir, {
    fingerprint: state.fingerprint,
    attempt: state.attempt + 1,
    ...(error?.param === 'training_file' || state.trainingFile === undefined
      ? {}
      : { trainingFile: state.trainingFile }),
    ...(state.validationFile === undefined ? {} : { validationFile: state.validationFile }),
  })
  const names = [error?.code, error?.param].filter((name) => name !== undefined && /^[\w.[\]-]{1,64}$/.test(name))
  return new SluiceError({
    code: status === 'cancelled' ? 'REMOTE_JOB_CANCELLED' : 'REMOTE_JOB_FAILED',
    message: `job ${id} ${status === 'cancelled' ? 'was cancelled' : 'failed'} at the provider${names.length === 0 ? '' : ` (${names.join(', ')})`}`,
    next:
      error === undefined
        ? 'run again to start a new job'
        : 'read remote-error.txt in the work folder, correct the cause and run again: that starts a new job',
    exit: 5,
  })
}

/** A stop with `onStop: cancel` ends the job at the provider; one try, since the person is waiting. */
async function stopAtProvider({ job, state, hooks }: Session): Promise<void> {
  if (state.job === undefined) return
  const { job: _, lastEvent: __, ...uploaded } = state
  if (job.onStop === 'leave') {
    hooks.tell({ event: 'note', message: `job ${state.job} goes on at the provider; the same command finds it again` })
    return
  }
  try {
    await cancelRemoteJob(job, state.job)
    saveState(job.workDir, { ...uploaded, attempt: state.attempt + 1 })
    hooks.tell({ event: 'note', message: `job ${state.job} was cancelled` })
  } catch {
    hooks.tell({ event: 'note', message: `job ${state.job} could not be cancelled: cancel it at the provider` })
  }
}

/** Cancels a job. */
export async function cancelRemoteJob(config: RemoteConfig, id: string): Promise<void> {
  const client = createClient(
    { baseUrl: config.baseUrl, key: config.key, timeoutMs: config.timeoutSeconds * 1000, outageMs: 0, pauseMs: 500 },
    AbortSignal.timeout(config.timeoutSeconds * 1000),
  )
  const answer = await client.post(`${JOBS}/${id}/cancel`, 'cancel the job', {})
  if (answer.outcome !== 'done') throw unreachable(config, new Error('the cancellation was not answered'))
}

/** A status comes from outside: only what looks like a name is repeated. */
function nameOf(status: string): string {
  return /^[a-z_]{1,32}$/.test(status) ? status : 'in an unknown state'
}
