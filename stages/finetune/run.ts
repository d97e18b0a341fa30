import { readDataset } from '../../artifacts/dataset.ts'
import { putModel } from '../../artifacts/model.ts'
import type { TextRecord } from '../../artifacts/record.ts'
import { openModelSource } from '../../models/checkpoints/open.ts'
import type { ModelSource } from '../../models/checkpoints/source.ts'
import type { CheckpointNote, TrainingOutcome } from '../../models/training/loop.ts'
import { runTraining } from '../../models/training/trainer.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Inputs, Outputs, RunContext } from '../stage.ts'
import type { FoundBase } from './base.ts'
import { findBase } from './base.ts'
import type { FinetuneConfig } from './config.ts'
import { measureEnergy } from './energy.ts'
import { trainingJob } from './job.ts'
import { languageOf, newLanguage } from './language.ts'
import { modelFiles } from './model-files.ts'
import type { PreparedRows, RowFates } from './prepare.ts'
import { prepareRows } from './prepare.ts'
import type { PythonOutcome } from './python.ts'
import { summarizeTraining } from './summary.ts'
import { tunedFiles } from './tuned-files.ts'

/** Words, rows, training thread, model files: the whole stage. */
export async function runFinetune(config: FinetuneConfig, inputs: Inputs, context: RunContext): Promise<Outputs> {
  if (config.trainer === 'openai-compatible') {
    const { tuneAtProvider } = await import('./provider.ts')
    return tuneAtProvider(config, inputs, context)
  }
  if (config.base === '') return tune(config, inputs, context, undefined)
  const base = findBase(config.base, { baseDir: context.baseDir, storeRoot: context.store.root })
  const source = await openModelSource(base.path)
  try {
    return await tune(config, inputs, context, { ...base, source })
  } finally {
    source.close()
  }
}

async function tune(
  config: FinetuneConfig,
  inputs: Inputs,
  context: RunContext,
  base: (FoundBase & { readonly source: ModelSource }) | undefined,
): Promise<Outputs> {
  const start = performance.now()
  const trainRef = inputs['train']!
  const validRef = inputs['valid']!
  context.progress(0, 0, 'steps', base === undefined ? 'training the tokenizer' : 'opening the base')
  const fresh = base === undefined ? newLanguage(config, context.store, trainRef) : undefined
  const language = fresh ?? languageOf(base!.source, config)
  context.progress(0, 0, 'steps', 'encoding rows')
  const policies = { ...config, context: language.context }
  const prepare = (records: Iterable<TextRecord>, name: string): Promise<PreparedRows> =>
    prepareRows(records, language.chat, policies, context.tally, name, unitOf(config))
  const train = await prepare(readDataset(context.store, trainRef), 'train')
  const valid = await prepare(first(readDataset(context.store, validRef), config.validation_rows), 'valid')
  refuseNothing('train', train.counts)
  refuseNothing('valid', valid.counts)

  const job = trainingJob({ config, language, base, train, valid, seed: context.seed, workDir: context.workDir })
  const prepared = performance.now()
  const energy = measureEnergy()
  const outcome: TrainingOutcome & Partial<PythonOutcome> =
    config.trainer === 'peft'
      ? await (await import('./python.ts')).trainInPython(job, base!, config, context)
      : await runTraining(job, context.signal, context.progress)
  const joules = energy()
  const seconds = (performance.now() - prepared) / 1000
  if (outcome.checkpoint !== undefined) {
    context.progress(outcome.steps, outcome.planned, 'steps', NOTES[outcome.checkpoint])
  }
  const { theta } = outcome.best
  const files =
    fresh !== undefined
      ? modelFiles(theta, fresh.network, fresh.chat, fresh.tokenizer)
      : tunedFiles({
          base: base!.source,
          baseName: base!.name,
          method: job.config.method,
          theta,
          merged: config.merged,
        })
  const model = putModel(context.store, files, context.sensitivity)
  const { counts } = train
  const dropped = Object.values(counts.dropped).reduce((sum, n) => sum + n, 0)
  for (const [reason, n] of Object.entries(counts.dropped)) if (n > 0) context.tally.category('dropped', reason, n)
  return {
    artifacts: { model },
    rows: { in: counts.read, kept: counts.kept, dropped, quarantined: 0, joined: 0, added: 0 },
    summary: summarizeTraining({
      config,
      job,
      outcome,
      base,
      train: counts,
      valid: valid.counts,
      validRowsLeftOut: (validRef.rows ?? valid.counts.read) - valid.counts.read,
      context: language.context,
      sensitivity: trainRef.sensitivity === 'raw' || validRef.sensitivity === 'raw' ? 'raw' : 'redacted',
      energyMeasured: joules !== undefined,
    }),
    timings: {
      prepare_seconds: (prepared - start) / 1000,
      training_seconds: seconds,
      tokens_per_second: outcome.measured.tokens / Math.max(1e-9, outcome.measured.seconds),
      ...(joules === undefined ? {} : { energy_joules: joules }),
    },
  }
}

/** The unit of privacy of a record; without differential privacy nobody asks. */
function unitOf({ dp }: FinetuneConfig): (record: TextRecord) => string | undefined {
  if (dp === undefined) return () => undefined
  if (dp.unit === 'conversation') return ({ id }) => id
  return ({ meta }) => {
    const value = meta[dp.person]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
}

/** What became of a checkpoint that was found, in words. Not evidence: a resumed run must give the same bytes. */
const NOTES: Readonly<Record<CheckpointNote, string>> = {
  corrupt: 'the checkpoint was damaged and was not used: trained from the first step',
  other_job: 'the checkpoint belonged to another job and was not used: trained from the first step',
  resumed: 'went on from the checkpoint',
}

function* first(records: Iterable<TextRecord>, limit: number): Generator<TextRecord> {
  let left = limit
  for (const record of records) {
    if (left-- <= 0) return
    yield record
  }
}

/** A run without a trained token would report a loss and learn nothing (trl issue 6668). */
function refuseNothing(name: string, counts: RowFates): void {
  if (counts.read === 0) {
    throw new SluiceError({
      code: 'FINETUNE_EMPTY',
      message: `the dataset \`${name}\` has no rows`,
      next: 'look at what the stages before dropped; lower a threshold or give more data',
    })
  }
  if (counts.supervised === 0) {
    throw new SluiceError({
      code: 'FINETUNE_NOTHING_SUPERVISED',
      message: `no token of \`${name}\` would be trained: there is no assistant turn, or policies left every row out`,
      next: 'check the roles of the messages, and the policies over_length and empty_turns',
    })
  }
}
