import type { Random } from '../../util/random.ts'
import type { Moments } from '../adam.ts'
import { moveByAdam } from '../adam.ts'
import { gradients } from '../graph/gradient.ts'
import { createGraph } from '../graph/graph.ts'
import { float32, int32, openSession, type Session } from '../graph/session.ts'
import { assemble, type Batch, type Dropping, type Lesson, type WordRows } from './batch.ts'
import { CLASSES } from './example.ts'
import { ROWS } from './features.ts'
import {
  denseShapes,
  forward,
  networkInputs,
  type Parameters,
  softCrossEntropy,
  type TaggerShape,
  TRAINING_FLAGS,
} from './network.ts'

export interface TrainerOptions extends Dropping {
  readonly rate: number
  /** Factor on the rate for the feature table. */
  readonly tableRate: number
  /** Share of a place's inputs and of hidden units left out at each step. */
  readonly dropout: number
  /** Decoupled weight decay of the dense matrices. */
  readonly decay: number
}

const BETA_1 = 0.9
const BETA_2 = 0.99
const EPSILON = 1e-6
/** Old gradients of a row of the table fade by this at each step that touches it. */
const ROW_DECAY = 0.98
const ROW_EPSILON = 1e-7

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
  /** For each row of the table the decayed sum of its gradients' mean squares. */
  readonly #squares = new Float32Array(ROWS)
  /** Scratch: for each row of the table its position in the batch, from 1. */
  readonly #slots = new Int32Array(ROWS)
  #masks = new Float32Array(0)
  #step = 0

  private constructor(shape: TaggerShape, p: Parameters, options: TrainerOptions, session: Session) {
    this.#shape = shape
    this.#p = p
    this.#options = options
    this.#session = session
    const moments = (length: number): Moments => ({ m: new Float32Array(length), v: new Float32Array(length) })
    this.#dense = new Map(Object.entries(p.dense).map(([name, { length }]) => [name, moments(length)]))
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
    for (let row = 0; row < ROWS; row++) {
      if (this.#squares[row] === 0) this.#p.table.fill(0, row * rowDims, (row + 1) * rowDims)
    }
  }

  /** Learns from a batch and returns its mean loss before the step. `pace` multiplies the learning rate. */
  async step(lessons: readonly Lesson[], pace: number, rng: Random): Promise<number> {
    const { rowDims, wordDims, hidden } = this.#shape
    const batch = assemble(lessons, this.#shape, this.#options, rng)
    const { places, words } = batch
    const weights = Object.entries(denseShapes(this.#shape)).map(([name, size]) => [
      name,
      float32(this.#p.dense[name]!, size),
    ])
    const results = await this.#session.run({
      sums: float32(this.#sums(words, batch.rows), [words + 1, rowDims]),
      at: int32(batch.at),
      flags: float32(batch.flags, [places, TRAINING_FLAGS]),
      mask: float32(batch.mask, [places, 1]),
      keep_input: float32(this.#dropout(places * wordDims, rng), [places, wordDims]),
      keep_hidden: float32(this.#dropout(places * hidden, rng), [places, hidden]),
      targets: float32(batch.targets, [places, CLASSES.length]),
      ...Object.fromEntries(weights),
    })
    this.#step += 1
    const rate = this.#options.rate * pace
    const factor = 1 / Math.max(1, batch.weight)
    for (const [name, moments] of this.#dense) {
      const gradient = results[`d_${name}`]!.data as Float32Array
      const decay = name.startsWith('conv_') && !name.includes('bias') ? this.#options.decay : 0
      const theta = this.#p.dense[name]!
      const step = { factor, beta1: BETA_1, beta2: BETA_2, t: this.#step, rate, floor: EPSILON }
      moveByAdam(theta, moments, gradient, { ...step, decay: rate * decay, decayed: theta.length })
    }
    this.#updateTable(batch, results['d_sums']!.data as Float32Array, factor, rate)
    return (results['loss']!.data as Float32Array)[0]! * factor
  }

  #sums(words: number, { rows, ends }: WordRows): Float32Array {
    const { rowDims } = this.#shape
    const { table } = this.#p
    const sums = new Float32Array((words + 1) * rowDims)
    for (let w = 0; w < words; w++) {
      const scale = 1 / Math.sqrt(Math.max(1, ends[w + 1]! - ends[w]!))
      const to = (w + 1) * rowDims
      for (let k = ends[w]!; k < ends[w + 1]!; k++) {
        const from = rows[k]! * rowDims
        for (let d = 0; d < rowDims; d++) sums[to + d]! += table[from + d]!
      }
      for (let d = 0; d < rowDims; d++) sums[to + d]! *= scale
    }
    return sums
  }

  /** A dropout mask: a piece of a long one that is drawn once, from a random place on. */
  #dropout(length: number, rng: Random): Float32Array {
    if (this.#masks.length < 2 * length) {
      const kept = 1 / (1 - this.#options.dropout)
      this.#masks = Float32Array.from({ length: 4 * length }, () => (rng.next() < this.#options.dropout ? 0 : kept))
    }
    const from = rng.integer(this.#masks.length - length)
    return this.#masks.subarray(from, from + length)
  }

  /** One second moment a row (the mean square of its gradient) keeps the step cheap; no momentum on sparse rows. */
  #updateTable({ words, rows: { rows, ends } }: Batch, gradient: Float32Array, factor: number, rate: number): void {
    const { rowDims } = this.#shape
    const { table } = this.#p
    const slots = this.#slots
    const touched: number[] = []
    for (let k = 0; k < ends[words]!; k++) {
      if (slots[rows[k]!] !== 0) continue
      touched.push(rows[k]!)
      slots[rows[k]!] = touched.length
    }
    const total = new Float32Array(touched.length * rowDims)
    for (let w = 0; w < words; w++) {
      const scale = factor / Math.sqrt(Math.max(1, ends[w + 1]! - ends[w]!))
      const from = (w + 1) * rowDims
      for (let k = ends[w]!; k < ends[w + 1]!; k++) {
        const to = (slots[rows[k]!]! - 1) * rowDims
        for (let d = 0; d < rowDims; d++) total[to + d]! += scale * gradient[from + d]!
      }
    }
    for (let t = 0; t < touched.length; t++) {
      const row = touched[t]!
      slots[row] = 0
      const from = t * rowDims
      let sum = 0
      for (let d = 0; d < rowDims; d++) sum += total[from + d]! * total[from + d]!
      const seen = this.#squares[row]! * ROW_DECAY + sum / rowDims
      this.#squares[row] = seen
      const size = (rate * this.#options.tableRate) / (Math.sqrt(seen) + ROW_EPSILON)
      const to = row * rowDims
      for (let d = 0; d < rowDims; d++) table[to + d]! -= size * total[from + d]!
    }
  }
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
