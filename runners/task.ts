import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { readShard } from '../artifacts/dataset.ts'
import { suppressor } from '../artifacts/forgotten.ts'
import type { TextRecord } from '../artifacts/record.ts'
import type { ObjectRef } from '../artifacts/refs.ts'
import { ShardWriter } from '../artifacts/shard-writer.ts'
import { openStore, type Store } from '../artifacts/store.ts'
import { Tally } from '../artifacts/tally.ts'
import { loadStage } from '../stages/load.ts'
import { resolveSecret } from '../stages/secrets.ts'
import type { BatchResult, OpenContext, RowCounts, SecretRef, ShardWorker, Stage } from '../stages/stage.ts'
import { SluiceError } from '../util/errors.ts'
import type { ShardResult, ShardTask } from './runner.ts'

const BATCH_ROWS = 256
const BATCH_CHARS = 1 << 20

let scratchSequence = 0

/** Runs one shard task in this thread: reads a shard (or a piece of a source), writes shards, returns their digests. */
export async function executeTask(task: ShardTask, onProgress: (rows: number) => void): Promise<ShardResult> {
  const store = openStore(task.storeRoot)
  const stage = await loadStage(task.stage, task.baseDir)
  const tally = new Tally()
  const blobs: Record<string, ObjectRef> = {}
  const scratch: string[] = []
  const context: OpenContext = {
    seed: task.seed,
    baseDir: task.baseDir,
    sources: task.sources,
    store,
    tally,
    sensitivity: task.outputSensitivity,
    params: task.params,
    shard: task.input.kind === 'shard' ? task.input.shard.sha256 : task.input.key,
    secret: (ref: SecretRef) => resolveSecret(ref, store, task.baseDir),
    blob: (name, bytes) => {
      blobs[name] = store.put(bytes, task.outputSensitivity)
    },
    scratch: () => {
      const folder = join(task.storeRoot, 'tmp', `${process.pid}-${threadId}-${scratchSequence++}`)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      scratch.push(folder)
      return folder
    },
  }
  const output = new TaskOutput(store, task)
  try {
    if (task.input.kind === 'source') await readSource(stage, task, context, output, onProgress)
    else await processShard(stage, task, context, output, onProgress)
  } finally {
    for (const folder of scratch) rmSync(folder, { recursive: true, force: true })
  }
  return { ...output.finish(), blobs, tally: tally.toJSON() }
}

async function readSource(
  stage: Stage,
  task: ShardTask,
  context: OpenContext,
  output: TaskOutput,
  onProgress: (rows: number) => void,
): Promise<void> {
  if (stage.kind !== 'source' || task.input.kind !== 'source') throw wrongKind(task)
  // Whatever the source stage is: who was forgotten never comes back into the store.
  const suppress = suppressor(context.store)
  const worker = await stage.openSource(task.config, context)
  try {
    for await (const read of worker.read(task.input.read)) {
      const batch = suppress === undefined ? read : suppress(read)
      output.add(batch, batch.rowsIn, batch.joined ?? 0)
      onProgress(batch.rowsIn)
    }
  } finally {
    await worker.close()
  }
}

async function processShard(
  stage: Stage,
  task: ShardTask,
  context: OpenContext,
  output: TaskOutput,
  onProgress: (rows: number) => void,
): Promise<void> {
  if (task.input.kind !== 'shard') throw wrongKind(task)
  const worker = await openWorker(stage, task, context)
  try {
    for (const batch of batches(readShard(context.store, task.input.shard))) {
      const result = await worker.process(batch)
      checkConservation(task, batch, result)
      output.add(result, batch.length, 0)
      onProgress(batch.length)
    }
    await worker.finish?.()
  } finally {
    await worker.close()
  }
}

async function openWorker(stage: Stage, task: ShardTask, context: OpenContext): Promise<ShardWorker> {
  if (task.pass === '' && stage.kind === 'shard') return stage.open(task.config, context)
  const pass = stage.kind === 'whole' ? stage.passes?.[task.pass] : undefined
  if (pass === undefined) throw wrongKind(task)
  return pass(task.config, context)
}

function* batches(records: Iterable<TextRecord>): Generator<readonly TextRecord[]> {
  let batch: TextRecord[] = []
  let chars = 0
  for (const record of records) {
    batch.push(record)
    chars += record.text?.length ?? 0
    for (const message of record.messages ?? []) chars += message.content.length
    if (batch.length >= BATCH_ROWS || chars >= BATCH_CHARS) {
      yield batch
      batch = []
      chars = 0
    }
  }
  if (batch.length > 0) yield batch
}

/** Every record of the batch must come back exactly once. A stage that loses or doubles a row is stopped here. */
function checkConservation(task: ShardTask, batch: readonly TextRecord[], result: BatchResult): void {
  const open = new Map<string, number>()
  for (const record of batch) open.set(record.id, (open.get(record.id) ?? 0) + 1)
  const close = (id: string | undefined): void => {
    const left = id === undefined ? 0 : (open.get(id) ?? 0)
    if (left === 0) throw notConserved(task, 'a record came back that was not in the batch')
    open.set(id!, left - 1)
  }
  for (const record of result.kept) close(record.id)
  for (const records of Object.values(result.routed ?? {})) for (const record of records) close(record.id)
  for (const record of result.seen ?? []) close(record.id)
  for (const drop of result.dropped) close(drop.record.id)
  for (const row of result.quarantined) close(row.record?.id)
  for (const left of open.values()) if (left > 0) throw notConserved(task, 'a record did not come back')
}

function notConserved(task: ShardTask, what: string): SluiceError {
  return new SluiceError({
    code: 'ROWS_NOT_CONSERVED',
    message: `stage ${task.stage}: ${what}`,
    next: 'nothing was written; this is a bug in the stage',
    exit: 5,
  })
}

function wrongKind(task: ShardTask): SluiceError {
  return new SluiceError({ code: 'INTERNAL', message: `stage ${task.stage} has no pass \`${task.pass}\``, exit: 5 })
}

/** Writers for every place a row can go, and the counts. */
class TaskOutput {
  readonly #writers = new Map<string, ShardWriter>()
  readonly #dropped: ShardWriter
  readonly #quarantined: ShardWriter
  readonly #task: ShardTask
  readonly #reasons: { dropped: Record<string, number>; quarantined: Record<string, number> } = {
    dropped: {},
    quarantined: {},
  }
  #counts = { in: 0, kept: 0, dropped: 0, quarantined: 0, joined: 0, added: 0 }

  constructor(store: Store, task: ShardTask) {
    this.#task = task
    for (const port of task.ports) this.#writers.set(port, new ShardWriter(store, task.outputSensitivity, task.limits))
    this.#dropped = new ShardWriter(store, task.inputSensitivity, task.limits)
    this.#quarantined = new ShardWriter(store, task.inputSensitivity, task.limits)
  }

  add(result: BatchResult, rowsIn: number, joined: number): void {
    this.#counts.in += rowsIn
    this.#counts.joined += joined
    this.#write(this.#task.ports[0], result.kept)
    this.#counts.kept += result.seen?.length ?? 0
    for (const [port, records] of Object.entries(result.routed ?? {})) this.#write(port, records)
    for (const drop of result.dropped) {
      this.#dropped.write(drop)
      this.#reasons.dropped[drop.reason] = (this.#reasons.dropped[drop.reason] ?? 0) + 1
    }
    for (const row of result.quarantined) {
      this.#quarantined.write(row)
      this.#reasons.quarantined[row.code] = (this.#reasons.quarantined[row.code] ?? 0) + 1
    }
    this.#counts.dropped += result.dropped.length
    this.#counts.quarantined += result.quarantined.length
    if (result.added !== undefined && result.added.length > 0) {
      const kept = this.#counts.kept
      this.#write(this.#task.ports[0], result.added)
      this.#counts.kept = kept
      this.#counts.added += result.added.length
    }
    const { in: rows, kept, dropped, quarantined } = this.#counts
    if (rows !== kept + dropped + quarantined + this.#counts.joined) {
      throw notConserved(
        this.#task,
        `${rows} rows in, but ${kept} kept + ${dropped} dropped + ${quarantined} quarantined`,
      )
    }
  }

  finish(): Omit<ShardResult, 'blobs' | 'tally'> {
    return {
      shards: Object.fromEntries([...this.#writers].map(([port, writer]) => [port, writer.finish()])),
      dropped: this.#dropped.finish(),
      quarantined: this.#quarantined.finish(),
      rows: this.#counts satisfies RowCounts,
      reasons: this.#reasons,
    }
  }

  #write(port: string | undefined, records: readonly TextRecord[]): void {
    if (records.length === 0) return
    const writer = port === undefined ? undefined : this.#writers.get(port)
    if (writer === undefined) throw notConserved(this.#task, `rows were sent to the unknown port ${port ?? '(none)'}`)
    for (const record of records) writer.write(record)
    this.#counts.kept += records.length
  }
}
