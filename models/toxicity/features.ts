import type { Token } from './normalise.ts'
import { tokenize } from './normalise.ts'

/** Sizes of the hashed tables and of the windows: part of the model, written to its manifest. */
export interface FeatureShape {
  /** Rows of the n-gram table, a power of two. Row 0 is padding and always zero. */
  readonly rows: number
  /** Rows of the word-pair table, a power of two. Row 0 is padding. */
  readonly pairRows: number
  /** Tokens in a window. */
  readonly window: number
  /** Tokens from the start of one window to the start of the next. */
  readonly stride: number
}

/** The hashed features of one distinct token. */
export interface TokenFeatures {
  /** Rows of the n-gram table: the word, its squeezed form, its character 3- to 5-grams. */
  readonly rows: Int32Array
  /** 32-bit hash of the word, for pairs. */
  readonly hash: number
}

/** Longest word that is cut into n-grams whole; the rest of a longer one counts through its first and last part. */
const LONGEST = 32
/** Distinct tokens remembered: enough for a language's frequent words, bounded for any input. */
const CACHE_SIZE = 50_000

/** Cuts texts into tokens and hashes them. Keeps a bounded cache of tokens, which never changes a result. */
export class Featuriser {
  readonly shape: FeatureShape
  readonly #cache = new Map<string, TokenFeatures>()

  constructor(shape: FeatureShape) {
    this.shape = shape
  }

  /** The features of each token of a text, in order. */
  tokens(text: string): readonly TokenFeatures[] {
    return tokenize(text).map((token) => this.#features(token))
  }

  /** Row of the pair table for two neighbours. */
  pair(left: TokenFeatures | undefined, right: TokenFeatures): number {
    const h = mix(Math.imul(left?.hash ?? 0x9e3779b9, 0x85ebca6b) ^ right.hash)
    return bucket(h, this.shape.pairRows)
  }

  #features(token: Token): TokenFeatures {
    const key = token.shouted ? `^${token.text}` : token.text
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const features = { rows: rowsOf(token, this.shape.rows), hash: hashString(token.text, 0, token.text.length, 7) }
    if (this.#cache.size >= CACHE_SIZE) this.#cache.clear()
    this.#cache.set(key, features)
    return features
  }
}

/** First token of each window over `length` tokens. One window for a short text; the last one ends at the end. */
export function windowStarts(length: number, shape: Pick<FeatureShape, 'window' | 'stride'>): readonly number[] {
  const starts = [0]
  for (let start = shape.stride; start + shape.window - shape.stride < length; start += shape.stride) starts.push(start)
  return starts
}

function rowsOf(token: Token, size: number): Int32Array {
  const rows = new Set<number>()
  const word = token.text
  rows.add(bucket(hashString(word, 0, word.length, 1), size))
  if (token.shouted) rows.add(bucket(hashString('^', 0, 1, 2), size))
  if (/^[^\p{L}\p{N}]/u.test(word)) return Int32Array.from(rows) // marks, emoji and placeholders have no inside
  const once = word.replace(/(.)\1+/gu, '$1')
  rows.add(bucket(hashString(once, 0, once.length, 3), size))
  const padded = word.length <= LONGEST ? `<${word}>` : `<${word.slice(0, LONGEST / 2)}~${word.slice(-LONGEST / 2)}>`
  for (let n = 3; n <= 5; n++) {
    for (let i = 0; i + n <= padded.length; i++) rows.add(bucket(hashString(padded, i, i + n, 4), size))
  }
  return Int32Array.from(rows)
}

/** FNV-1a over UTF-16 units with a seed, then the finaliser of MurmurHash3. */
function hashString(text: string, from: number, to: number, seed: number): number {
  let h = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)
  for (let i = from; i < to; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h ^ (to - from))
}

function mix(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** 1 … size - 1: row 0 is padding. */
function bucket(hash: number, size: number): number {
  return 1 + ((hash >>> 0) % (size - 1))
}
