import { decode, type WordSpan } from './decode.ts'
import type { Encoding } from './encoder.ts'
import type { LabelSet } from './labels.ts'

/** Which token speaks for a word: its first, the surest, or the mean of all (as Hugging Face's pipeline names them). */
export type Strategy = 'first' | 'max' | 'average'

/** A stretch of a text with an entity, in UTF-16 units. */
export interface EntitySpan {
  readonly start: number
  readonly end: number
  readonly entity: string
  readonly mean: number
  readonly least: number
}

/** Words in memory before the path is settled up to a word that is surely outside. */
const MANY_WORDS = 8192
const SURELY = 0.99

/** Takes the tokens' probabilities of one text, in order, and gives its spans. Memory does not grow with the text. */
export class WordRows {
  readonly #encoding: Encoding
  readonly #set: LabelSet
  readonly #strategy: Strategy
  readonly #outside: number
  readonly #spans: EntitySpan[] = []
  #rows: Float32Array
  /** Per word in memory: its first and last token. */
  #firstTokens: number[] = []
  #lastTokens: number[] = []
  #word = -1
  #tokens = 0
  #top = 0

  constructor(encoding: Encoding, set: LabelSet, strategy: Strategy) {
    this.#encoding = encoding
    this.#set = set
    this.#strategy = strategy
    this.#outside = set.labels.findIndex(({ place }) => place === 'outside')
    this.#rows = new Float32Array(64 * set.labels.length)
  }

  /** `rows`: probabilities of the tokens from `from` on. */
  take(from: number, rows: Float32Array): void {
    const width = this.#set.labels.length
    for (let i = 0; i < rows.length / width; i++) {
      const word = this.#encoding.words[from + i]!
      if (word !== -1) this.#token(from + i, word, rows.subarray(i * width, (i + 1) * width))
    }
  }

  finish(): readonly EntitySpan[] {
    this.#average()
    this.#settle(this.#firstTokens.length)
    return this.#spans
  }

  #token(token: number, word: number, row: Float32Array): void {
    const width = this.#set.labels.length
    if (word !== this.#word) {
      this.#average()
      if (this.#firstTokens.length >= MANY_WORDS) this.#settle(this.#cut())
      const at = this.#firstTokens.length * width
      if (at + width > this.#rows.length) {
        const grown = new Float32Array(this.#rows.length * 2)
        grown.set(this.#rows)
        this.#rows = grown
      }
      this.#rows.set(row, at)
      this.#firstTokens.push(token)
      this.#lastTokens.push(token)
      this.#word = word
      this.#tokens = 1
      this.#top = Math.max(...row)
      return
    }
    this.#lastTokens[this.#lastTokens.length - 1] = token
    this.#tokens += 1
    const at = (this.#firstTokens.length - 1) * width
    if (this.#strategy === 'average') for (let j = 0; j < width; j++) this.#rows[at + j]! += row[j]!
    else if (this.#strategy === 'max' && Math.max(...row) > this.#top) {
      this.#rows.set(row, at)
      this.#top = Math.max(...row)
    }
  }

  #average(): void {
    if (this.#strategy !== 'average' || this.#tokens < 2) return
    const width = this.#set.labels.length
    const at = (this.#firstTokens.length - 1) * width
    for (let j = 0; j < width; j++) this.#rows[at + j]! /= this.#tokens
    this.#tokens = 1
  }

  /** After the last word that is surely outside; all words where there is none. */
  #cut(): number {
    const width = this.#set.labels.length
    for (let word = this.#firstTokens.length - 1; this.#outside !== -1 && word > 0; word--) {
      if (this.#rows[word * width + this.#outside]! >= SURELY) return word + 1
    }
    return this.#firstTokens.length
  }

  #settle(words: number): void {
    const width = this.#set.labels.length
    for (const span of decode(this.#rows.subarray(0, words * width), words, this.#set)) this.#add(span)
    this.#rows.copyWithin(0, words * width)
    this.#firstTokens = this.#firstTokens.slice(words)
    this.#lastTokens = this.#lastTokens.slice(words)
  }

  #add({ from, to, entity, mean, least }: WordSpan): void {
    const { starts, ends } = this.#encoding
    let first = this.#firstTokens[from]!
    // A sign for the space alone leads its word and stands for nothing.
    while (ends[first]! <= starts[first]!) first += 1
    const start = starts[first]!
    const end = ends[this.#lastTokens[to - 1]!]!
    this.#spans.push({ start, end, entity, mean, least })
  }
}
