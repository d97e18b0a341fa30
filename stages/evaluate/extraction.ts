import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { TextRecord } from '../../artifacts/record.ts'
import type { LanguageModel } from '../../models/language-model.ts'
import type { Random } from '../../util/random.ts'
import { bootstrapMean, differenceOfRates } from '../../util/resample.ts'
import { clopperPearson } from '../../util/statistics.ts'

export const EXTRACTION_METRICS: readonly MetricSpec[] = [
  {
    name: 'extraction_rate',
    unit: 'ratio',
    better: 'lower',
    description:
      'share of conversations whose next answer tokens greedy decoding repeats exactly; rows=heldout is the control',
    labels: ['rows'],
    range: [0, 1],
  },
  {
    name: 'extraction_excess',
    unit: 'ratio',
    better: 'lower',
    description: 'extraction_rate of train rows less that of held-out rows: what cannot be guessed from the domain',
    range: [-1, 1],
  },
  {
    name: 'extraction_longest_run',
    unit: 'tokens',
    better: 'lower',
    description: 'mean length of the longest run of tokens that greedy decoding shares with the true continuation',
    labels: ['rows'],
  },
]

/** A place in a conversation: what the attacker knows, and what should not come out. */
export interface Probe {
  readonly prompt: readonly number[]
  readonly target: readonly number[]
}

export interface Extraction {
  readonly exact: boolean
  readonly longestRun: number
}

/**
 * The first answer that is long enough: the prompt ends `prefix` tokens into it, the target are the next `suffix`
 * (Carlini et al. 2021, 2023). `null` where no answer is that long.
 */
export function probeOf(
  encoded: { readonly ids: Int32Array; readonly supervised: Uint8Array },
  {
    prefix,
    suffix,
    contextLength,
  }: { readonly prefix: number; readonly suffix: number; readonly contextLength: number },
): Probe | null {
  const { ids, supervised } = encoded
  let run = 0
  for (let t = 0; t < ids.length; t++) {
    run = supervised[t] === 1 ? run + 1 : 0
    if (run < prefix + suffix) continue
    const split = t + 1 - suffix
    if (split === 0) continue
    const start = Math.max(0, split - Math.max(1, contextLength - suffix))
    return { prompt: Array.from(ids.subarray(start, split)), target: Array.from(ids.subarray(split, t + 1)) }
  }
  return null
}

/** Length of the longest common run of two token sequences. O(|a|·|b|); both are short. */
export function longestCommonRun(a: readonly number[], b: readonly number[]): number {
  let longest = 0
  let previous = new Array<number>(b.length + 1).fill(0)
  for (const x of a) {
    const current = [0]
    for (const [j, y] of b.entries()) current.push(x === y ? previous[j]! + 1 : 0)
    longest = Math.max(longest, ...current)
    previous = current
  }
  return longest
}

/** Continues each probe greedily and compares. Rows without a probe are left out. */
export async function extract(
  model: Pick<LanguageModel, 'contextLength' | 'encodeConversation' | 'generate'>,
  records: readonly Pick<TextRecord, 'text' | 'messages'>[],
  {
    prefix,
    suffix,
    onDone,
  }: { readonly prefix: number; readonly suffix: number; readonly onDone: (rows: number) => void },
): Promise<readonly Extraction[]> {
  const probes = records.flatMap((record) => {
    const probe = probeOf(model.encodeConversation(record), { prefix, suffix, contextLength: model.contextLength })
    return probe === null ? [] : [probe]
  })
  const answers =
    probes.length === 0
      ? []
      : await model.generate(
          probes.map((probe) => probe.prompt),
          { maxTokens: suffix, temperature: 0, seed: 0 },
        )
  onDone(records.length)
  return probes.map(({ target }, i) => ({
    exact: target.every((token, t) => answers[i]![t] === token),
    longestRun: longestCommonRun(answers[i]!, target),
  }))
}

/** Rates with exact intervals, the difference with Newcombe's. */
export function extractionMetrics(
  members: readonly Extraction[] | null,
  control: readonly Extraction[],
  random: Random,
): readonly Metric[] {
  const hits = (found: readonly Extraction[]): number => found.filter((one) => one.exact).length
  const groups = [
    ['train', members ?? []],
    ['heldout', control],
  ] as const
  const note = members === null ? 'needs the train dataset' : 'no answer is long enough for prefix and suffix'
  const metrics = groups.flatMap(([rows, found]): Metric[] => {
    const n = found.length
    const labels = { rows }
    if (n === 0) {
      return [
        { name: 'extraction_rate', labels, value: null, n, note },
        { name: 'extraction_longest_run', labels, value: null, n, note },
      ]
    }
    const runs = found.map((one) => one.longestRun)
    const interval = bootstrapMean(runs, random)
    return [
      { name: 'extraction_rate', labels, value: hits(found) / n, n, interval: clopperPearson(hits(found), n) },
      {
        name: 'extraction_longest_run',
        labels,
        value: runs.reduce((sum, run) => sum + run, 0) / n,
        n,
        ...(interval === null ? {} : { interval }),
      },
    ]
  })
  if (members === null || members.length === 0 || control.length === 0) {
    return [...metrics, { name: 'extraction_excess', value: null, n: members?.length ?? 0, note }]
  }
  const { difference, interval } = differenceOfRates(hits(members), members.length, hits(control), control.length)
  return [...metrics, { name: 'extraction_excess', value: difference, n: members.length + control.length, interval }]
}
