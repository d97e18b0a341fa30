import type { Metric } from '../artifacts/metric.ts'
import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'
import { configOf, pinOf, trainingStage } from './provenance.ts'

/** What the record says about how the model was trained. What it does not say is `undefined`. */
export interface TrainingFacts {
  readonly stage: StageRecord
  /** `lora`: factors beside frozen weights. `full`: all parameters. */
  readonly method: 'lora' | 'full' | undefined
  readonly fromScratch: boolean | undefined
  /** What the pipeline calls the base, and the digest of its files. */
  readonly base: { readonly name: string; readonly digest: string | undefined } | undefined
  readonly parameters: number | undefined
  readonly trained: number | undefined
  readonly tokens: number | undefined
  readonly steps: number | undefined
  /** Joules of the processor while it trained; `undefined` where no counter could be read. */
  readonly joules: number | undefined
  readonly privacy:
    | { readonly epsilon: number; readonly delta: number | undefined; readonly noised: boolean }
    | undefined
}

/** The facts of the stage that made the model; `undefined` where the run made none. */
export function trainingFacts(record: RunRecord): TrainingFacts | undefined {
  const stage = trainingStage(record)
  if (stage === undefined) return undefined
  const number = (name: string): number | undefined => {
    const value = metricOf(stage, name)?.value
    return typeof value === 'number' ? value : undefined
  }
  const flag = metricOf(stage, 'from_scratch')?.value
  const base = configOf(stage, 'base')
  const parameters = number('parameters')
  const trained = number('trained_parameters')
  const epsilon = number('dp_epsilon')
  return {
    stage,
    method: method(configOf(stage, 'method'), parameters, trained),
    fromScratch: typeof flag === 'boolean' ? flag : undefined,
    base: typeof base === 'string' && base !== '' ? { name: base, digest: pinOf(stage, 'base') } : undefined,
    parameters,
    trained,
    tokens: number('tokens_seen') ?? number('tokens'),
    steps: number('steps'),
    joules: stage.timings['energy_joules'],
    privacy:
      epsilon === undefined
        ? undefined
        : { epsilon, delta: number('dp_delta'), noised: metricOf(stage, 'dp_private')?.value === true },
  }
}

/** What was set; where the setting leaves it open (`auto`), what the counts of parameters show. */
function method(
  set: unknown,
  parameters: number | undefined,
  trained: number | undefined,
): 'lora' | 'full' | undefined {
  if (set === 'lora' || set === 'full') return set
  if (parameters === undefined || trained === undefined) return undefined
  return trained < parameters ? 'lora' : 'full'
}

/** A metric of a stage that has no labels. */
export function metricOf(stage: StageRecord, name: string): Metric | undefined {
  return stage.metrics.find((metric) => metric.name === name && metric.labels === undefined)
}
