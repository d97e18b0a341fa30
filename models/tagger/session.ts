import { float32, int32, openSession, type Session } from '../graph/session.ts'
import { type Encoded, isCandidate } from './encode.ts'
import { CLASSES } from './example.ts'
import { MOST_FEATURES, type WordType } from './features.ts'
import { paddingOf, radiusOf, type TaggerShape } from './network.ts'

/** Tokens to each side of a candidate that are answered for as well: "van der" in a name. */
const BESIDE = 2
/** Places in one run, about: enough for large products, little enough to stay in cache. */
const PLACES = 4096

/** Scores of one text, [tokens, classes]; `O` is 1 where the network was not asked. */
export type Scores = Float32Array

/** A range of tokens that is read (with context) and answered for (without). */
interface Stretch {
  readonly text: number
  readonly from: number
  readonly to: number
}

/** Runs the model file over encoded texts. A token's scores depend on the tokens within the network's radius alone. */
export class TaggerSession {
  readonly #session: Session
  readonly #radius: number
  readonly #padding: number

  private constructor(session: Session, shape: TaggerShape) {
    this.#session = session
    this.#radius = radiusOf(shape)
    this.#padding = paddingOf(shape)
  }

  static async open(model: Uint8Array, shape: TaggerShape): Promise<TaggerSession> {
    return new TaggerSession(await openSession(model, 1), shape)
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  async score(texts: readonly Encoded[]): Promise<readonly Scores[]> {
    const scores = texts.map(({ tokens }) => {
      const out = new Float32Array(tokens.count * CLASSES.length)
      for (let i = 0; i < out.length; i += CLASSES.length) out[i] = 1
      return out
    })
    let batch: Stretch[] = []
    let places = 0
    for (let text = 0; text < texts.length; text++) {
      for (const [from, to] of this.#stretches(texts[text]!)) {
        batch.push({ text, from, to })
        places += to - from + this.#padding
        if (places < PLACES) continue
        await this.#run(texts, batch, places, scores)
        batch = []
        places = 0
      }
    }
    if (batch.length > 0) await this.#run(texts, batch, places, scores)
    return scores
  }

  /** Ranges of tokens that hold all that decides about the candidates; disjoint, at most `PLACES` long. */
  #stretches(encoded: Encoded): readonly (readonly [number, number])[] {
    const { count } = encoded.tokens
    const margin = this.#radius + BESIDE
    const out: [number, number][] = []
    let last: [number, number] | undefined
    for (let i = 0; i < count; i++) {
      if (!isCandidate(encoded, i)) continue
      const from = Math.max(0, i - margin)
      const to = Math.min(count, i + margin + 1)
      if (last !== undefined && from <= last[1] + this.#padding && to - last[0] <= PLACES) last[1] = to
      else {
        last = [from, to]
        out.push(last)
      }
    }
    return out
  }

  async #run(
    texts: readonly Encoded[],
    stretches: readonly Stretch[],
    size: number,
    scores: readonly Scores[],
  ): Promise<void> {
    const padding = this.#padding
    const places = size + padding
    const at = new Int32Array(places)
    const flags = new Int32Array(places)
    const index = new Map<WordType, number>()
    const words: WordType[] = []
    const read: number[] = []
    const owners: number[] = []
    let place = padding
    for (const [s, { text, from, to }] of stretches.entries()) {
      const encoded = texts[text]!
      let asked = -1
      for (let i = from; i < to; i++, place++) {
        const type = encoded.types[i]!
        let word = index.get(type)
        if (word === undefined) {
          words.push(type)
          word = words.length
          index.set(type, word)
        }
        at[place] = word
        flags[place] = encoded.flags[i]!
        if (!isCandidate(encoded, i)) continue
        for (let k = Math.max(from, i - BESIDE, asked + 1); k < Math.min(to, i + BESIDE + 1); k++) {
          read.push(place + k - i)
          owners.push(s, k)
          asked = k
        }
      }
      place += padding
    }
    const rows = new Int32Array((words.length + 1) * MOST_FEATURES)
    const scale = new Float32Array(words.length + 1)
    words.forEach((type, w) => {
      rows.set(type.rows, (w + 1) * MOST_FEATURES)
      scale[w + 1] = 1 / Math.sqrt(Math.max(1, type.rows.length))
    })
    const { scores: result } = await this.#session.run({
      rows: int32(rows, [words.length + 1, MOST_FEATURES]),
      scale: float32(scale, [words.length + 1, 1]),
      at: int32(at),
      flags: int32(flags),
      read: int32(Int32Array.from(read)),
    })
    const data = result!.data as Float32Array
    for (let r = 0; r < read.length; r++) {
      const target = scores[stretches[owners[2 * r]!]!.text]!
      const to = owners[2 * r + 1]! * CLASSES.length
      for (let c = 0; c < CLASSES.length; c++) target[to + c] = data[r * CLASSES.length + c]!
    }
  }
}
