import type { Table } from '../../../artifacts/evaluation.ts'
import type { Metric, MetricSpec } from '../../../artifacts/metric.ts'
import type { Tally } from '../../../artifacts/tally.ts'
import { clopperPearson } from '../../../util/statistics.ts'
import type { RedactConfig } from '../config.ts'
import { typesOf } from '../options.ts'
import type { PiiType } from '../pii-type.ts'
import type { Identifier, Pack } from './pack.ts'

/** What the figures of an identifier are worth. */
type Status =
  | 'measured'
  /** Fewer trials than `MIN_TRIALS`. */
  | 'too_few_trials'
  /** No made-up value was tried: none can be made up yet, or the records were too few. */
  | 'not_seeded'
  /** By an exception to the pack, none of its types is looked for. */
  | 'not_looked_for'
  /** It has no form in text. Never counts as found. */
  | 'not_detectable_in_text'

/** Twenty trials without a miss give a lower bound of 0.83. */
const MIN_TRIALS = 20

export const PACK_METRICS: readonly MetricSpec[] = [
  { name: 'pack', unit: 'text', better: 'neither', description: 'The pack that is on (`pack` of the config).' },
  {
    name: 'pack_exceptions',
    unit: 'count',
    better: 'lower',
    description: 'Fields of the config that are looser than the pack, each with an owner, a reason and an end.',
  },
  {
    name: 'pack_statement',
    unit: 'flag',
    better: 'neither',
    labels: ['what'],
    description: 'Whether somebody stated what no program can see (`pack_statements`). Stated, not measured.',
  },
  {
    name: 'identifier_recall',
    unit: 'ratio',
    better: 'higher',
    labels: ['identifier'],
    range: [0, 1],
    description:
      'seeded_recall over the types of one identifier of the pack. Not reported for an identifier that has no form in text.',
  },
  {
    name: 'identifier_status',
    unit: 'text',
    better: 'neither',
    labels: ['identifier'],
    description: 'measured, too_few_trials, not_seeded, not_looked_for or not_detectable_in_text.',
  },
  {
    name: 'identifier_kept',
    unit: 'count',
    better: 'lower',
    labels: ['identifier'],
    description: 'Values of an identifier of the pack that were found and left as they are (operator keep).',
  },
]

export interface PackEvidence {
  readonly metrics: readonly Metric[]
  readonly tables: readonly Table[]
  readonly limits: readonly string[]
}

interface Row {
  readonly identifier: Identifier
  /** Of its types those that are looked for. */
  readonly types: readonly PiiType[]
  readonly found: number
  readonly kept: number
  readonly seeded: number
  readonly full: number
  readonly status: Status
  /** The type with the least recall: a sum must not hide it. */
  readonly weakest: string | null
  /** Types that are looked for and of which no value was tried. */
  readonly untried: readonly PiiType[]
}

/**
 * What the tally says of each identifier of a pack. Pure.
 *
 * @param config as `withPack` gives it
 */
export function packEvidence(tally: Tally, config: RedactConfig, pack: Pack): PackEvidence {
  const wanted = new Set(typesOf(config.types, config.countries))
  const rows = pack.identifiers.map((identifier) => rowOf(identifier, tally, config, wanted))
  const stated = new Set(config.pack_statements.map(({ what }) => what))
  return {
    metrics: [
      { name: 'pack', value: pack.name },
      { name: 'pack_exceptions', value: config.pack_exceptions.length },
      ...pack.statements.map(
        ({ key }): Metric => ({ name: 'pack_statement', labels: { what: key }, value: stated.has(key) }),
      ),
      ...rows.flatMap(metricsOf),
    ],
    tables: [tableOf(pack, rows, config)],
    limits: [
      ...pack.limits,
      ...config.pack_exceptions.map(
        ({ what, owner, reason, expires }) => `Exception to the pack until ${expires} (${owner}): ${what}. ${reason}`,
      ),
      ...config.pack_statements.map(
        ({ what, owner, statement, expires }) =>
          `Stated by ${owner} until ${expires}, not measured: ${titleOf(pack, what)}. ${statement}`,
      ),
    ],
  }
}

function titleOf(pack: Pack, what: string): string {
  return pack.statements.find(({ key }) => key === what)?.title ?? what
}

function rowOf(identifier: Identifier, tally: Tally, config: RedactConfig, wanted: ReadonlySet<PiiType>): Row {
  const types = identifier.types.filter((type) => wanted.has(type))
  const sum = (name: string, of: readonly PiiType[]): number => {
    const counts = new Map(tally.getCategories(name))
    return of.reduce((total, type) => total + (counts.get(type) ?? 0), 0)
  }
  const seeded = sum('seeded', types)
  return {
    identifier,
    types,
    found: sum('spans', types),
    kept: sum(
      'spans',
      types.filter((type) => operatorOf(config, type) === 'keep'),
    ),
    seeded,
    full: sum('seeded_full', types),
    status: statusOf(identifier, types, seeded),
    weakest: weakestOf(types, (type) => sum('seeded_full', [type]) / sum('seeded', [type])),
    untried: types.filter((type) => sum('seeded', [type]) === 0),
  }
}

/** `PERSON 0.81`; null where none was tried. */
function weakestOf(types: readonly PiiType[], recall: (type: PiiType) => number): string | null {
  const [worst] = types
    .map((type) => ({ type, value: recall(type) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.value - b.value)
  return worst === undefined ? null : `${worst.type} ${worst.value.toFixed(2)}`
}

function statusOf(identifier: Identifier, types: readonly PiiType[], seeded: number): Status {
  if (identifier.types.length === 0) return 'not_detectable_in_text'
  if (types.length === 0) return 'not_looked_for'
  return seeded === 0 ? 'not_seeded' : seeded < MIN_TRIALS ? 'too_few_trials' : 'measured'
}

function metricsOf({ identifier, kept, seeded, full, status }: Row): readonly Metric[] {
  const labels = { identifier: identifier.key }
  const state: Metric = { name: 'identifier_status', labels, value: status }
  // What cannot be detected has no recall: a policy must not find a figure there, nor take its absence for one.
  if (status === 'not_detectable_in_text') return [state]
  const base = { name: 'identifier_recall', labels, n: seeded }
  return [
    seeded === 0
      ? { ...base, value: null, note: `no made-up values were tried: ${status}` }
      : { ...base, value: full / seeded, interval: clopperPearson(full, seeded) },
    state,
    { name: 'identifier_kept', labels, value: kept },
  ]
}

function operatorOf(config: RedactConfig, type: PiiType): string {
  return (config.operators[type] ?? config.operators['default'])?.operator ?? 'replace'
}

function tableOf(pack: Pack, rows: readonly Row[], config: RedactConfig): Table {
  return {
    name: 'identifiers',
    title: `${pack.title} (as of ${pack.as_of}): what was looked for, and how much of what was put in was found`,
    columns: [
      { key: 'identifier', title: 'Identifier' },
      { key: 'title', title: 'What it is' },
      { key: 'types', title: 'Types' },
      { key: 'operator', title: 'Operator' },
      { key: 'found', title: 'Found' },
      { key: 'seeded', title: 'Seeded' },
      { key: 'full', title: 'Found in full' },
      { key: 'recall', title: 'Recall' },
      { key: 'lower', title: 'Lower bound (95 %)' },
      { key: 'weakest', title: 'Least found type' },
      { key: 'status', title: 'Status' },
      { key: 'note', title: 'Limits' },
    ],
    rows: rows.map(({ identifier, types, found, seeded, full, status, weakest, untried }) => ({
      identifier: identifier.key,
      title: identifier.title,
      types: list(types),
      operator: [...new Set(types.map((type) => operatorOf(config, type)))].join(', ') || '–',
      found: types.length === 0 ? null : found,
      seeded: types.length === 0 ? null : seeded,
      full: types.length === 0 ? null : full,
      recall: seeded === 0 ? null : full / seeded,
      lower: seeded === 0 ? null : clopperPearson(full, seeded).lower,
      weakest,
      status,
      note: untried.length === 0 ? identifier.limit : `${identifier.limit} Not tried: ${list(untried)}.`,
    })),
  }
}

/** At most six names: an identifier may have a hundred national numbers. */
function list(types: readonly PiiType[]): string {
  const shown = types.slice(0, 6).join(', ')
  return types.length === 0 ? '–' : types.length > 6 ? `${shown} and ${types.length - 6} more` : shown
}
