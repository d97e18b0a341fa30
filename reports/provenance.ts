import type { ArtifactRef } from '../artifacts/refs.ts'
import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'

/** Who read and made what, by digest: what lineage formats are made from. */

export interface Made {
  readonly stage: string
  readonly port: string
  readonly ref: ArtifactRef
}

/** Every artifact of the run by its digest, in the order of the stages. The same bytes made twice count for the first. */
export function madeArtifacts(record: RunRecord): ReadonlyMap<string, Made> {
  const made = new Map<string, Made>()
  for (const stage of record.stages)
    for (const [port, ref] of Object.entries(stage.outputs))
      if (!made.has(ref.digest)) made.set(ref.digest, { stage: stage.id, port, ref })
  return made
}

/** Input port → digest, as the stage's key holds them. Empty for stages that read sources, or never had a key. */
export function inputDigests(stage: StageRecord): readonly (readonly [string, string])[] {
  const inputs = stage.keyParts?.['inputs']
  if (inputs === null || typeof inputs !== 'object' || Array.isArray(inputs)) return []
  return Object.entries(inputs).flatMap(([port, digest]) =>
    typeof digest === 'string' ? [[port, digest] as const] : [],
  )
}

/** Stages that were taken up: all but those that were skipped or never came to their turn. */
export function ranStages(record: RunRecord): readonly StageRecord[] {
  return record.stages.filter(({ state }) => state !== 'skipped' && state !== 'pending')
}

/** True for a stage that read the declared sources themselves. */
export function readsSources(stage: StageRecord): boolean {
  return stage.keyParts !== null && 'sources' in stage.keyParts
}

/**
 * When a stage was taken up and when it ended; the bounds of the run where the record does not say. The end follows from
 * a duration that no clock jump touches, and is never after the run's.
 */
export function stageTimes(record: RunRecord, stage: StageRecord): { readonly start: string; readonly end: string } {
  if (stage.started === undefined) return { start: record.started, end: record.finished }
  const start = Date.parse(stage.started)
  const end = Math.max(start, Math.min(start + Math.round(stage.seconds * 1000), Date.parse(record.finished)))
  return { start: stage.started, end: new Date(end).toISOString() }
}

/** The stage that made the candidate; without one the last stage that trains, if it gave a model. */
export function trainingStage(record: RunRecord): StageRecord | undefined {
  const id = record.release?.candidate?.stage
  if (id !== undefined) return record.stages.find((stage) => stage.id === id)
  return record.stages.findLast((stage) => Object.values(stage.outputs).some((ref) => ref.kind === 'model'))
}

/** A string of a pin (`{base: digest}`) of the stage's key. */
export function pinOf(stage: StageRecord, name: string): string | undefined {
  const pins = stage.keyParts?.['pins']
  if (pins === null || typeof pins !== 'object' || Array.isArray(pins)) return undefined
  const value = (pins as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : undefined
}

/** A member of a stage's config; `undefined` where there is none. */
export function configOf(stage: StageRecord, name: string): unknown {
  const { config } = stage
  return config === null || typeof config !== 'object' || Array.isArray(config)
    ? undefined
    : (config as Readonly<Record<string, unknown>>)[name]
}

/** The datasets that the model was trained, chosen and measured on: `train`, `valid`, `test`, by port. */
export function modelDatasets(record: RunRecord): readonly Made[] {
  const training = trainingStage(record)
  if (training === undefined) return lastDatasets(record)
  const made = madeArtifacts(record)
  const digests = new Set(inputDigests(training).map(([, digest]) => digest))
  for (const stage of record.stages)
    if (inputDigests(stage).some(([, digest]) => outputDigests(training).has(digest)))
      for (const [, digest] of inputDigests(stage)) digests.add(digest)
  const read = [...digests].flatMap((digest) => {
    const one = made.get(digest)
    return one?.ref.kind === 'dataset' ? [one] : []
  })
  return read.length > 0 ? read : lastDatasets(record)
}

function outputDigests(stage: StageRecord): ReadonlySet<string> {
  return new Set(Object.values(stage.outputs).map(({ digest }) => digest))
}

/** What a run without a model ends with: the datasets of the last stage that gave any. */
function lastDatasets(record: RunRecord): readonly Made[] {
  const stage = record.stages.findLast(({ outputs }) => Object.values(outputs).some(({ kind }) => kind === 'dataset'))
  if (stage === undefined) return []
  return Object.entries(stage.outputs).flatMap(([port, ref]) =>
    ref.kind === 'dataset' ? [{ stage: stage.id, port, ref }] : [],
  )
}
