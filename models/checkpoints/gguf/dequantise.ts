import { aligned } from '../byte-source.ts'
import { decodeBrain, decodeHalf, halfToFloat } from '../half.ts'
import type { GgufTypeName } from './tensor-types.ts'
import { GGUF_TYPES } from './tensor-types.ts'

/**
 * Numbers of a tensor from its blocks, with the same float32 roundings in the same order as ggml's reference
 * (`dequantize_row_*` in ggml-quants.c), so that both give the same bits.
 *
 * @param bytes whole blocks
 */
export function dequantise(type: GgufTypeName, bytes: Uint8Array): Float32Array {
  const { block, bytes: blockBytes } = GGUF_TYPES[type]
  if (type === 'F32') {
    const whole = aligned(bytes, 4)
    return new Float32Array(whole.buffer, whole.byteOffset, whole.length / 4).slice()
  }
  if (type === 'F16' || type === 'BF16') {
    const whole = aligned(bytes, 2)
    const bits = new Uint16Array(whole.buffer, whole.byteOffset, whole.length / 2)
    return type === 'F16' ? decodeHalf(bits) : decodeBrain(bits)
  }
  const unpack = UNPACK[type]
  const out = new Float32Array((bytes.length / blockBytes) * block)
  for (let from = 0, to = 0; from < bytes.length; from += blockBytes, to += block) unpack(bytes, from, out, to)
  return out
}

type Unpack = (bytes: Uint8Array, from: number, out: Float32Array, to: number) => void

const { fround } = Math

const UNPACK: Readonly<Record<Exclude<GgufTypeName, 'F32' | 'F16' | 'BF16'>, Unpack>> = {
  // d: half; 32 signed bytes.
  Q8_0(bytes, from, out, to) {
    const d = half(bytes, from)
    for (let i = 0; i < 32; i++) out[to + i] = signed(bytes[from + 2 + i]!) * d
  },
  // d: half; 32 numbers of 4 bits around 8: the low halves of 16 bytes, then the high ones.
  Q4_0(bytes, from, out, to) {
    const d = half(bytes, from)
    for (let i = 0; i < 16; i++) {
      const pair = bytes[from + 2 + i]!
      out[to + i] = ((pair & 0xf) - 8) * d
      out[to + 16 + i] = ((pair >> 4) - 8) * d
    }
  },
  // d, m: halves; the same 4 bits, from m upwards.
  Q4_1(bytes, from, out, to) {
    const d = half(bytes, from)
    const m = half(bytes, from + 2)
    for (let i = 0; i < 16; i++) {
      const pair = bytes[from + 4 + i]!
      out[to + i] = fround((pair & 0xf) * d) + m
      out[to + 16 + i] = fround((pair >> 4) * d) + m
    }
  },
  // d: half; 32 fifth bits; 32 numbers of 4 bits; around 16.
  Q5_0(bytes, from, out, to) {
    const d = half(bytes, from)
    for (let i = 0; i < 16; i++) {
      const pair = bytes[from + 6 + i]!
      out[to + i] = (((pair & 0xf) | fifth(bytes, from + 2, i)) - 16) * d
      out[to + 16 + i] = (((pair >> 4) | fifth(bytes, from + 2, 16 + i)) - 16) * d
    }
  },
  Q5_1(bytes, from, out, to) {
    const d = half(bytes, from)
    const m = half(bytes, from + 2)
    for (let i = 0; i < 16; i++) {
      const pair = bytes[from + 8 + i]!
      out[to + i] = fround(((pair & 0xf) | fifth(bytes, from + 4, i)) * d) + m
      out[to + 16 + i] = fround(((pair >> 4) | fifth(bytes, from + 4, 16 + i)) * d) + m
    }
  },
  // d, dmin: halves; 8 scales and 8 minima of 6 bits in 12 bytes; 256 numbers of 4 bits.
  Q4_K(bytes, from, out, to) {
    unpackK(bytes, from, out, to, from + 16, undefined)
  },
  // As Q4_K, with 256 fifth bits before the 4 bits: bit s of byte i belongs to number i of the s-th group of 32.
  Q5_K(bytes, from, out, to) {
    unpackK(bytes, from, out, to, from + 48, from + 16)
  },
  // 256 numbers of 4 bits, 256 of 2 bits above them, 16 signed scales, d: half; around 32.
  Q6_K(bytes, from, out, to) {
    const d = half(bytes, from + 208)
    const scale = (index: number): number => fround(d * signed(bytes[from + 192 + index]!))
    for (let part = 0; part < 2; part++) {
      const low = from + 64 * part
      const high = from + 128 + 32 * part
      const base = to + 128 * part
      for (let i = 0; i < 32; i++) {
        const first = bytes[low + i]!
        const second = bytes[low + 32 + i]!
        const top = bytes[high + i]!
        const at = 8 * part + (i >> 4)
        out[base + i] = scale(at) * (((first & 0xf) | ((top & 3) << 4)) - 32)
        out[base + 32 + i] = scale(at + 2) * (((second & 0xf) | (((top >> 2) & 3) << 4)) - 32)
        out[base + 64 + i] = scale(at + 4) * (((first >> 4) | (((top >> 4) & 3) << 4)) - 32)
        out[base + 96 + i] = scale(at + 6) * (((second >> 4) | (((top >> 6) & 3) << 4)) - 32)
      }
    }
  },
}

function unpackK(
  bytes: Uint8Array,
  from: number,
  out: Float32Array,
  to: number,
  quants: number,
  fifths: number | undefined,
): void {
  const d = half(bytes, from)
  const least = half(bytes, from + 2)
  for (let group = 0; group < 8; group++) {
    const [scale, minimum] = scaleAndMinimum(bytes, from + 4, group)
    const step = fround(d * scale)
    const offset = fround(least * minimum)
    for (let i = 0; i < 32; i++) {
      const pair = bytes[quants + 32 * (group >> 1) + i]!
      const four = group % 2 === 0 ? pair & 0xf : pair >> 4
      const fifthBit = fifths === undefined ? 0 : ((bytes[fifths + i]! >> group) & 1) << 4
      out[to + 32 * group + i] = fround(step * (four | fifthBit)) - offset
    }
  }
}

/** Six bits each; the last four of both take their upper two bits from the first eight bytes. */
function scaleAndMinimum(bytes: Uint8Array, at: number, group: number): readonly [number, number] {
  if (group < 4) return [bytes[at + group]! & 63, bytes[at + 4 + group]! & 63]
  const low = bytes[at + 4 + group]!
  return [(low & 0xf) | ((bytes[at + group - 4]! >> 6) << 4), (low >> 4) | ((bytes[at + group]! >> 6) << 4)]
}

function half(bytes: Uint8Array, at: number): number {
  return halfToFloat(bytes[at]! | (bytes[at + 1]! << 8))
}

function signed(byte: number): number {
  return (byte << 24) >> 24
}

function fifth(bytes: Uint8Array, at: number, index: number): number {
  return ((bytes[at + (index >> 3)]! >> (index & 7)) & 1) << 4
}
