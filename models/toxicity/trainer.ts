import type { Random } from '../../util/random.ts'
import type { Activations, NetworkShape, Parameters, Window } from './network.ts'
import { activations, EMPTY, forwardBag, forwardPhrase, tokenScale, windowScale } from './network.ts'

/** What one text should score: a target in [0, 1] and a weight ≥ 0 for each head. Weight 0: the source does not say. */
export interface Target {
  readonly y: Float32Array
  readonly weight: Float32Array
  /** Index of the source, whose labelling habits get an offset of their own that is dropped after training. */
  readonly source: number
}

export interface TrainerOptions {
  readonly bagRate: number
  readonly phraseRate: number
  /** Share of pooled filters dropped at each step. */
  readonly dropout: number
  /** L2 on the rows that a step touches. */
  readonly decay: number
  readonly sources: number
}

/** Where the squares of a row's gradients start. */
const ROW_START = Math.fround(1e-4)

/**
 * Stochastic gradient descent, one text a step, with AdaGrad's step sizes (Duchi et al. 2011): rare n-grams take large
 * steps. Of a text's windows only the one that scores highest learns, because that is the one that decides the score.
 */
export class Trainer {
  readonly #shape: NetworkShape
  readonly #p: Parameters
  readonly #options: TrainerOptions
  readonly #state: Activations
  readonly #keep: Float32Array
  readonly #offsets: { readonly bag: Float32Array; readonly phrase: Float32Array }
  readonly #bagSquares: Float32Array
  readonly #pairSquares: Float32Array
  readonly #rowSquares: Float32Array
  readonly #filterSquares: readonly Float32Array[]
  readonly #filterBiasSquares: readonly Float32Array[]
  readonly #outSquares: Float32Array
  readonly #vectorGradient: Float32Array
  readonly #gradient: Float32Array

  constructor(shape: NetworkShape, parameters: Parameters, options: TrainerOptions) {
    this.#shape = shape
    this.#p = parameters
    this.#options = options
    this.#state = activations(shape)
    this.#keep = new Float32Array(shape.widths.length * shape.filters)
    this.#offsets = {
      bag: new Float32Array(options.sources * shape.heads),
      phrase: new Float32Array(options.sources * shape.heads),
    }
    const start = (like: Float32Array): Float32Array => new Float32Array(like.length).fill(1e-2)
    this.#bagSquares = start(parameters.bag)
    this.#pairSquares = start(parameters.pairs)
    this.#rowSquares = new Float32Array(shape.rows).fill(ROW_START)
    this.#filterSquares = parameters.filters.map(start)
    this.#filterBiasSquares = parameters.filterBias.map(start)
    this.#outSquares = start(parameters.out)
    this.#vectorGradient = new Float32Array(shape.window * shape.dims)
    this.#gradient = new Float32Array(shape.heads)
  }

  /** Learns from one text and returns its loss before the step. `progress` in [0, 1] lowers the step sizes linearly. */
  step(windows: readonly Window[], target: Target, progress: number, rng: Random): number {
    const scale = 1 - 0.95 * progress
    for (let i = 0; i < this.#keep.length; i++) {
      this.#keep[i] = rng.next() < this.#options.dropout ? 0 : 1 / (1 - this.#options.dropout)
    }
    const { bagRate, phraseRate } = this.#options
    // A part with rate 0 is not trained at all.
    const bag = bagRate === 0 ? 0 : this.#stepBag(windows, target, bagRate * scale)
    const phrase = phraseRate === 0 ? 0 : this.#stepPhrase(windows, target, phraseRate * scale)
    return bag + phrase
  }

  /** Sets the vectors of rows that never occurred to zero: an unseen n-gram then says nothing. */
  clearUntouched(): void {
    const { dims } = this.#shape
    for (let row = 0; row < this.#shape.rows; row++) {
      if (this.#rowSquares[row] === ROW_START) this.#p.vectors.fill(0, row * dims, (row + 1) * dims)
    }
  }

  #stepBag(windows: readonly Window[], target: Target, rate: number): number {
    const { heads } = this.#shape
    const p = this.#p
    const window = this.#highest(windows, (w) => {
      forwardBag(this.#shape, p, w, this.#state)
      return this.#state.bagLogits[0]!
    })
    const loss = this.#outputGradient(this.#state.bagLogits, this.#offsets.bag, target, rate)
    const g = this.#gradient
    const norm = windowScale(window.tokens.length)
    const { decay } = this.#options
    for (let t = 0; t < window.tokens.length; t++) {
      const rows = window.tokens[t]!
      const factor = tokenScale(rows.length) * norm
      for (let k = 0; k < rows.length; k++) {
        adagrad(p.bag, this.#bagSquares, rows[k]! * heads, heads, g, factor, rate, decay)
      }
      adagrad(p.pairs, this.#pairSquares, window.pairs[t]! * heads, heads, g, norm, rate, decay)
    }
    for (let h = 0; h < heads; h++) p.bagBias[h]! -= rate * 0.05 * g[h]!
    return loss
  }

  #stepPhrase(windows: readonly Window[], target: Target, rate: number): number {
    const shape = this.#shape
    const { heads, filters, dims } = shape
    const p = this.#p
    const state = this.#state
    const window = this.#highest(windows, (w) => {
      forwardPhrase(shape, p, w, state, this.#keep)
      return state.phraseLogits[0]!
    })
    const loss = this.#outputGradient(state.phraseLogits, this.#offsets.phrase, target, rate)
    const g = this.#gradient
    const length = window.tokens.length
    const dv = this.#vectorGradient
    dv.fill(0, 0, length * dims)
    for (let w = 0; w < shape.widths.length; w++) {
      const width = shape.widths[w]!
      const weights = p.filters[w]!
      const squares = this.#filterSquares[w]!
      for (let f = 0; f < filters; f++) {
        const i = w * filters + f
        const x = state.pooled[i]! * this.#keep[i]!
        if (x === 0) continue
        let dx = 0
        for (let h = 0; h < heads; h++) dx += g[h]! * p.out[i * heads + h]!
        dx *= this.#keep[i]!
        adagrad(p.out, this.#outSquares, i * heads, heads, g, x, rate, this.#options.decay)
        this.#bump(p.filterBias[w]!, this.#filterBiasSquares[w]!, f, dx, rate)
        const place = state.where[i]!
        if (place === EMPTY) continue
        const from = Math.max(0, -place) * dims
        const to = Math.min(width, length - place) * dims
        const row = f * width * dims
        const at = place * dims
        for (let d = from; d < to; d++) {
          const gradient = dx * state.vectors[at + d]!
          const square = squares[row + d]! + gradient * gradient
          dv[at + d]! += dx * weights[row + d]!
          squares[row + d] = square
          weights[row + d]! -= (rate * gradient) / Math.sqrt(square)
        }
      }
    }
    this.#updateVectors(window, rate)
    for (let h = 0; h < heads; h++) p.outBias[h]! -= rate * 0.05 * g[h]!
    return loss
  }

  /** One accumulator a row keeps the step cheap: the mean square of the row's gradient. */
  #updateVectors(window: Window, rate: number): void {
    const { dims } = this.#shape
    const vectors = this.#p.vectors
    const dv = this.#vectorGradient
    for (let t = 0; t < window.tokens.length; t++) {
      const rows = window.tokens[t]!
      const scale = tokenScale(rows.length)
      let square = 0
      for (let d = 0; d < dims; d++) square += dv[t * dims + d]! ** 2
      if (square === 0) continue
      square = (square * scale * scale) / dims
      for (let k = 0; k < rows.length; k++) {
        const row = rows[k]!
        this.#rowSquares[row]! += square
        const step = (rate * scale) / Math.sqrt(this.#rowSquares[row]!)
        for (let d = 0; d < dims; d++) vectors[row * dims + d]! -= step * dv[t * dims + d]!
      }
    }
  }

  /** Weighted logistic loss; leaves dloss/dlogit in `#gradient` and moves the source's offset. */
  #outputGradient(logits: Float32Array, offsets: Float32Array, target: Target, rate: number): number {
    const { heads } = this.#shape
    let loss = 0
    for (let h = 0; h < heads; h++) {
      const at = target.source * heads + h
      const weight = target.weight[h]!
      const z = logits[h]! + offsets[at]!
      const probability = 1 / (1 + Math.exp(-z))
      const y = target.y[h]!
      loss += weight * (Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z))))
      this.#gradient[h] = weight * (probability - y)
      offsets[at]! -= rate * 0.02 * this.#gradient[h]!
    }
    return loss
  }

  /** Runs `score` over the windows and, last, over the highest again, so that the activations are its own. */
  #highest(windows: readonly Window[], score: (window: Window) => number): Window {
    let best = windows[0]!
    let bestScore = score(best)
    let lastScored = best
    for (const window of windows.slice(1)) {
      lastScored = window
      const value = score(window)
      if (value > bestScore) {
        best = window
        bestScore = value
      }
    }
    if (lastScored !== best) score(best)
    return best
  }

  #bump(values: Float32Array, squares: Float32Array, at: number, gradient: number, rate: number): void {
    squares[at]! += gradient * gradient
    values[at]! -= (rate * gradient) / Math.sqrt(squares[at]!)
  }
}

function adagrad(
  values: Float32Array,
  squares: Float32Array,
  base: number,
  length: number,
  gradient: Float32Array,
  factor: number,
  rate: number,
  decay: number,
): void {
  for (let h = 0; h < length; h++) {
    const g = gradient[h]! * factor
    if (g === 0) continue
    const at = base + h
    const full = g + decay * values[at]!
    squares[at]! += g * g
    values[at]! -= (rate * full) / Math.sqrt(squares[at]!)
  }
}
