import type { Evidence, EvidenceMetric } from './evidence.ts'

/** Finds the metrics a reference means, in time that does not grow with the evidence. */
export interface EvidenceIndex {
  /** What `reference` names; `stages` is 0 where no such stage reported anything at all. */
  find(reference: string): { readonly stages: number; readonly metrics: readonly EvidenceMetric[] }
}

/** A reference in two parts. Metric names have no dot, so the last one separates. */
export function splitReference(reference: string): { readonly stage: string | undefined; readonly name: string } {
  const dot = reference.lastIndexOf('.')
  return dot < 0
    ? { stage: undefined, name: reference }
    : { stage: reference.slice(0, dot), name: reference.slice(dot + 1) }
}

/**
 * `gated` is the id of the gated stage, which a bare name means; `undefined` for a release, where a bare name means
 * nothing. A qualified name means the stage with that id, else every stage that uses that.
 */
export function indexEvidence(evidence: Evidence, gated: string | undefined): EvidenceIndex {
  const byStage = new Map<string, Map<string, EvidenceMetric[]>>()
  const idsByUse = new Map<string, Set<string>>()
  for (const metric of evidence.metrics) {
    const byName = getOrAdd(byStage, metric.stage, () => new Map<string, EvidenceMetric[]>())
    getOrAdd(byName, metric.name, () => []).push(metric)
    getOrAdd(idsByUse, metric.uses, () => new Set<string>()).add(metric.stage)
  }
  return {
    find(reference) {
      const { stage, name } = splitReference(reference)
      const qualifier = stage ?? gated
      const ids =
        qualifier === undefined ? [] : byStage.has(qualifier) ? [qualifier] : [...(idsByUse.get(qualifier) ?? [])]
      const found = ids.map((id) => byStage.get(id)?.get(name) ?? [])
      return { stages: ids.length, metrics: found.length === 1 ? found[0]! : found.flat() }
    },
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
