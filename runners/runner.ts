import type { ObjectRef, Sensitivity, ShardRef } from '../artifacts/refs.ts'
import type { ShardLimits } from '../artifacts/shard-writer.ts'
import type { TallyJson } from '../artifacts/tally.ts'
import type { RowCounts, SourceDeclaration } from '../stages/stage.ts'
import type { Json } from '../util/json.ts'

/**
 * Where a shard task runs. A task is plain JSON, so a runner may be a thread, a process or a cluster; the result names
 * objects that are already durable in the store.
 */
export interface Runner {
  readonly name: string
  /** Tasks that may be in flight at once. */
  readonly slots: number
  /** Rejects with a SluiceError; `transient` ones may be run again. */
  run(task: ShardTask, onProgress: (rows: number) => void): Promise<ShardResult>
  close(): Promise<void>
}

export interface ShardTask {
  /** Digest of everything that decides the result; the id of the task's action record. */
  readonly key: string
  /** `uses` of the stage and the pass (`''` for the stage's own). */
  readonly stage: string
  readonly pass: string
  readonly config: Json
  readonly seed: number
  readonly baseDir: string
  readonly sources: readonly SourceDeclaration[]
  readonly storeRoot: string
  readonly input:
    | { readonly kind: 'shard'; readonly shard: ShardRef }
    | { readonly kind: 'source'; readonly read: Json; readonly key: string }
  readonly params: Json
  /** Sensitivity of the input: dropped and quarantined rows keep it. */
  readonly inputSensitivity: Sensitivity
  readonly outputSensitivity: Sensitivity
  /** Dataset ports of the stage, the default one first. */
  readonly ports: readonly string[]
  readonly limits: ShardLimits
}

export interface ShardResult {
  readonly shards: Readonly<Record<string, readonly ShardRef[]>>
  readonly dropped: readonly ShardRef[]
  readonly quarantined: readonly ShardRef[]
  readonly rows: RowCounts
  /** Rows by reason of their drop, and by code of their quarantine. */
  readonly reasons: {
    readonly dropped: Readonly<Record<string, number>>
    readonly quarantined: Readonly<Record<string, number>>
  }
  readonly blobs: Readonly<Record<string, ObjectRef>>
  readonly tally: TallyJson
}
