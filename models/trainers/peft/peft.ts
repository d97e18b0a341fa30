import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../../util/errors.ts'
import type { Json } from '../../../util/json.ts'
import type { Trainer, TrainerHooks, TrainerOutcome, TrainerProblem } from '../trainer.ts'
import { findInterpreter, probePython } from './environment.ts'
import { copyTokenizer, writeJobFolder } from './job-folder.ts'
import type { PeftConfig, PeftJob } from './peft-job.ts'
import { runScript } from './run-script.ts'
import { SCRIPT, scriptDigest } from './script.ts'

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
