import { DEFAULT_TYPES, isPiiType, PII_TYPE_TABLE } from '../../stages/redact/pii-type.ts'
import type { Interval } from '../../util/statistics.ts'
import { bootstrapInterval } from './bootstrap.ts'
import type { DataSet } from './data-sets.ts'
import { judge, type TypedSpan } from './labelled-text.ts'
import {
  type Counts,
  charCounts,
  flagged,
  fullCover,
  type Rate,
  rate,
  type Score,
  score,
  spanCounts,
  spanScoresByType,
} from './metrics.ts'

/** A score with the bootstrap interval of its F2. */
export interface Figure extends Score {
  readonly f2Interval: Interval
}

/** What one system reached on one set. Parts that the set does not measure are left out. */
export interface SetResult {
  readonly set: string
  /** Texts that were looked at, of how many. */
  readonly texts: number
  readonly of: number
  /** Characters of any type; of persons only where the set measures names. */
  readonly chars?: Figure
  /** Spans at IoU 0.5, any type. */
  readonly spans?: Figure
  readonly spansByType?: Readonly<Record<string, Score>>
  readonly cover?: Readonly<Record<string, Rate>>
  /** Values of structured types gone in full. */
  readonly structured?: Rate
  /** Texts with nothing in them in which something is found. */
  readonly flagged?: Rate
}

/** Types whose values have a form: numbers, addresses of the network, keys. What remains is prose: names, places, dates. */
export const STRUCTURED_TYPES: ReadonlySet<string> = new Set(
  PII_TYPE_TABLE.filter(
    ({ name, group }) =>
      ['contact', 'financial', 'network', 'secret', 'health', 'national'].includes(group) && name !== 'HANDLE',
  )
    .map(({ name }): string => name)
    .concat('VEHICLE_ID', 'LICENSE_PLATE', 'COORDINATES', 'DATE_OF_BIRTH'),
)

const DEFAULTS: ReadonlySet<string> = new Set(DEFAULT_TYPES)

/**
 * What counts as flagging a clean text: a type that is looked for by default, or a peer's type that we have no name for (a
 * rule for any digits masks order numbers). Dates, web addresses and other types that are off by default do not.
 */
export function countsAsFlag(type: string): boolean {
  return DEFAULTS.has(type) || !isPiiType(type)
}

/** `found`: spans of the first texts of the set, as many as there was time for. */
export function evaluate(set: DataSet, found: readonly (readonly TypedSpan[])[]): SetResult {
  const texts = set.texts.slice(0, found.length)
  const base = { set: set.name, texts: texts.length, of: set.texts.length }
  switch (set.measure) {
    case 'all': {
      const items = judge(texts, found)
      const cover = fullCover(items)
      return {
        ...base,
        chars: figure(charCounts(items)),
        spans: figure(spanCounts(items)),
        spansByType: Object.fromEntries(spanScoresByType(items)),
        cover: Object.fromEntries(cover),
        structured: structuredOf(cover),
      }
    }
    case 'names': {
      const items = judge(texts, found, (type) => type === 'PERSON')
      return {
        ...base,
        chars: figure(charCounts(items)),
        spans: figure(spanCounts(items)),
        cover: Object.fromEntries(fullCover(items)),
        flagged: flagged(items.filter(({ gold }) => gold.length === 0)),
      }
    }
    case 'values': {
      const cover = fullCover(judge(texts, found))
      return { ...base, cover: Object.fromEntries(cover), structured: structuredOf(cover) }
    }
    case 'clean':
      return { ...base, flagged: flagged(judge(texts, found, countsAsFlag)) }
  }
}

function figure(parts: readonly Counts[]): Figure {
  return { ...score(parts), f2Interval: bootstrapInterval(parts, ({ f2 }) => f2) }
}

function structuredOf(cover: ReadonlyMap<string, Rate>): Rate {
  return sum([...cover].flatMap(([type, one]) => (STRUCTURED_TYPES.has(type) ? [one] : [])))
}

/** Rates of several sets as one. */
export function sum(rates: readonly Rate[]): Rate {
  return rate(
    rates.reduce((k, one) => k + one.k, 0),
    rates.reduce((n, one) => n + one.n, 0),
  )
}
