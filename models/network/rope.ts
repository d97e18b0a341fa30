import type { NetworkConfig, Positions, RopeScaling } from './config.ts'
import { type Fields, unsupported } from './fields.ts'

/** Rotary positions: how `config.json` writes them, and the angles they give. */

type Rotary = Extract<Positions, { kind: 'rotary' }>

/**
 * Reads `rope_parameters` (Transformers 5) or `rope_theta` with `rope_scaling` (before).
 *
 * @param context `max_position_embeddings`
 * @throws SluiceError MODEL_UNSUPPORTED for kinds of scaling that would not be computed exactly
 */
export function readRotary(fields: Fields, context: number): Rotary {
  const rope = fields.object('rope_parameters') ?? fields.object('rope_scaling')
  const base = rope?.has('rope_theta') ? rope.number('rope_theta') : fields.number('rope_theta', 10_000)
  for (const source of [fields, rope]) {
    if (source !== undefined && source.number('partial_rotary_factor', 1) !== 1) {
      throw unsupported('partial_rotary_factor is not 1')
    }
  }
  const scaling = rope === undefined ? undefined : readScaling(rope, fields, context)
  return { kind: 'rotary', base, ...(scaling === undefined ? {} : { scaling }) }
}

function readScaling(rope: Fields, fields: Fields, context: number): RopeScaling | undefined {
  const kind = rope.text('rope_type', rope.text('type', 'default'))
  const originalContext = (): number =>
    rope.size('original_max_position_embeddings', fields.size('original_max_position_embeddings', context))
  switch (kind) {
    case 'default':
      return undefined
    case 'linear':
      return { kind, factor: rope.number('factor') }
    case 'dynamic':
      if (originalContext() !== context) throw unsupported('dynamic rope scaling beyond max_position_embeddings')
      return { kind, factor: rope.number('factor') }
    case 'llama3':
      return {
        kind,
        factor: rope.number('factor'),
        lowFrequencyFactor: rope.number('low_freq_factor'),
        highFrequencyFactor: rope.number('high_freq_factor'),
        originalContext: originalContext(),
      }
    case 'yarn': {
      const original = originalContext()
      const factor = rope.has('factor') ? rope.number('factor') : context / original
      return {
        kind,
        factor,
        originalContext: original,
        betaFast: rope.number('beta_fast', 32),
        betaSlow: rope.number('beta_slow', 1),
        attentionFactor: rope.has('attention_factor') ? rope.number('attention_factor') : yarnAttention(rope, factor),
        truncate: rope.flag('truncate', true),
      }
    }
    default:
      throw unsupported(`rope scaling of the type ${kind.slice(0, 40)}`)
  }
}

/** Peng et al. 2023, §3.4: √(1/t) = 0.1·ln(s) + 1; DeepSeek's configs weight it by mscale / mscale_all_dim. */
function yarnAttention(rope: Fields, factor: number): number {
  const scaled = (weight: number): number => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  const over = rope.number('mscale', 0)
  const under = rope.number('mscale_all_dim', 0)
  return over !== 0 && under !== 0 ? scaled(over) / scaled(under) : scaled(1)
}

/** `rope_theta` and `rope_scaling` of a `config.json`. */
export function rotaryFields({ base, scaling }: Rotary): Readonly<Record<string, unknown>> {
  return { rope_theta: base, rope_scaling: scaling === undefined ? null : scalingFields(scaling) }
}

function scalingFields(scaling: RopeScaling): Readonly<Record<string, unknown>> {
  const { factor } = scaling
  switch (scaling.kind) {
    case 'linear':
    case 'dynamic':
      return { rope_type: scaling.kind, factor }
    case 'llama3':
      return {
        rope_type: 'llama3',
        factor,
        low_freq_factor: scaling.lowFrequencyFactor,
        high_freq_factor: scaling.highFrequencyFactor,
        original_max_position_embeddings: scaling.originalContext,
      }
    case 'yarn':
      return {
        rope_type: 'yarn',
        factor,
        original_max_position_embeddings: scaling.originalContext,
        beta_fast: scaling.betaFast,
        beta_slow: scaling.betaSlow,
        attention_factor: scaling.attentionFactor,
        truncate: scaling.truncate,
      }
  }
}

/** The angle per position of each pair of a head, and what multiplies cosine and sine. */
export interface RotaryAngles {
  /** Radians per position, `headWidth / 2` of them, in float32 as Transformers computes them. */
  readonly frequencies: Float32Array
  readonly attentionFactor: number
}

/** The inverse frequencies base^(−2i/D) (Su et al. 2021), scaled as the config asks. */
export function rotaryAngles({ positions, headWidth }: NetworkConfig): RotaryAngles {
  if (positions.kind !== 'rotary') return { frequencies: new Float32Array(0), attentionFactor: 1 }
  const { base, scaling } = positions
  // Rounded at each step as in Transformers, so that angles at large positions agree.
  const powers = Float32Array.from({ length: headWidth / 2 }, (_, i) => base ** Math.fround((2 * i) / headWidth))
  const plain = powers.map((power) => 1 / power)
  switch (scaling?.kind) {
    case undefined:
    case 'dynamic':
      return { frequencies: plain, attentionFactor: 1 }
    case 'linear':
      return { frequencies: plain.map((f) => f / scaling.factor), attentionFactor: 1 }
    case 'llama3':
      return { frequencies: plain.map((f) => llama3Frequency(f, scaling)), attentionFactor: 1 }
    case 'yarn':
      return {
        frequencies: yarnFrequencies(powers, base, headWidth, scaling),
        attentionFactor: scaling.attentionFactor,
      }
  }
}

/** Wavelengths beyond the original context are divided, short ones kept, those between mixed (Llama 3.1's model code). */
function llama3Frequency(f: number, scaling: Extract<RopeScaling, { kind: 'llama3' }>): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling
  const wavelength = (2 * Math.PI) / f
  if (wavelength > originalContext / low) return f / factor
  if (wavelength < originalContext / high) return f
  const share = (originalContext / wavelength - low) / (high - low)
  return ((1 - share) * f) / factor + share * f
}

/** Peng et al. 2023, eq. 17–23 with the ramp over dimension indices that Transformers uses. */
function yarnFrequencies(
  powers: Float32Array,
  base: number,
  headWidth: number,
  scaling: Extract<RopeScaling, { kind: 'yarn' }>,
): Float32Array {
  const dimension = (turns: number): number =>
    (headWidth * Math.log(scaling.originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(base))
  const round = scaling.truncate ? { down: Math.floor, up: Math.ceil } : { down: Number, up: Number }
  const low = Math.max(round.down(dimension(scaling.betaFast)), 0)
  let high = Math.min(round.up(dimension(scaling.betaSlow)), headWidth - 1)
  if (low === high) high += 0.001
  return powers.map((power, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)))
    return ramp / (scaling.factor * power) + (1 - ramp) / power
  })
}
