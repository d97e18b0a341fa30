import { stringify } from 'yaml'
import type { Metric, MetricSpec } from '../artifacts/metric.ts'
import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'
import { languages } from './data-facts.ts'
import { byteSize, count, humanise, integer, intervalWords, list, metricValue, moment, plain } from './format.ts'
import { describeVerdict, gateTitle, needsAttention, summaryLine, totalCounts, VERDICT_WORDS } from './verdict.ts'

/**
 * Hugging Face model card: YAML front matter (`model-index` with the evaluation's figures) and the text a person
 * needs before using the model. A pure function of the record. Also for runs without a candidate, which it says first.
 */
export function renderModelCard(record: RunRecord): string {
  const front = stringify(frontMatter(record), { lineWidth: 0 })
  const sections = [
    heading(record),
    intendedUse(record),
    training(record),
    ...AUDITS.flatMap((audit) => auditSection(record, audit)),
    gates(record),
    limits(record),
    verification(record),
  ]
  return `---\n${front}---\n\n${sections.filter((section) => section !== '').join('\n\n')}\n`
}

interface FrontMatter {
  readonly language?: readonly string[]
  readonly license: string
  readonly license_name?: string
  readonly pipeline_tag: string
  readonly tags: readonly string[]
  readonly datasets?: readonly string[]
  readonly 'model-index'?: readonly unknown[]
}

/** The machine-readable part. Member names are those of the Hub's model card specification. */
function frontMatter(record: RunRecord): FrontMatter {
  const codes = languages(record).map(([code]) => code)
  const evaluated = results(record)
  return {
    ...(codes.length === 0 ? {} : { language: codes }),
    ...licence(record),
    pipeline_tag: 'text-generation',
    tags: ['sluice', 'text-generation', record.pipeline.name],
    ...(record.sources.length === 0 ? {} : { datasets: record.sources.map((source) => source.id) }),
    ...(evaluated.length === 0 ? {} : { 'model-index': [{ name: record.pipeline.name, results: evaluated }] }),
  }
}

/** The one licence of all sources as the Hub's identifier, else `other` with its words: a card must not promise more. */
function licence(record: RunRecord): { readonly license: string; readonly license_name?: string } {
  const stated = [...new Set(record.sources.map((source) => source.licence ?? 'not stated'))]
  const [only] = stated
  if (
    stated.length === 1 &&
    only !== undefined &&
    /^(?:apache-2\.0|mit|cc0-1\.0|cc-by(?:-sa|-nc|-nc-sa)?-\d\.\d)$/i.test(only)
  )
    return { license: only.toLowerCase() }
  return { license: 'other', license_name: stated.length === 0 ? 'not-stated' : stated.join(' and ') }
}

function results(record: RunRecord): readonly unknown[] {
  const evaluate = stageUsing(record, 'evaluate')
  if (evaluate === undefined) return []
  const metrics = evaluate.metrics.filter(
    (metric): metric is Metric & { value: number } => typeof metric.value === 'number',
  )
  if (metrics.length === 0) return []
  return [
    {
      task: { type: 'text-generation', name: 'Text generation' },
      dataset: { type: record.pipeline.name, name: 'held-out split of the training sources', split: 'test' },
      metrics: metrics.map((metric) => ({
        type: metric.name,
        name: `${humanise(metric.name)}${labelWords(metric)}`,
        value: metric.value,
        ...(metric.interval === undefined
          ? {}
          : {
              args: {
                n: metric.n ?? null,
                lower: metric.interval.lower,
                upper: metric.interval.upper,
                level: metric.interval.level,
              },
            }),
      })),
    },
  ]
}

function heading(record: RunRecord): string {
  const words = describeVerdict(record)
  const candidate = record.release?.candidate
  const state =
    candidate === undefined || record.release?.state !== 'awaiting_review'
      ? `> **No model was released or proposed by this run.** ${words.title}. ${words.lead}`
      : `> **${words.title}.** ${words.lead}`
  return [`# ${escapeMarkdown(record.pipeline.name)}`, state].join('\n\n')
}

function intendedUse(record: RunRecord): string {
  return [
    '## Intended use',
    `${escapeMarkdown(record.pipeline.purpose)}. Owner: ${escapeMarkdown(record.pipeline.owner)}.`,
    'Any other use was not measured. The limits below belong to the intended use; read them first.',
  ].join('\n\n')
}

function training(record: RunRecord): string {
  const finetune = stageUsing(record, 'finetune')
  const curate = stageUsing(record, 'curate')
  const first = record.stages.find((stage) => stage.needs.length === 0 && stage.rows !== null)
  const facts: string[] = []
  if (first?.rows != null)
    facts.push(
      `${count(first.rows.in, 'row')} read, ${count(first.rows.kept, 'record')} made, ${integer(first.rows.quarantined)} quarantined.`,
    )
  if (curate?.rows != null) {
    const splits = Object.entries(curate.outputs).flatMap(([port, ref]) =>
      ref.rows === undefined ? [] : [`${port} ${integer(ref.rows)}`],
    )
    const reasons = Object.entries(curate.dropped).map(
      ([reason, n]) => `${humanise(reason).toLowerCase()} ${integer(n)}`,
    )
    facts.push(
      `${count(curate.rows.kept, 'record')} kept by curation (${splits.join(', ')}); ${integer(curate.rows.dropped)} dropped${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}.`,
    )
  }
  const rows = record.sources.map((source) => [
    source.id,
    source.licence ?? 'not stated',
    source.lawful_basis ?? 'not stated',
    source.purpose ?? 'not stated',
  ])
  return [
    '## Training data',
    table(['Source', 'Licence', 'Lawful basis', 'Purpose'], rows),
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...(finetune === undefined || finetune.metrics.length === 0
      ? []
      : ['## Training', escapeMarkdown(finetune.summary), metricTable(finetune)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

interface Audit {
  readonly uses: string
  readonly title: string
}

const AUDITS: readonly Audit[] = [
  { uses: 'redact', title: 'Redaction' },
  { uses: 'toxicity', title: 'Toxicity' },
  { uses: 'bias', title: 'Bias' },
  { uses: 'evaluate', title: 'Evaluation and privacy audit' },
  { uses: 'monitor', title: 'Behaviour against the reference' },
]

function auditSection(record: RunRecord, { uses, title }: Audit): readonly string[] {
  return record.stages
    .filter((stage) => stage.uses === uses && stage.metrics.length > 0)
    .map((stage) => `## ${title}\n\n${escapeMarkdown(stage.summary)}\n\n${metricTable(stage)}`)
}

function metricTable(stage: StageRecord): string {
  // Groups and types that could not be measured are counted, not listed: run.json and report.html name them.
  const unmeasured = new Map<string, number>()
  for (const { name, value, labels } of stage.metrics)
    if (value === null && labels !== undefined) unmeasured.set(name, (unmeasured.get(name) ?? 0) + 1)
  const shown = stage.metrics.filter(({ value, labels }) => value !== null || labels === undefined)
  const rows = shown.map((metric) => {
    const unit = unitOf(stage, metric.name)
    return [
      `${humanise(metric.name)}${labelWords(metric)}`,
      metricValue(metric, unit),
      intervalWords(metric, unit)?.replace(' interval ', ': ') ?? '',
      metric.n === undefined ? '' : integer(metric.n),
      metric.note ?? '',
    ]
  })
  const missing = [...unmeasured].map(([name, n]) => `${humanise(name)} for ${integer(n)}`)
  return [
    table(['Measure', 'Value', 'Interval', 'n', 'Note'], rows),
    missing.length === 0 ? '' : `Not measured, for want of evidence: ${escapeMarkdown(list(missing))} of the groups.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function gates(record: RunRecord): string {
  if (record.decisions.length === 0) return ''
  const counts = totalCounts(record.decisions.map(({ decision }) => decision))
  const rows = record.decisions.map(({ gate, digest, decision }) => [
    gateTitle(gate),
    decision.outcome === 'block'
      ? 'blocks'
      : decision.outcome === 'waived'
        ? 'lets through by waiver'
        : decision.outcome === 'warn'
          ? 'lets through with warnings'
          : 'lets through',
    decision.rules
      .filter((rule) => needsAttention(rule) || rule.verdict === 'waived')
      .map((rule) => `${rule.title} (${VERDICT_WORDS[rule.verdict]}, ${rule.mode})`)
      .join('; '),
    digest.slice(0, 12),
  ])
  return [
    '## Gates',
    `${summaryLine(counts)}.`,
    table(['Gate', 'Outcome', 'Rules that did not pass', 'Decision'], rows),
  ].join('\n\n')
}

function limits(record: RunRecord): string {
  const lines = record.stages.flatMap((stage) =>
    stage.limits.map((limit) => `- ${escapeMarkdown(limit)} *(${stage.id})*`),
  )
  return [
    '## Limits',
    lines.length === 0 ? 'No stage stated a limit, because none that measures ran.' : lines.join('\n'),
  ].join('\n\n')
}

function verification(record: RunRecord): string {
  const candidate = record.release?.candidate
  const facts: (readonly [string, string])[] = [
    ['Run', `\`${record.run}\`, ${moment(record.finished)}`],
    ['Pipeline file', `\`${record.pipeline.file}\`, SHA-256 \`${record.pipeline.digest}\``],
    ['Seed', plain(record.pipeline.seed)],
    [
      'Made with',
      `Sluice ${record.environment.sluice}, Node ${record.environment.node}, ${record.environment.platform}`,
    ],
    ...(candidate === undefined
      ? []
      : [['Model manifest', `SHA-256 \`${candidate.model.digest}\`, ${byteSize(candidate.model.bytes)}`] as const]),
    ...(record.ledger === null
      ? []
      : [['Log', `${count(record.ledger.size, 'entry', 'entries')}, root \`${record.ledger.root}\``] as const]),
  ]
  const reviewers =
    record.release === null
      ? ''
      : record.release.roles === undefined
        ? `Release needs ${integer(record.release.quorum)} of ${record.release.reviewers.length === 0 ? 'the reviewers' : list(record.release.reviewers)}.`
        : `Release needs ${list(record.release.roles.map(({ role, principals, quorum }) => `for ${role} ${integer(quorum)} of ${list(principals)}`))}.`
  return [
    '## How to verify',
    facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    ['```sh', 'sluice verify', `sluice run ${record.pipeline.file}`, '```'].join('\n'),
    'The first command recomputes the log, every signed record and every object from the bytes. The second one makes the model again: the same inputs, settings and seed give the same digests.',
    reviewers,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function stageUsing(record: RunRecord, uses: string): StageRecord | undefined {
  return record.stages.find((stage) => stage.uses === uses)
}

function unitOf(stage: StageRecord, name: string): MetricSpec['unit'] | undefined {
  return stage.specs?.find((spec) => spec.name === name)?.unit
}

function labelWords(metric: Metric): string {
  const labels = Object.values(metric.labels ?? {})
  return labels.length === 0 ? '' : ` (${labels.join(', ')})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  // A column that is empty in every row tells nothing.
  const kept = head.map((_, i) => i === 0 || rows.some((row) => row[i] !== ''))
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, i) => kept[i])
      .map((cell) => escapeMarkdown(cell))
      .join(' | ')} |`
  return [
    line(head),
    `|${kept
      .filter(Boolean)
      .map(() => ' --- |')
      .join('')}`,
    ...rows.map(line),
  ].join('\n')
}

/** Names of groups, files and rules must not become markup or HTML on the Hub. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&').replace(/\s*\n\s*/g, ' ')
}
