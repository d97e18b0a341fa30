import type { PrivacySpent } from './accountant.ts'
import { privacySpent } from './accountant.ts'
import { clippedShare } from './clipped-share.ts'
import type { PrivateTraining } from './plan.ts'
import type { NoiseKind } from './randomness.ts'
import type { UnitKind } from './units.ts'

/** The counter in which the noised sum of clipped units is kept. */
export const CLIPPED_COUNTER = 'dp_clipped'

/** What a run with differential privacy may claim. */
export interface PrivacyEvidence {
  /** Only true with noise that nobody can repeat. `epsilon` promises nothing otherwise. */
  readonly private: boolean
  readonly noise: NoiseKind
  /** What the steps that were taken have cost: ∞ (as null) where nothing protects. */
  readonly epsilon: number | null
  readonly rdpEpsilon: number | null
  readonly prvEpsilon: { readonly lower: number; readonly estimate: number; readonly upper: number } | null
  readonly delta: number
  /** Noise multiplier σ. */
  readonly sigma: number
  readonly samplingRate: number
  readonly steps: number
  readonly clip: number
  readonly unit: UnitKind
  readonly units: number
  /** Share of sampled units that were clipped, released with noise within the same ε. */
  readonly clippedShare: number
  readonly heldOut: 'private' | 'public'
}

/**
 * @param steps steps taken; fewer than planned cost less
 * @param counters of the training run
 */
export function privacyEvidence(
  dp: PrivateTraining,
  steps: number,
  counters: Readonly<Record<string, number>>,
): PrivacyEvidence {
  const kind: NoiseKind = dp.seededNoise === undefined ? 'cryptographic' : 'seeded'
  const spent: PrivacySpent = privacySpent({ noise: dp.noise, rate: dp.rate, steps }, dp.delta)
  const isPrivate = kind === 'cryptographic' && Number.isFinite(spent.epsilon)
  return {
    private: isPrivate,
    noise: kind,
    epsilon: isPrivate ? spent.epsilon : null,
    rdpEpsilon: isPrivate ? spent.rdp.epsilon : null,
    prvEpsilon: isPrivate && spent.prv !== undefined ? spent.prv : null,
    delta: dp.delta,
    sigma: dp.noise,
    samplingRate: dp.rate,
    steps,
    clip: dp.clip,
    unit: dp.unit,
    units: dp.units,
    clippedShare: clippedShare(counters[CLIPPED_COUNTER] ?? 0, dp.rate * dp.units, steps),
    heldOut: dp.heldOut,
  }
}

/** A figure by the name under which the stage reports it and policies can bound it. */
export interface PrivacyMetric {
  readonly name: string
  readonly unit: 'count' | 'ratio' | 'flag'
  readonly better: 'lower' | 'higher' | 'neither'
  readonly description: string
  value(evidence: PrivacyEvidence): number | boolean | null
}

/** Every figure. One whose value is null was not measured: a policy that asks for it then has no evidence and blocks. */
export const PRIVACY_METRICS: readonly PrivacyMetric[] = [
  metric(
    'dp_private',
    'flag',
    'higher',
    'True where the noise was cryptographic and every step was noised.',
    (e) => e.private,
  ),
  metric(
    'dp_epsilon',
    'count',
    'lower',
    'Upper bound of epsilon of all steps, the better of two accountants.',
    (e) => e.epsilon,
  ),
  metric('dp_epsilon_rdp', 'count', 'lower', 'Upper bound of epsilon by Rényi accounting.', (e) => e.rdpEpsilon),
  metric(
    'dp_epsilon_prv',
    'count',
    'lower',
    'Upper bound of epsilon by numerical composition.',
    (e) => e.prvEpsilon?.upper ?? null,
  ),
  metric('dp_delta', 'ratio', 'lower', 'The delta that epsilon holds at.', (e) => e.delta),
  metric(
    'dp_noise_multiplier',
    'count',
    'higher',
    'Deviation of the noise divided by the clipping norm.',
    (e) => e.sigma,
  ),
  metric('dp_sampling_rate', 'ratio', 'lower', "Chance of a unit to be in a step's sample.", (e) => e.samplingRate),
  metric('dp_steps', 'count', 'neither', 'Noised steps that were taken.', (e) => e.steps),
  metric('dp_clip', 'count', 'neither', 'Largest norm of what one unit adds to a step.', (e) => e.clip),
  metric('dp_units', 'count', 'higher', 'Units of privacy in the training rows.', (e) => e.units),
  metric(
    'dp_clipped_share',
    'ratio',
    'neither',
    'Share of sampled units that were clipped, with noise within epsilon.',
    (e) => e.clippedShare,
  ),
]

function metric(
  name: string,
  unit: PrivacyMetric['unit'],
  better: PrivacyMetric['better'],
  description: string,
  value: PrivacyMetric['value'],
): PrivacyMetric {
  return { name, unit, better, description, value }
}
