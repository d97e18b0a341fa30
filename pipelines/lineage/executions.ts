import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { getDataset } from '../../artifacts/dataset.ts'
import { getModel } from '../../artifacts/model.ts'
import type { ArtifactRef, ShardRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { readActionRecord } from '../../audit/action-record.ts'
import { readLedger } from '../../audit/ledger-reader.ts'
import type { PublicKey } from '../../audit/note.ts'
import { sha256Json } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import type { StageResult } from '../engine/actions.ts'
import { listRuns, loadRun } from '../engine/history.ts'
import type { RunRecord } from '../engine/run-record.ts'

/** A stage that ran to its end: what went in, what came out, and the runs that used it. */
export interface Execution {
  readonly key: string
  readonly uses: string
  /** Port → digest. */
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, ArtifactRef>>
  readonly evaluation: string | undefined
  readonly droppedShards: readonly ShardRef[]
  readonly quarantinedShards: readonly ShardRef[]
  /** Digest of the base model of a training, as `openModelSource` gives it. */
  readonly base: string | undefined
  readonly uses_in: readonly ExecutionUse[]
}

export interface ExecutionUse {
  readonly run: string
  readonly pipeline: string
  readonly stage: string
  readonly started: string
}

export interface History {
  readonly executions: readonly Execution[]
  readonly runs: readonly RunRecord[]
  /** Run → what the log says of its release, in order: `release.built`. */
  readonly releases: ReadonlyMap<string, readonly string[]>
  /** Action records and run records that could not be trusted or read: what they say is left out. */
  readonly unread: number
}

/** All stages that ever ended in a store: from its signed action records, and from run records where those are gone. */
export function readHistory(store: Store, key: PublicKey): History {
  let unread = 0
  const runs: RunRecord[] = []
  for (const run of listRuns(store.root)) {
    try {
      runs.push(loadRun(store.root, run))
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      unread += 1
    }
  }
  const uses = new Map<string, ExecutionUse[]>()
  const executions = new Map<string, Execution>()
  for (const { run, pipeline, started, stages } of runs) {
    for (const stage of stages) {
      if (stage.key === null || stage.evaluation === null) continue
      const use = { run, pipeline: pipeline.name, stage: stage.id, started }
      uses.set(stage.key, [...(uses.get(stage.key) ?? []), use])
      executions.set(
        stage.key,
        execution(stage.key, stage.uses, stage.keyParts, {
          outputs: stage.outputs,
          evaluation: stage.evaluation,
          droppedShards: [],
          quarantinedShards: [],
        }),
      )
    }
  }
  const dir = join(store.root, 'actions')
  for (const actionKey of actionKeys(dir)) {
    const read = readActionRecord(dir, key, actionKey)
    if (read.state === 'miss') {
      unread += 1
      continue
    }
    const payload = read.record.payload as unknown as StageResult
    // The record of a shard task has shards and no outputs.
    if (payload.outputs === undefined) continue
    executions.set(actionKey, execution(actionKey, read.record.stage, read.record.keyParts, payload))
  }
  const all = [...executions.values()].map((each) => ({ ...each, uses_in: uses.get(each.key) ?? [] }))
  return { executions: inOrder(all), runs, releases: releasesOf(store, key), unread }
}

function releasesOf(store: Store, key: PublicKey): ReadonlyMap<string, readonly string[]> {
  const releases = new Map<string, string[]>()
  for (const { type, run } of readLedger(join(store.root, 'ledger'), key).entries()) {
    if (type.startsWith('release.')) releases.set(run, [...(releases.get(run) ?? []), type])
  }
  return releases
}

/** Keys of all action records. */
export function* actionKeys(dir: string): Generator<string> {
  if (!existsSync(dir)) return
  for (const start of readdirSync(dir).sort())
    for (const name of readdirSync(join(dir, start)).sort())
      if (/^[0-9a-f]{62}\.json$/.test(name)) yield start + name.slice(0, 62)
}

function execution(
  key: string,
  uses: string,
  keyParts: Json,
  result: Pick<StageResult, 'outputs' | 'evaluation' | 'droppedShards' | 'quarantinedShards'>,
): Execution {
  const parts = (keyParts ?? {}) as { inputs?: Record<string, string>; pins?: { base?: string } }
  return {
    key,
    uses,
    inputs: parts.inputs ?? {},
    outputs: result.outputs,
    evaluation: result.evaluation.digest,
    droppedShards: result.droppedShards,
    quarantinedShards: result.quarantinedShards,
    base: parts.pins?.base,
    uses_in: [],
  }
}

/** What made an input stands before what used it. */
function inOrder(executions: readonly Execution[]): readonly Execution[] {
  const maker = new Map<string, Execution[]>()
  const sorted = [...executions].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  for (const each of sorted)
    for (const { digest } of Object.values(each.outputs)) maker.set(digest, [...(maker.get(digest) ?? []), each])
  const done = new Set<Execution>()
  const visit = (each: Execution): void => {
    if (done.has(each)) return
    done.add(each)
    for (const input of Object.values(each.inputs)) for (const before of maker.get(input) ?? []) visit(before)
    order.push(each)
  }
  const order: Execution[] = []
  for (const each of sorted) visit(each)
  return order
}

function placeOf({ uses_in, key }: Execution): string {
  const first = uses_in[0]
  return first === undefined ? `~${key}` : `${first.started} ${first.run} ${key}`
}

/** Shards of a dataset, or none where its manifest is gone. */
export function shardsOf(store: Store, digest: string): readonly ShardRef[] {
  return store.has({ sha256: digest, sensitivity: 'redacted' }) ? getDataset(store, { digest }).shards : []
}

/** The digest under which a training names a model of the store as its base: over the files of its folder itself. */
export function baseDigest(store: Store, model: string): string | undefined {
  if (!store.has({ sha256: model, sensitivity: 'redacted' })) return undefined
  const files = getModel(store, { digest: model }).files.filter(({ name }) => !name.includes('/'))
  return sha256Json(files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })))
}
