import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { putDataset } from '../../../artifacts/dataset.ts'
import { getModel, readModelFile } from '../../../artifacts/model.ts'
import type { Message, TextRecord } from '../../../artifacts/record.ts'
import { recordId } from '../../../artifacts/record.ts'
import type { ArtifactRef, Sensitivity } from '../../../artifacts/refs.ts'
import { openStore, type Store } from '../../../artifacts/store.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { FinetuneConfig } from '../../../stages/finetune/config.ts'
import { finetune } from '../../../stages/finetune/index.ts'
import type { Outputs } from '../../../stages/stage.ts'
import { random } from '../../../util/random.ts'

export const CONFIG = Value.Default(FinetuneConfig, {
  layers: 2,
  width: 32,
  hidden: 0,
  heads: 2,
  context: 64,
  vocabulary: 400,
  epochs: 12,
  batch_tokens: 512,
  learning_rate: 0.02,
  warmup: 0.05,
  final_rate: 0.05,
  weight_decay: 0.1,
  clip_norm: 1,
  over_length: 'split',
  empty_turns: 'drop',
  evaluations: 3,
  patience: 0,
  validation_rows: 20,
  checkpoint_seconds: 15,
  threads: 2,
}) as FinetuneConfig

export function record(row: number, content: Pick<TextRecord, 'text'> | { messages: readonly Message[] }): TextRecord {
  const source = { uri: 'test/rows.jsonl', row }
  return { id: recordId(content, source), ...content, source, meta: {}, notes: {} }
}

export const THINGS = ['parcel', 'order', 'refund', 'invoice', 'lamp', 'router']
const ANSWERS = ['I am sorry, the', 'Thank you. Your', 'Let me check: the']

export function conversations(count: number, seed: number): TextRecord[] {
  const rng = random(seed)
  return Array.from({ length: count }, (_, row) => {
    const thing = rng.pick(THINGS)
    return record(row, {
      messages: [
        { role: 'user', content: `Where is my ${thing} number ${rng.integer(1000)}?` },
        { role: 'assistant', content: `${rng.pick(ANSWERS)} ${thing} is on its way.` },
      ],
    })
  })
}

export interface StageRunner {
  readonly root: string
  readonly store: Store
  run(
    config: Partial<FinetuneConfig>,
    train: readonly TextRecord[],
    options?: {
      jobs?: number
      signal?: AbortSignal
      workDir?: string
      sensitivity?: Sensitivity
      valid?: readonly TextRecord[]
    },
  ): Promise<Outputs & { tally: Tally }>
  /** The files of the model that a run gave. */
  files(outputs: Outputs): ReadonlyMap<string, Buffer>
  close(): void
}

/** Runs the stage in a store of its own. */
export function createStageRunner(): StageRunner {
  const root = mkdtempSync(join(tmpdir(), 'sluice-finetune-'))
  const store = openStore(root)
  const dataset = (records: readonly TextRecord[], sensitivity: Sensitivity): ArtifactRef => {
    const object = store.put(records.map((item) => `${JSON.stringify(item)}\n`).join(''), sensitivity)
    return putDataset(store, [{ ...object, rows: records.length }], sensitivity)
  }
  let runs = 0
  return {
    root,
    store,
    async run(config, train, options = {}) {
      const workDir = options.workDir ?? join(root, `work-${runs++}`)
      mkdirSync(workDir, { recursive: true })
      const sensitivity = options.sensitivity ?? 'redacted'
      const tally = new Tally()
      const inputs = {
        train: dataset(train, sensitivity),
        valid: dataset(options.valid ?? conversations(25, 99), sensitivity),
      }
      const outputs = await finetune.run({ ...CONFIG, ...config }, inputs, {
        seed: 3,
        baseDir: root,
        store,
        tally,
        sensitivity,
        signal: options.signal ?? new AbortController().signal,
        jobs: options.jobs ?? 1,
        workDir,
        secret: () => store.secret('store'),
        progress: () => {},
        map: () => Promise.reject(new Error('finetune maps no pass')),
        shardLimits: { rows: 1000, bytes: 1 << 20 },
      })
      return { ...outputs, tally }
    },
    files(outputs) {
      const model = getModel(store, outputs.artifacts['model']!)
      return new Map(model.files.map(({ name }) => [name, readModelFile(store, model, name)]))
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

export const metric = (outputs: Outputs, name: string, reason?: string): unknown =>
  outputs.summary.metrics.find((item) => item.name === name && item.labels?.['reason'] === reason)?.value
