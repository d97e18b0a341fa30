import { SluiceError } from '../../util/errors.ts'
import type { PrvBound } from './prv.ts'
import { prvEpsilon } from './prv.ts'
import type { Mechanism, RdpBound } from './rdp.ts'
import { rdpEpsilon } from './rdp.ts'

/** What a number of steps has cost. */
export interface PrivacySpent {
  /** The smaller of the two upper bounds: the ε that is claimed. */
  readonly epsilon: number
  readonly rdp: RdpBound
  /** Missing where δ is too small for the numerical accountant. */
  readonly prv?: PrvBound
}

/** Both accountants' bounds of ε at δ. A mechanism without noise has ε = ∞. */
export function privacySpent(mechanism: Mechanism, delta: number): PrivacySpent {
  checkMechanism(mechanism, delta)
  const rdp = rdpEpsilon(mechanism, delta)
  if (!Number.isFinite(rdp.epsilon)) return { epsilon: rdp.epsilon, rdp }
  const prv = prvOrNothing(mechanism, delta)
  return prv === undefined ? { epsilon: rdp.epsilon, rdp } : { epsilon: Math.min(rdp.epsilon, prv.upper), rdp, prv }
}

export type AccountantName = 'rdp' | 'prv'

export interface Calibration {
  readonly epsilon: number
  readonly delta: number
  readonly rate: number
  readonly steps: number
  /** `prv` takes the smaller of both bounds and so needs less noise; `rdp` is the classic one. */
  readonly accountant?: AccountantName
}

/** The noise is found to this part of itself, and rounded up. */
const TOLERANCE = 5e-4

/** Outside these limits the target makes no sense: less than a ten-thousandth or more than ten thousand. */
const LEAST_NOISE = 0.05
const MOST_NOISE = 1e4

/**
 * The least noise multiplier σ with which all steps together stay within ε at δ. Bisection on ln σ: ε falls as σ
 * rises. The answer always keeps the target.
 *
 * @throws SluiceError DP_TARGET where no σ between 0.05 and 10,000 does
 */
export function calibrateNoise(target: Calibration): number {
  const { epsilon, delta, rate, steps, accountant = 'prv' } = target
  if (!(epsilon > 0)) throw invalid(`epsilon ${epsilon} is not above 0`)
  checkMechanism({ noise: 1, rate, steps }, delta)
  const noiseByRdp = (bound: number): number | undefined =>
    bisect((noise) => rdpEpsilon({ noise, rate, steps }, delta).epsilon <= bound, LEAST_NOISE, MOST_NOISE)
  const byRdp = noiseByRdp(epsilon)
  if (byRdp === undefined) {
    throw new SluiceError({
      code: 'DP_TARGET',
      message: `no noise below ${MOST_NOISE} times the clipping norm gives epsilon ${epsilon} at delta ${delta}`,
      next: 'raise epsilon or delta, or train fewer steps on smaller samples',
    })
  }
  if (accountant === 'rdp') return byRdp
  // The ratio of the two bounds hardly changes with the noise, so a few turns of the slow accountant are enough.
  let best = byRdp
  let aim = epsilon
  for (let turn = 0; turn < 4; turn++) {
    const noise = turn === 0 ? byRdp : noiseByRdp(aim)
    const upper = noise === undefined ? undefined : prvOrNothing({ noise, rate, steps }, delta)?.upper
    if (noise === undefined || upper === undefined) break
    if (upper <= epsilon) best = Math.min(best, noise)
    if (upper <= epsilon && upper > epsilon * (1 - 2 * TOLERANCE)) break
    aim *= (epsilon * (1 - TOLERANCE)) / upper
  }
  return best
}

/** The smallest value in [low, high] that passes, to the tolerance and from above; nothing where `high` fails. */
function bisect(passes: (value: number) => boolean, low: number, high: number): number | undefined {
  if (passes(low)) return low
  if (!passes(high)) return undefined
  let [fails, holds] = [low, high]
  while (holds / fails > 1 + TOLERANCE / 2) {
    const middle = Math.sqrt(fails * holds)
    if (passes(middle)) holds = middle
    else fails = middle
  }
  return holds
}

function prvOrNothing(mechanism: Mechanism, delta: number): PrvBound | undefined {
  try {
    return prvEpsilon(mechanism, delta)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'DP_PRECISION') return undefined
    throw error
  }
}

function checkMechanism({ noise, rate, steps }: Mechanism, delta: number): void {
  if (!(noise >= 0)) throw invalid(`noise ${noise} is negative`)
  if (!(rate >= 0 && rate <= 1)) throw invalid(`the sampling rate ${rate} is not in [0, 1]`)
  if (!Number.isInteger(steps) || steps < 0) throw invalid(`${steps} is no number of steps`)
  if (!(delta > 0 && delta < 1)) throw invalid(`delta ${delta} is not between 0 and 1`)
}

function invalid(what: string): SluiceError {
  return new SluiceError({ code: 'DP_CONFIG', message: `privacy cannot be accounted: ${what}`, next: 'correct it' })
}
