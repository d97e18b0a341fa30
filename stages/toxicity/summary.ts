import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { TOXICITY_HEADS } from '../../models/toxicity/heads.ts'
import { wilson } from '../../util/statistics.ts'
import type { Summary } from '../stage.ts'
import type { ToxicityConfig } from './config.ts'
import { TOXICITY_MANIFEST } from './config.ts'

export const TOXICITY_METRICS: readonly MetricSpec[] = [
  {
    name: 'scored_share',
    unit: 'ratio',
    better: 'higher',
    range: [0, 1],
    description: 'Share of records that have a sound score of every head. Below 1, the rest was quarantined.',
  },
  {
    name: 'toxic_share',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    labels: ['head'],
    description: 'Share of records with a message at or above the head’s threshold.',
  },
  {
    name: 'toxic_message_share',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    labels: ['head', 'role'],
    description: 'Share of the messages of one role at or above the head’s threshold.',
  },
  {
    name: 'profane_share',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    description: 'Share of records with a profane word, written plainly or not.',
  },
  {
    name: 'evasive_share',
    unit: 'ratio',
    better: 'lower',
    range: [0, 1],
    description: 'Share of records with a profane word written so as to slip past a word list.',
  },
]

const ROLES = ['system', 'user', 'assistant', 'tool', 'text'] as const

/** Metrics, table and limits from the merged counts. */
export function summarizeToxicity(tally: Tally, config: ToxicityConfig): Summary {
  const scored = tally.getCount('scored')
  const roles = ROLES.filter((role) => tally.getCount(`messages{${role}}`) > 0)
  const metrics: Metric[] = [
    rate('scored_share', scored, tally.getCount('records')),
    ...TOXICITY_HEADS.map((head) => rate('toxic_share', tally.getCount(`flagged{${head}}`), scored, { head })),
    ...TOXICITY_HEADS.flatMap((head) =>
      roles.map((role) =>
        rate(
          'toxic_message_share',
          tally.getCount(`flagged_messages{${head},${role}}`),
          tally.getCount(`messages{${role}}`),
          {
            head,
            role,
          },
        ),
      ),
    ),
    rate('profane_share', tally.getCount('profane'), scored),
    rate('evasive_share', tally.getCount('evasive'), scored),
  ]
  return {
    metrics,
    tables: [headTable(tally, config, scored), roleTable(tally, roles)],
    limits: [
      'A score is the chance that a reader would call the message so. It is not a degree of harm.',
      'The model knows English. Text in other languages is scored, and mostly as clean: do not rely on it there.',
      'The model has few examples of threats and of severe toxicity; irony and abuse without abusive words are often missed.',
      'Names of groups are hidden from the model, so that it cannot hold a neutral mention against a group.',
    ],
  }
}

function headTable(tally: Tally, config: ToxicityConfig, scored: number): NonNullable<Summary['tables']>[number] {
  return {
    name: 'heads',
    title: 'Records at or above the threshold',
    columns: [
      { key: 'head', title: 'Head' },
      { key: 'threshold', title: 'Threshold' },
      { key: 'origin', title: 'Where the threshold comes from' },
      { key: 'flagged', title: 'Records', unit: 'count' },
      { key: 'share', title: 'Share', unit: 'ratio' },
      { key: 'lower', title: 'Lower bound', unit: 'ratio' },
      { key: 'upper', title: 'Upper bound', unit: 'ratio' },
    ],
    rows: TOXICITY_HEADS.map((head) => {
      const flagged = tally.getCount(`flagged{${head}}`)
      const threshold = config.thresholds[head]
      const shipped = TOXICITY_MANIFEST.thresholds[head]
      const origin =
        threshold === shipped.value
          ? `flags ${shipped.false_positive_rate * 100} % of ${shipped.n} clean held-out texts`
          : 'set in the pipeline file'
      const bounds = wilson(flagged, scored)
      const share = scored === 0 ? null : flagged / scored
      return { head, threshold, origin, flagged, share, lower: bounds.lower, upper: bounds.upper }
    }),
  }
}

function roleTable(tally: Tally, roles: readonly string[]): NonNullable<Summary['tables']>[number] {
  return {
    name: 'roles',
    title: 'Flagged messages by who wrote them',
    columns: [
      { key: 'role', title: 'Role' },
      { key: 'messages', title: 'Messages', unit: 'count' },
      ...TOXICITY_HEADS.map((head) => ({ key: head, title: head, unit: 'count' })),
    ],
    rows: roles.map((role) => ({
      role,
      messages: tally.getCount(`messages{${role}}`),
      ...Object.fromEntries(TOXICITY_HEADS.map((head) => [head, tally.getCount(`flagged_messages{${head},${role}}`)])),
    })),
  }
}

function rate(name: string, k: number, n: number, labels?: Readonly<Record<string, string>>): Metric {
  const common = { name, n, ...(labels === undefined ? {} : { labels }) }
  if (n === 0) return { ...common, value: null, note: 'nothing was scored' }
  return { ...common, value: k / n, interval: wilson(k, n) }
}
