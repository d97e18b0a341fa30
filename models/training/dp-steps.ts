import { sha256, sha256Json } from '../../util/digest.ts'
import { splitNoise } from '../privacy/clipped-share.ts'
import { CLIPPED_COUNTER } from '../privacy/evidence.ts'
import { addGaussianNoise, normal, poissonSample } from '../privacy/gaussian.ts'
import type { PrivateTraining } from '../privacy/plan.ts'
import type { Randomness } from '../privacy/randomness.ts'
import { cryptographicRandomness, seededRandomness } from '../privacy/randomness.ts'
import type { TokenRows } from './batches.ts'
import { makeBatch } from './batches.ts'
import type { Engine } from './engine.ts'
import type { TrainingJob } from './job.ts'
import type { StepKind } from './steps.ts'
import { microBatches, rateAt } from './steps.ts'

/**
 * Steps of DP-SGD (Abadi et al. 2016, alg. 1) with AdamW behind it: a Poisson sample of units, each unit's gradient
 * clipped, their sum noised and divided by the *expected* number of units. Everything after the noise is
 * post-processing.
 *
 * What a step knows of its sample stays here: the loss, the number of tokens and the sample itself depend on the data
 * without noise. `tokens` are therefore the expected ones, and the loss is null.
 */
export function privateSteps(job: TrainingJob, dp: PrivateTraining): StepKind {
  const { config, train: rows } = job
  const unitRows = rowsOfUnits(dp)
  const expected = dp.rate * dp.units
  const { gradient: sigma, count: countSigma } = splitNoise(dp.noise, expected)
  const expectedTokens = dp.rate * rows.ids.length
  const expectedTrained = dp.rate * trainedTokens(rows, unitRows.flat())
  const randomness = randomnessOf(dp, rows)
  return {
    steps: dp.steps,
    async take(engine, vectors, t) {
      const source = randomness(t)
      const { sum, clipped, sampled } = await clippedSum(
        engine,
        vectors.theta,
        poissonSample(dp.units, dp.rate, source),
        { job, dp, unitRows, t },
      )
      // No noise with no bound is the plain gradient, for tests; 0 · ∞ would be NaN.
      const noised = addGaussianNoise(sum, sigma === 0 ? 0 : sigma * dp.clip, source)
      const gradient = noised.map((x) => x / expected)
      const applied = await engine.applyGradient(vectors, gradient, t, rateAt(config, t, dp.steps))
      return {
        ...applied,
        loss: null,
        tokens: expectedTokens,
        trainedTokens: expectedTrained,
        counters: { [CLIPPED_COUNTER]: clipped - sampled / 2 + countSigma * normal(source) },
      }
    },
  }
}

/** The rows of each unit. */
export function rowsOfUnits(dp: PrivateTraining): readonly (readonly number[])[] {
  const units: number[][] = Array.from({ length: dp.units }, () => [])
  for (const [row, unit] of dp.unitOfRow.entries()) units[unit]!.push(row)
  return units
}

interface UnitContext {
  readonly job: TrainingJob
  readonly dp: PrivateTraining
  readonly unitRows: readonly (readonly number[])[]
  readonly t: number
}

/** Σ over the sampled units of their gradient times min(1, clip / norm). An empty sample gives zeros. */
export async function clippedSum(
  engine: Engine,
  theta: Float32Array,
  units: readonly number[],
  context: UnitContext,
): Promise<{ readonly sum: Float32Array; readonly clipped: number; readonly sampled: number }> {
  let sum: Float32Array = new Float32Array(engine.size)
  let clipped = 0
  for (const unit of units) {
    const added = await addUnit(engine, theta, unit, sum, context)
    sum = added.sum
    if (added.norm > context.dp.clip) clipped += 1
  }
  return { sum, clipped, sampled: units.length }
}

async function addUnit(
  engine: Engine,
  theta: Float32Array,
  unit: number,
  sum: Float32Array,
  { job: { config, train: rows }, dp, unitRows, t }: UnitContext,
): Promise<{ readonly sum: Float32Array; readonly norm: number }> {
  const chosen = unitRows[unit]!
  const trained = trainedTokens(rows, chosen)
  if (trained === 0) return { sum, norm: 0 }
  const inverseCount = 1 / (dp.lossPer === 'token of the unit' ? trained : dp.lossPer)
  const batches = microBatches(rows, chosen, config.microTokens ?? config.batchTokens)
    .map((part) => makeBatch(rows, part, config.pad))
    .filter(({ targets }) => targets.length > 0)
  const place = [t, unit]
  const [only] = batches
  if (batches.length === 1) {
    return engine.unitGradient(theta, only!, { inverseCount, clip: dp.clip, sum, place })
  }
  // A unit too large for one run: its gradient is added up first, and clipped as a whole.
  let whole: Float32Array = new Float32Array(engine.size)
  for (const [i, batch] of batches.entries()) {
    const options = { inverseCount, clip: Number.POSITIVE_INFINITY, sum: whole, place: [...place, i] }
    whole = (await engine.unitGradient(theta, batch, options)).sum
  }
  let squares = 0
  for (const x of whole) squares += x * x
  const norm = Math.sqrt(squares)
  const factor = norm > dp.clip ? dp.clip / norm : 1
  return { sum: sum.map((x, i) => x + factor * whole[i]!), norm }
}

function trainedTokens(rows: TokenRows, chosen: readonly number[]): number {
  let count = 0
  for (const row of chosen) {
    for (let i = rows.offsets[row]! + 1; i < rows.offsets[row + 1]!; i++) count += rows.supervised[i]!
  }
  return count
}

/**
 * Where a step's randomness comes from. The cryptographic source is one for the whole process: a run that is resumed
 * draws a new sample and new noise for the step it had not finished, whose result nobody saw. The seeded one depends
 * on the rows and the step, so no draw ever meets two different sums.
 */
function randomnessOf(dp: PrivateTraining, rows: TokenRows): (t: number) => Randomness {
  if (dp.seededNoise === undefined) {
    const source = cryptographicRandomness()
    return () => source
  }
  const scope = [dp.seededNoise, dp.noise, dp.rate, dp.clip, digestOfRows(rows)]
  return (t) => seededRandomness(...scope, t)
}

function digestOfRows({ ids, supervised, offsets }: TokenRows): string {
  return sha256Json([ids, supervised, offsets].map((part) => sha256(bytesOf(part))))
}

function bytesOf(data: Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
