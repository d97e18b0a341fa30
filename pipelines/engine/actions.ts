import { getDataset } from '../../artifacts/dataset.ts'
import { getModel } from '../../artifacts/model.ts'
import type { ArtifactRef, ObjectRef, ShardRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { readActionRecord, writeActionRecord } from '../../audit/action-record.ts'
import type { Keys } from '../../audit/keys.ts'
import type { ShardResult } from '../../runners/runner.ts'
import type { RowCounts } from '../../stages/stage.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import type { StageKey } from './stage-key.ts'

/** What a finished stage left in the store: the payload of its signed action record. */
export interface StageResult {
  readonly outputs: Readonly<Record<string, ArtifactRef>>
  readonly evaluation: ArtifactRef
  readonly rows: RowCounts | null
  readonly droppedShards: readonly ShardRef[]
  readonly quarantinedShards: readonly ShardRef[]
  readonly dropped: Readonly<Record<string, number>>
  readonly quarantined: Readonly<Record<string, number>>
}

export type CacheAnswer<T> = { readonly hit: T } | { readonly miss: string }

/** The signed action records of a store: what was done before, and whether that may be trusted. */
export interface Actions {
  stage(key: string): CacheAnswer<StageResult>
  task(key: string): CacheAnswer<ShardResult>
  recordStage(uses: string, key: StageKey, result: StageResult): void
  recordTask(uses: string, key: string, result: ShardResult): void
}

/** Objects up to this size are hashed again before a cached result is believed; larger ones with `--verify` only. */
const REHASH_BYTES = 32 * 1024 * 1024

export function openActions(
  store: Store,
  keys: Keys,
  options: { readonly verify: boolean; readonly onBad: (key: string, reason: string) => void },
): Actions {
  const dir = `${store.root}/actions`
  const read = <T>(key: string, objects: (payload: T) => readonly ObjectRef[]): CacheAnswer<T> => {
    const answer = readActionRecord(dir, keys, key)
    if (answer.state === 'miss') {
      if (answer.reason !== 'absent') options.onBad(key, answer.reason)
      return {
        miss: answer.reason === 'absent' ? 'not run before' : `its action record cannot be trusted (${answer.reason})`,
      }
    }
    const payload = answer.record.payload as T
    try {
      let budget = REHASH_BYTES
      for (const object of objects(payload)) {
        if (!store.has(object)) return { miss: 'an object of its output is no longer in the store' }
        budget -= object.bytes
        if (options.verify || budget >= 0) store.get(object)
      }
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'OBJECT_MISSING')
        return { miss: 'an object of its output is no longer in the store' }
      throw error
    }
    return { hit: payload }
  }
  return {
    stage: (key) => read<StageResult>(key, (result) => stageObjects(store, result)),
    task: (key) => read<ShardResult>(key, taskObjects),
    recordStage: (uses, key, result) => {
      writeActionRecord(dir, keys, {
        v: 1,
        key: key.key,
        stage: uses,
        keyParts: key.parts,
        payload: result as unknown as Json,
      })
    },
    recordTask: (uses, key, result) => {
      writeActionRecord(dir, keys, { v: 1, key, stage: uses, keyParts: {}, payload: result as unknown as Json })
    },
  }
}

function stageObjects(store: Store, result: StageResult): readonly ObjectRef[] {
  const outputs = [...Object.values(result.outputs), result.evaluation]
  return [
    ...outputs.flatMap((ref) => artifactObjects(store, ref)),
    ...result.droppedShards,
    ...result.quarantinedShards,
  ]
}

/** Every object an artifact consists of: its manifest and its files. */
export function artifactObjects(store: Store, ref: ArtifactRef): readonly ObjectRef[] {
  const manifest: ObjectRef = { sha256: ref.digest, bytes: 0, sensitivity: 'redacted' }
  if (ref.kind === 'dataset') return [manifest, ...getDataset(store, ref).shards]
  if (ref.kind === 'model') return [manifest, ...getModel(store, ref).files]
  return [manifest]
}

function taskObjects(result: ShardResult): readonly ObjectRef[] {
  return [
    ...Object.values(result.shards).flat(),
    ...result.dropped,
    ...result.quarantined,
    ...Object.values(result.blobs),
  ]
}
