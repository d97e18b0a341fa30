import { lastKeyParts } from './history.ts'
import type { StagePlan } from './plan.ts'
import { compareParts, type StageKey } from './stage-key.ts'

/** Why a stage runs, in words: by comparison with the last run in which it had a key. */
export function whyRun(storeRoot: string, pipeline: string, stage: StagePlan, key: StageKey, miss: string): string {
  if (miss.startsWith('forced')) return miss
  const before = lastKeyParts(storeRoot, pipeline, stage.id)
  if (before === null) return 'first run of this stage in this store'
  const changes = compareParts(before, key.parts).map((change) => nameInput(stage, change))
  return changes.length === 0 ? miss : changes.join('; ')
}

function nameInput(stage: StagePlan, change: string): string {
  const port = /^inputs\.([^:]+):/.exec(change)?.[1]
  const from = port === undefined ? undefined : stage.inputs[port]
  return from === undefined ? change : `input ${port} changed, because stage ${from.stage} gave other output`
}
