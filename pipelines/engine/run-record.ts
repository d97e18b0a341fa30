import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import type { TallyJson } from '../../artifacts/tally.ts'
import type { Decision } from '../../policies/engine/decision.ts'
import type { RegulationFacts, RegulationPack } from '../../policies/engine/regulation-schema.ts'
import type { RowCounts, SourceDeclaration } from '../../stages/stage.ts'
import type { SerializedError } from '../../util/errors.ts'
import { canonicalJson, type Json } from '../../util/json.ts'

export type StageState =
  | 'pending'
  | 'running'
  | 'cached'
  | 'done'
  | 'gate_failed'
  | 'awaiting_review'
  | 'rejected'
  | 'errored'
  | 'skipped'

/** All that is known of a run: what every report is made from. Written as `run.json` in the run's folder. */
export interface RunRecord {
  readonly apiVersion: 'sluice/v1'
  readonly kind: 'RunRecord'
  readonly run: string
  readonly pipeline: {
    readonly name: string
    readonly purpose: string
    readonly owner: string
    readonly file: string
    readonly digest: string
    readonly seed: number
  }
  readonly sources: readonly SourceDeclaration[]
  readonly started: string
  readonly finished: string
  readonly seconds: number
  readonly environment: {
    readonly sluice: string
    readonly node: string
    readonly platform: string
    readonly cpu: string
    readonly cores: number
    readonly jobs: number
  }
  /** Options that changed what ran (`--force`, `--only` …), so that no bypass is silent. */
  readonly options: Readonly<Record<string, Json>>
  readonly stages: readonly StageRecord[]
  /** Every decision taken, in order: one per gate, then the release's. */
  readonly decisions: readonly { readonly gate: string; readonly digest: string; readonly decision: Decision }[]
  readonly release: {
    readonly state: 'awaiting_review' | 'blocked' | 'incomplete'
    /** All who may approve, whatever their role. */
    readonly reviewers: readonly string[]
    /** How many approvals it takes, of all roles together. */
    readonly quorum: number
    /** Where the pipeline asks for roles. */
    readonly roles?: readonly {
      readonly role: string
      readonly principals: readonly string[]
      readonly quorum: number
    }[]
    /** Stage whose model is the candidate, and the model's artifact. */
    readonly candidate?: { readonly stage: string; readonly model: ArtifactRef }
  } | null
  /** The waivers that lay beside the pipeline, used or not: digests of their documents and signatures in the store. */
  readonly waivers?: {
    readonly documents: readonly {
      readonly id: string
      readonly document: string
      /** End of the file's name (`.approved.sig`) → digest. */
      readonly signatures: Readonly<Record<string, string>>
    }[]
    readonly allowedSigners?: string
  }
  /** The packs of laws and standards that the pipeline names, and the facts declared for them, as they were then. */
  readonly regulations?: { readonly packs: readonly RegulationPack[]; readonly facts?: RegulationFacts }
  readonly outcome: 'passed' | 'blocked' | 'errored'
  readonly exit: number
  /** What stopped the run as a whole (an interruption, a log that cannot be written), where it was not a stage. */
  readonly error: SerializedError | null
  readonly ledger: { readonly size: number; readonly root: string; readonly checkpoint: string } | null
}

export interface StageRecord {
  readonly id: string
  readonly uses: string
  readonly version: number
  readonly summary: string
  readonly needs: readonly string[]
  readonly because: string | null
  readonly config: Json
  readonly gate: string | null
  readonly state: StageState
  /** Why it is in this state: `gate privacy: rule … failed`, `config changed`. */
  readonly reason: string | null
  readonly key: string | null
  /** The parts of the key, so that `explain` can compare two runs. */
  readonly keyParts: Readonly<Record<string, Json>> | null
  readonly rows: RowCounts | null
  /** Reason → rows. */
  readonly dropped: Readonly<Record<string, number>>
  readonly quarantined: Readonly<Record<string, number>>
  readonly outputs: Readonly<Record<string, ArtifactRef>>
  /** The stored evidence (metrics, series, tables, tally). */
  readonly evaluation: ArtifactRef | null
  readonly metrics: readonly Metric[]
  /** What the stage declares about its metrics (unit, direction, meaning), so that a report needs nothing but this record. */
  readonly specs?: readonly MetricSpec[]
  readonly series: readonly Series[]
  readonly tables: readonly Table[]
  readonly limits: readonly string[]
  readonly tally: TallyJson | null
  /** ISO time at which the engine took it up; left out where it never did (skipped), and in records of older versions. */
  readonly started?: string
  readonly seconds: number
  readonly timings: Readonly<Record<string, number>>
  readonly error: SerializedError | null
}

/**
 * What `run.finished` logs the digest of: the canonical JSON of the record as it reads back from its file, without
 * `ledger`, which tells the state of the log after that entry.
 */
export function loggedRecord(record: RunRecord): string {
  const { ledger: _, ...rest } = JSON.parse(JSON.stringify(record)) as RunRecord
  return canonicalJson(rest)
}
