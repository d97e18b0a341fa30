import type { TextRecord } from '../../artifacts/record.ts'
import { leaves } from '../../artifacts/subject.ts'
import { sampleOrder } from '../../artifacts/tally.ts'
import type { Json } from '../../util/json.ts'

/** A text of a report counts as a quote if it shares this many characters in a row with a record … */
const QUOTE = 32
/** … or, being shorter, is the whole of one of its texts, down to this length: below it everything is everybody's. */
const WHOLE = 12
/** A common part of QUOTE characters surely holds one aligned window of this length. */
const WINDOW = 16
/** The value that names the subject counts from this length. */
const NAMING = 4

/** Recognizes what reports took over from certain records: excerpts, sampled rows, ids. */
export interface Quotes {
  /** Whether a text repeats something of the records. */
  inText(text: string): boolean
  /** Whether a sample of a tally was taken from one of the records. */
  isSample(name: string, order: string): boolean
  /** Whether a value (any JSON) quotes one of the records anywhere. */
  inValue(value: Json): boolean
  /** The value without quotes: samples of the records are left out, other texts are replaced by `[erased]`. */
  without(value: Json): Json
}

/** What stands in the place of a quote. */
const ERASED = '[erased]'

/**
 * Made from every version of the records that the store has (raw, redacted, curated), and rows that were set aside.
 *
 * @param field path inside `meta` of the value that names the subject
 */
export function quotesOf(records: readonly TextRecord[], rows: readonly string[], field: string): Quotes {
  const texts = new Set<string>(rows)
  const whole = new Set<string>()
  const ids = new Set<string>()
  for (const record of records) {
    ids.add(record.id)
    if (record.text !== undefined) texts.add(record.text)
    for (const message of record.messages ?? []) {
      texts.add(message.content)
      for (const call of message.tool_calls ?? []) texts.add(call.function.arguments)
    }
    for (const [path, value] of leaves(record.meta as Json)) {
      // A short value of another field (a plan, a country) is everybody's.
      if (path === field && value.length >= NAMING) whole.add(value)
      else if (value.length >= QUOTE) texts.add(value)
    }
  }
  const windows = new Map<string, { readonly text: string; readonly at: number }[]>()
  for (const text of texts) {
    if (text.length >= WHOLE && text.length < QUOTE) whole.add(text)
    for (let at = 0; at + WINDOW <= text.length; at += WINDOW) {
      const window = text.slice(at, at + WINDOW)
      const places = windows.get(window)
      if (places === undefined) windows.set(window, [{ text, at }])
      else if (places.length < MAX_PLACES) places.push({ text, at })
    }
  }
  const orders = new Map<string, ReadonlySet<string>>()

  const quotes: Quotes = {
    inText(text) {
      if (ids.has(text) || whole.has(text)) return true
      for (let at = 0; at + WINDOW <= text.length; at++) {
        const places = windows.get(text.slice(at, at + WINDOW))
        if (places?.some((place) => commonLength(text, at, place.text, place.at) >= QUOTE) === true) return true
      }
      return false
    },
    isSample(name, order) {
      let known = orders.get(name)
      if (known === undefined) {
        known = new Set([...ids].map((id) => sampleOrder(name, id)))
        orders.set(name, known)
      }
      return known.has(order)
    },
    inValue(value) {
      if (typeof value === 'string') return quotes.inText(value)
      if (typeof value !== 'object' || value === null) return false
      if (Array.isArray(value)) return (value as readonly Json[]).some(quotes.inValue)
      return Object.entries(value).some(
        ([key, member]) => quotes.inText(key) || quotes.inValue(member as Json) || samplesIn(key, member as Json).any,
      )
    },
    without(value) {
      if (typeof value === 'string') return quotes.inText(value) ? ERASED : value
      if (typeof value !== 'object' || value === null) return value
      if (Array.isArray(value)) return (value as readonly Json[]).map(quotes.without)
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [key, quotes.without(samplesIn(key, member as Json).rest)]),
      )
    },
  }

  /** A list of samples under the name of the sample: those of the records, taken out. */
  const samplesIn = (name: string, value: Json): { readonly any: boolean; readonly rest: Json } => {
    if (!Array.isArray(value)) return { any: false, rest: value }
    const list = value as readonly Json[]
    const rest = list.filter((item) => {
      const order = (item as { readonly order?: Json } | null)?.order
      return typeof order !== 'string' || !quotes.isSample(name, order)
    })
    return { any: rest.length < list.length, rest: rest.length < list.length ? rest : value }
  }
  return quotes
}

/** A window of more texts than this is a phrase of the house; what else stands in those texts has windows of its own. */
const MAX_PLACES = 64

function commonLength(a: string, i: number, b: string, j: number): number {
  let from = 0
  while (from < QUOTE && i - from > 0 && j - from > 0 && a[i - from - 1] === b[j - from - 1]) from += 1
  let to = 0
  while (to < QUOTE && i + to < a.length && j + to < b.length && a[i + to] === b[j + to]) to += 1
  return from + to
}
