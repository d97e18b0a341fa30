import { getEvaluation } from '../../artifacts/evaluation.ts'
import type { Store } from '../../artifacts/store.ts'
import type { SluiceError } from '../../util/errors.ts'
import type { StageResult } from './actions.ts'
import type { StagePlan } from './plan.ts'
import type { StageRecord } from './run-record.ts'

/** The record of a stage while the run goes on; what is written at the end is read-only. */
export type OpenStageRecord = { -readonly [K in keyof StageRecord]: StageRecord[K] }

export function pendingRecord(stage: StagePlan): OpenStageRecord {
  return {
    id: stage.id,
    uses: stage.uses,
    version: stage.stage.version,
    summary: stage.stage.summary,
    specs: stage.stage.metrics,
    needs: stage.needs,
    because: stage.because,
    config: stage.config,
    gate: stage.gate.length === 0 ? null : stage.gate.map((policy) => policy.name).join(', '),
    state: 'pending',
    reason: null,
    key: null,
    keyParts: null,
    rows: null,
    dropped: {},
    quarantined: {},
    outputs: {},
    evaluation: null,
    metrics: [],
    series: [],
    tables: [],
    limits: [],
    tally: null,
    seconds: 0,
    timings: {},
    error: null,
  }
}

/** Takes over what the stage left in the store, cached or just made. */
export function takeResult(record: OpenStageRecord, store: Store, result: StageResult): void {
  const { metrics, series, tables, limits, tally } = getEvaluation(store, result.evaluation)
  const { outputs, evaluation, rows, dropped, quarantined } = result
  Object.assign(record, { outputs, evaluation, rows, dropped, quarantined, metrics, series, tables, limits, tally })
}

export function takeError(record: OpenStageRecord, error: SluiceError): void {
  record.state = 'errored'
  record.error = error.toJSON()
  record.reason = error.message
}
