import type { Feed, Session } from '../graph/session.ts'
import { float32, number32, openSession } from '../graph/session.ts'
import { fillDropoutMask } from '../lora/dropout.ts'
import { loraModules } from '../lora/modules.ts'
import type { BaseTensors } from './base.ts'
import type { Batch } from './batches.ts'
import { unitBatchGraph } from './dp-graphs.ts'
import { batchFeeds, frozenFeeds, headFeeds } from './feeds.ts'
import type { GraphShape } from './graphs.ts'
import { dropoutInput, gradientGraph, lossGraph, unitGradientGraph } from './graphs.ts'
import { decayedSize, parameterSize } from './method.ts'
import type { AdamWConfig, AdamWState } from './optimizer.ts'
import { adamWStep } from './optimizer.ts'
import { leastTokens, padRows } from './seams.ts'
import type { StoredBase } from './stored-base.ts'

/**
 * The graphs of a training run, opened as they are first needed. One thread and two give the same bytes; see `leastTokens`.
 */
export interface Engine {
  /** Number of elements of θ. */
  readonly size: number
  /**
   * One step on micro-batches that hold at least one trained token; their gradients are added up before AdamW moves
   * `state`, in place.
   *
   * @returns mean nats per trained token, and the gradient's norm before clipping
   */
  step(
    state: AdamWState,
    micro: readonly Batch[],
    t: number,
    rate: number,
  ): Promise<{ readonly loss: number; readonly norm: number }>
  /**
   * Adds the gradient of one unit's rows to `sum`, scaled down to the norm `clip` where it is longer. With
   * `inverseCount` 1 the loss is the sum in nats over the unit's trained tokens.
   */
  unitGradient(
    theta: Float32Array,
    batch: Batch,
    options: UnitOptions,
  ): Promise<{ readonly sum: Float32Array; readonly loss: number; readonly norm: number }>
  /**
   * The same for several units in one run, `weights` [units, rows of the batch] saying how the rows' sums in nats make up
   * the units' losses. Only for LoRA without dropout on unpacked rows.
   */
  readonly unitGradients?: (
    theta: Float32Array,
    batch: Batch,
    options: { readonly weights: Float32Array; readonly clip: number; readonly sum: Float32Array },
  ) => Promise<{ readonly sum: Float32Array; readonly norms: Float32Array }>
  /** AdamW, in place, with a gradient that was made elsewhere. Gives its norm before clipping. */
  applyGradient(state: AdamWState, gradient: Float32Array, t: number, rate: number): number
  /** The loss as a sum in nats over the trained tokens of a batch; no dropout. */
  lossSum(theta: Float32Array, batch: Batch): Promise<number>
  close(): Promise<void>
}

export interface UnitOptions {
  readonly inverseCount: number
  /** Infinity does not clip. */
  readonly clip: number
  readonly sum: Float32Array
  /** Step and unit: where the dropout masks are drawn from. */
  readonly place: readonly number[]
}

export interface EngineOptions {
  readonly shape: GraphShape
  readonly optimizer: AdamWConfig
  readonly seed: number
  readonly threads: number
  readonly lowMemory?: boolean
  /** The frozen parameters; fed as they are at every run, never copied. */
  readonly base?: BaseTensors | undefined
  /** The frozen parameters in a file: gradients then run on packed copies of the matrices. Instead of `base`. */
  readonly stored?: StoredBase | undefined
}

/**
 * Writes the graphs of a training job and runs them. Sessions are opened when they are first used, and stay until
 * `close`.
 */
export function openEngine(options: EngineOptions): Engine {
  const { optimizer, seed, threads, lowMemory = false, base, stored } = options
  const places = stored === undefined ? {} : { places: stored.places, headPlace: stored.head }
  const shape: GraphShape = { ...options.shape, ...places }
  const { network, method } = shape
  const size = parameterSize(network, method)
  const least = leastTokens(shape)
  // The id of padding is of no matter: nothing sees it.
  const padded = (batch: Batch): Batch => padRows(batch, least, 0)
  const inMemory = method.kind === 'lora' ? (stored?.others ?? base) : undefined
  const frozen = frozenFeeds(inMemory)
  const head = headFeeds(inMemory, network, shape.headBlocks ?? 1)
  const masks = createDropout(shape, seed)
  const decayed = decayedSize(network, method)
  const zero: Readonly<Record<string, Feed>> = shape.recompute === true ? { zero: number32(0) } : {}
  const opened = new Map<string, Promise<Session>>()
  const session = (
    name: string,
    model: () => Uint8Array,
    { arena = !lowMemory, pack = false }: { readonly arena?: boolean; readonly pack?: boolean } = {},
  ): Promise<Session> => {
    const constants = stored === undefined ? {} : { stored: { folder: stored.folder, pack } }
    const known = opened.get(name) ?? openSession(model(), threads, { arena, ...constants })
    opened.set(name, known)
    return known
  }
  const applyGradient: Engine['applyGradient'] = (state, gradient, t, rate) =>
    adamWStep(state, gradient, { t, rate, decayed }, optimizer)

  return {
    size,
    applyGradient,
    async step(state, micro, t, rate) {
      const count = micro.reduce((sum, batch) => sum + batch.targets.length, 0)
      const gradients = await session('gradient', () => gradientGraph(shape), { pack: true })
      let sum: Float32Array | undefined
      let loss = 0
      for (const [i, unpadded] of micro.entries()) {
        const batch = padded(unpadded)
        const out = await gradients.run({
          ...frozen,
          ...head,
          ...batchFeeds(batch, shape.packed),
          ...masks(batch, [t, i]),
          ...zero,
          theta: float32(state.theta),
          inverse_count: number32(1 / count),
        })
        const gradient = out['gradient']!.data as Float32Array
        sum = sum === undefined ? gradient : addTo(sum, gradient)
        loss += scalarOf(out, 'loss')
      }
      if (sum === undefined) throw new RangeError('a step needs a batch')
      return { norm: applyGradient(state, sum, t, rate), loss }
    },
    async unitGradient(theta, unpadded, { inverseCount, clip, sum, place }) {
      const batch = padded(unpadded)
      const unit = await session('unit', () => unitGradientGraph(shape))
      const out = await unit.run({
        ...frozen,
        ...head,
        ...batchFeeds(batch, shape.packed),
        ...masks(batch, place),
        ...zero,
        theta: float32(theta),
        inverse_count: number32(inverseCount),
        clip: number32(clip),
        sum: float32(sum),
      })
      return {
        sum: out['next_sum']!.data as Float32Array,
        loss: scalarOf(out, 'loss'),
        norm: scalarOf(out, 'norm'),
      }
    },
    ...(method.kind === 'lora' && method.lora.dropout === 0 && shape.packed !== true
      ? {
          async unitGradients(theta, unpadded, { weights, clip, sum }) {
            const batch = padded(unpadded)
            const units = await session('units', () => unitBatchGraph(network, method.lora, shape.places))
            const out = await units.run({
              ...frozen,
              ...batchFeeds(batch),
              theta: float32(theta),
              weights: widened(weights, unpadded.rows, batch.rows),
              clip: number32(clip),
              sum: float32(sum),
            })
            return { sum: out['next_sum']!.data as Float32Array, norms: out['norms']!.data as Float32Array }
          },
        }
      : ({} satisfies Pick<Engine, 'unitGradients'>)),
    async lossSum(theta, unpadded) {
      const batch = padded(unpadded)
      // Measured now and then: what it needs is given back, instead of lying beside the memory of the steps.
      const loss = await session('loss', () => lossGraph(shape), { arena: false })
      const feeds = { ...frozen, ...batchFeeds(batch, shape.packed), theta: float32(theta), inverse_count: number32(1) }
      return scalarOf(await loss.run(feeds), 'loss')
    },
    async close() {
      for (const one of opened.values()) await (await one).close()
    },
  }
}

/** A matrix with columns of zeros added. */
function widened(data: Float32Array, columns: number, wanted: number): Feed {
  const rows = data.length / columns
  const out = new Float32Array(rows * wanted)
  for (let row = 0; row < rows; row++) out.set(data.subarray(row * columns, (row + 1) * columns), row * wanted)
  return float32(out, [rows, wanted])
}

/** Makes the masks of a micro-batch. Their memory is used again by the next one. */
function createDropout(
  { network, method }: GraphShape,
  seed: number,
): (batch: Batch, place: readonly number[]) => Readonly<Record<string, Feed>> {
  if (method.kind !== 'lora' || method.lora.dropout === 0) return () => ({})
  const { lora } = method
  const modules = loraModules(network, lora)
  const memory = new Map<string, Float32Array>()
  return ({ rows, sequence }, place) =>
    Object.fromEntries(
      modules.map(({ module, inputs }) => {
        const size = rows * sequence * inputs
        let mask = memory.get(module)
        if (mask === undefined || mask.length < size) {
          mask = new Float32Array(size)
          memory.set(module, mask)
        }
        const data = mask.subarray(0, size)
        fillDropoutMask(data, lora.dropout, [seed, ...place, module])
        return [dropoutInput(module), float32(data, [rows, sequence, inputs])]
      }),
    )
}

function addTo(sum: Float32Array, more: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!
  return sum
}

function scalarOf(out: Readonly<Record<string, Feed>>, name: string): number {
  return (out[name]!.data as Float32Array)[0]!
}
