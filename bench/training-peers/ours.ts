import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openModelSource } from '../../models/checkpoints/open.ts'
import { readAdapter } from '../../models/lora/adapter-files.ts'
import { makeBatch, packRows } from '../../models/training/batches.ts'
import { blocksOf } from '../../models/training/blocks.ts'
import { openEngine } from '../../models/training/engine.ts'
import { storeBase } from '../../models/training/stored-base.ts'
import { openProduct } from '../matrix-product.ts'
import { peakMemory } from '../peak-memory.ts'
import type { PeerResult, PeerTask } from './task.ts'

/** Our side of `training-peers`, in a process of its own: reads the task file, takes a step when told to, writes JSON. */
const task = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as PeerTask
const source = await openModelSource(task.model)
const { network, digest } = source
source.close()
const stored = await storeBase({ path: task.model, digest }, network, `${task.adapter}.base`)
const names = ['adapter_config.json', 'adapter_model.safetensors']
const { lora, theta } = readAdapter(
  new Map(names.map((name) => [name, readFileSync(`${task.adapter}/${name}`)])),
  network,
)
const { beta1, beta2, epsilon, weightDecay, clipNorm, threads } = task
const engine = openEngine({
  shape: {
    network,
    method: { kind: 'lora', lora },
    // As the loop of a run has it.
    ...blocksOf(network, task.sequence + 1, task.batch * task.sequence),
  },
  optimizer: { beta1, beta2, epsilon, weightDecay, clipNorm },
  seed: 1,
  threads,
  stored,
})
const rows = packRows(
  task.rows.map((ids) => ({ ids: Int32Array.from(ids), supervised: new Uint8Array(ids.length).fill(1) })),
)
const state = { theta, m: new Float32Array(theta.length), v: new Float32Array(theta.length) }
const seconds: number[] = []
const losses: number[] = []
async function step(t: number): Promise<void> {
  const start = performance.now()
  const first = (t - 1) * task.batch
  const chosen = Array.from({ length: task.batch }, (_, i) => first + i)
  const stepped = await engine.step(state, [makeBatch(rows, chosen, 0)], t, task.learningRate)
  losses.push(stepped.loss)
  if (t > task.warmup) seconds.push((performance.now() - start) / 1000)
}

for (let t = 1; t <= task.warmup; t++) await step(t)
writeSync(1, 'ready\n')
let t = task.warmup
for await (const _ of createInterface({ input: process.stdin })) {
  t += 1
  await step(t)
  writeSync(1, 'done\n')
}
const peakMemoryMb = peakMemory('self')
await engine.close()
stored.remove()

// After the peak was read: the rate of the machine, through the same runtime with the same threads.
const tokens = task.batch * task.sequence
const { width, hidden } = network
let productRate = 0
for (const shape of [
  { m: tokens, k: width, n: hidden, transB: true },
  { m: tokens, k: hidden, n: width, transB: true },
  { m: tokens, k: hidden, n: width },
  { m: 1024, k: 1024, n: 1024 },
]) {
  const product = await openProduct(shape, threads)
  await product.median(0.1)
  productRate = Math.max(productRate, product.flops / (await product.median(0.4)))
  await product.close()
}
writeSync(1, `${JSON.stringify({ seconds, losses, peakMemoryMb, productRate } satisfies PeerResult)}\n`)
