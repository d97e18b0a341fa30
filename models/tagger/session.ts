import { float32, int32, openSession, type Session } from '../graph/session.ts'
import type { Encoded } from './encode.ts'
import { CLASSES } from './example.ts'
import { MOST_FEATURES, type WordType } from './features.ts'
import { paddingOf, type TaggerShape } from './network.ts'
import { type Stretch, stretchesOf } from './stretches.ts'

/** Places in one run, about: enough for large products, little enough to stay in cache. */
const PLACES = 4096
/** Vectors of words remembered between runs: bounded for any input. */
const MOST_VECTORS = 40_000

/** Scores of one text, [tokens, classes]; `O` is 1 where the network was not asked. Empty where it was not asked at all. */
export type Scores = Float32Array

interface Piece extends Stretch {
  /** Index of the text. */
  readonly text: number
}

/** Runs the model file over encoded texts. A token's scores depend on the tokens within the network's radius alone. */
export class TaggerSession {
  readonly #session: Session
  readonly #shape: TaggerShape
  readonly #padding: number
  readonly #vectors = new Map<WordType, Float32Array>()

  private constructor(session: Session, shape: TaggerShape) {
    this.#session = session
    this.#shape = shape
    this.#padding = paddingOf(shape)
  }

  static async open(model: Uint8Array, shape: TaggerShape): Promise<TaggerSession> {
    return new TaggerSession(await openSession(model, 1), shape)
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  async score(texts: readonly Encoded[]): Promise<readonly Scores[]> {
    const scores: Scores[] = texts.map(() => NOTHING)
    let batch: Piece[] = []
    let places = 0
    for (let text = 0; text < texts.length; text++) {
      const stretches = stretchesOf(texts[text]!, this.#shape)
      if (stretches.length > 0) scores[text] = unasked(texts[text]!.tokens.count)
      for (const stretch of stretches) {
        batch.push({ ...stretch, text })
        places += stretch.to - stretch.from + this.#padding
        if (places < PLACES) continue
        await this.#run(texts, batch, places, scores)
        batch = []
        places = 0
      }
    }
    if (batch.length > 0) await this.#run(texts, batch, places, scores)
    return scores
  }

  async #run(
    texts: readonly Encoded[],
    pieces: readonly Piece[],
    size: number,
    scores: readonly Scores[],
  ): Promise<void> {
    const padding = this.#padding
    const places = size + padding
    const at = new Int32Array(places)
    const flags = new Int32Array(places)
    const index = new Map<WordType, number>()
    const known: Float32Array[] = []
    const fresh: WordType[] = []
    const read: number[] = []
    let place = padding
    for (const { text, from, to, asked } of pieces) {
      const encoded = texts[text]!
      for (const token of asked) read.push(place + token - from)
      for (let i = from; i < to; i++, place++) {
        const type = encoded.types[i]!
        let word = index.get(type)
        if (word === undefined) {
          const vector = this.#vectors.get(type)
          // Known words count from 1, new ones down from -1 until the number of known ones is clear.
          word = vector === undefined ? -fresh.push(type) : known.push(vector)
          index.set(type, word)
        }
        at[place] = word
        flags[place] = encoded.flags[i]!
      }
      place += padding
    }
    for (let i = 0; i < places; i++) if (at[i]! < 0) at[i] = known.length - at[i]!
    const { wordDims } = this.#shape
    const knownData = new Float32Array((known.length + 1) * wordDims)
    known.forEach((vector, w) => {
      knownData.set(vector, (w + 1) * wordDims)
    })
    // A product with a single row takes another path in ONNX Runtime and rounds otherwise.
    const rowCount = Math.max(2, fresh.length)
    const rows = new Int32Array(rowCount * MOST_FEATURES)
    const scale = new Float32Array(rowCount)
    fresh.forEach((type, w) => {
      rows.set(type.rows, w * MOST_FEATURES)
      scale[w] = 1 / Math.sqrt(Math.max(1, type.rows.length))
    })
    const { scores: result, vectors } = await this.#session.run({
      known: float32(knownData, [known.length + 1, wordDims]),
      rows: int32(rows, [rowCount, MOST_FEATURES]),
      scale: float32(scale, [rowCount, 1]),
      at: int32(at),
      flags: int32(flags),
      read: int32(Int32Array.from(read)),
    })
    this.#remember(fresh, vectors!.data as Float32Array)
    const data = result!.data as Float32Array
    let r = 0
    for (const { text, asked } of pieces) {
      const target = scores[text]!
      for (const token of asked) {
        target.set(data.subarray(r, r + CLASSES.length), token * CLASSES.length)
        r += CLASSES.length
      }
    }
  }

  /** Keeps the vectors of new words: a language's frequent words are then looked up once. */
  #remember(words: readonly WordType[], vectors: Float32Array): void {
    const { wordDims } = this.#shape
    if (this.#vectors.size > MOST_VECTORS) this.#vectors.clear()
    words.forEach((type, w) => {
      this.#vectors.set(type, vectors.slice(w * wordDims, (w + 1) * wordDims))
    })
  }
}

const NOTHING: Scores = new Float32Array(0)

function unasked(tokens: number): Scores {
  const scores = new Float32Array(tokens * CLASSES.length)
  for (let i = 0; i < scores.length; i += CLASSES.length) scores[i] = 1
  return scores
}
