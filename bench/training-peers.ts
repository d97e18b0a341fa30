import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { openModelSource } from '../models/checkpoints/open.ts'
import { adapterFiles } from '../models/lora/adapter-files.ts'
import { initialFactors } from '../models/lora/factors.ts'
import { defaultTargets } from '../models/lora/modules.ts'
import { parameterCounts } from '../models/network/config.ts'
import { packageFile } from '../util/package-root.ts'
import { random } from '../util/random.ts'
import type { Bench } from './bench.ts'
import { median } from './matrix-product.ts'
import type { PeerCase } from './training-peers/models.ts'
import { peerCases } from './training-peers/models.ts'
import type { PeerResult, PeerTask } from './training-peers/task.ts'

/** Measured steps of each side; `SLUICE_BENCH_STEPS=4` for a quick look. */
const STEPS = Number(process.env['SLUICE_BENCH_STEPS'] ?? 16)
const WARMUP = 2
/** Between two steps, so that threads of one side that spin for more work have stopped when the other begins. */
const PAUSE_MS = 200
/** Names of models, to measure some only. */
const CHOSEN = process.env['SLUICE_BENCH_MODELS']?.split(',')

const PEER_PYTHON = packageFile('bench/.peers/training-python/bin/python')
const LORA = { rank: 8, alpha: 16, rslora: false, dropout: 0 }
const OPTIMIZER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 }

/**
 * LoRA steps of ours against PyTorch's with PEFT: same model files, same factors to begin with, same rows with every
 * token trained, float32, same number of threads, each side in a process of its own. They take turns step by step, each
 * second time the other first: a machine whose speed changes within a minute then changes it for both. Losses of both
 * are compared step by step, so that only equal work is compared. Work is counted as 4·N·tokens with N the parameters that
 * take part in matrix products: forward, and backward to the activations; frozen weights have no gradient.
 */
export const bench: Bench = {
  name: 'training-peers',
  summary: `LoRA training steps beside PyTorch and PEFT on the same models and data, ${STEPS} steps each in turn`,
  async run() {
    const python = [PEER_PYTHON, process.env['SLUICE_PYTHON'] ?? ''].find(hasPeer)
    if (python === undefined) {
      process.stderr.write('PyTorch and PEFT are not here, so ours runs alone: node bench/training-peers/install.mjs\n')
    }
    const figures: Record<string, number> = {}
    const floors: Record<string, number> = {}
    const ceilings: Record<string, number> = {}
    const peers: Record<string, number> = {}
    for (const one of peerCases().filter(({ name }) => CHOSEN?.includes(name) ?? true)) {
      const { ours, theirs, multiplied } = await measure(one, python)
      const tokens = one.batch * one.sequence
      const seconds = median(ours.seconds)
      const memory = ours.peakMemoryMb
      const rate = ours.productRate!
      figures[`${one.name}_tokens_s`] = tokens / seconds
      figures[`${one.name}_peak_rss_mb`] = memory
      figures[`${one.name}_share_of_matmul_rate`] = (4 * multiplied * tokens) / seconds / rate
      figures[`${one.name}_matmul_gflops`] = rate / 1e9
      if (theirs === undefined) continue
      const peerSeconds = median(theirs.seconds)
      const peerMemory = theirs.peakMemoryMb
      figures[`${one.name}_ratio_to_pytorch`] = median(theirs.seconds.map((each, i) => each / ours.seconds[i]!))
      figures[`${one.name}_memory_ratio`] = memory / peerMemory
      figures[`${one.name}_loss_difference`] = lossDifference(ours, theirs)
      floors[`${one.name}_ratio_to_pytorch`] = 1.25
      ceilings[`${one.name}_memory_ratio`] = 0.8
      ceilings[`${one.name}_loss_difference`] = 1e-3
      peers[`pytorch_${one.name}_tokens_s`] = tokens / peerSeconds
      peers[`pytorch_${one.name}_peak_rss_mb`] = peerMemory
    }
    return { figures, floors, ceilings, peers }
  },
}

function hasPeer(python: string): boolean {
  if (python === '' || !existsSync(python)) return false
  try {
    execFileSync(python, ['-c', 'import torch, transformers, peft'], { stdio: 'ignore', timeout: 300_000 })
    return true
  } catch {
    return false
  }
}

interface Measured {
  readonly ours: PeerResult
  readonly theirs: PeerResult | undefined
  /** Parameters that take part in matrix products. */
  readonly multiplied: number
}

async function measure({ folder, batch, sequence }: PeerCase, python: string | undefined): Promise<Measured> {
  const source = await openModelSource(folder)
  const { network } = source
  source.close()
  const work = mkdtempSync(join(tmpdir(), 'sluice-training-peers-'))
  try {
    const lora = { ...LORA, targets: defaultTargets(network) }
    const rng = random(3)
    const adapter = join(work, 'adapter')
    mkdirSync(adapter)
    for (const [name, data] of adapterFiles(initialFactors(network, lora, rng), network, lora, folder)) {
      writeFileSync(join(adapter, name), data)
    }
    const task: PeerTask = {
      ...OPTIMIZER,
      model: folder,
      adapter,
      rank: lora.rank,
      alpha: lora.alpha,
      targets: lora.targets,
      batch,
      sequence,
      rows: Array.from({ length: batch * (WARMUP + STEPS) }, () =>
        Array.from({ length: sequence + 1 }, () => rng.integer(network.vocabulary)),
      ),
      warmup: WARMUP,
      steps: STEPS,
      learningRate: 1e-3,
      threads: availableParallelism(),
    }
    const file = join(work, 'task.json')
    writeFileSync(file, JSON.stringify(task))
    const program = packageFile('dist/bench/training-peers/ours.js')
    const sides = [startSide(process.execPath, program, file)]
    if (python !== undefined) sides.push(startSide(python, packageFile('bench/training-peers/peft_train.py'), file))
    try {
      for (const side of sides) await side.turn()
      for (let step = 0; step < STEPS; step++) {
        for (const side of step % 2 === 0 ? sides : sides.toReversed()) {
          await wait(PAUSE_MS)
          await side.turn()
        }
      }
      const results: PeerResult[] = []
      for (const side of sides) results.push(await side.end())
      const [ours, theirs] = results
      return { ours: ours!, theirs, multiplied: parameterCounts(network).multiplied }
    } finally {
      for (const side of sides) side.stop()
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

interface Side {
  /** The first is the warm-up, each other one step. */
  turn(): Promise<void>
  /** What it measured; the process ends. */
  end(): Promise<PeerResult>
  stop(): void
}

/** Begins a process that works when it is told to: a line in for a step, a line out when it is done. */
function startSide(command: string, script: string, file: string): Side {
  const env = { ...process.env, HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'false' }
  const child = spawn(command, [script, file], { stdio: ['pipe', 'pipe', 'pipe'], env })
  const ended = once(child, 'exit')
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000)
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done === true) throw new Error(`${script} ended early:\n${complaint}`)
    return next.value
  }
  let begun = false
  return {
    async turn() {
      if (begun) child.stdin.write('step\n')
      begun = true
      await line()
    },
    async end() {
      child.stdin.end()
      const result = JSON.parse(await line()) as PeerResult
      await ended
      return result
    },
    stop: () => child.kill(),
  }
}

function lossDifference(ours: PeerResult, theirs: PeerResult): number {
  return Math.max(...ours.losses.map((loss, i) => Math.abs(loss - theirs.losses[i]!)))
}
