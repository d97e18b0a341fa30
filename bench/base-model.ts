import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { putDataset } from '../artifacts/dataset.ts'
import type { TextRecord } from '../artifacts/record.ts'
import type { ArtifactRef } from '../artifacts/refs.ts'
import { openStore, type Store } from '../artifacts/store.ts'
import { openModelSource } from '../models/checkpoints/open.ts'
import { type LanguageModel, languageModelOf } from '../models/language-model.ts'
import type { FinetuneConfig } from '../stages/finetune/config.ts'
import { finetune } from '../stages/finetune/index.ts'
import { readFileRecords } from '../stages/ingest/read-file.ts'
import { packageFile } from '../util/package-root.ts'
import { random } from '../util/random.ts'
import type { Bench } from './bench.ts'
import { completeConfig, driveStage } from './drive-stage.ts'

const DATA = process.env['SLUICE_DATA'] ?? packageFile('../shared/data')
const VALID_ROWS = 200
const CORPUS_ROWS = 200

/** The base tuned for about the time that the main job trains. */
const TUNED: Partial<FinetuneConfig> = {
  base: 'sluice:base',
  epochs: 0.33,
  learning_rate: 0.008,
  lora: { rank: 32, alpha: 32, targets: ['all-linear'], rslora: false, dropout: 0 },
}
/** A network of the base's shape from random weights, over the same share of the rows. */
const SCRATCH: Partial<FinetuneConfig> = {
  epochs: 0.33,
  layers: 4,
  width: 256,
  hidden: 704,
  heads: 4,
  vocabulary: 4096,
}
/** The defaults: a network of a quarter of the size, from random weights, over all rows once. */
const SMALL: Partial<FinetuneConfig> = { epochs: 1 }

/**
 * LoRA on the base that ships against the same network from random weights, and a smaller one, on the sample tickets:
 * seconds of the whole stage, and held-out bits per byte of the answers, which do not depend on the vocabulary. And the
 * base alone on corpora of which its training saw nothing (SLUICE_DATA).
 */
export const bench: Bench = {
  name: 'base-model',
  summary: 'sample tickets: LoRA on the base that ships against the same network from scratch, 2 threads',
  async run() {
    const rows = await readRows(packageFile('examples/support-tickets/tickets.jsonl'), Number.POSITIVE_INFINITY)
    const mixed = random(20261128).shuffle(rows.filter(({ messages }) => messages !== undefined))
    const [valid, train] = [mixed.slice(0, VALID_ROWS), mixed.slice(VALID_ROWS)]
    const scratch = await tune(SCRATCH, train, valid)
    const tuned = await tune(TUNED, train, valid)
    const small = await tune(SMALL, train, valid)
    return {
      figures: {
        rows: train.length,
        held_out_rows: valid.length,
        scratch_seconds: scratch.seconds,
        tuned_seconds: tuned.seconds,
        seconds_ratio: tuned.seconds / scratch.seconds,
        scratch_bits_per_byte: scratch.bits,
        untuned_bits_per_byte: tuned.before,
        tuned_bits_per_byte: tuned.bits,
        bits_ratio: tuned.bits / scratch.bits,
        small_epoch_seconds: small.seconds,
        small_epoch_bits_per_byte: small.bits,
        ...(await baseAlone()),
      },
      floors: {},
      ceilings: { seconds_ratio: 1, bits_ratio: 1 },
    }
  },
}

interface Tuned {
  readonly seconds: number
  /** Held-out bits per byte of the answers after training, and before the first step. */
  readonly bits: number
  readonly before: number
}

async function tune(
  config: Partial<FinetuneConfig>,
  train: readonly TextRecord[],
  valid: readonly TextRecord[],
): Promise<Tuned> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-base-'))
  try {
    const store = openStore(join(folder, 'store'))
    const inputs = { train: dataset(store, train), valid: dataset(store, valid) }
    const started = performance.now()
    const { outputs } = await driveStage(finetune, completeConfig(finetune, config), inputs, store, () => {
      throw new Error('finetune maps no pass')
    })
    const seconds = (performance.now() - started) / 1000
    const metric = (name: string) => outputs.summary.metrics.find((each) => each.name === name)!
    const { value, n } = metric('valid_loss')
    const perByte = n! / (Math.LN2 * answerBytes(valid))
    return {
      seconds,
      bits: Number(value) * perByte,
      before: Math.log(Number(metric('untrained_valid_perplexity').value)) * perByte,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function baseAlone(): Promise<Readonly<Record<string, number>>> {
  const source = await openModelSource(packageFile('models/weights/base'))
  const model = languageModelOf(source, { threads: 2 })
  source.close()
  const figures: Record<string, number> = {}
  for (const [name, file] of [
    ['sgd_dev', 'corpora/sgd.dev.jsonl.gz'],
    ['banking77_test', 'corpora/banking77/test.csv'],
  ] as const) {
    const path = join(DATA, file)
    if (!existsSync(path)) {
      process.stderr.write(`base-model: no ${file} in SLUICE_DATA: not measured\n`)
      continue
    }
    figures[`base_${name}_bits_per_byte`] = await bitsPerByte(model, await readRows(path, CORPUS_ROWS))
  }
  await model.close()
  return figures
}

/** Bits per byte of what is trained of the rows: the assistant's turns, or the whole of a plain text. */
async function bitsPerByte(model: LanguageModel, rows: readonly TextRecord[]): Promise<number> {
  let nats = 0
  let bytes = 0
  for (const row of rows) {
    const { ids, supervised } = model.encodeConversation(row)
    if (ids.length > model.contextLength) continue
    const [scores] = await model.logProbabilities([ids])
    for (let i = 1; i < ids.length; i++) if (supervised[i] === 1) nats -= scores![i - 1]!
    bytes += answerBytes([row])
  }
  return nats / (Math.LN2 * bytes)
}

function answerBytes(rows: readonly TextRecord[]): number {
  const texts = rows.flatMap(({ text, messages }) =>
    messages === undefined
      ? [text ?? '']
      : messages.filter(({ role }) => role === 'assistant').map(({ content }) => content),
  )
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

async function readRows(path: string, limit: number): Promise<readonly TextRecord[]> {
  const rows: TextRecord[] = []
  for await (const row of readFileRecords(path)) {
    if (rows.length >= limit) break
    if ('record' in row) rows.push(row.record)
  }
  return rows
}

function dataset(store: Store, records: readonly TextRecord[]): ArtifactRef {
  const object = store.put(records.map((record) => `${JSON.stringify(record)}\n`).join(''), 'redacted')
  return putDataset(store, [{ ...object, rows: records.length }], 'redacted')
}
