import { SluiceError } from '../../util/errors.ts'
import { number32, openSession } from '../graph/session.ts'
import { adapterFiles, readAdapter } from '../lora/adapter-files.ts'
import { mergeAdapter } from '../lora/merge.ts'
import { parametersOf } from '../network/config.ts'
import type { BaseTensors } from './base.ts'
import { makeBatch, planEvaluation } from './batches.ts'
import { openEngine } from './engine.ts'
import { batchFeeds, frozenFeeds } from './feeds.ts'
import { frozenLossGraph } from './graphs.ts'
import type { TrainingJob } from './job.ts'
import { leastTokens, padRows } from './seams.ts'

/** The loss of one held-out batch, in nats per trained token, by the two ways to it. */
export interface RoundTrip {
  /** With the factors in memory. */
  readonly trained: number
  /** With the adapter's files read back and merged into the base's weights. */
  readonly reloaded: number
}

/** Merging rounds each weight once more; a factor that went astray is far beyond this. */
const TOLERANCE = 1e-3

/**
 * Writes the adapter, reads it back, merges it into the base and compares one loss: PEFT only warns where keys do not
 * match, and then runs with an untrained adapter (peft issues 2566, 2699).
 *
 * @throws SluiceError ADAPTER_ROUND_TRIP
 */
export async function checkRoundTrip(
  job: TrainingJob,
  base: BaseTensors | undefined,
  theta: Float32Array,
): Promise<RoundTrip | undefined> {
  const { network, method, optimizer, seed, pad } = job.config
  if (method.kind !== 'lora' || base === undefined) return undefined
  const adapter = readAdapter(adapterFiles(theta, network, method.lora, ''), network)
  const merged = mergeAdapter((name) => base.get(name)!, network, adapter)
  const packed = job.valid.parts !== undefined
  const batch = planEvaluation(job.valid, job.config.microTokens ?? job.config.batchTokens)
    .map((chosen) => makeBatch(job.valid, chosen, pad, network.context))
    .find(({ targets }) => targets.length > 0)!
  const engine = openEngine({
    shape: { network, method, packed },
    optimizer,
    seed,
    threads: job.threads,
    lowMemory: true,
    base,
  })
  const trained = (await engine.lossSum(theta, batch)) / batch.targets.length
  await engine.close()
  const weights = new Map(parametersOf(network).map(({ name }) => [name, merged(name)]))
  const plain = await openSession(frozenLossGraph(network, packed), job.threads, { arena: false })
  const full = padRows(batch, leastTokens({ network, method }), pad)
  const out = await plain.run({ ...frozenFeeds(weights), ...batchFeeds(full, packed), inverse_count: number32(1) })
  await plain.close()
  const reloaded = (out['loss']!.data as Float32Array)[0]! / batch.targets.length
  if (Math.abs(trained - reloaded) <= TOLERANCE * Math.max(1, trained)) return { trained, reloaded }
  throw new SluiceError({
    code: 'ADAPTER_ROUND_TRIP',
    message: `the adapter that was written does not give the loss of the trained one: ${reloaded.toFixed(4)} instead of ${trained.toFixed(4)}`,
    next: 'report it: this is a bug in Sluice; the adapter must not be used',
    exit: 4,
  })
}
