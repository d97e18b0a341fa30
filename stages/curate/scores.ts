import type { TextRecord } from '../../artifacts/record.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { SluiceError } from '../../util/errors.ts'
import type { CurateConfig } from './config.ts'

export type ScoreRule = CurateConfig['drop_when'][number]

/** Buckets for charts of probabilities: [0, 0.05), … [0.95, 1]. */
export const SCORE_EDGES: readonly number[] = Array.from({ length: 19 }, (_, i) => Math.round((i + 1) * 5) / 100)

/** Name of the histogram of a score. */
export function scoreHistogram(score: string): string {
  return `score{${score}}`
}

/** Reason written with a row that the rule drops. */
export function scoreReason(rule: ScoreRule): string {
  return rule.reason ?? rule.score.slice(0, rule.score.indexOf('.'))
}

/** The first threshold that a record reaches, as a reason. Every score is counted into its histogram. */
export function judgeScores(record: TextRecord, rules: readonly ScoreRule[], tally: Tally): string | undefined {
  let reason: string | undefined
  const counted = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    const score = readScore(record, rule.score)
    if (score === undefined) {
      tally.count(`score_missing{${rule.score}}`)
      if (rule.missing === 'error') throw missing(record, rule)
      if (rule.missing === 'drop') reason ??= `${scoreReason(rule)}_missing`
      continue
    }
    if (!counted.has(rule.score)) tally.histogram(scoreHistogram(rule.score), SCORE_EDGES, score)
    counted.add(rule.score)
    const reached =
      (rule.at_least !== undefined && score >= rule.at_least) || (rule.at_most !== undefined && score <= rule.at_most)
    if (!reached) continue
    tally.count(`score_reached{${index}}`)
    reason ??= scoreReason(rule)
  }
  return reason
}

function readScore(record: TextRecord, path: string): number | undefined {
  let value: unknown = record.notes
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function missing(record: TextRecord, rule: ScoreRule): SluiceError {
  return new SluiceError({
    code: 'CURATE_SCORE_MISSING',
    message: `record ${record.id.slice(0, 12)}… has no score \`${rule.score}\` in its notes`,
    next: 'run the stage that writes it before curate, correct the path, or set `missing: drop` or `missing: keep` for this threshold',
    exit: 2,
  })
}
