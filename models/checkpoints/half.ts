/**
 * Half-precision numbers as bits: IEEE 754 binary16 (`F16`) and bfloat16 (`BF16`, the upper half of a float32). To
 * float32 is exact; from float32 rounds to nearest, ties to even, subnormals included; what is too large becomes ∞.
 */
const FLOAT = new Float32Array(1)
const BITS = new Uint32Array(FLOAT.buffer)

let table: Float32Array | undefined

/** The float32 of every binary16 pattern. */
function halves(): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToFloat(bits))
  return table
}

/** The value of binary16 bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** binary16 bits of a number, which is first taken as float32. */
export function floatToHalf(x: number): number {
  FLOAT[0] = x
  return halfOfBits(BITS[0]!)
}

/** bfloat16 bits of a number, which is first taken as float32. */
export function floatToBrain(x: number): number {
  FLOAT[0] = x
  return brainOfBits(BITS[0]!)
}

/** Numbers of binary16 bits (IEEE 754), exactly. */
export function decodeHalf(bits: Uint16Array): Float32Array {
  const values = halves()
  const out = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = values[bits[i]!]!
  return out
}

/** Numbers of bfloat16 bits, exactly: they are the upper half of a float32. */
export function decodeBrain(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16
  return new Float32Array(out.buffer)
}

/** binary16 bits of float32 numbers, rounded to nearest, ties to even; from 65520 on ±∞. */
export function encodeHalf(data: Float32Array): Uint16Array {
  return encode(data, halfOfBits)
}

/** bfloat16 bits of float32 numbers, rounded to nearest, ties to even. */
export function encodeBrain(data: Float32Array): Uint16Array {
  return encode(data, brainOfBits)
}

function encode(data: Float32Array, convert: (bits: number) => number): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length)
  const out = new Uint16Array(data.length)
  for (let i = 0; i < bits.length; i++) out[i] = convert(bits[i]!)
  return out
}

function halfOfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff)
  // From 65520, half-way between the largest number and the next that would be, all is ∞.
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // Normal from 2^-14: move the exponent's bias from 127 to 15, then drop 13 bits.
  if (magnitude >= 0x38800000) {
    const moved = magnitude - 0x38000000
    return sign | ((moved + 0xfff + ((moved >>> 13) & 1)) >>> 13)
  }
  // Subnormal: a multiple of 2^-24.
  const shift = 126 - (magnitude >>> 23)
  if (shift > 24) return sign
  const significand = (magnitude & 0x7fffff) | 0x800000
  const whole = significand >>> shift
  const rest = significand & ((1 << shift) - 1)
  const middle = 1 << (shift - 1)
  return sign | (rest > middle || (rest === middle && (whole & 1) === 1) ? whole + 1 : whole)
}

function brainOfBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
}
