import type { RopeScaling } from '../../network/config.ts'

type Llama3 = Extract<RopeScaling, { kind: 'llama3' }>

/**
 * GGUF stores Llama 3.1's scaling as the tensor `rope_freqs.weight`: what each of the D/2 frequencies is divided by.
 * Where the wavelength is short the factor is 1, where it is long `factor`, with a line in frequency between.
 */
export function llama3Factors(scaling: Llama3, base: number, headWidth: number): Float32Array {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling
  return Float32Array.from({ length: headWidth / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * base ** ((2 * i) / headWidth)
    if (wavelength < originalContext / high) return 1
    if (wavelength > originalContext / low) return factor
    const smooth = (originalContext / wavelength - low) / (high - low)
    return 1 / ((1 - smooth) / factor + smooth)
  })
}

/** The settings in use: GGUF does not keep them, only what follows from them. */
const KNOWN = [8192, 2048, 4096, 16_384, 32_768, 65_536, 131_072].map(
  (originalContext) => ({ lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext }) as const,
)

/** The scaling that gives these factors to float32's precision; undefined where no known one does. */
export function llama3FromFactors(factors: Float32Array, base: number, headWidth: number): Llama3 | undefined {
  if (factors.length !== headWidth / 2) return undefined
  const factor = factors.reduce((largest, x) => Math.max(largest, x), 0)
  return KNOWN.map((known) => ({ kind: 'llama3', factor, ...known }) as const).find((scaling) => {
    const expected = llama3Factors(scaling, base, headWidth)
    return expected.every((x, i) => Math.abs(x - factors[i]!) <= 1e-5 * x)
  })
}
