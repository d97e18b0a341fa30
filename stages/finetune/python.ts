import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportHuggingFace } from '../../models/checkpoints/export-hugging-face.ts'
import { openModelSource } from '../../models/checkpoints/open.ts'
import type { ModelSource } from '../../models/checkpoints/source.ts'
import { readAdapter } from '../../models/lora/adapter-files.ts'
import { parametersOf } from '../../models/network/config.ts'
import { fromTensors } from '../../models/network/weights.ts'
import { peftTrainer } from '../../models/trainers/peft/peft.ts'
import type { TrainerEvent, TrainerOutcome } from '../../models/trainers/trainer.ts'
import { loadBase } from '../../models/training/base.ts'
import type { TokenRows } from '../../models/training/batches.ts'
import type { TrainingJob, TrainingOutcome } from '../../models/training/loop.ts'
import { checkRoundTrip } from '../../models/training/round-trip.ts'
import { planSteps } from '../../models/training/steps.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import type { RunContext } from '../stage.ts'
import type { FoundBase } from './base.ts'
import type { FinetuneConfig } from './config.ts'

export interface PythonOutcome extends TrainingOutcome {
  /** Versions, device and digests, for the record. */
  readonly evidence: Readonly<Record<string, Json>>
}

/**
 * The same job by Transformers and PEFT in Python: the same rows in the same order, the same first factors. What comes
 * back is read as any adapter or model is, and an adapter must pass the round trip in our own engine too.
 *
 * @throws SluiceError those of the Python trainer (TRAINER_…) and of `checkRoundTrip`
 */
export async function trainInPython(
  job: TrainingJob,
  base: FoundBase & { readonly source: ModelSource },
  config: FinetuneConfig,
  context: RunContext,
): Promise<PythonOutcome> {
  const start = performance.now()
  const outcome = await peftTrainer.train(
    {
      ...config.peft,
      config: job.config,
      modelFolder: hubFolder(base, context.workDir),
      modelDigest: base.digest,
      baseName: base.name,
      train: job.train,
      valid: job.valid,
      workDir: join(context.workDir, 'peft'),
      store: context.store.root,
      threads: job.threads,
      checkpointSeconds: job.checkpointSeconds,
    },
    { signal: context.signal, tell: teller(context) },
  )
  const theta = await readTheta(outcome, job)
  const kept = outcome.validLoss.find(([step]) => step === outcome.keptStep)
  if (kept === undefined) throw noLoss(outcome.keptStep)
  const tensors = job.config.method.kind === 'lora' ? await loadBase(job.base!, job.config.network) : undefined
  const roundTrip = await checkRoundTrip(job, tensors, theta)
  const steps = planSteps(job.train, job.config).slice(0, outcome.steps)
  const tokens = countTokens(job.train, steps)
  return {
    best: { theta, step: outcome.keptStep, loss: kept[1] },
    steps: outcome.steps,
    planned: outcome.planned,
    trainLoss: outcome.trainLoss.map(([, loss]) => loss),
    validLoss: outcome.validLoss,
    tokens: tokens.all,
    trainedTokens: tokens.trained,
    counters: {},
    measured: { tokens: tokens.all, seconds: (performance.now() - start) / 1000 },
    ...(roundTrip === undefined ? {} : { roundTrip }),
    evidence: outcome.evidence,
  }
}

/** Python reads Hugging Face folders; a base in another format is written as one first. */
function hubFolder(base: FoundBase & { readonly source: ModelSource }, workDir: string): string {
  if (base.source.format === 'hugging-face') return base.path
  const folder = join(workDir, 'base')
  exportHuggingFace(base.source, folder)
  return folder
}

async function readTheta(outcome: TrainerOutcome, { config }: TrainingJob): Promise<Float32Array> {
  if (config.method.kind === 'lora') {
    const files = new Map([...outcome.files].map(([name, path]) => [name, readFileSync(path)]))
    return readAdapter(files, config.network).theta
  }
  const source = await openModelSource(join([...outcome.files.values()][0]!, '..'))
  try {
    return fromTensors(
      new Map(parametersOf(config.network).map(({ name }) => [name, source.read(name)])),
      config.network,
    )
  } finally {
    source.close()
  }
}

function countTokens(rows: TokenRows, steps: readonly (readonly number[])[]): { all: number; trained: number } {
  const count = { all: 0, trained: 0 }
  for (const row of steps.flat()) {
    count.all += rows.offsets[row + 1]! - rows.offsets[row]!
    for (let i = rows.offsets[row]! + 1; i < rows.offsets[row + 1]!; i++) count.trained += rows.supervised[i]!
  }
  return count
}

/** Events of a trainer as progress of the stage. */
export function teller(context: Pick<RunContext, 'progress'>): (event: TrainerEvent) => void {
  let steps = 0
  let held = ''
  return (event) => {
    if (event.event === 'started') {
      steps = event.steps
      context.progress(event.resumedAt, steps, 'steps', event.device)
    } else if (event.event === 'step') {
      const loss = event.loss === null ? '' : `loss ${event.loss.toFixed(3)}`
      context.progress(event.step, event.steps, 'steps', [loss, held].filter((part) => part !== '').join(', '))
    } else if (event.event === 'evaluated') held = `held out ${event.loss.toFixed(3)}`
    else if (event.event === 'note') context.progress(0, steps, 'steps', event.message)
  }
}

function noLoss(step: number): SluiceError {
  return new SluiceError({
    code: 'TRAINER_PROTOCOL',
    message: `the trainer kept step ${step} and told no held-out loss of it`,
    next: 'report it: this is a bug in Sluice',
    exit: 5,
  })
}
