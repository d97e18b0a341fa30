import { sha256, sha256Json } from '../../util/digest.ts'
import { splitNoise } from '../privacy/clipped-share.ts'
import { CLIPPED_COUNTER } from '../privacy/evidence.ts'
import { addGaussianNoise, normal, poissonSample } from '../privacy/gaussian.ts'
import type { PrivateTraining } from '../privacy/plan.ts'
import type { Randomness } from '../privacy/randomness.ts'
import { cryptographicRandomness, seededRandomness } from '../privacy/randomness.ts'
import type { TokenRows } from './batches.ts'
import { makeBatch, paddedLength, rowLength } from './batches.ts'
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
    async take(engine, state, t) {
      const source = randomness(t)
      const { sum, clipped, sampled } = await clippedSum(
        engine,
        state.theta,
        poissonSample(dp.units, dp.rate, source),
        { job, dp, unitRows, t },
      )
      // No noise with no bound is the plain gradient, for tests; 0 · ∞ would be NaN.
      const noised = addGaussianNoise(sum, sigma === 0 ? 0 : sigma * dp.clip, source)
      const gradient = noised.map((x) => x / expected)
      return {
        norm: engine.applyGradient(state, gradient, t, rateAt(config, t, dp.steps)),
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
  for (const group of groupUnits(engine, units, context)) {
    const added =
      group.length > 1
        ? await addGroup(engine, theta, group, sum, context)
        : await addUnit(engine, theta, group[0]!, sum, context)
    sum = added.sum
    for (const norm of added.norms) if (norm > context.dp.clip) clipped += 1
  }
  return { sum, clipped, sampled: units.length }
}

/** Most numbers of the copies of θ in one run: 256 MiB, and as much again for their gradient. */
const MOST_COPIES = 2 ** 26

/**
 * Units that go through one run together: LoRA's factors are copied for each row, so that the gradients stay apart. That
 * takes a half to a tenth less time, the more the smaller the model (measured: 1.7 times as fast at 64 wide, 1.2 at 256).
 * A unit too large for one run is a group of its own.
 */
function groupUnits(
  engine: Engine,
  units: readonly number[],
  { job: { config, train: rows }, unitRows }: UnitContext,
): readonly (readonly number[])[] {
  if (engine.unitGradients === undefined) return units.map((unit) => [unit])
  const most = Math.floor(MOST_COPIES / engine.size)
  const microTokens = config.microTokens ?? config.batchTokens
  const longest = (unit: number): number =>
    unitRows[unit]!.reduce((length, row) => Math.max(length, paddedLength(rowLength(rows, row))), 0)
  // By length, so that there is little padding; the order of a sum means nothing.
  const ordered = units.filter((unit) => trainedTokens(rows, unitRows[unit]!) > 0)
  ordered.sort((a, b) => longest(a) - longest(b) || a - b)
  const groups: number[][] = []
  let count = 0
  for (const unit of ordered) {
    const last = groups.at(-1)
    const size = unitRows[unit]!.length
    if (last !== undefined && count + size <= most && (count + size) * longest(unit) <= microTokens) {
      last.push(unit)
      count += size
    } else {
      groups.push([unit])
      count = size
    }
  }
  return groups
}

interface Added {
  readonly sum: Float32Array
  readonly norms: ArrayLike<number> & Iterable<number>
}

async function addGroup(
  engine: Engine,
  theta: Float32Array,
  group: readonly number[],
  sum: Float32Array,
  { job: { config, train: rows }, dp, unitRows }: UnitContext,
): Promise<Added> {
  const chosen = group.flatMap((unit) => unitRows[unit]!)
  const weights = new Float32Array(group.length * chosen.length)
  let column = 0
  for (const [i, unit] of group.entries()) {
    const weight = 1 / lossDivisor(dp, rows, unitRows[unit]!)
    weights.fill(weight, i * chosen.length + column, i * chosen.length + column + unitRows[unit]!.length)
    column += unitRows[unit]!.length
  }
  return engine.unitGradients!(theta, makeBatch(rows, chosen, config.pad, config.network.context), {
    weights,
    clip: dp.clip,
    sum,
  })
}

function lossDivisor(dp: PrivateTraining, rows: TokenRows, chosen: readonly number[]): number {
  return dp.lossPer === 'token of the unit' ? trainedTokens(rows, chosen) : dp.lossPer
}

async function addUnit(
  engine: Engine,
  theta: Float32Array,
  unit: number,
  sum: Float32Array,
  { job: { config, train: rows }, dp, unitRows, t }: UnitContext,
): Promise<Added> {
  const chosen = unitRows[unit]!
  if (trainedTokens(rows, chosen) === 0) return { sum, norms: [0] }
  const inverseCount = 1 / lossDivisor(dp, rows, chosen)
  const batches = microBatches(rows, chosen, config.microTokens ?? config.batchTokens)
    .map((part) => makeBatch(rows, part, config.pad, config.network.context))
    .filter(({ targets }) => targets.length > 0)
  const place = [t, unit]
  const [only] = batches
  if (batches.length === 1) {
    const added = await engine.unitGradient(theta, only!, { inverseCount, clip: dp.clip, sum, place })
    return { sum: added.sum, norms: [added.norm] }
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
  return { sum: sum.map((x, i) => x + factor * whole[i]!), norms: [norm] }
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
