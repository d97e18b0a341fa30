import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { forgottenPin } from '../../artifacts/forgotten.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import { foreignEntry, isForeign } from '../../stages/load.ts'
import type { SourceSplit } from '../../stages/stage.ts'
import { sha256Json } from '../../util/digest.ts'
import type { Json } from '../../util/json.ts'
import type { Plan, StagePlan } from './plan.ts'

/** What a stage's output depends on, part by part: never a path, an mtime or a clock. */
export interface StageKey {
  readonly key: string
  readonly parts: Readonly<Record<string, Json>>
}

export function stageKey(
  plan: Plan,
  stage: StagePlan,
  inputs: Readonly<Record<string, ArtifactRef>>,
  split: SourceSplit | undefined,
): StageKey {
  const parts: Record<string, Json> = {
    stage: stage.uses,
    version: stage.stage.version,
    config: stage.config,
    inputs: Object.fromEntries(Object.entries(inputs).map(([port, ref]) => [port, ref.digest])),
    pins: { ...stage.stage.pins?.(stage.config, plan.context), ...foreignPin(plan, stage) },
    seed: plan.pipeline.spec.seed,
  }
  if (split !== undefined) {
    parts['sources'] = plan.pipeline.sources.map(({ uri: _uri, ...declared }) => declared) as unknown as Json
    parts['tasks'] = split.tasks.map((task) => task.key)
    const forgotten = forgottenPin(plan.context.storeRoot)
    if (forgotten !== undefined) parts['forgotten'] = forgotten
  }
  return { key: sha256Json(parts), parts }
}

/** The key of one shard's work: everything of the stage's key but the dataset, and the shard's own digest. */
export function taskKey(stage: StageKey, pass: string, shard: Json, params: Json): string {
  const { inputs: _inputs, tasks: _tasks, ...shared } = stage.parts
  return sha256Json({ ...shared, pass, shard, params })
}

/** A stage from a package is pinned by the bytes of its entry file. */
function foreignPin(plan: Plan, stage: StagePlan): Readonly<Record<string, string>> {
  if (!isForeign(stage.uses)) return {}
  const bytes = readFileSync(foreignEntry(stage.uses, plan.pipeline.baseDir))
  return { package: createHash('sha256').update(bytes).digest('hex') }
}

/** Which parts of a key changed, in words: `config.threshold: 0.5 → 0.6`. */
export function compareParts(
  before: Readonly<Record<string, Json>>,
  after: Readonly<Record<string, Json>>,
): readonly string[] {
  return diff(before, after, '')
}

function diff(before: Json | undefined, after: Json | undefined, path: string): readonly string[] {
  if (before !== undefined && after !== undefined && sha256Json(before) === sha256Json(after)) return []
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    return keys.flatMap((key) => diff(before[key], after[key], path === '' ? key : `${path}.${key}`))
  }
  return [`${path}: ${show(before)} → ${show(after)}`]
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: Json | undefined): string {
  if (value === undefined) return '(none)'
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return `${value.slice(0, 12)}…`
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
