import type { Decision } from '../../policies/engine/decision.ts'
import type { RowCounts } from '../../stages/stage.ts'
import type { SerializedError } from '../../util/errors.ts'
import type { StageState } from './run-record.ts'

/**
 * What happens in a run, in order. The terminal view, `--json`, the ledger and the run record all listen to these and
 * compute nothing of their own. No event holds data from records.
 */
export type RunEvent =
  | {
      readonly type: 'run.planned'
      readonly run: string
      readonly pipeline: string
      readonly stages: readonly PlannedStage[]
    }
  | { readonly type: 'stage.started'; readonly stage: string; readonly key: string; readonly tasks: number }
  | {
      readonly type: 'stage.progress'
      readonly stage: string
      readonly done: number
      readonly total: number
      readonly unit: string
      readonly detail?: string
    }
  | {
      readonly type: 'shard.done'
      readonly stage: string
      readonly index: number
      readonly total: number
      readonly rows: RowCounts
      readonly cached: boolean
    }
  | {
      readonly type: 'shard.retry'
      readonly stage: string
      readonly index: number
      readonly attempt: number
      readonly code: string
      readonly wait_ms: number
    }
  /** Another run holds this stage in the same store. */
  | { readonly type: 'stage.waiting'; readonly stage: string }
  | {
      readonly type: 'stage.retry'
      readonly stage: string
      readonly attempt: number
      readonly code: string
      readonly wait_ms: number
    }
  | {
      readonly type: 'stage.finished'
      readonly stage: string
      readonly key: string
      readonly state: StageState
      readonly rows?: RowCounts
      readonly seconds: number
    }
  | { readonly type: 'stage.skipped'; readonly stage: string; readonly because: string }
  | { readonly type: 'stage.errored'; readonly stage: string; readonly error: SerializedError }
  | { readonly type: 'gate.decided'; readonly gate: string; readonly decision: Decision; readonly digest: string }
  | { readonly type: 'record.rejected'; readonly stage: string; readonly code: string; readonly message: string }
  | {
      readonly type: 'run.finished'
      readonly run: string
      readonly outcome: string
      readonly exit: number
      readonly seconds: number
    }

export interface PlannedStage {
  readonly id: string
  readonly uses: string
  readonly needs: readonly string[]
}

export type Listener = (event: RunEvent) => void
