import { readDataset } from '../../artifacts/dataset.ts'
import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric } from '../../artifacts/metric.ts'
import { plainText, type TextRecord } from '../../artifacts/record.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import { openStore, type Store } from '../../artifacts/store.ts'
import { type LanguageModel, openLanguageModel } from '../../models/language-model.ts'
import { openToxicityScorer } from '../../models/toxicity/scorer.ts'
import { random } from '../../util/random.ts'
import { bootstrapMean } from '../../util/resample.ts'
import type { ThreadLink } from '../../util/thread.ts'
import { modelFiles, readCanaryPlan } from '../evaluate/inputs.ts'
import { type Finding, type Inspectors, inspect, piiRates, rate, toxicityRates } from '../evaluate/outputs.ts'
import { sampleRows } from '../evaluate/sample-rows.ts'
import { answer, type Question, questionOf } from '../evaluate/sampling.ts'
import { openDefaultDetector } from '../redact/configured.ts'
import type { MonitorConfig } from './config.ts'
import { driftReport } from './drift-report.ts'
import { type AnswerFeatures, featuresOf } from './features.ts'
import { rateTable } from './output-metrics.ts'

export interface MonitorJob {
  readonly storeRoot: string
  readonly watched:
    | { readonly kind: 'sampled'; readonly model: ArtifactRef }
    | { readonly kind: 'logged'; readonly outputs: ArtifactRef }
  readonly reference: ArtifactRef
  readonly canaries: ArtifactRef | null
  readonly config: MonitorConfig
  readonly seed: number
}

export interface MonitorResult {
  readonly metrics: readonly Metric[]
  readonly tables: readonly Table[]
  readonly series: readonly Series[]
  readonly limits: readonly string[]
  readonly timings: Readonly<Record<string, number>>
}

/** What both sides come down to: one answer a conversation, so that the answers do not hang together. */
interface Sides {
  readonly outputs: readonly string[]
  readonly reference: readonly string[]
  /** Outputs with a planted secret, of how many read. */
  readonly canaryHits: { readonly hits: number; readonly n: number } | null
  readonly limits: readonly string[]
}

/** Measures a set of outputs against a reference. Deterministic; one ORT thread. */
export async function runMonitor(job: MonitorJob, link: ThreadLink): Promise<MonitorResult> {
  const { config, seed } = job
  const started = performance.now()
  const store = openStore(job.storeRoot)
  const secrets =
    job.canaries === null
      ? null
      : readCanaryPlan(store, job.canaries)
          .canaries.filter((canary) => canary.repeats > 0)
          .map((canary) => canary.secret)
  const sides =
    job.watched.kind === 'sampled'
      ? await sampledSides(store, job, job.watched.model, secrets, link)
      : loggedSides(store, job, job.watched.outputs, secrets, link)
  const collected = performance.now()

  const scorer = await openToxicityScorer()
  const detector = await openDefaultDetector()
  try {
    const inspectors = { detector, scorer }
    const total = sides.outputs.length + sides.reference.length
    const outputs = await inspectInParts(inspectors, sides.outputs, (done) =>
      tell(link, done, total, 'looking at outputs'),
    )
    const reference = await inspectInParts(inspectors, sides.reference, (done) =>
      tell(link, sides.outputs.length + done, total, 'looking at the reference'),
    )
    const watched = outputs.map(featuresOf)
    const normal = reference.map(featuresOf)
    const drift = driftReport(normal, watched, { ...config, minN: config.min_n, seed })
    const rates = [
      ...piiRates('pii_rate', outputs),
      ...piiRates('pii_rate_reference', reference),
      ...toxicityRates('toxicity_rate', outputs, config.toxic_at),
      ...toxicityRates('toxicity_rate_reference', reference, config.toxic_at),
      rate('refusal_rate', undefined, watched, (one) => one.refusal),
      rate('refusal_rate_reference', undefined, normal, (one) => one.refusal),
    ]
    return {
      metrics: [
        { name: 'source', value: job.watched.kind, n: outputs.length },
        ...rates,
        lengthMetric('length_words', watched, seed),
        lengthMetric('length_words_reference', normal, seed),
        sides.canaryHits === null
          ? { name: 'canary_hits', value: null, n: 0, note: 'needs the canary plan' }
          : { name: 'canary_hits', value: sides.canaryHits.hits, n: sides.canaryHits.n },
        ...drift.metrics,
      ],
      tables: [rateTable(rates), ...drift.tables],
      series: drift.series,
      limits: [
        ...sides.limits,
        'Drift says that answers changed, not whether for better or worse; and what none of the features shows is not seen.',
        'Refusals are found by English phrases, personal data and toxicity by the same detectors as in the pipeline: what these miss is not counted.',
      ],
      timings: {
        collecting_seconds: (collected - started) / 1000,
        measuring_seconds: (performance.now() - collected) / 1000,
      },
    }
  } finally {
    await detector.close()
    await scorer.close()
  }
}

async function sampledSides(
  store: Store,
  job: MonitorJob,
  ref: ArtifactRef,
  secrets: readonly string[] | null,
  link: ThreadLink,
): Promise<Sides> {
  const { config, seed } = job
  // Prompts and reference are drawn apart, so that an answer is not compared with its own prompt's reference.
  const asked = sampleRows(store, job.reference, config.outputs, random(seed, 'prompts'))
  const questions = questionsOf(asked.rows, seed, 'prompt turns')
  const normal = sampleRows(store, job.reference, config.reference_rows, random(seed, 'reference'))
  const model = await openLanguageModel(modelFiles(store, ref), { threads: 1 })
  try {
    let done = 0
    const answers = await answer(
      model,
      questions,
      { maxTokens: config.max_tokens, temperature: config.temperature, topP: config.top_p, seed },
      (by) => {
        done += by
        tell(link, done, questions.length, 'sampling answers')
      },
    )
    const texts = answers.map((one) => one.text)
    const references = questionsOf(normal.rows, seed, 'reference turns')
    return {
      outputs: texts,
      reference: references.map((question) => clip(model, question.reference, config.max_tokens)),
      canaryHits: secrets === null ? null : { hits: countHits(texts, secrets), n: texts.length },
      limits: [
        `Outputs: ${texts.length} answers sampled at temperature ${config.temperature} to prompts from the reference, at most ${config.max_tokens} tokens each; reference answers are cut at the same length.`,
        'What users ask in production may differ from the reference: watch logged outputs too.',
      ],
    }
  } finally {
    await model.close()
  }
}

function loggedSides(
  store: Store,
  job: MonitorJob,
  ref: ArtifactRef,
  secrets: readonly string[] | null,
  link: ThreadLink,
): Sides {
  const { config, seed } = job
  const logged = sampleRows(store, ref, config.logged_rows, random(seed, 'logged'), hasAnswer)
  const normal = sampleRows(store, job.reference, config.reference_rows, random(seed, 'reference'), hasAnswer)
  let hits = 0
  let n = 0
  for (const record of secrets === null ? [] : readDataset(store, ref)) {
    if (n % 1000 === 0) link.checkAborted()
    n += 1
    hits += countHits([writtenText(record)], secrets ?? [])
  }
  const answers = questionsOf(logged.rows, seed, 'logged turns').map((question) => question.reference)
  return {
    outputs: answers,
    reference: questionsOf(normal.rows, seed, 'reference turns').map((question) => question.reference),
    canaryHits: secrets === null ? null : { hits, n },
    limits: [
      `Outputs: ${answers.length} of ${logged.eligible} logged rows with an answer, one answer of each conversation.`,
    ],
  }
}

function questionsOf(rows: readonly TextRecord[], seed: number, scope: string): readonly Question[] {
  const source = random(seed, scope)
  return rows.flatMap((record) => questionOf(record, source) ?? [])
}

function hasAnswer(record: TextRecord): boolean {
  return questionOf(record, random(0)) !== null
}

/** Everything the assistant wrote in a record. */
function writtenText(record: TextRecord): string {
  if (record.messages === undefined) return plainText(record)
  return record.messages
    .filter((message) => message.role === 'assistant')
    .map(
      (message) => message.content + (message.tool_calls ?? []).map((call) => `\n${call.function.arguments}`).join(''),
    )
    .join('\n')
}

function countHits(texts: readonly string[], secrets: readonly string[]): number {
  return texts.filter((text) => secrets.some((secret) => text.includes(secret))).length
}

function clip(model: Pick<LanguageModel, 'encode' | 'decode'>, text: string, maxTokens: number): string {
  const ids = model.encode(text)
  return ids.length <= maxTokens ? text : model.decode(ids.slice(0, maxTokens))
}

async function inspectInParts(
  inspectors: Inspectors,
  texts: readonly string[],
  onDone: (done: number) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (let i = 0; i < texts.length; i += 128) {
    findings.push(...(await inspect(inspectors, texts.slice(i, i + 128))))
    onDone(findings.length)
  }
  return findings
}

function tell(link: ThreadLink, done: number, total: number, detail: string): void {
  link.checkAborted()
  link.progress(done, total, 'answers', detail)
}

function lengthMetric(name: string, rows: readonly AnswerFeatures[], seed: number): Metric {
  const n = rows.length
  if (n === 0) return { name, value: null, n, note: 'there are no texts to look at' }
  const words = rows.map((row) => row.words)
  const interval = bootstrapMean(words, random(seed, name))
  return {
    name,
    value: words.reduce((sum, count) => sum + count, 0) / n,
    n,
    ...(interval === null ? {} : { interval }),
  }
}
