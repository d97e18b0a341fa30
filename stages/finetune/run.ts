import { join } from 'node:path'
import { readDataset } from '../../artifacts/dataset.ts'
import { putModel } from '../../artifacts/model.ts'
import type { TextRecord } from '../../artifacts/record.ts'
import { llamaConfig } from '../../models/network/config.ts'
import { createChatEncoder } from '../../models/tokenizer/chat.ts'
import { openTokenizer } from '../../models/tokenizer/tokenizer.ts'
import { packRows } from '../../models/training/batches.ts'
import type { CheckpointNote, TrainingJob } from '../../models/training/loop.ts'
import { FULL, parameterSize } from '../../models/training/method.ts'
import { runTraining } from '../../models/training/trainer.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Inputs, Outputs, RunContext } from '../stage.ts'
import type { FinetuneConfig } from './config.ts'
import { hiddenWidth } from './config.ts'
import { modelFiles } from './model-files.ts'
import type { RowFates } from './prepare.ts'
import { prepareRows, trainTokenizer } from './prepare.ts'
import { summarizeTraining } from './summary.ts'

/** Tokenizer, rows, training thread, model files: the whole stage. */
export async function runFinetune(config: FinetuneConfig, inputs: Inputs, context: RunContext): Promise<Outputs> {
  const start = performance.now()
  const trainRef = inputs['train']!
  const validRef = inputs['valid']!
  context.progress(0, 0, 'steps', 'training the tokenizer')
  // The training rows are read twice, so that only tokens are ever held in memory.
  const tokenizerFile = trainTokenizer(readDataset(context.store, trainRef), config.vocabulary)
  const tokenizer = openTokenizer(tokenizerFile)
  const chat = createChatEncoder(tokenizer)
  context.progress(0, 0, 'steps', 'encoding rows')
  const train = await prepareRows(readDataset(context.store, trainRef), chat, config, context.tally, 'train')
  const valid = await prepareRows(
    first(readDataset(context.store, validRef), config.validation_rows),
    chat,
    config,
    context.tally,
    'valid',
  )
  refuseNothing('train', train.counts)
  refuseNothing('valid', valid.counts)

  const network = llamaConfig({
    vocabulary: tokenizer.size,
    width: config.width,
    hidden: hiddenWidth(config),
    layers: config.layers,
    heads: config.heads,
    context: config.context,
  })
  const job: TrainingJob = {
    config: {
      network,
      method: FULL,
      optimizer: {
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: config.weight_decay,
        clipNorm: config.clip_norm,
      },
      learningRate: config.learning_rate,
      schedule: 'cosine',
      warmupShare: config.warmup,
      finalRateShare: config.final_rate,
      epochs: config.epochs,
      batchTokens: config.batch_tokens,
      evaluations: config.evaluations,
      patience: config.patience,
      seed: context.seed,
      pad: chat.pad,
    },
    train: packRows(train.rows),
    valid: packRows(valid.rows),
    threads: config.threads,
    checkpointPath: join(context.workDir, 'training.checkpoint'),
    checkpointSeconds: config.checkpoint_seconds,
  }
  const prepared = performance.now()
  const outcome = await runTraining(job, context.signal, context.progress)
  if (outcome.checkpoint !== undefined) {
    context.progress(outcome.steps, outcome.planned, 'steps', NOTES[outcome.checkpoint])
  }
  const model = putModel(
    context.store,
    modelFiles(outcome.best.theta, network, chat, tokenizerFile),
    context.sensitivity,
  )
  const { counts } = train
  const dropped = Object.values(counts.dropped).reduce((sum, n) => sum + n, 0)
  for (const [reason, n] of Object.entries(counts.dropped)) if (n > 0) context.tally.category('dropped', reason, n)
  return {
    artifacts: { model },
    rows: { in: counts.read, kept: counts.kept, dropped, quarantined: 0, joined: 0, added: 0 },
    summary: summarizeTraining({
      config,
      outcome,
      train: counts,
      valid: valid.counts,
      validRowsLeftOut: (validRef.rows ?? valid.counts.read) - valid.counts.read,
      parameters: parameterSize(network),
      vocabulary: tokenizer.size,
      sensitivity: trainRef.sensitivity === 'raw' || validRef.sensitivity === 'raw' ? 'raw' : 'redacted',
    }),
    timings: {
      prepare_seconds: (prepared - start) / 1000,
      training_seconds: (performance.now() - prepared) / 1000,
      tokens_per_second: outcome.measured.tokens / Math.max(1e-9, outcome.measured.seconds),
    },
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
