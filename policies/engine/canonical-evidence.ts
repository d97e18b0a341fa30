import type { Metric } from '../../artifacts/metric.ts'
import type { Evidence, EvidenceMetric } from './evidence.ts'

/**
 * Canonical text of the evidence in UTF-8, the same for any order of the metrics: a JSON array of the metrics in
 * RFC 8785 form, sorted as text (by UTF-16 code units). JSON has no NaN, so numbers that are not finite are written as
 * words: a decision on them is an `error`, and that too must be reproducible.
 *
 * Written and, where all of it is ASCII, sorted as bytes: half the time of strings, and nearly no garbage. It is half of
 * a decision on ten thousand metrics.
 */
export function canonicalEvidence({ metrics }: Evidence): Uint8Array {
  const writer = new Writer(metrics.length * 256, numbersOf(metrics))
  const starts = new Uint32Array(metrics.length + 1)
  for (let i = 0; i < metrics.length; i++) {
    writer.metric(metrics[i]!)
    starts[i + 1] = writer.length
  }
  const { bytes, ascii } = writer
  const order = ascii && metrics.length <= MOST_SORTED ? sortTexts(bytes, starts) : sortStrings(bytes, starts)
  return joinTexts(bytes, starts, order)
}

function speakable(value: Metric['value'] | undefined): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { not_finite: String(value) } : value
}

/** The key of a text holds its number and five of its characters in 53 bits; see `sortTexts`. */
const KEY_CHARACTERS = 5
const MOST_SORTED = 2 ** (53 - 7 * KEY_CHARACTERS)

/**
 * The finite numbers in the order in which they are written, as JSON: in one call, as a string for each would be kept in
 * V8's cache of such strings, and outlive the next collection of garbage.
 */
function numbersOf(metrics: readonly EvidenceMetric[]): Uint8Array {
  const numbers: number[] = []
  const add = (value: unknown): void => {
    if (isFiniteNumber(value)) numbers.push(value)
  }
  for (const { interval, n, value } of metrics) {
    if (interval !== undefined) {
      add(interval.level)
      add(interval.lower)
      add(interval.upper)
    }
    add(n)
    add(value)
  }
  return Buffer.from(JSON.stringify(numbers))
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Writes metrics one after the other: members in the order of RFC 8785, strings and numbers as `JSON.stringify` does. */
class Writer {
  bytes: Uint8Array
  length = 0
  /** Whether all that was written is ASCII. */
  ascii = true
  /** Whether a member of the innermost object was written. */
  #comma = false

  /** Of `numbersOf` the metrics to come, after the bracket. */
  readonly #numbers: Uint8Array
  #number = 1

  constructor(size: number, numbers: Uint8Array) {
    this.bytes = Buffer.allocUnsafe(size)
    this.#numbers = numbers
  }

  metric({ interval, labels, n, name, note, stage, uses, value }: EvidenceMetric): void {
    this.#copy(OPEN)
    this.#comma = false
    if (interval !== undefined) {
      this.#copy(INTERVAL)
      this.#member(LEVEL, interval.level)
      this.#member(LOWER, interval.lower)
      this.#member(METHOD, interval.method)
      this.#member(UPPER, interval.upper)
      this.#close()
    }
    if (labels !== undefined) {
      if (this.#comma) this.#copy(COMMA)
      this.#copy(LABELS)
      this.#comma = false
      const names = Object.keys(labels)
      if (names.length > 1) names.sort()
      for (const label of names) {
        const text = labels[label]
        if (text === undefined) continue
        if (this.#comma) this.#copy(COMMA)
        this.#comma = true
        this.#string(label)
        this.#copy(COLON)
        if (typeof text === 'string') this.#string(text)
        else this.#text(JSON.stringify(text))
      }
      this.#close()
    }
    this.#member(N, n)
    this.#member(NAME, name)
    this.#member(NOTE, note)
    this.#member(STAGE, stage)
    this.#member(USES, uses)
    this.#member(VALUE, value)
    this.#close()
  }

  #close(): void {
    this.#copy(CLOSE)
    this.#comma = true
  }

  #member(name: Uint8Array, value: Metric['value'] | undefined): void {
    if (value === undefined) return
    if (this.#comma) this.#copy(COMMA)
    this.#comma = true
    this.#copy(name)
    if (typeof value === 'string') this.#string(value)
    else if (isFiniteNumber(value)) this.#nextNumber()
    else this.#text(JSON.stringify(speakable(value)))
  }

  #nextNumber(): void {
    const numbers = this.#numbers
    const from = this.#number
    let end = from
    while (numbers[end] !== COMMA_BYTE && numbers[end] !== BRACKET) end++
    const start = this.#reserve(end - from)
    const { bytes } = this
    for (let i = from; i < end; i++) bytes[start + i - from] = numbers[i]!
    this.#number = end + 1
  }

  #string(text: string): void {
    const start = this.#reserve(text.length + 2)
    const { bytes } = this
    bytes[start] = QUOTE
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit < SPACE || unit === QUOTE || unit === BACKSLASH || unit > LAST_ASCII) {
        this.length = start
        this.#text(JSON.stringify(text))
        return
      }
      bytes[start + 1 + i] = unit
    }
    bytes[start + 1 + text.length] = QUOTE
  }

  #text(text: string): void {
    const start = this.#reserve(text.length)
    const { bytes } = this
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > LAST_ASCII) {
        this.ascii = false
        this.length = start
        this.#copy(Buffer.from(text, 'utf8'))
        return
      }
      bytes[start + i] = unit
    }
  }

  #copy(text: Uint8Array): void {
    const start = this.#reserve(text.length)
    const { bytes } = this
    for (let i = 0; i < text.length; i++) bytes[start + i] = text[i]!
  }

  #reserve(size: number): number {
    const start = this.length
    this.length += size
    if (this.length > this.bytes.length) {
      const grown = Buffer.allocUnsafe(this.length * 2)
      grown.set(this.bytes.subarray(0, start))
      this.bytes = grown
    }
    return start
  }
}

// Copied byte by byte, which is quicker than reading the characters of a string.
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))
const OPEN = ascii('{')
const CLOSE = ascii('}')
const COMMA = ascii(',')
const COLON = ascii(':')
const INTERVAL = ascii('"interval":{')
const LEVEL = ascii('"level":')
const LOWER = ascii('"lower":')
const METHOD = ascii('"method":')
const UPPER = ascii('"upper":')
const LABELS = ascii('"labels":{')
const N = ascii('"n":')
const NAME = ascii('"name":')
const NOTE = ascii('"note":')
const STAGE = ascii('"stage":')
const USES = ascii('"uses":')
const VALUE = ascii('"value":')
const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const BRACKET = 0x5d
const COMMA_BYTE = 0x2c
const LAST_ASCII = 0x7f

/**
 * The numbers of the texts `starts[i]` to `starts[i + 1]` in the order of their bytes. All begin alike
 * (`{"interval":{"level":0.95,"lower":0.`), so five characters after that are sorted as numbers, and only texts that
 * are the same there are compared.
 */
function sortTexts(bytes: Uint8Array, starts: Uint32Array): Uint32Array {
  const count = starts.length - 1
  const common = commonStart(bytes, starts)
  const keys = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const end = starts[i + 1]!
    let key = 0
    for (let at = starts[i]! + common, c = 0; c < KEY_CHARACTERS; c++, at++)
      key = key * 128 + (at < end ? bytes[at]! : 0)
    keys[i] = key * MOST_SORTED + i
  }
  keys.sort()
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = keys[i]! % MOST_SORTED
  const compare = (a: number, b: number): number =>
    Buffer.compare(bytes.subarray(starts[a]!, starts[a + 1]!), bytes.subarray(starts[b]!, starts[b + 1]!))
  for (let from = 0; from < count; ) {
    const key = Math.floor(keys[from]! / MOST_SORTED)
    let to = from + 1
    while (to < count && Math.floor(keys[to]! / MOST_SORTED) === key) to++
    if (to - from > 1) order.subarray(from, to).sort(compare)
    from = to
  }
  return order
}

/** The same by code units, which is not always the order of the bytes beyond ASCII. */
function sortStrings(bytes: Uint8Array, starts: Uint32Array): Uint32Array {
  const decoder = new TextDecoder()
  const texts = Array.from({ length: starts.length - 1 }, (_, i) =>
    decoder.decode(bytes.subarray(starts[i]!, starts[i + 1]!)),
  )
  return Uint32Array.from(texts.keys()).sort((a, b) => (texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : 0))
}

/** How many bytes all texts begin with alike. */
function commonStart(bytes: Uint8Array, starts: Uint32Array): number {
  let common = starts.length > 1 ? starts[1]! : 0
  for (let i = 1; i < starts.length - 1; i++) {
    const start = starts[i]!
    const most = Math.min(common, starts[i + 1]! - start)
    common = 0
    while (common < most && bytes[common] === bytes[start + common]) common++
  }
  return common
}

/** A JSON array of the texts in that order. */
function joinTexts(bytes: Uint8Array, starts: Uint32Array, order: Uint32Array): Uint8Array {
  const count = order.length
  const joined = Buffer.allocUnsafe(2 + starts[count]! + Math.max(0, count - 1))
  joined[0] = OPEN_BRACKET
  let at = 1
  for (let i = 0; i < count; i++) {
    if (i > 0) joined[at++] = COMMA_BYTE
    const text = bytes.subarray(starts[order[i]!]!, starts[order[i]! + 1]!)
    joined.set(text, at)
    at += text.length
  }
  joined[at] = BRACKET
  return joined
}
