import { join } from 'node:path'
import type * as Ort from 'onnxruntime-node'
import { SluiceError } from '../../util/errors.ts'
import type { TokenEncoder } from './encoder.ts'
import { labelCount, type ModelFolder } from './folder.ts'

/** Tokens of one window, without special ones. */
export interface WindowTokens {
  readonly ids: Int32Array
  /** Of these tokens, the stretch whose probabilities are wanted. */
  readonly from: number
  readonly to: number
}

/** Padded lengths. A window always gets the same one, whatever it runs with. */
const LENGTHS: readonly number[] = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]
/** Places (windows × padded length) in one call. */
const PLACES = 2048
/** A product with a single row takes another path in ONNX Runtime and rounds otherwise: never fewer than two. */
const LEAST_ROWS = 2
const INT32 = 6
const FLOAT16_BIAS = 15

/** Runs the model over windows. */
export class WindowSession {
  readonly #ort: typeof Ort
  readonly #session: Ort.InferenceSession
  readonly #folder: ModelFolder
  readonly #encoder: TokenEncoder
  /**
   * Dynamic quantisation takes its scale from all values of a call, padding included: then each window runs alone and
   * unpadded, or what is found would depend on its neighbours.
   */
  readonly #alone: boolean
  readonly #fixedRows: number
  readonly #fixedLength: number

  private constructor(ort: typeof Ort, session: Ort.InferenceSession, folder: ModelFolder, encoder: TokenEncoder) {
    this.#ort = ort
    this.#session = session
    this.#folder = folder
    this.#encoder = encoder
    const shape = folder.model.inputs.find(({ name }) => name === 'input_ids')?.shape ?? []
    this.#fixedRows = Math.max(0, shape[0] ?? 0)
    this.#fixedLength = Math.max(0, shape[1] ?? 0)
    this.#alone = folder.model.operators.has('DynamicQuantizeLinear')
  }

  /** @throws SluiceError MODEL_UNREADABLE where ONNX Runtime refuses the file */
  static async open(folder: ModelFolder, encoder: TokenEncoder, threads: number): Promise<WindowSession> {
    const ort = await import('onnxruntime-node')
    const file = join(folder.path, folder.modelFile)
    try {
      // By its path, since weights may lie in files beside it.
      const session = await ort.InferenceSession.create(file, {
        executionProviders: ['cpu'],
        intraOpNumThreads: Math.max(1, threads),
        interOpNumThreads: 1,
        logSeverityLevel: 4,
        extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
      })
      return new WindowSession(ort, session, folder, encoder)
    } catch (cause) {
      throw new SluiceError({
        code: 'MODEL_UNREADABLE',
        message: 'ONNX Runtime cannot open the model',
        next: 'SLUICE_DEBUG=1 shows why; the file may be cut off, or need operators of another runtime',
        at: { file },
        cause,
      })
    }
  }

  /** Probabilities of the wanted tokens, one row of labels a token, for each window. */
  async run(windows: readonly WindowTokens[]): Promise<readonly Float32Array[]> {
    const out = new Array<Float32Array>(windows.length)
    const groups = new Map<number, number[]>()
    windows.forEach((window, i) => {
      const length = this.#padded(window.ids.length + this.#specials)
      const group = groups.get(length)
      if (group === undefined) groups.set(length, [i])
      else group.push(i)
    })
    for (const [length, indices] of groups) {
      const each = this.#fixedRows || (this.#alone ? 1 : Math.max(LEAST_ROWS, Math.floor(PLACES / length)))
      for (let from = 0; from < indices.length; from += each) {
        const part = indices.slice(from, from + each)
        const rows = await this.#call(
          part.map((i) => windows[i]!),
          length,
        )
        part.forEach((i, k) => {
          out[i] = rows[k]!
        })
      }
    }
    return out
  }

  async close(): Promise<void> {
    await this.#session.release()
  }

  get #specials(): number {
    return this.#encoder.prefix.length + this.#encoder.suffix.length
  }

  #padded(length: number): number {
    if (this.#fixedLength > 0) return this.#fixedLength
    if (this.#alone) return length
    return Math.min(LENGTHS.find((padded) => padded >= length) ?? length, Math.max(length, this.#folder.maxTokens))
  }

  async #call(windows: readonly WindowTokens[], length: number): Promise<readonly Float32Array[]> {
    const { prefix, suffix, types } = this.#encoder
    const rows = this.#fixedRows || Math.max(this.#alone ? 1 : LEAST_ROWS, windows.length)
    const ids = new Int32Array(rows * length).fill(this.#folder.padId)
    const mask = new Int32Array(rows * length)
    const kinds = new Int32Array(rows * length)
    for (let row = 0; row < rows; row++) {
      // Rows that only fill the call repeat the last window: a row of padding alone has no softmax.
      const window = windows[Math.min(row, windows.length - 1)]!
      const at = row * length
      const textEnd = at + prefix.length + window.ids.length
      ids.set(prefix, at)
      ids.set(window.ids, at + prefix.length)
      ids.set(suffix, textEnd)
      kinds.set(types.prefix, at)
      kinds.fill(types.text, at + prefix.length, textEnd)
      kinds.set(types.suffix, textEnd)
      mask.fill(1, at, textEnd + suffix.length)
    }
    const data: Readonly<Record<string, Int32Array>> = { input_ids: ids, attention_mask: mask, token_type_ids: kinds }
    const { Tensor } = this.#ort
    const feeds = Object.fromEntries(
      this.#folder.model.inputs.map(({ name, elementType }) => [
        name,
        elementType === INT32
          ? new Tensor('int32', data[name]!, [rows, length])
          : new Tensor('int64', BigInt64Array.from(data[name]!, BigInt), [rows, length]),
      ]),
    )
    const output = await this.#run(feeds)
    const labels = this.#folder.labels.labels.length
    const [gotRows, gotLength, width] = output.dims
    if (width !== labels || gotRows !== rows || gotLength !== length) {
      throw labelCount(width ?? 0, labels, join(this.#folder.path, this.#folder.modelFile))
    }
    const logits = toFloats(output.data)
    return windows.map(({ from, to }, row) =>
      softmaxRows(logits, (row * length + prefix.length + from) * labels, to - from, labels),
    )
  }

  async #run(feeds: Readonly<Record<string, Ort.Tensor>>): Promise<Ort.Tensor> {
    try {
      return (await this.#session.run(feeds))[this.#folder.logits]!
    } catch (cause) {
      throw new SluiceError({
        code: 'MODEL_RUN_FAILED',
        message: 'the model cannot be run over these tokens',
        next: 'take tokenizer.json and the model from the same export: an id may lie beyond the model’s vocabulary',
        at: { file: join(this.#folder.path, this.#folder.modelFile) },
        exit: 5,
        cause,
      })
    }
  }
}

function softmaxRows(logits: ArrayLike<number>, at: number, rows: number, width: number): Float32Array {
  const out = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const from = at + row * width
    let top = Number.NEGATIVE_INFINITY
    for (let j = 0; j < width; j++) top = Math.max(top, logits[from + j]!)
    let sum = 0
    for (let j = 0; j < width; j++) sum += Math.exp(logits[from + j]! - top)
    for (let j = 0; j < width; j++) out[row * width + j] = Math.exp(logits[from + j]! - top) / sum
  }
  return out
}

/** Half precision comes as raw bits (IEEE 754 binary16). */
function toFloats(data: Ort.Tensor['data']): ArrayLike<number> {
  if (!(data instanceof Uint16Array)) return data as Float32Array
  return Float32Array.from(data, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 0x1f
    const fraction = bits & 0x3ff
    if (exponent === 0) return sign * fraction * 2 ** (1 - FLOAT16_BIAS - 10)
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    return sign * (1024 + fraction) * 2 ** (exponent - FLOAT16_BIAS - 10)
  })
}
