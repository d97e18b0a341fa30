/** Complex numbers in two arrays. */
export interface Complex {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/**
 * Fast Fourier transform in place (Cooley & Tukey 1965, radix 2). The length must be a power of two. `inverse` gives
 * the inverse transform, divided by the length.
 */
export function fft({ real, imaginary }: Complex, inverse = false): void {
  const n = real.length
  if (n === 0 || (n & (n - 1)) !== 0) throw new RangeError(`fft: ${n} is no power of two`)
  reverseBits(real, imaginary)
  const { cos, sin } = roots(n)
  const direction = inverse ? 1 : -1
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2
    const stride = n / size
    for (let start = 0; start < n; start += size) {
      for (let i = 0; i < half; i++) {
        const c = cos[i * stride]!
        const s = direction * sin[i * stride]!
        const a = start + i
        const b = a + half
        const re = real[b]! * c - imaginary[b]! * s
        const im = real[b]! * s + imaginary[b]! * c
        real[b] = real[a]! - re
        imaginary[b] = imaginary[a]! - im
        real[a] = real[a]! + re
        imaginary[a] = imaginary[a]! + im
      }
    }
  }
  if (!inverse) return
  for (let i = 0; i < n; i++) {
    real[i] = real[i]! / n
    imaginary[i] = imaginary[i]! / n
  }
}

function reverseBits(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    while (j & bit) {
      j ^= bit
      bit >>= 1
    }
    j ^= bit
    if (i >= j) continue
    const re = real[i]!
    const im = imaginary[i]!
    real[i] = real[j]!
    imaginary[i] = imaginary[j]!
    real[j] = re
    imaginary[j] = im
  }
}

let known: { readonly n: number; readonly cos: Float64Array; readonly sin: Float64Array } | undefined

/** cos and sin of 2πi/n for i < n/2, each computed by itself: a recurrence would lose digits. The last size is kept. */
function roots(n: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  if (known?.n === n) return known
  const cos = new Float64Array(n >> 1)
  const sin = new Float64Array(n >> 1)
  for (let i = 0; i < n >> 1; i++) {
    cos[i] = Math.cos((2 * Math.PI * i) / n)
    sin[i] = Math.sin((2 * Math.PI * i) / n)
  }
  known = { n, cos, sin }
  return known
}
