import type * as Ort from 'onnxruntime-node'
import { CHUNK } from './export.ts'
import type { Window } from './network.ts'
import { tokenScale, windowScale } from './network.ts'

/** Padded lengths of windows. A window always lands in the same one, so its score never depends on its neighbours. */
const LENGTHS: readonly number[] = [8, 16, 24, 32, 48, 64, 96, 128, 161]
/** Places (windows × padded length) in one call. */
const PLACES = 1536
/** A product with a single row takes another path in ONNX Runtime and rounds otherwise: never fewer than two. */
const LEAST_WINDOWS = 2

/** Runs the model file over windows. */
export class WindowSession {
  readonly #ort: typeof Ort
  readonly #session: Ort.InferenceSession

  private constructor(ort: typeof Ort, session: Ort.InferenceSession) {
    this.#ort = ort
    this.#session = session
  }

  static async open(model: Uint8Array): Promise<WindowSession> {
    const ort = await import('onnxruntime-node')
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    })
    return new WindowSession(ort, session)
  }

  /** Probabilities for each window, in the order given; each of length `heads`. */
  async run(windows: readonly Window[]): Promise<readonly Float32Array[]> {
    const scores = new Array<Float32Array>(windows.length)
    const byLength = new Map<number, number[]>()
    windows.forEach((window, i) => {
      const length = LENGTHS.find((l) => l > window.tokens.length)
      if (length === undefined) throw new RangeError(`a window of ${window.tokens.length} tokens is too long`)
      const group = byLength.get(length)
      if (group === undefined) byLength.set(length, [i])
      else group.push(i)
    })
    for (const [length, indices] of byLength) {
      const each = Math.max(LEAST_WINDOWS, Math.floor(PLACES / length))
      for (let from = 0; from < indices.length; from += each) {
        const part = indices.slice(from, from + each)
        const rows = await this.#call(
          part.map((i) => windows[i]!),
          length,
        )
        part.forEach((i, k) => {
          scores[i] = rows[k]!
        })
      }
    }
    return scores
  }

  async close(): Promise<void> {
    await this.#session.release()
  }

  async #call(windows: readonly Window[], length: number): Promise<readonly Float32Array[]> {
    const count = Math.max(LEAST_WINDOWS, windows.length)
    const tokens = new Int32Array(count * length)
    const pairs = new Int32Array(count * length)
    const scales = new Float32Array(count).fill(1)
    const table = new TokenTable()
    windows.forEach((window, i) => {
      scales[i] = windowScale(window.tokens.length)
      pairs.set(window.pairs, i * length)
      for (let t = 0; t < window.tokens.length; t++) tokens[i * length + t] = table.index(window.tokens[t]!)
    })
    const { Tensor } = this.#ort
    const { chunks, pieces, width, tokenScales } = table.inputs()
    const { scores } = await this.#session.run({
      chunks: new Tensor('int32', chunks, [chunks.length / CHUNK, CHUNK]),
      token_chunks: new Tensor('int32', pieces, [tokenScales.length, width]),
      token_scale: new Tensor('float32', tokenScales, [tokenScales.length, 1]),
      tokens: new Tensor('int32', tokens, [count, length]),
      pairs: new Tensor('int32', pairs, [count, length]),
      window_scale: new Tensor('float32', scales, [count, 1]),
    })
    const data = scores!.data as Float32Array
    const heads = data.length / count
    return windows.map((_, i) => data.slice(i * heads, (i + 1) * heads))
  }
}

/** The distinct tokens of one call; the featuriser's cache makes equal tokens the same object. */
class TokenTable {
  readonly #indices = new Map<Int32Array, number>()
  readonly #tokens: Int32Array[] = []

  /** 1-based: 0 is padding. */
  index(rows: Int32Array): number {
    const known = this.#indices.get(rows)
    if (known !== undefined) return known
    this.#tokens.push(rows)
    this.#indices.set(rows, this.#tokens.length)
    return this.#tokens.length
  }

  inputs(): { chunks: Int32Array; pieces: Int32Array; width: number; tokenScales: Float32Array } {
    const pieceCounts = this.#tokens.map((rows) => Math.ceil(rows.length / CHUNK))
    const width = Math.max(1, ...pieceCounts)
    const chunks = new Int32Array((1 + pieceCounts.reduce((a, b) => a + b, 0)) * CHUNK)
    const pieces = new Int32Array((this.#tokens.length + 1) * width)
    const tokenScales = new Float32Array(this.#tokens.length + 1)
    let next = 1
    this.#tokens.forEach((rows, i) => {
      tokenScales[i + 1] = tokenScale(rows.length)
      chunks.set(rows, next * CHUNK)
      for (let k = 0; k < pieceCounts[i]!; k++) pieces[(i + 1) * width + k] = next++
    })
    return { chunks, pieces, width, tokenScales }
  }
}
