import { encodeBrain, encodeHalf, floatToHalf } from '../half.ts'
import { GGUF_TYPES } from './tensor-types.ts'

/** Types that are written. */
export type WrittenType = 'F32' | 'F16' | 'BF16' | 'Q8_0'

/**
 * The bytes of a tensor in a type. Q8_0 as ggml's `quantize_row_q8_0_ref` does it: the largest of 32 numbers becomes
 * ±127, every product and quotient is rounded to float32, halves are rounded away from zero.
 *
 * @throws RangeError where Q8_0 is asked for and the numbers are no whole blocks of 32
 */
export function quantise(type: WrittenType, data: Float32Array): Uint8Array {
  if (type === 'F32') return bytesOf(data)
  if (type === 'F16') return bytesOf(encodeHalf(data))
  if (type === 'BF16') return bytesOf(encodeBrain(data))
  const { block, bytes } = GGUF_TYPES.Q8_0
  if (data.length % block !== 0) throw new RangeError(`${data.length} numbers are no whole blocks`)
  const out = new Uint8Array((data.length / block) * bytes)
  for (let from = 0, to = 0; from < data.length; from += block, to += bytes) {
    let largest = 0
    for (let i = 0; i < block; i++) largest = Math.max(largest, Math.abs(data[from + i]!))
    const scale = Math.fround(largest / 127)
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
    const bits = floatToHalf(scale)
    out[to] = bits & 0xff
    out[to + 1] = bits >> 8
    for (let i = 0; i < block; i++) out[to + 2 + i] = awayFromZero(Math.fround(data[from + i]! * inverse))
  }
  return out
}

function awayFromZero(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5)
}

function bytesOf(data: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
