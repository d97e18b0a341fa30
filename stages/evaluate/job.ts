import type { CanaryPlan } from '../../artifacts/canary.ts'
import { readDataset } from '../../artifacts/dataset.ts'
import type { Series, Table } from '../../artifacts/evaluation.ts'
import type { Metric } from '../../artifacts/metric.ts'
import { plainText, type TextRecord } from '../../artifacts/record.ts'
import type { ArtifactRef, Sensitivity } from '../../artifacts/refs.ts'
import { openStore, type Store } from '../../artifacts/store.ts'
import { Tally, type TallyJson } from '../../artifacts/tally.ts'
import { type LanguageModel, openLanguageModel } from '../../models/language-model.ts'
import { openToxicityScorer } from '../../models/toxicity/scorer.ts'
import { random } from '../../util/random.ts'
import type { ThreadLink } from '../../util/thread.ts'
import { openDefaultDetector } from '../redact/configured.ts'
import type { EvaluateConfig } from './config.ts'
import { alternativesFor, measureExposures } from './exposure.ts'
import { type ExposureReport, exposureReport, missingExposure } from './exposure-report.ts'
import { extract, extractionMetrics } from './extraction.ts'
import { modelFiles, readCanaryPlan } from './inputs.ts'
import { type Likelihood, scoreConversations, tokenCounts } from './likelihood.ts'
import { membershipMetrics } from './membership.ts'
import { type Inspectors, inspect } from './outputs.ts'
import { outputMetrics, ownValues, type SampledOutput, sampleTable, standsIn } from './outputs-report.ts'
import { perplexityMetrics, unigramNats } from './perplexity.ts'
import { sampleRows } from './sample-rows.ts'
import { answer, questionOf } from './sampling.ts'

/** Everything one evaluation needs, as plain data, so that it can cross to a thread. */
export interface EvaluateJob {
  readonly storeRoot: string
  readonly model: ArtifactRef
  readonly test: ArtifactRef
  readonly train: ArtifactRef | null
  readonly canaries: ArtifactRef | null
  readonly config: EvaluateConfig
  readonly seed: number
  /** Samples are shown only where the rows were redacted. */
  readonly sensitivity: Sensitivity
}

export interface EvaluateResult {
  readonly metrics: readonly Metric[]
  readonly tables: readonly Table[]
  readonly series: readonly Series[]
  readonly limits: readonly string[]
  readonly tally: TallyJson
  /** Seconds by part. */
  readonly timings: Readonly<Record<string, number>>
}

/** nats per token: where the histograms of the loss are cut. */
const LOSS_EDGES = Array.from({ length: 32 }, (_, i) => (i + 1) / 4)

/** Runs the whole evaluation. Deterministic: one ORT thread, seeded samples, no clock in the result but `timings`. */
export async function runEvaluation(job: EvaluateJob, link: ThreadLink): Promise<EvaluateResult> {
  const { config, seed } = job
  const store = openStore(job.storeRoot)
  const plan = job.canaries === null ? null : readCanaryPlan(store, job.canaries)
  const secrets = plan?.canaries.filter((canary) => canary.repeats > 0).map((canary) => canary.secret) ?? []
  const isOwn = (record: TextRecord): boolean => {
    const text = plainText(record)
    return !secrets.some((secret) => text.includes(secret))
  }
  const heldOut = sampleRows(store, job.test, config.heldout_rows, random(seed, 'heldout'))
  const train =
    job.train === null
      ? null
      : sampleRows(store, job.train, Math.max(config.member_rows, config.extraction_rows), random(seed, 'train'), isOwn)
  const members = train?.rows.slice(0, config.member_rows) ?? []
  const probes = train === null ? null : train.rows.slice(0, config.extraction_rows)
  const controls = heldOut.rows.slice(0, config.extraction_rows)
  const questions = drawQuestions(heldOut.rows, config.outputs, seed)

  const total =
    heldOut.rows.length +
    members.length +
    (plan?.canaries.length ?? 0) +
    (probes?.length ?? 0) +
    controls.length +
    questions.length
  let done = 0
  const timings: Record<string, number> = {}
  const part = async <T>(name: string, work: (step: (by: number) => void) => Promise<T>): Promise<T> => {
    const started = performance.now()
    link.checkAborted()
    const result = await work((by) => {
      done += by
      link.checkAborted()
      link.progress(done, total, 'samples', name)
    })
    timings[`${name.replaceAll(' ', '_')}_seconds`] = (performance.now() - started) / 1000
    return result
  }

  const model = await part('opening', () => openLanguageModel(modelFiles(store, job.model), { threads: 1 }))
  try {
    const held = await part('perplexity', (step) => scoreConversations(model, heldOut.rows, step))
    const inside = await part('membership', (step) => scoreConversations(model, members, step))
    const exposure = await part('canaries', (step) => exposureOf(model, plan, job, () => step(1)))
    const extraction = await part('extraction', async (step) => {
      const options = { prefix: config.extraction_prefix, suffix: config.extraction_suffix, onDone: step }
      return {
        members: probes === null ? null : await extract(model, probes, options),
        control: await extract(model, controls, options),
      }
    })
    const answers = await part('outputs', (step) =>
      answer(
        model,
        questions,
        { maxTokens: config.max_tokens, temperature: config.temperature, topP: config.top_p, seed },
        step,
      ),
    )
    const baseline =
      train === null
        ? null
        : unigramNats(tokenCounts(model, train.rows), tokenCounts(model, heldOut.rows), model.vocabularySize)
    const written = await part('inspection', () => inspectAnswers(questions, answers, config.samples))
    const values = ownValues(written.outputs)
    const inTrain = job.train === null ? null : foundInTrain(store, job.train, [...values.keys()], link)
    const membership = membershipMetrics(inside, held)
    const tally = new Tally()
    countLosses(tally, 'loss_heldout', held)
    countLosses(tally, 'loss_train', inside)
    return {
      metrics: [
        ...perplexityMetrics({
          heldOut: held,
          vocabulary: model.vocabularySize,
          unigramNats: baseline,
          random: random(seed, 'perplexity'),
        }),
        ...exposure.metrics,
        ...extractionMetrics(extraction.members, extraction.control, random(seed, 'extraction')),
        ...membership.metrics,
        ...outputMetrics(written.outputs, {
          toxicAt: config.toxic_at,
          values,
          inTrain,
          secrets: plan === null ? null : secrets,
          random: random(seed, 'outputs'),
        }),
      ],
      tables: [
        ...exposure.tables,
        ...(job.sensitivity === 'redacted' && written.samples.length > 0
          ? [sampleTable(written.samples, secrets)]
          : []),
      ],
      series: [...exposure.series, ...membership.series],
      limits: limits(job, { heldOut: heldOut.rows.length, eligible: heldOut.eligible, rows: held }, exposure),
      tally: tally.toJSON(),
      timings,
    }
  } finally {
    await model.close()
  }
}

/** Questions from the held-out rows, over and over with other turns where there are fewer rows than questions. */
function drawQuestions(rows: readonly TextRecord[], wanted: number, seed: number) {
  const source = random(seed, 'questions')
  const questions = []
  for (let i = 0; i < wanted && rows.length > 0; i++) {
    const question = questionOf(rows[i % rows.length]!, source)
    if (question !== null) questions.push(question)
  }
  return questions
}

async function exposureOf(
  model: LanguageModel,
  plan: CanaryPlan | null,
  job: EvaluateJob,
  onCanary: () => void,
): Promise<ExposureReport> {
  if (plan === null) return missingExposure('the stage was given no canary plan')
  const planted = plan.canaries.filter((canary) => canary.repeats > 0).length
  const wanted = alternativesFor(planted, job.config.alpha, job.config.alternatives)
  const { exposures, alternatives } = await measureExposures(model, plan, {
    alternatives: wanted,
    seed: job.seed,
    onCanary,
  })
  return exposureReport(exposures, alternatives, job.config.alpha)
}

async function inspectAnswers(
  questions: readonly SampledOutput['question'][],
  answers: readonly SampledOutput['answer'][],
  samples: number,
) {
  const scorer = await openToxicityScorer()
  const detector = await openDefaultDetector()
  try {
    const inspectors: Inspectors = { detector, scorer }
    const findings = await inspect(
      inspectors,
      answers.map((one) => one.text),
    )
    const outputs = questions.map(
      (question, i): SampledOutput => ({
        question,
        answer: answers[i]!,
        finding: findings[i]!,
      }),
    )
    const asked = await inspect(
      inspectors,
      questions.slice(0, samples).map((question) => question.messages.at(-1)?.content ?? ''),
    )
    return { outputs, samples: asked.map((question, i) => ({ question, answer: findings[i]! })) }
  } finally {
    await detector.close()
    await scorer.close()
  }
}

/** Which of the values stand somewhere in the train rows. One pass; the values are few. */
function foundInTrain(
  store: Store,
  train: ArtifactRef,
  values: readonly string[],
  link: ThreadLink,
): ReadonlySet<string> {
  const found = new Set<string>()
  let left = values
  let row = 0
  for (const record of left.length === 0 ? [] : readDataset(store, train)) {
    if (row % 1000 === 0) link.checkAborted()
    row += 1
    const text = plainText(record)
    for (const value of left) if (standsIn(text, value)) found.add(value)
    left = left.filter((value) => !found.has(value))
    if (left.length === 0) break
  }
  return found
}

function countLosses(tally: Tally, name: string, rows: readonly Likelihood[]): void {
  for (const row of rows) if (row.tokens > 0) tally.histogram(name, LOSS_EDGES, row.nats / row.tokens)
}

function limits(
  job: EvaluateJob,
  sample: { readonly heldOut: number; readonly eligible: number; readonly rows: readonly Likelihood[] },
  exposure: ExposureReport,
): readonly string[] {
  const empty = sample.rows.filter((row) => row.tokens === 0).length
  const long = sample.rows.filter((row) => row.windows > 1).length
  return [
    `Perplexity is measured on ${sample.heldOut} of ${sample.eligible} held-out conversations` +
      `${empty === 0 ? '' : `, ${empty} of which have no answer to score`}` +
      `${long === 0 ? '' : `; ${long} are longer than the context and were scored in overlapping windows`}.`,
    'Canaries show what the model remembers of random strings that were planted. Text that is easier to guess, or that occurs more often, can be remembered where a canary is not.',
    'The attacks use the model as a black box with token probabilities. Attacks that see the weights, or train models of their own, may find more.',
    'The membership attack looks at the loss alone. Train and held-out rows differ by near-duplicate cluster, which can move its result either way.',
    'Extraction is tried from the beginning of an answer with greedy decoding; other prompts and repeated sampling may extract more.',
    'Personal data in answers is what the detector finds: what it misses is not counted, and a made-up value counts like a real one.',
    'The toxicity scores come from a small n-gram model; irony, context and other languages than English escape it.',
    ...(job.sensitivity === 'redacted'
      ? []
      : ['No answers are shown, because the rows were not redacted before training.']),
    ...exposure.limits,
  ]
}
