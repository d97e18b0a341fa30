import type { Metric } from '../artifacts/metric.ts'
import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'
import { labelText } from '../policies/engine/evidence.ts'
import type { Json } from '../util/json.ts'
import { configOf, modelDatasets } from './provenance.ts'
import { failureWords } from './rule-words.ts'
import type { TrainingFacts } from './training-facts.ts'
import { needsAttention } from './verdict.ts'

/** CycloneDX's model card: parameters, measured figures with intervals, considerations. Only what the record holds. */
export function modelCard(record: RunRecord, training: TrainingFacts): Json {
  const measured = record.stages.filter((stage) => stage.id === training.stage.id || MEASURES.has(stage.uses))
  const figures = measured.flatMap((stage) => stage.metrics.flatMap((metric) => performance(stage, metric)))
  return {
    modelParameters: {
      ...approach(training),
      task: 'text-generation',
      ...architecture(training),
      datasets: modelDatasets(record).map(({ ref }) => ({ ref: `data/${ref.digest}` })),
      inputs: [{ format: 'text' }],
      outputs: [{ format: 'text' }],
    },
    ...(figures.length === 0
      ? {}
      : { quantitativeAnalysis: { performanceMetrics: figures.map(({ metric }) => metric) } }),
    considerations: considerations(record, training),
    // Level, method and number of observations have no place in a performance metric.
    properties: [
      ...settings(training),
      ...figures.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
    ],
  }
}

/** Stages that measure the model, by what they are. */
const MEASURES: ReadonlySet<string> = new Set(['evaluate', 'monitor'])

/** Next-token training on the assistant's turns is supervised by them; on whole texts it supervises itself. */
function approach({ stage }: TrainingFacts): { readonly [name: string]: Json } {
  const on = configOf(stage, 'loss_on')
  if (on === 'assistant') return { approach: { type: 'supervised' } }
  return on === undefined ? {} : { approach: { type: 'self-supervised' } }
}

/** Every network that our own trainers know is a transformer; of a provider's we know nothing. */
function architecture({ stage, fromScratch }: TrainingFacts): { readonly [name: string]: Json } {
  const trainer = configOf(stage, 'trainer')
  if (trainer !== 'sluice' && trainer !== 'peft') return {}
  const size = (['layers', 'width', 'heads'] as const).map((name) => [name, configOf(stage, name)] as const)
  return {
    architectureFamily: 'transformer',
    ...(fromScratch === true && size.every(([, value]) => typeof value === 'number')
      ? { modelArchitecture: size.map(([name, value]) => `${name} ${String(value)}`).join(', ') }
      : {}),
  }
}

function settings({ stage, method, parameters, trained, tokens, steps, privacy }: TrainingFacts): readonly Json[] {
  const facts: readonly (readonly [string, string | number | undefined])[] = [
    ['training:method', method],
    ['training:parameters', parameters],
    ['training:trained-parameters', trained],
    ['training:tokens', tokens],
    ['training:steps', steps],
    ['training:dp-epsilon', privacy?.epsilon],
    ['training:dp-delta', privacy?.delta],
    ['training:dp-noise-cryptographic', privacy === undefined ? undefined : String(privacy.noised)],
    ['training:config', JSON.stringify(stage.config)],
  ]
  return facts.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: `sluice:${name}`, value: String(value) }],
  )
}

/** A measured number; what could not be measured is no performance. */
function performance(
  stage: StageRecord,
  metric: Metric,
): readonly { readonly metric: Json; readonly evidence: Json | undefined }[] {
  if (typeof metric.value !== 'number' && typeof metric.value !== 'boolean') return []
  const type = `${stage.id}.${metric.name}`
  const slice = Object.entries(metric.labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
  const evidence = [
    ...(metric.n === undefined ? [] : [`n=${metric.n}`]),
    ...(metric.interval === undefined ? [] : [`level=${metric.interval.level}`, `method=${metric.interval.method}`]),
    ...(metric.note === undefined ? [] : [`note=${metric.note}`]),
  ]
  return [
    {
      metric: {
        type,
        value: String(metric.value),
        ...(slice === '' ? {} : { slice }),
        ...(metric.interval === undefined
          ? {}
          : {
              confidenceInterval: {
                lowerBound: String(metric.interval.lower),
                upperBound: String(metric.interval.upper),
              },
            }),
      },
      evidence:
        evidence.length === 0
          ? undefined
          : { name: `sluice:evidence:${type}${labelText(metric.labels)}`, value: evidence.join('; ') },
    },
  ]
}

function considerations(record: RunRecord, training: TrainingFacts): Json {
  const limits = record.stages.flatMap((stage) => stage.limits.map((limit) => `${limit} (${stage.id})`))
  const risks = record.decisions.flatMap(({ gate, decision }) =>
    decision.rules
      .filter((rule) => needsAttention(rule) || rule.verdict === 'waived')
      .map((rule) => ({
        name: `${gate}/${rule.id}: ${rule.title}. ${rule.verdict === 'waived' ? rule.explanation : failureWords(rule)}`,
        mitigationStrategy: rule.remediation,
      })),
  )
  const groups = fairness(record)
  const { joules } = training
  return {
    useCases: [record.pipeline.purpose],
    ...(limits.length === 0 ? {} : { technicalLimitations: limits }),
    ...(risks.length === 0 ? {} : { ethicalConsiderations: risks }),
    ...(groups.length === 0 ? {} : { fairnessAssessments: groups }),
    ...(joules === undefined
      ? {}
      : {
          environmentalConsiderations: {
            energyConsumptions: [
              {
                activity: training.base === undefined ? 'training' : 'fine-tuning',
                // Who made the power is not known to a counter in a processor.
                energyProviders: [],
                activityEnergyCost: { value: joules / 3.6e6, unit: 'kWh' },
              },
            ],
          },
        }),
  }
}

/** One assessment for each group of people that the bias stage judged, with its figures. */
function fairness(record: RunRecord): readonly Json[] {
  const groups = new Map<string, string[]>()
  for (const stage of record.stages.filter(({ uses }) => uses === 'bias'))
    for (const metric of stage.metrics) {
      const { axis, group } = metric.labels ?? {}
      if (axis === undefined || group === undefined) continue
      const name = `${group} (${axis})`
      groups.set(name, [...(groups.get(name) ?? []), figureWords(stage, metric)])
    }
  return [...groups].map(([groupAtRisk, figures]) => ({ groupAtRisk, harms: figures.join('; ') }))
}

function figureWords(stage: StageRecord, { name, value, n, interval, note }: Metric): string {
  const parts = [
    ...(interval === undefined ? [] : [`${interval.lower} to ${interval.upper} at level ${interval.level}`]),
    ...(n === undefined ? [] : [`n=${n}`]),
    ...(note === undefined ? [] : [note]),
  ]
  return `${stage.id}.${name} ${value === null ? 'not measured' : String(value)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
}
