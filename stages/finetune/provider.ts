import { createWriteStream } from 'node:fs'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readDataset } from '../../artifacts/dataset.ts'
import type { Metric } from '../../artifacts/metric.ts'
import { putModel } from '../../artifacts/model.ts'
import type { Message, TextRecord } from '../../artifacts/record.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import { PROMPT_COMPLETION } from '../../models/tokenizer/chat.ts'
import type { RemoteConfig } from '../../models/trainers/remote/config.ts'
import { remoteTrainer } from '../../models/trainers/remote/remote.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import type { Inputs, Outputs, RunContext } from '../stage.ts'
import type { FinetuneConfig } from './config.ts'
import { dropsEmptyTurn } from './prepare.ts'
import { teller } from './python.ts'

/** The file that stands for a model which stays with its provider. */
export const REMOTE_MODEL_FILE = 'remote-model.json'

type RemoteFields = NonNullable<FinetuneConfig['remote']>

/** The provider's part of the config as the trainer takes it. */
export function remoteConfig(remote: RemoteFields, baseDir: string): RemoteConfig {
  const { key } = remote
  return {
    baseUrl: remote.base_url.replace(/\/+$/, ''),
    key: 'file' in key ? { file: resolve(baseDir, key.file) } : key,
    model: remote.model,
    allowRaw: remote.allow_raw,
    onStop: remote.on_stop,
    ...(remote.epochs === undefined ? {} : { epochs: remote.epochs }),
    ...(remote.batch_size === undefined ? {} : { batchSize: remote.batch_size }),
    ...(remote.learning_rate_multiplier === undefined
      ? {}
      : { learningRateMultiplier: remote.learning_rate_multiplier }),
    ...(remote.suffix === undefined ? {} : { suffix: remote.suffix }),
    pollSeconds: remote.poll_seconds,
    timeoutSeconds: remote.timeout_seconds,
    outageSeconds: remote.outage_seconds,
    deadlineSeconds: remote.deadline_seconds,
  }
}

/**
 * Tunes a model at a provider. The rows go there as conversations; tokens, masks and losses are the provider's business,
 * and the model stays there: what comes back is its name and what was measured.
 */
export async function tuneAtProvider(config: FinetuneConfig, inputs: Inputs, context: RunContext): Promise<Outputs> {
  const start = performance.now()
  const [train, valid] = [inputs['train']!, inputs['valid']!]
  const rows = await writeConversations(context, train, Number.POSITIVE_INFINITY, 'train.jsonl', config.empty_turns)
  const held = await writeConversations(context, valid, config.validation_rows, 'valid.jsonl', config.empty_turns)
  const sensitivity = train.sensitivity === 'raw' || valid.sensitivity === 'raw' ? 'raw' : 'redacted'
  const outcome = await remoteTrainer.train(
    {
      ...remoteConfig(config.remote!, context.baseDir),
      trainFile: rows.path,
      ...(held.kept === 0 ? {} : { validFile: held.path }),
      sensitivity,
      seed: context.seed,
      workDir: context.workDir,
    },
    { signal: context.signal, tell: teller(context) },
  )
  const evidence = { model: outcome.remoteModel ?? null, base: config.remote!.model, ...outcome.evidence }
  const model = putModel(
    context.store,
    new Map([[REMOTE_MODEL_FILE, `${JSON.stringify(evidence, null, 2)}\n`]]),
    context.sensitivity,
  )
  const dropped = rows.read - rows.kept
  for (const [reason, n] of Object.entries(rows.dropped)) if (n > 0) context.tally.category('dropped', reason, n)
  const last = <T>(list: readonly (readonly [number, T])[]): T | undefined => list.at(-1)?.[1]
  const losses: readonly (readonly [string, number | null | undefined])[] = [
    ['train_loss', last(outcome.trainLoss)],
    ['valid_loss', last(outcome.validLoss)],
  ]
  const metrics: Metric[] = [
    ...losses.flatMap(([name, value]) => (value === undefined || value === null ? [] : [{ name, value }])),
    { name: 'training_rows', value: rows.kept },
    ...Object.entries(rows.dropped).map(([reason, value]) => ({ name: 'dropped_rows', value, labels: { reason } })),
    { name: 'steps', value: outcome.steps },
    { name: 'input_redacted', value: sensitivity === 'redacted' },
  ]
  return {
    artifacts: { model },
    rows: { in: rows.read, kept: rows.kept, dropped, quarantined: 0, joined: 0, added: 0 },
    summary: {
      metrics,
      series: (['train', 'valid'] as const).map((name) => ({
        name: `${name}_loss`,
        x: 'step',
        y: 'as the provider tells it',
        points: (name === 'train' ? outcome.trainLoss : outcome.validLoss).flatMap(([step, loss]) =>
          loss === null ? [] : [[step, loss] as const],
        ),
      })),
      limits: [
        `${rows.kept} training rows and ${held.kept} held-out rows were sent to ${new URL(config.remote!.base_url).host}. What became of them there cannot be verified here.`,
        'The model stays with the provider: no weight of it was seen, and losses are what the provider says.',
      ],
      data: evidence as unknown as Json,
    },
    timings: { training_seconds: (performance.now() - start) / 1000 },
  }
}

interface Written {
  readonly path: string
  readonly read: number
  readonly kept: number
  /** Rows that are not sent, by reason. */
  readonly dropped: { readonly no_messages: number; readonly empty_turn: number }
}

/** One `{"messages": […]}` a line, for nobody but the owner, removed with the work folder. */
async function writeConversations(
  context: RunContext,
  dataset: ArtifactRef,
  limit: number,
  name: string,
  emptyTurns: FinetuneConfig['empty_turns'],
): Promise<Written> {
  const path = join(context.workDir, name)
  const dropped = { no_messages: 0, empty_turn: 0 }
  let read = 0
  let kept = 0
  function* lines(): Generator<string> {
    for (const record of readDataset(context.store, dataset)) {
      if (read >= limit) return
      read += 1
      if (record.messages?.some(({ role }) => role === 'assistant') !== true) dropped.no_messages += 1
      else if (dropsEmptyTurn(record, emptyTurns)) dropped.empty_turn += 1
      else {
        kept += 1
        yield `${JSON.stringify({ messages: weighted(record, record.messages) })}\n`
      }
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path, { mode: 0o600 }))
  if (kept === 0 && name === 'train.jsonl') {
    throw new SluiceError({
      code: 'FINETUNE_NOTHING_SUPERVISED',
      message: 'no training row is a conversation in which the assistant speaks',
      next: 'providers train on `messages`; check the roles, or what the stages before dropped',
    })
  }
  return { path, read, kept, dropped }
}

/** Of a prompt and its completion the last answer alone is trained: the protocol says so with a weight of 0 for others. */
function weighted({ meta }: TextRecord, messages: readonly Message[]): readonly (Message & { readonly weight?: 0 })[] {
  if (meta['form'] !== PROMPT_COMPLETION) return messages
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  return messages.map((message, i) =>
    message.role === 'assistant' && i !== last ? { ...message, weight: 0 } : message,
  )
}
