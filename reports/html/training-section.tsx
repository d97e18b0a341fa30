import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import { decimal, duration, integer, percent, plain, shortDigest } from '../format.ts'
import { configOf } from '../provenance.ts'
import { metricOf, type TrainingFacts, trainingFacts } from '../training-facts.ts'
import { SeriesFigure } from './parts.tsx'

interface Fact {
  readonly label: string
  readonly value: string
  readonly note?: string | undefined
}

/**
 * How the model was made, for who reads nothing else about it: what was tuned and how, what it saw, how its loss fell,
 * what it cost and what it promises about the people in the data. Only what the record holds; a figure that was not
 * measured is either said to be so (energy, privacy: their absence matters) or left out.
 */
export function Training({ record }: { record: RunRecord }) {
  const facts = trainingFacts(record)
  if (facts === undefined) return <p class="intro">This run trained no model.</p>
  const { stage } = facts
  const losses = stage.series.filter(({ name }) => name === 'train_loss' || name === 'valid_loss')
  return (
    <div class="card">
      <FactGrid facts={[...modelFacts(facts), ...dataFacts(facts), ...resultFacts(stage)]} />
      {losses.length === 0 ? null : (
        <div class="charts wide">
          <SeriesFigure id="training-loss" series={losses} title="Loss while it trained, nats per token" />
        </div>
      )}
      <h4>Settings that decide the result</h4>
      <FactGrid facts={settings(stage)} />
      <h4>Cost and privacy</h4>
      <FactGrid facts={[...costFacts(facts), privacyFact(facts)]} />
    </div>
  )
}

function FactGrid({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ label, value, note }) => (
        <div>
          <dt>{label}</dt>
          <dd class="break">
            {value}
            {note === undefined ? null : <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function modelFacts({ base, method, fromScratch, parameters, trained, stage }: TrainingFacts): readonly Fact[] {
  const sizes = (['layers', 'width', 'heads'] as const).flatMap((name) => {
    const value = configOf(stage, name)
    return typeof value === 'number' ? [`${name} ${integer(value)}`] : []
  })
  const start: Fact =
    base !== undefined
      ? {
          label: 'Base model',
          value: base.name,
          note: base.digest === undefined ? 'its digest is not recorded' : `SHA-256 ${shortDigest(base.digest)}`,
        }
      : fromScratch === true
        ? { label: 'Base model', value: 'none', note: `a new network: ${sizes.join(', ')}` }
        : { label: 'Base model', value: 'not recorded' }
  const lora = configOf(stage, 'lora')
  const rank = lora !== null && typeof lora === 'object' && 'rank' in lora ? lora.rank : undefined
  return [
    start,
    {
      label: 'Method',
      value: method === 'lora' ? 'LoRA' : method === 'full' ? 'Full training' : 'not recorded',
      note:
        method === 'lora'
          ? `low-rank factors beside frozen weights${typeof rank === 'number' ? `, rank ${integer(rank)}` : ''}`
          : method === 'full'
            ? 'every parameter was trained'
            : undefined,
    },
    ...(parameters === undefined ? [] : [{ label: 'Parameters', value: integer(parameters) }]),
    ...(trained === undefined
      ? []
      : [
          {
            label: 'Of them trained',
            value: integer(trained),
            note: parameters === undefined || parameters === 0 ? undefined : percent(trained / parameters),
          },
        ]),
  ]
}

function dataFacts({ stage, tokens, steps }: TrainingFacts): readonly Fact[] {
  const supervised = numberOf(stage, 'supervised_tokens')
  const kept = numberOf(stage, 'kept_step')
  const rows = numberOf(stage, 'training_rows')
  return [
    ...(rows === undefined ? [] : [{ label: 'Rows trained on', value: integer(rows) }]),
    ...(tokens === undefined
      ? []
      : [
          {
            label: 'Tokens read',
            value: integer(tokens),
            note: supervised === undefined ? undefined : `${integer(supervised)} of them carry loss`,
          },
        ]),
    ...(steps === undefined
      ? []
      : [
          {
            label: 'Steps',
            value: integer(steps),
            note: kept === undefined ? undefined : `parameters of step ${integer(kept)} were kept`,
          },
        ]),
  ]
}

function resultFacts(stage: StageRecord): readonly Fact[] {
  const before = numberOf(stage, 'untrained_valid_perplexity')
  const after = numberOf(stage, 'valid_perplexity')
  const loss = metricOf(stage, 'valid_loss')
  if (after !== undefined)
    return [
      {
        label: 'Held-out perplexity',
        value: decimal(after),
        note: before === undefined ? undefined : `${decimal(before)} before the first step`,
      },
    ]
  if (typeof loss?.value !== 'number') return []
  return [{ label: 'Held-out loss', value: decimal(loss.value), note: 'nats per token' }]
}

/** Settings of the stage in the order of their weight, with words for those that need them. */
const SETTINGS: readonly (readonly [name: string, label: string])[] = [
  ['trainer', 'Trainer'],
  ['loss_on', 'Loss on'],
  ['epochs', 'Passes over the rows'],
  ['batch_tokens', 'Tokens a step'],
  ['context', 'Longest sequence'],
  ['learning_rate', 'Highest learning rate'],
  ['schedule', 'Schedule'],
  ['warmup', 'Share of steps that warm up'],
  ['weight_decay', 'Weight decay'],
  ['clip_norm', 'Gradient clipped at'],
]

function settings(stage: StageRecord): readonly Fact[] {
  return SETTINGS.flatMap(([name, label]) => {
    const value = configOf(stage, name)
    if (typeof value === 'number') return [{ label, value: name === 'warmup' ? percent(value) : decimal(value) }]
    return typeof value === 'string' && value !== '' ? [{ label, value }] : []
  })
}

function costFacts({ stage, joules }: TrainingFacts): readonly Fact[] {
  const flops = numberOf(stage, 'training_flops')
  const speed = stage.timings['tokens_per_second']
  return [
    { label: 'Time', value: duration(stage.timings['training_seconds'] ?? stage.seconds) },
    ...(speed === undefined ? [] : [{ label: 'Speed', value: `${integer(Math.round(speed))} tokens/s` }]),
    joules === undefined
      ? { label: 'Energy', value: 'not measured', note: 'this machine gave no counter that may be read' }
      : { label: 'Energy', value: `${decimal(joules / 3600)} Wh`, note: 'of the processor, by its own counter' },
    ...(flops === undefined ? [] : [{ label: 'Operations', value: powerOfTen(flops), note: 'an estimate' }]),
  ]
}

function privacyFact({ privacy, stage }: TrainingFacts): Fact {
  const label = 'Differential privacy'
  if (privacy === undefined)
    return { label, value: 'none', note: 'the training makes no promise about a single person; see the canary figures' }
  const unit = configOf(stage, 'privacy')
  const about =
    unit !== null && typeof unit === 'object' && 'unit' in unit ? `, for each ${plain(unit.unit as string)}` : ''
  return {
    label,
    value: `ε ≤ ${decimal(privacy.epsilon)}`,
    note: [
      privacy.delta === undefined ? 'delta not recorded' : `at δ = ${privacy.delta.toExponential(0)}${about}`,
      ...(privacy.noised ? [] : ['the noise was not cryptographic: this holds for tests only']),
    ].join('; '),
  }
}

/** `3.0 × 10¹²`. */
function powerOfTen(x: number): string {
  const [digits, power] = x.toExponential(1).split('e+') as [string, string | undefined]
  if (power === undefined) return decimal(x)
  return `${digits} × 10${[...power].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`
}

function numberOf(stage: StageRecord, name: string): number | undefined {
  const value = metricOf(stage, name)?.value
  return typeof value === 'number' ? value : undefined
}
