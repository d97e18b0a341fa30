import type { Metric } from '../../artifacts/metric.ts'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import type { StagePlan } from './plan.ts'

/** The metrics a gate may judge: those of its stage and of everything before it. */
export function collectEvidence(
  stages: readonly StagePlan[],
  metrics: (stage: string) => readonly Metric[] | undefined,
): readonly EvidenceMetric[] {
  return stages.flatMap((plan) =>
    (metrics(plan.id) ?? []).map((metric) => ({ ...metric, stage: plan.id, uses: plan.uses })),
  )
}
