import { random } from '../../util/random.ts'
import type { FeatureShape } from './features.ts'

/**
 * The toxicity model. Two parts read the same hashed n-grams and their logits are averaged:
 *
 * - *bag*: a weight per n-gram and per pair of neighbours, summed over the window and divided by the square root of its
 *   length (logistic regression on hashed n-grams);
 * - *phrase*: a vector per token (the sum of its n-grams' vectors), convolutions over 2 to 4 neighbouring tokens,
 *   the largest response of each filter over the window, and a linear layer (Kim 2014). It sees word order:
 *   "I hate X" and "I hate waiting".
 *
 * This file holds the parameters and the forward pass in plain TypeScript; `train.ts` fits them and `export.ts` writes
 * the same computation as ONNX.
 */
export interface NetworkShape extends FeatureShape {
  readonly heads: number
  /** Length of a token's vector. */
  readonly dims: number
  /** Neighbouring tokens that a filter sees, one entry a group of filters. */
  readonly widths: readonly number[]
  /** Filters in each group, a multiple of four. */
  readonly filters: number
}

export const SHAPE: NetworkShape = {
  rows: 1 << 17,
  pairRows: 1 << 18,
  window: 160,
  stride: 120,
  heads: 6,
  dims: 32,
  widths: [2, 3, 4],
  filters: 48,
}

export interface Parameters {
  /** [rows, heads] */
  readonly bag: Float32Array
  /** [pairRows, heads] */
  readonly pairs: Float32Array
  readonly bagBias: Float32Array
  /** [rows, dims] */
  readonly vectors: Float32Array
  /** By width: [filters, width, dims] */
  readonly filters: readonly Float32Array[]
  readonly filterBias: readonly Float32Array[]
  /** [widths.length · filters, heads] */
  readonly out: Float32Array
  readonly outBias: Float32Array
}

/** One window of a text: what the model sees at once. */
export interface Window {
  /** For each token its rows in the n-gram table. */
  readonly tokens: readonly Int32Array[]
  /** For each token the row of the pair with its left neighbour. */
  readonly pairs: Int32Array
}

/**
 * Parameters before training, a function of shape and seed: the linear part starts at zero, vectors and filters are
 * random.
 */
export function initialParameters(shape: NetworkShape, seed: number): Parameters {
  const rng = random(seed, 'toxicity', 'parameters')
  const uniform = (length: number, bound: number): Float32Array =>
    Float32Array.from({ length }, () => (rng.next() * 2 - 1) * bound)
  return {
    bag: new Float32Array(shape.rows * shape.heads),
    pairs: new Float32Array(shape.pairRows * shape.heads),
    bagBias: new Float32Array(shape.heads),
    vectors: uniform(shape.rows * shape.dims, 0.25),
    filters: shape.widths.map((w) => uniform(w * shape.dims * shape.filters, Math.sqrt(3 / (w * shape.dims)))),
    filterBias: shape.widths.map(() => new Float32Array(shape.filters)),
    out: uniform(shape.widths.length * shape.filters * shape.heads, 0.1),
    outBias: new Float32Array(shape.heads),
  }
}

/** Everything the backward pass needs from the forward pass. Reused from call to call. */
export interface Activations {
  /** [tokens, dims] */
  vectors: Float32Array
  /** Largest response of each filter, at least that of an empty place; after ReLU. */
  readonly pooled: Float32Array
  /** Where it was (index of the window's first token, may be negative), or `EMPTY`. */
  readonly where: Int32Array
  readonly bagLogits: Float32Array
  readonly phraseLogits: Float32Array
}

/** The largest response came from a place without tokens, or ReLU cut it: nothing flows back through it. */
export const EMPTY = -0x8000_0000

/** Room for one window on its way through the network; made once and used again. */
export function activations(shape: NetworkShape): Activations {
  const pooled = shape.widths.length * shape.filters
  return {
    vectors: new Float32Array(shape.window * shape.dims),
    pooled: new Float32Array(pooled),
    where: new Int32Array(pooled),
    bagLogits: new Float32Array(shape.heads),
    phraseLogits: new Float32Array(shape.heads),
  }
}

/** Number of rows → factor on their sum: long words do not drown short ones. */
export function tokenScale(rows: number): number {
  return rows === 0 ? 0 : 1 / Math.sqrt(rows)
}

/** Logits of the bag part, into `state.bagLogits`. */
export function forwardBag(shape: NetworkShape, p: Parameters, window: Window, state: Activations): void {
  const { heads } = shape
  const { bag, pairs } = p
  const logits = state.bagLogits
  logits.fill(0)
  for (let t = 0; t < window.tokens.length; t++) {
    const rows = window.tokens[t]!
    const scale = tokenScale(rows.length)
    for (let k = 0; k < rows.length; k++) {
      const base = rows[k]! * heads
      for (let h = 0; h < heads; h++) logits[h]! += scale * bag[base + h]!
    }
    const base = window.pairs[t]! * heads
    for (let h = 0; h < heads; h++) logits[h]! += pairs[base + h]!
  }
  const norm = windowScale(window.tokens.length)
  for (let h = 0; h < heads; h++) logits[h] = logits[h]! * norm + p.bagBias[h]!
}

/** The factor on the sum over a window's tokens, 1/√tokens: long windows do not drown short ones. */
export function windowScale(tokens: number): number {
  return 1 / Math.sqrt(Math.max(1, tokens))
}

/** Logits of the phrase part, into `state.phraseLogits`. `keep` is the dropout mask over pooled filters (or none). */
export function forwardPhrase(
  shape: NetworkShape,
  p: Parameters,
  window: Window,
  state: Activations,
  keep?: Float32Array,
): void {
  const { heads, filters } = shape
  const length = window.tokens.length
  tokenVectors(shape, p, window, state)
  const { pooled, where } = state
  for (let w = 0; w < shape.widths.length; w++) convolve(shape, p, w, length, state)
  const logits = state.phraseLogits
  for (let h = 0; h < heads; h++) logits[h] = p.outBias[h]!
  for (let f = 0; f < shape.widths.length * filters; f++) {
    if (where[f] === EMPTY && pooled[f] === 0) continue
    const x = pooled[f]! * (keep === undefined ? 1 : keep[f]!)
    if (x !== 0) for (let h = 0; h < heads; h++) logits[h]! += x * p.out[f * heads + h]!
  }
}

function tokenVectors(shape: NetworkShape, p: Parameters, window: Window, state: Activations): void {
  const { dims } = shape
  const length = window.tokens.length
  const vectors = state.vectors
  const table = p.vectors
  vectors.fill(0, 0, length * dims)
  for (let t = 0; t < length; t++) {
    const rows = window.tokens[t]!
    const scale = tokenScale(rows.length)
    const to = t * dims
    for (let k = 0; k < rows.length; k++) {
      const from = rows[k]! * dims
      for (let d = 0; d < dims; d++) vectors[to + d]! += table[from + d]!
    }
    for (let d = 0; d < dims; d++) vectors[to + d]! *= scale
  }
}

function convolve(shape: NetworkShape, p: Parameters, w: number, length: number, state: Activations): void {
  const { dims, filters } = shape
  const width = shape.widths[w]!
  const weights = p.filters[w]!
  const bias = p.filterBias[w]!
  const { vectors, pooled, where } = state
  const offset = w * filters
  for (let f = 0; f < filters; f++) {
    pooled[offset + f] = Math.max(0, bias[f]!)
    where[offset + f] = EMPTY
  }
  const span = width * dims
  for (let place = 1 - width; place < length; place++) {
    // The neighbours' vectors lie side by side; what hangs over an end of the window is zero.
    const from = Math.max(0, -place) * dims
    const to = Math.min(width, length - place) * dims
    const at = place * dims
    for (let f = 0; f < filters; f += 4) {
      let a = bias[f]!
      let b = bias[f + 1]!
      let c = bias[f + 2]!
      let d = bias[f + 3]!
      const row = f * span
      for (let i = from; i < to; i++) {
        const x = vectors[at + i]!
        a += x * weights[row + i]!
        b += x * weights[row + span + i]!
        c += x * weights[row + 2 * span + i]!
        d += x * weights[row + 3 * span + i]!
      }
      const o = offset + f
      if (a > pooled[o]!) pooled[o] = take(where, o, place, a)
      if (b > pooled[o + 1]!) pooled[o + 1] = take(where, o + 1, place, b)
      if (c > pooled[o + 2]!) pooled[o + 2] = take(where, o + 2, place, c)
      if (d > pooled[o + 3]!) pooled[o + 3] = take(where, o + 3, place, d)
    }
  }
}

function take(where: Int32Array, index: number, place: number, value: number): number {
  where[index] = place
  return value
}
