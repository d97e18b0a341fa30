import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../../util/errors.ts'
import type { Json } from '../../../util/json.ts'
import type { TokenRows } from '../../training/batches.ts'
import type { TrainingConfig } from '../../training/job.ts'
import type { Trainer, TrainerHooks, TrainerOutcome, TrainerProblem } from '../trainer.ts'
import { findInterpreter, probePython } from './environment.ts'
import { copyTokenizer, SCRIPT, scriptDigest, writeJobFolder } from './job-folder.ts'
import { runScript } from './run-script.ts'

export interface PeftConfig {
  /** `auto` takes a GPU where torch sees one. */
  readonly device: 'auto' | 'cpu' | 'cuda'
  /** Of the base's weights; adapters are always trained in float32. */
  readonly precision: 'float32' | 'bfloat16'
  /** More than one starts them with Accelerate; on GPUs, one each. */
  readonly processes: number
  /** Differential privacy was asked for. */
  readonly dp?: boolean
}

/** One run of the Python trainer. */
export interface PeftJob extends PeftConfig {
  readonly config: TrainingConfig
  /** A Hugging Face folder: config.json, weights, tokenizer. */
  readonly modelFolder: string
  readonly modelDigest: string
  /** What `adapter_config.json` says of its base: a name, or a path. */
  readonly baseName: string
  readonly train: TokenRows
  readonly valid: TokenRows
  /** Rows, checkpoint and output lie here, and survive a kill. */
  readonly workDir: string
  /** Where `sluice trainers setup peft` put its environment. */
  readonly store: string
  readonly threads: number
  readonly checkpointSeconds: number
}

/** Transformers and PEFT in a process of their own: for GPUs, and for models that are too large for this machine. */
export const peftTrainer: Trainer<PeftConfig, PeftJob> = {
  name: 'peft',
  check(config) {
    const problems: TrainerProblem[] = []
    if (config.dp === true) {
      problems.push({
        code: 'TRAINER_NO_DP',
        message: 'the Python trainer has no differential privacy',
        next: "train with Sluice's own engine, which has, or leave out dp",
        path: ['dp'],
      })
    }
    if (!Number.isInteger(config.processes) || config.processes < 1) {
      problems.push({
        code: 'TRAINER_PROCESSES',
        message: `${config.processes} is no number of processes`,
        next: 'give a whole number above 0',
        path: ['processes'],
      })
    }
    return problems
  },
  train: trainWithPeft,
}

async function trainWithPeft(job: PeftJob, hooks: TrainerHooks): Promise<TrainerOutcome> {
  const [problem] = peftTrainer.check(job)
  if (problem !== undefined) throw new SluiceError(problem)
  const interpreter = findInterpreter(job.store)
  await probePython(interpreter, job)
  hooks.signal.throwIfAborted()
  const { digest } = writeJobFolder(job.workDir, job)
  const output = join(job.workDir, 'output')
  rmSync(output, { recursive: true, force: true })
  const done = await runScript(
    {
      interpreter,
      script: SCRIPT,
      folder: job.workDir,
      processes: job.processes,
      device: job.device,
      threads: job.threads,
    },
    hooks,
  )
  copyTokenizer(job.modelFolder, output)
  return {
    // PEFT writes a README about the base, which says nothing of what was done here.
    files: new Map(
      readdirSync(output)
        .filter((name) => name !== 'README.md')
        .sort()
        .map((name) => [name, join(output, name)]),
    ),
    steps: done.steps,
    planned: done.planned,
    trainLoss: done.trainLoss,
    validLoss: done.validLoss,
    keptStep: done.keptStep,
    evidence: {
      trainer: 'peft',
      script_sha256: scriptDigest(),
      job_sha256: digest,
      versions: done.versions as Json,
      device: done.device,
      precision: job.precision,
      processes: job.processes,
    },
  }
}
