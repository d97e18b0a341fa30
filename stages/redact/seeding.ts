import type { Message, TextRecord } from '../../artifacts/record.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { type Random, random } from '../../util/random.ts'
import { NAME_TYPES } from './detector.ts'
import type { Finding } from './finding.ts'
import type { PiiType } from './pii-type.ts'
import { DECOYS } from './seeds/decoys.ts'
import type { Seed } from './seeds/seed.ts'
import { SEEDS } from './seeds/seeds.ts'

export interface SeederOptions {
  readonly share: number
  readonly values_per_record: number
  readonly per_type_max: number
  readonly types: readonly PiiType[]
  readonly names: boolean
  readonly seed: number
}

/** A copy of a record with a made-up value in it. */
export interface Trial {
  /** What was put in; `undefined`: a decoy, which only looks personal. */
  readonly type: PiiType | undefined
  readonly place: Placed
}

export interface Seeder {
  /** The copies to try for a record, if it is one of the chosen. */
  trials(record: TextRecord): readonly Trial[]
  /** Counts what was found in the copy of a trial. */
  count(trial: Trial, findings: readonly Finding[], tally: Tally): void
}

/**
 * Seeded recall: made-up values of each type are put into copies of the company's own records, each copy goes through
 * the very code that redacts, and what was found is compared with what was put in. The generators know nothing of the
 * recognizers' patterns and write values in more ways than those expect, so the figure can (and does) fall below one.
 * Copies are never written; values are made from a seed, so the same data gives the same figure.
 */
export function createSeeder(options: SeederOptions): Seeder {
  const nameTypes = new Set<PiiType>(NAME_TYPES)
  const types = options.types.filter((type) => SEEDS[type] !== undefined && (options.names || !nameTypes.has(type)))
  const tried = new Map<string, number>()
  const may = (name: string): boolean => {
    const n = tried.get(name) ?? 0
    if (n >= options.per_type_max) return false
    tried.set(name, n + 1)
    return true
  }
  return {
    trials(record) {
      if (options.share <= 0 || types.length === 0) return []
      const rng = random(options.seed, 'redact-seeding', record.id)
      if (rng.next() >= options.share) return []
      const trials: Trial[] = []
      for (let i = 0; i < options.values_per_record; i++) {
        const type = rng.pick(types)
        if (may(type)) trials.push({ type, place: insert(record, SEEDS[type]!(rng), rng) })
      }
      if (may('decoys')) trials.push({ type: undefined, place: insert(record, rng.pick(DECOYS)(rng), rng) })
      return trials
    },
    count({ type, place }, findings, tally) {
      const outcome = coverage(findings, place)
      if (type === undefined) {
        tally.count('decoys')
        if (outcome !== 'none') tally.count('decoys_flagged')
        return
      }
      tally.category('seeded', type)
      if (outcome === 'full') tally.category('seeded_full', type)
      if (outcome === 'part') tally.category('seeded_part', type)
    },
  }
}

export interface Placed {
  readonly record: TextRecord
  /** The text that holds the value, as `find` will report it, and where in it. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Puts a seed where such a thing would stand: in a sentence, on a line, in a table, in a tool call's arguments. */
function insert(record: TextRecord, seed: Seed, rng: Random): Placed {
  if (seed.field !== undefined) return insertArgument(record, seed.field, seed.value, rng)
  const carrier = `${seed.before}${seed.value}${seed.after}`
  const host = record.messages === undefined ? (record.text ?? '') : hostMessage(record.messages, rng)
  const base = typeof host === 'string' ? host : host.content
  const at = boundary(base, rng)
  const ownLine = /^\n|\n$|^[|>-]/.test(carrier)
  const left = at === 0 ? '' : ownLine ? '\n' : /\s/.test(base[at - 1] ?? ' ') ? '' : ' '
  const right = at === base.length ? '' : ownLine ? '\n' : /\s/.test(base[at] ?? ' ') ? '' : ' '
  const text = base.slice(0, at) + left + carrier + right + base.slice(at)
  const start = at + left.length + seed.before.length
  const place = { text, start, end: start + seed.value.length }
  if (typeof host === 'string') return { ...place, record: { ...record, text } }
  const messages = record.messages!.map((message) => (message === host ? { ...message, content: text } : message))
  return { ...place, record: { ...record, messages } }
}

function insertArgument(record: TextRecord, field: string, value: string, rng: Random): Placed {
  const call: Message = {
    role: 'assistant',
    content: '',
    tool_calls: [
      {
        type: 'function',
        function: {
          name: 'update_record',
          arguments: JSON.stringify({ ticket: rng.integer(90_000) + 10_000, [field]: value, notify: true }),
        },
      },
    ],
  }
  const { text, ...rest } = record
  const before: readonly Message[] = record.messages ?? [{ role: 'user', content: text ?? '' }]
  return { record: { ...rest, messages: [...before, call] }, text: value, start: 0, end: value.length }
}

/** Messages of people first: that is where such values stand. JSON contents are left alone. */
function hostMessage(messages: readonly Message[], rng: Random): Message {
  const fit = messages.filter(({ role, content }) => role === 'user' && !/^\s*[{[]/.test(content))
  return rng.pick(fit.length > 0 ? fit : messages)
}

/** A place between sentences or lines, or either end. */
function boundary(text: string, rng: Random): number {
  const places = [0, text.length]
  for (const match of text.matchAll(/[.!?]\s+|\n+/g)) {
    places.push(match.index + match[0].length)
    if (places.length > 200) break
  }
  return rng.pick(places)
}

const SOLID = /[\p{L}\p{N}]/u

/** `full` where every letter and digit of the value is inside a span. */
function coverage(findings: readonly Finding[], place: Placed): 'full' | 'part' | 'none' {
  // The value's field may occur twice with the same text; the copy that was changed is enough.
  const finding = findings.findLast(({ text }) => text === place.text)
  if (finding === undefined) return 'none'
  let covered = 0
  let open = 0
  for (let at = place.start; at < place.end; at++) {
    if (!SOLID.test(place.text[at]!)) continue
    if (finding.spans.some((span) => span.start <= at && at < span.end)) covered += 1
    else open += 1
  }
  return open === 0 ? 'full' : covered > 0 ? 'part' : 'none'
}
