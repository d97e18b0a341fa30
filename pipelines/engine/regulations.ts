import { resolve } from 'node:path'
import { loadRegulation, loadRegulationFacts } from '../../policies/engine/load-regulations.ts'
import type { Pipeline } from './load.ts'
import type { RunRecord } from './run-record.ts'

/**
 * The packs and facts that a pipeline names; nothing where it names none.
 *
 * @throws SluiceError `REGULATION_…`, `REGULATION_FACTS_…`, with the place: before a byte moves
 */
export function pipelineRegulations({ spec, baseDir }: Pipeline): RunRecord['regulations'] {
  if (spec.regulations === undefined) return undefined
  const packs = spec.regulations.packs.map((name) => loadRegulation(name, baseDir))
  const { facts } = spec.regulations
  return { packs, ...(facts === undefined ? {} : { facts: loadRegulationFacts(resolve(baseDir, facts), packs) }) }
}
