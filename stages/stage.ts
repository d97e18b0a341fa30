import type { Evaluation, Series, Table } from '../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../artifacts/metric.ts'
import type { Drop, Quarantine, TextRecord } from '../artifacts/record.ts'
import type { ArtifactKind, ArtifactRef, ObjectRef, Sensitivity, ShardRef } from '../artifacts/refs.ts'
import type { ShardLimits } from '../artifacts/shard-writer.ts'
import type { Store } from '../artifacts/store.ts'
import type { Tally } from '../artifacts/tally.ts'
import type { Sha256 } from '../util/digest.ts'
import type { Json } from '../util/json.ts'
import type { Static, TSchema } from '../util/schema-type.ts'

/**
 * The contract of a stage. One folder per stage, one line in `stages/index.ts`.
 *
 * A stage measures and transforms; it never decides whether a gate passes. Its key is
 * sha256(stage, version, config, digests of inputs, models and secrets, seed): raise `version` whenever the same key
 * could give other bytes than before.
 */
export interface Port {
  readonly kind: ArtifactKind
  readonly description: string
  readonly optional?: boolean
}
export type Ports = Readonly<Record<string, Port>>

interface StageBase<S extends TSchema = TSchema> {
  readonly name: string
  readonly version: number
  /** One sentence, for `sluice stages` and the reference. */
  readonly summary: string
  /** The one source of the type, the JSON Schema and the reference. Every field has a description and a default
   * unless it is required. `additionalProperties: false`. */
  readonly config: S
  readonly takes: Ports
  readonly gives: Ports
  readonly metrics: readonly MetricSpec[]
  /** What its outputs are: `redacted` only for a stage that removes personal data; else as its inputs are. */
  readonly sensitivity?: Sensitivity
  /** Digests of what else decides the output: model files, lexicons, ids of secrets. Part of the key. */
  pins?(config: Static<S>, context: PlanContext): Readonly<Record<string, string>>
  /** Everything that can be found before a byte moves: missing files, contradictory options. Reads no data. */
  check?(config: Static<S>, context: PlanContext, use: StageUse): readonly Problem[]
  /** What outputs lack with this config, by port. A stage that needs it refuses them in its own `check`. */
  lacks?(config: Static<S>): Readonly<Record<string, Lack>>
  /** Pure: metrics, tables and limits from the merged tally (called once, after the last shard). */
  summarize?(tally: Tally, config: Static<S>): Summary
}

export interface Summary {
  readonly metrics: readonly Metric[]
  readonly series?: readonly Series[]
  readonly tables?: readonly Table[]
  readonly limits?: readonly string[]
  readonly data?: Json
}

export interface Problem {
  readonly code: string
  readonly message: string
  readonly next?: string
  /** Path inside the stage's `with`, e.g. `['sources', 0]`; the engine finds line and column. */
  readonly path?: readonly (string | number)[]
  /** The input that is wrong, where it is not the config: its place is that of the stage's `needs`. */
  readonly input?: string
}

/** Something that an output of this kind usually has and this one has not. */
export interface Lack {
  /** `weights`: a model that cannot be run here. */
  readonly what: 'weights'
  /** Why, as the end of a sentence: `writes the adapter alone (\`merged: false\`)`. */
  readonly because: string
  readonly next: string
}

/** How the pipeline file uses a stage. */
export interface StageUse {
  /** `with` as it is written, before defaults: an option that is not in it was not asked for. */
  readonly written: Readonly<Record<string, Json>>
  /** The outputs that are connected, by input. */
  readonly inputs: Readonly<Record<string, PlannedInput>>
}

/** An output of an earlier stage, as far as a plan knows it. */
export interface PlannedInput {
  /** Id of the stage that gives it. */
  readonly stage: string
  readonly port: string
  readonly lack: Lack | undefined
}

/** A stage that looks at records one by one. The engine runs it shard by shard on the workers. */
export interface ShardStage<S extends TSchema = TSchema> extends StageBase<S> {
  readonly kind: 'shard'
  open(config: Static<S>, context: OpenContext): Promise<ShardWorker>
}

/** A stage that reads sources from outside. `split` names the tasks; each runs on a worker. */
export interface SourceStage<S extends TSchema = TSchema> extends StageBase<S> {
  readonly kind: 'source'
  /** Reads what it must to cut the input into tasks of bounded size, and pins the bytes by digest. */
  split(config: Static<S>, context: SplitContext): Promise<SourceSplit>
  openSource(config: Static<S>, context: OpenContext): Promise<SourceWorker>
}

export interface SourceSplit {
  /** In order; the outputs are concatenated in this order. `key` must change whenever the bytes behind the task do. */
  readonly tasks: readonly SourceTask[]
  /** Facts about the sources, merged into the stage's tally before the shards' own. */
  readonly tally?: Tally
}

export interface SourceTask {
  /** Identifies the bytes: digest of file, range, format and so on. Part of stage and task keys. Never a path. */
  readonly key: Json
  /** What the worker needs to read them (paths allowed). Not part of the key. */
  readonly read: Json
  /** For display: `tickets.jsonl [0–33554432)`. */
  readonly label: string
}

/** A stage that needs the whole input: training, clustering. It may fan out over shards with `context.map`. */
export interface WholeStage<S extends TSchema = TSchema> extends StageBase<S> {
  readonly kind: 'whole'
  run(config: Static<S>, inputs: Inputs, context: RunContext): Promise<Outputs>
  /** Passes that `context.map` runs on the workers, by name. */
  readonly passes?: Readonly<Record<string, (config: Static<S>, context: OpenContext) => Promise<ShardWorker>>>
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds stages of every config type.
export type Stage = ShardStage<any> | SourceStage<any> | WholeStage<any>

export interface ShardWorker {
  /** Every record of the batch must come back exactly once: kept, routed, dropped or quarantined. */
  process(batch: readonly TextRecord[]): Promise<BatchResult>
  /** Called once after the last batch of a shard, before the tally is taken. May emit blobs. */
  finish?(): Promise<void>
  close(): Promise<void>
}

export interface SourceWorker {
  /** Batches in order. `kept.length + quarantined.length + joined` must equal the rows read. */
  read(task: Json): AsyncIterable<SourceBatch>
  close(): Promise<void>
}

export interface SourceBatch extends BatchResult {
  /** Raw rows read for this batch. */
  readonly rowsIn: number
  /** Rows that became part of another row's record (grouping): rowsIn = kept + dropped + quarantined + joined. */
  readonly joined?: number
}

export interface BatchResult {
  /** Go to the stage's first dataset port. */
  readonly kept: readonly TextRecord[]
  /** Go to the named ports instead. They count as kept. */
  readonly routed?: Readonly<Record<string, readonly TextRecord[]>>
  /** Records that a measuring pass only looked at: they count as kept, and nothing is written for them. */
  readonly seen?: readonly TextRecord[]
  readonly dropped: readonly Drop[]
  readonly quarantined: readonly Quarantine[]
  /** Records made by the stage itself, not from an input row (canaries). Written after `kept`, outside conservation. */
  readonly added?: readonly TextRecord[]
}

/** Named by a pipeline file under `sources`. */
export interface SourceDeclaration {
  readonly id: string
  /** Glob or path, relative to the pipeline file. */
  readonly uri: string
  readonly licence?: string
  readonly lawful_basis?: string
  readonly purpose?: string
  readonly contains?: readonly string[]
}

export interface PlanContext {
  /** Folder of the pipeline file: relative paths start here. */
  readonly baseDir: string
  /** Folder of the store: pinned models lie in its `models/`. */
  readonly storeRoot: string
  readonly sources: readonly SourceDeclaration[]
  /** The pipeline's own `purpose`. */
  readonly purpose: string
  /** The day of the run, for what expires (an allow list). Never part of a key. */
  readonly now: Date
  /** Fingerprint (16 hex digits) of a secret, for `pins`. Makes the secret if it is a store secret and missing. */
  secretId(ref: SecretRef): string
}

/** Where a secret comes from: the store's own (made on first use), an environment variable or a file. */
export type SecretRef = { readonly store: string } | { readonly env: string } | { readonly file: string }

export interface SplitContext extends PlanContext {
  readonly signal: AbortSignal
  readonly store: Store
}

export interface OpenContext {
  readonly seed: number
  readonly baseDir: string
  readonly sources: readonly SourceDeclaration[]
  readonly store: Store
  /** Fresh for each shard. */
  readonly tally: Tally
  /** Sensitivity of the stage's outputs. */
  readonly sensitivity: Sensitivity
  /** What the coordinator gave `context.map` for this shard; `null` for plain shard stages. */
  readonly params: Json
  /** Digest of the shard being processed (or of the source task). */
  readonly shard: Sha256
  secret(ref: SecretRef): Buffer
  /** Hands a file back to the coordinator (signatures, say). Stored like the outputs. */
  blob(name: string, bytes: Uint8Array): void
  /** A folder of this task alone, removed when the task ends. Anything raw written here must be sealed or removed. */
  scratch(): string
}

export type Inputs = Readonly<Record<string, ArtifactRef>>

export interface Outputs {
  /** By port name. */
  readonly artifacts: Readonly<Record<string, ArtifactRef>>
  readonly rows?: RowCounts
  /** Shards of dropped and quarantined rows. */
  readonly dropped?: readonly ShardRef[]
  readonly quarantined?: readonly ShardRef[]
  readonly summary: Summary
  /** Wall-clock figures for the run record (tokens_per_second): not evidence, not part of any digest. */
  readonly timings?: Readonly<Record<string, number>>
}

/** Conservation: in + added = kept + dropped + quarantined + joined. Checked by the engine for every stage. */
export interface RowCounts {
  readonly in: number
  readonly kept: number
  readonly dropped: number
  readonly quarantined: number
  readonly joined: number
  /** Records that the stage made itself; contained in the rows of its outputs beside `kept`. */
  readonly added: number
}

export interface RunContext {
  readonly seed: number
  readonly baseDir: string
  readonly store: Store
  readonly tally: Tally
  readonly sensitivity: Sensitivity
  readonly signal: AbortSignal
  /** Worker threads the run may use. */
  readonly jobs: number
  /** A folder that survives a crash and belongs to this stage key: checkpoints. Removed when the stage is done. */
  readonly workDir: string
  secret(ref: SecretRef): Buffer
  progress(done: number, total: number, unit: string, detail?: string): void
  /**
   * Runs one of the stage's passes over every shard of a dataset on the workers. Finished shards are recorded, so a
   * killed run does not repeat them. `params(i)` is part of the task's key.
   */
  map(pass: string, dataset: ArtifactRef, params?: (index: number, shard: ShardRef) => Json): Promise<MapResult>
  readonly shardLimits: ShardLimits
}

export interface MapResult {
  /** Output shards by port, in the order of the input shards. */
  readonly shards: Readonly<Record<string, readonly ShardRef[]>>
  readonly dropped: readonly ShardRef[]
  readonly quarantined: readonly ShardRef[]
  readonly rows: RowCounts
  /** Per input shard, what the worker handed back with `blob`. */
  readonly blobs: readonly Readonly<Record<string, ObjectRef>>[]
  readonly tally: Tally
}

export type { Evaluation }
