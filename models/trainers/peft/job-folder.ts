import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256, sha256Json } from '../../../util/digest.ts'
import { writeFileDurable } from '../../../util/durable.ts'
import { random } from '../../../util/random.ts'
import { adapterFiles } from '../../lora/adapter-files.ts'
import { initialFactors } from '../../lora/factors.ts'
import type { TokenRows } from '../../training/batches.ts'
import { planEvaluation } from '../../training/batches.ts'
import type { TrainingConfig } from '../../training/job.ts'
import { evaluationSteps } from '../../training/loop.ts'
import { microBatches, planSteps, rateAt } from '../../training/steps.ts'
import type { PeftJob } from './peft-job.ts'
import { scriptDigest } from './script.ts'

/**
 * Writes what the script reads: the rows, the plan of every step with its learning rate, and the first adapter. The
 * plan is the one of Sluice's own engine, so both see the same rows in the same order.
 *
 * @returns digest of all of it: a checkpoint is only taken up by the same job
 */
export function writeJobFolder(folder: string, job: PeftJob): { readonly digest: string; readonly steps: number } {
  const { config, train, valid } = job
  const microTokens = config.microTokens ?? config.batchTokens
  const plan = planSteps(train, config).map((rows) => microBatches(train, rows, microTokens))
  const lora = config.method.kind === 'lora' ? config.method.lora : undefined
  const content = {
    model: job.modelFolder,
    lora: lora !== undefined,
    precision: job.precision,
    device: job.device,
    threads: job.threads,
    recompute: config.recompute ?? false,
    seed: config.seed,
    pad: config.pad,
    optimizer: config.optimizer,
    patience: config.patience,
    plan,
    rates: plan.map((_, i) => rateAt(config, i + 1, plan.length)),
    evaluateAt: [...evaluationSteps(plan.length, config.evaluations)].sort((a, b) => a - b),
    evaluation: planEvaluation(valid, microTokens),
  }
  const digest = sha256Json([scriptDigest(), content, config, job.modelDigest, rowsDigest(train), rowsDigest(valid)])
  writeRows(folder, 'train', train)
  writeRows(folder, 'valid', valid)
  if (lora !== undefined) writeInitialAdapter(folder, config, job.baseName)
  const file = { ...content, digest, checkpointSeconds: job.checkpointSeconds }
  writeFileDurable(join(folder, 'job.json'), JSON.stringify(file), 0o600)
  return { digest, steps: plan.length }
}

/** Names of the files of a model folder that belong to the tokenizer and travel with what was trained. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'generation_config.json',
] as const

/** Copies the tokenizer beside the trained files. */
export function copyTokenizer(modelFolder: string, output: string): void {
  for (const name of TOKENIZER_FILES) {
    const from = join(modelFolder, name)
    if (existsSync(from)) writeFileDurable(join(output, name), readFileSync(from))
  }
}

function writeInitialAdapter(folder: string, config: TrainingConfig, baseName: string): void {
  if (config.method.kind !== 'lora') return
  const { network, seed } = config
  const { lora } = config.method
  const theta = initialFactors(network, lora, random(seed, 'factors'))
  for (const [name, data] of adapterFiles(theta, network, lora, baseName)) {
    writeFileDurable(join(folder, 'initial', name), data)
  }
}

/** The rows may hold personal data: only the owner can read them. */
function writeRows(folder: string, name: string, rows: TokenRows): void {
  for (const part of ['ids', 'supervised', 'offsets'] as const) {
    writeFileDurable(join(folder, `${name}.${part}`), bytesOf(rows[part]), 0o600)
  }
}

function rowsDigest({ ids, supervised, offsets }: TokenRows): string {
  return sha256Json([ids, supervised, offsets].map((part) => sha256(bytesOf(part))))
}

function bytesOf(data: Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
