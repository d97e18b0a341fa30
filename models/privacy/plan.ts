import { SluiceError } from '../../util/errors.ts'
import type { AccountantName } from './accountant.ts'
import { calibrateNoise } from './accountant.ts'
import type { UnitKind } from './units.ts'
import { groupUnits } from './units.ts'

/** What a person asks for. */
export interface PrivacyTarget {
  readonly epsilon: number
  readonly delta: number
  readonly unit: UnitKind
  /** Largest norm of what one unit adds to a step. */
  readonly clip: number
  /** Units that a step's sample has on average. */
  readonly unitsPerStep: number
  /** Passes over the units on average; may be a fraction. */
  readonly epochs: number
  readonly accountant?: AccountantName
  /**
   * `private`: the held-out rows are as private as the training rows. Their loss is measured, but chooses nothing: the
   * last parameters are kept and nothing stops early. `public`: they may choose.
   */
  readonly heldOut?: 'private' | 'public'
}

/** Training with differential privacy, decided. */
export interface PrivateTraining {
  readonly epsilon: number
  readonly delta: number
  readonly unit: UnitKind
  readonly clip: number
  /** Number of each row's unit, 0 … units − 1. */
  readonly unitOfRow: Int32Array
  readonly units: number
  /** Probability with which a unit is in a step's sample. */
  readonly rate: number
  readonly steps: number
  /** σ: standard deviation of the noise divided by `clip`. */
  readonly noise: number
  readonly heldOut: 'private' | 'public'
  /**
   * A unit's loss is the sum over its trained tokens divided by: their number, or a fixed one. A number that depended
   * on the other units would break the bound on what one of them can do.
   */
  readonly lossPer: 'token of the unit' | number
  /** A seed makes the noise repeatable and the run not private: for tests. */
  readonly seededNoise?: number
}

/**
 * Groups the rows into units and finds the noise that keeps the target.
 *
 * @param keys the unit of each training row
 * @throws SluiceError DP_CONFIG, DP_TARGET, DP_UNIT_MISSING, DP_TOO_FEW_UNITS
 */
export function planPrivacy(target: PrivacyTarget, keys: readonly (string | undefined)[]): PrivateTraining {
  const { epsilon, delta, unit, clip, unitsPerStep, epochs, accountant = 'prv', heldOut = 'private' } = target
  if (!(clip > 0 && Number.isFinite(clip))) throw config(`clip ${clip} is no finite number above 0`)
  if (!(unitsPerStep > 0)) throw config(`${unitsPerStep} units a step are too few`)
  if (!(epochs > 0)) throw config(`${epochs} epochs are too few`)
  const units = groupUnits(keys, unit)
  if (units.length < 2 || unitsPerStep > units.length) {
    throw new SluiceError({
      code: 'DP_TOO_FEW_UNITS',
      message: `there are ${units.length} units, and a step asks for ${unitsPerStep} of them on average`,
      next: 'give more data, or ask for fewer units a step',
    })
  }
  // δ bounds the chance that the promise fails altogether: at 1/units, giving one unit away would be allowed.
  if (!(delta < 1 / units.length)) {
    throw config(`delta ${delta} is not below 1 / units (${units.length}), so it promises nothing`)
  }
  const rate = unitsPerStep / units.length
  const steps = Math.max(1, Math.round(epochs / rate))
  const unitOfRow = new Int32Array(keys.length)
  for (const [number, rows] of units.entries()) for (const row of rows) unitOfRow[row] = number
  return {
    epsilon,
    delta,
    unit,
    clip,
    unitOfRow,
    units: units.length,
    rate,
    steps,
    noise: calibrateNoise({ epsilon, delta, rate, steps, accountant }),
    heldOut,
    lossPer: 'token of the unit',
  }
}

function config(what: string): SluiceError {
  return new SluiceError({ code: 'DP_CONFIG', message: `dp: ${what}`, next: 'correct it in the pipeline file' })
}
