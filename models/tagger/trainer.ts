import type { Random } from '../../util/random.ts'
import { gradients } from '../graph/gradient.ts'
import { createGraph } from '../graph/graph.ts'
import { float32, int32, openSession, type Session } from '../graph/session.ts'
import type { Encoded } from './encode.ts'
import { FLAGS } from './encode.ts'
import { CLASSES, SOURCES } from './example.ts'
import {
  denseShapes,
  forward,
  networkInputs,
  type Parameters,
  paddingOf,
  softCrossEntropy,
  type TaggerShape,
  TRAINING_FLAGS,
} from './network.ts'

/** A stretch of text to learn from. */
export interface Lesson {
  readonly encoded: Encoded
  /** [tokens, classes]: the weight of each class; all zero where a token does not count. */
  readonly targets: Float32Array
  /** Index into `SOURCES`. */
  readonly source: number
}

export interface TrainerOptions {
  readonly rate: number
  /** Share of a place's inputs and of hidden units left out at each step. */
  readonly dropout: number
  /** Share of words whose own features are left out, and of all other features. */
  readonly wordDropout: number
  readonly featureDropout: number
  /** Share of texts that count as of no source in particular. */
  readonly anySource: number
  /** Decoupled weight decay of the dense matrices. */
  readonly decay: number
}

const BETA_1 = 0.9
const BETA_2 = 0.99
const EPSILON = 1e-6

interface Moments {
  readonly m: Float32Array
  readonly v: Float32Array
}

/**
 * Adam (Kingma & Ba 2015) on batches. ONNX Runtime computes the dense part and its gradients; the sums over the feature
 * table and the steps are done here, since each batch touches few rows of it.
 */
export class Trainer {
  readonly #shape: TaggerShape
  readonly #p: Parameters
  readonly #options: TrainerOptions
  readonly #session: Session
  readonly #dense: ReadonlyMap<string, Moments>
  readonly #table: Moments
  #step = 0

  private constructor(shape: TaggerShape, p: Parameters, options: TrainerOptions, session: Session) {
    this.#shape = shape
    this.#p = p
    this.#options = options
    this.#session = session
    const moments = (length: number): Moments => ({ m: new Float32Array(length), v: new Float32Array(length) })
    this.#dense = new Map(Object.entries(p.dense).map(([name, { length }]) => [name, moments(length)]))
    this.#table = moments(p.table.length)
  }

  static async open(shape: TaggerShape, p: Parameters, options: TrainerOptions, threads = 1): Promise<Trainer> {
    return new Trainer(shape, p, options, await openSession(trainingGraph(shape), threads))
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /** Sets the rows of features that never occurred to zero: an unseen feature then says nothing. */
  clearUntouched(): void {
    const { rowDims } = this.#shape
    const { v } = this.#table
    for (let at = 0; at < v.length; at += rowDims) if (v[at] === 0) this.#p.table.fill(0, at, at + rowDims)
  }

  /** Learns from a batch and returns its mean loss before the step. `pace` multiplies the learning rate. */
  async step(lessons: readonly Lesson[], pace: number, rng: Random): Promise<number> {
    const { rowDims, wordDims, hidden } = this.#shape
    const batch = this.#batch(lessons, rng)
    const { places } = batch
    const weights = Object.entries(denseShapes(this.#shape)).map(([name, size]) => [
      name,
      float32(this.#p.dense[name]!, size),
    ])
    const results = await this.#session.run({
      sums: float32(batch.sums, [batch.words.length + 1, rowDims]),
      at: int32(batch.at),
      flags: float32(batch.flags, [places, TRAINING_FLAGS]),
      mask: float32(batch.mask, [places, 1]),
      keep_input: float32(dropoutMask(places * wordDims, this.#options.dropout, rng), [places, wordDims]),
      keep_hidden: float32(dropoutMask(places * hidden, this.#options.dropout, rng), [places, hidden]),
      targets: float32(batch.targets, [places, CLASSES.length]),
      ...Object.fromEntries(weights),
    })
    this.#step += 1
    const rate = this.#options.rate * pace
    const factor = 1 / Math.max(1, batch.weight)
    for (const [name, { m, v }] of this.#dense) {
      const gradient = results[`d_${name}`]!.data as Float32Array
      const decay = name.startsWith('conv_') && !name.includes('bias') ? this.#options.decay : 0
      this.#adam(this.#p.dense[name]!, m, v, 0, gradient, 0, gradient.length, factor, rate, decay)
    }
    this.#updateTable(batch, results['d_sums']!.data as Float32Array, factor, rate)
    return (results['loss']!.data as Float32Array)[0]! * factor
  }

  #batch(lessons: readonly Lesson[], rng: Random): Batch {
    const { rowDims } = this.#shape
    const padding = paddingOf(this.#shape)
    const places = lessons.reduce((sum, { encoded }) => sum + encoded.tokens.count + padding, padding)
    const at = new Int32Array(places)
    const flags = new Float32Array(places * TRAINING_FLAGS)
    const mask = new Float32Array(places)
    const targets = new Float32Array(places * CLASSES.length)
    const index = new Map<Int32Array, number>()
    const words: Int32Array[] = []
    let place = padding
    let weight = 0
    for (const { encoded, targets: wanted, source } of lessons) {
      const said = rng.next() < this.#options.anySource ? 0 : source
      for (let i = 0; i < encoded.tokens.count; i++, place++) {
        const { rows, own } = encoded.types[i]!
        let word = index.get(rows)
        if (word === undefined) {
          words.push(this.#some(rows, own, rng))
          word = words.length
          index.set(rows, word)
        }
        at[place] = word
        mask[place] = 1
        for (let f = 0; f < FLAGS; f++) if ((encoded.flags[i]! & (1 << f)) !== 0) flags[place * TRAINING_FLAGS + f] = 1
        flags[place * TRAINING_FLAGS + FLAGS + said] = 1
        for (let c = 0; c < CLASSES.length; c++) {
          const w = wanted[i * CLASSES.length + c]!
          targets[place * CLASSES.length + c] = w
          weight += w
        }
      }
      place += padding
    }
    const sums = new Float32Array((words.length + 1) * rowDims)
    const { table } = this.#p
    words.forEach((rows, w) => {
      const scale = 1 / Math.sqrt(Math.max(1, rows.length))
      const to = (w + 1) * rowDims
      for (const row of rows) {
        const from = row * rowDims
        for (let d = 0; d < rowDims; d++) sums[to + d]! += table[from + d]!
      }
      for (let d = 0; d < rowDims; d++) sums[to + d]! *= scale
    })
    return { places, at, flags, mask, targets, words, sums, weight }
  }

  #some(rows: Int32Array, own: number, rng: Random): Int32Array {
    const { wordDropout, featureDropout } = this.#options
    const known = own > 0 && rng.next() < wordDropout ? rows.subarray(own) : rows
    return featureDropout === 0 ? known : known.filter(() => rng.next() >= featureDropout)
  }

  #updateTable({ words }: Batch, gradient: Float32Array, factor: number, rate: number): void {
    const { rowDims } = this.#shape
    const total = new Map<number, Float32Array>()
    words.forEach((rows, w) => {
      const scale = 1 / Math.sqrt(Math.max(1, rows.length))
      const from = (w + 1) * rowDims
      for (const row of rows) {
        let sum = total.get(row)
        if (sum === undefined) {
          sum = new Float32Array(rowDims)
          total.set(row, sum)
        }
        for (let d = 0; d < rowDims; d++) sum[d]! += scale * gradient[from + d]!
      }
    })
    const { m, v } = this.#table
    for (const [row, sum] of total) {
      this.#adam(this.#p.table, m, v, row * rowDims, sum, 0, rowDims, factor, rate, 0)
    }
  }

  #adam(
    theta: Float32Array,
    m: Float32Array,
    v: Float32Array,
    offset: number,
    gradient: Float32Array,
    from: number,
    length: number,
    factor: number,
    rate: number,
    decay: number,
  ): void {
    const root = Math.sqrt(1 - BETA_2 ** this.#step)
    const size = (rate * root) / (1 - BETA_1 ** this.#step)
    for (let i = 0; i < length; i++) {
      const g = gradient[from + i]! * factor
      const k = offset + i
      const mean = BETA_1 * m[k]! + (1 - BETA_1) * g
      const square = BETA_2 * v[k]! + (1 - BETA_2) * g * g
      m[k] = mean
      v[k] = square
      theta[k] = theta[k]! * (1 - rate * decay) - (size * mean) / (Math.sqrt(square) + EPSILON)
    }
  }
}

interface Batch {
  readonly places: number
  readonly at: Int32Array
  readonly flags: Float32Array
  readonly mask: Float32Array
  readonly targets: Float32Array
  /** For each distinct word the rows that are summed. */
  readonly words: readonly Int32Array[]
  readonly sums: Float32Array
  /** Sum of all targets. */
  readonly weight: number
}

function dropoutMask(length: number, share: number, rng: Random): Float32Array {
  const mask = new Float32Array(length)
  const kept = 1 / (1 - share)
  for (let i = 0; i < length; i++) mask[i] = rng.next() < share ? 0 : kept
  return mask
}

/** Loss and gradients. Inputs beside those of the network: `targets`, `keep_input`, `keep_hidden`, every dense weight. */
export function trainingGraph(shape: TaggerShape): Uint8Array {
  const g = createGraph('tagger_training')
  const inputs = networkInputs(g, shape, TRAINING_FLAGS)
  const targets = g.input('targets', 'float32', ['places', CLASSES.length])
  const keep = {
    input: g.input('keep_input', 'float32', ['places', shape.wordDims]),
    hidden: g.input('keep_hidden', 'float32', ['places', shape.hidden]),
  }
  const shapes = denseShapes(shape)
  const names = Object.keys(shapes)
  const weights = new Map(names.map((name) => [name, g.input(name, 'float32', shapes[name]!)]))
  const logits = forward(shape, inputs, (name) => weights.get(name)!, keep)
  const loss = softCrossEntropy(logits, targets)
  const [sums, ...dense] = gradients(loss, [inputs.sums, ...names.map((name) => weights.get(name)!)])
  return g.encode({ loss, d_sums: sums!, ...Object.fromEntries(names.map((name, i) => [`d_${name}`, dense[i]!])) })
}

/** Index of a source. */
export function sourceIndex(source: (typeof SOURCES)[number]): number {
  return SOURCES.indexOf(source)
}
