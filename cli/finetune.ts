import { type Command, Option } from 'commander'
import { readDataset } from '../artifacts/dataset.ts'
import type { Quarantine, TextRecord } from '../artifacts/record.ts'
import { openStore } from '../artifacts/store.ts'
import { openModelSource } from '../models/checkpoints/open.ts'
import type { ChatEncoder } from '../models/tokenizer/chat.ts'
import { createChatEncoder } from '../models/tokenizer/chat.ts'
import { openModelEncoder } from '../models/tokenizer/model-encoder.ts'
import { openTokenizer, type Tokenizer } from '../models/tokenizer/tokenizer.ts'
import { lastRun } from '../pipelines/engine/history.ts'
import { loadPipeline } from '../pipelines/engine/load.ts'
import { planPipeline } from '../pipelines/engine/plan.ts'
import type { FinetuneConfig } from '../stages/finetune/config.ts'
import { SluiceError } from '../util/errors.ts'
import { positiveInteger, storeOption } from './options.ts'
import { styles, wantsColor } from './terminal/colour.ts'
import { previewText } from './terminal/preview.ts'

interface Flags {
  readonly store: string
  readonly rows: number
  readonly model?: string
  readonly context?: number
  readonly overLength?: FinetuneConfig['over_length']
  readonly emptyTurns?: FinetuneConfig['empty_turns']
  readonly date?: string
  readonly boundaries?: boolean
  readonly json?: boolean
}

export function finetuneCommand(program: Command): void {
  program
    .command('finetune')
    .description('look at training data before it is trained')
    .command('preview')
    .description('show what would be trained of a file, or of the rows that reached a pipeline’s finetune stage')
    .argument('<file>', 'JSON Lines, JSON, CSV or Parquet with messages, text or prompt/completion; or a pipeline file')
    .addOption(storeOption())
    .option('--rows <n>', 'rows to show', positiveInteger, 3)
    .option('--model <name>', "model to be tuned: sluice:base, a pinned name or a path; else the pipeline's, else none")
    .option('--context <tokens>', 'longest sequence', positiveInteger)
    .addOption(
      new Option('--over-length <policy>', 'rows longer than that').choices(['error', 'drop', 'truncate', 'split']),
    )
    .addOption(new Option('--empty-turns <policy>', 'turns without text').choices(['error', 'drop', 'keep']))
    .option('--date <day>', 'the day that templates write which ask for today, as 2026-11-23')
    .option('--boundaries', 'show where tokens end')
    .option('--json', 'print the preview as JSON')
    .addHelpText(
      'after',
      `
Trained tokens stand in ⟦ ⟧, special tokens in ‹ ›; on a terminal they have colours too.

Examples:
  sluice finetune preview chats.jsonl --model SmolLM2-135M-Instruct
  sluice finetune preview pipelines/support-assistant.yaml --rows 10
`,
    )
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await preview(file, flags)
    })
}

/** What is previewed: rows, those that could not be read, and what the pipeline says. */
interface Source {
  readonly records: readonly TextRecord[]
  readonly faults: readonly Quarantine[]
  readonly config: FinetuneConfig
  readonly seed: number
  /** Folder that names of models start from. */
  readonly baseDir: string
}

async function preview(file: string, flags: Flags): Promise<number> {
  const { previewRows } = await import('../stages/finetune/preview.ts')
  const source = /\.ya?ml$/i.test(file) ? await fromPipeline(file, flags) : await fromFile(file)
  const { tokenizer, chat, context, name } = await encoderFor(source, flags)
  const policies = {
    context: Math.min(flags.context ?? source.config.context, context),
    over_length: flags.overLength ?? source.config.over_length,
    empty_turns: flags.emptyTurns ?? source.config.empty_turns,
    loss_on: source.config.loss_on,
  }
  const result = previewRows(source.records, tokenizer, chat, {
    ...policies,
    show: flags.rows,
    batchTokens: Math.max(source.config.batch_tokens, policies.context),
    seed: source.seed,
  })
  const unreadable = source.faults.map(({ code, detail, source: { row, uri } }) => ({ row, uri, code, detail }))
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ file, model: name, policies, unreadable, ...result }, null, 2)}\n`)
  } else {
    const color = wantsColor(process.env, process.stdout.isTTY === true)
    process.stdout.write(
      previewText({ model: name, policies, unreadable, preview: result }, styles(color), flags.boundaries === true),
    )
  }
  return result.refused.count > 0 || result.counts.supervised === 0 ? 2 : 0
}

async function fromFile(file: string): Promise<Source> {
  const { Value } = await import('typebox/value')
  const { FinetuneConfig } = await import('../stages/finetune/config.ts')
  const { readFileRecords } = await import('../stages/ingest/read-file.ts')
  const records: TextRecord[] = []
  const faults: Quarantine[] = []
  for await (const row of readFileRecords(file)) {
    if ('record' in row) records.push(row.record)
    else faults.push(row.fault)
  }
  return {
    records,
    faults,
    config: Value.Default(FinetuneConfig, {}) as FinetuneConfig,
    seed: 0,
    baseDir: process.cwd(),
  }
}

/** The rows that reached the stage in the pipeline's last run. */
async function fromPipeline(file: string, flags: Flags): Promise<Source> {
  const store = openStore(flags.store)
  const plan = await planPipeline(loadPipeline(file), store)
  const stage = plan.stages.find(({ uses }) => uses === 'finetune')
  if (stage === undefined) {
    throw new SluiceError({
      code: 'PREVIEW_NO_STAGE',
      message: 'the pipeline has no finetune stage',
      next: 'preview a file of rows instead',
      at: { file },
    })
  }
  const { pipeline } = plan
  const input = stage.inputs['train']!
  const run = lastRun(flags.store, pipeline.spec.name)
  const output = run?.stages.find(({ id }) => id === input.stage)?.outputs[input.port]
  if (output === undefined) {
    throw new SluiceError({
      code: 'PREVIEW_NO_ROWS',
      message: `no run of this pipeline has given ${input.stage}.${input.port} yet, the rows that would be trained`,
      next: `run it up to there first: sluice run ${file}`,
      at: { file },
    })
  }
  return {
    records: [...readDataset(store, output)],
    faults: [],
    config: stage.config as unknown as FinetuneConfig,
    seed: pipeline.spec.seed,
    baseDir: pipeline.baseDir,
  }
}

interface Encoder {
  readonly tokenizer: Tokenizer
  readonly chat: ChatEncoder
  readonly context: number
  readonly name: string
}

async function encoderFor({ records, config, baseDir }: Source, flags: Flags): Promise<Encoder> {
  const [reference, from] = flags.model === undefined ? [config.base, baseDir] : [flags.model, process.cwd()]
  if (reference === '') {
    const { trainTokenizer } = await import('../stages/finetune/prepare.ts')
    const tokenizer = openTokenizer(trainTokenizer(records, config.vocabulary))
    const name = `a new tokenizer of ${tokenizer.size} tokens`
    return { tokenizer, chat: createChatEncoder(tokenizer), context: Number.POSITIVE_INFINITY, name }
  }
  const { findBase } = await import('../stages/finetune/base.ts')
  const source = await openModelSource(findBase(reference, { baseDir: from, storeRoot: flags.store }).path)
  try {
    const { tokenizer, chat } = openModelEncoder(
      source,
      dateOf(flags.date ?? (config.template_date === '' ? undefined : config.template_date)),
    )
    const form = source.chatTemplate === undefined ? 'no chat template: the plain form' : 'its own chat template'
    return { tokenizer, chat, context: source.network.context, name: `${reference} (${form})` }
  } finally {
    source.close()
  }
}

function dateOf(day: string | undefined): Date | undefined {
  if (day === undefined) return undefined
  const date = new Date(`${day}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(date.getTime())) return date
  throw new SluiceError({ code: 'BAD_OPTION', message: '--date is no day', next: 'write it as 2026-11-23' })
}
