import { setImmediate } from 'node:timers/promises'
import type { TextRecord } from '../../artifacts/record.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { countWords, trainBpe } from '../../models/tokenizer/bpe-trainer.ts'
import type { ChatEncoder, Rendered } from '../../models/tokenizer/chat.ts'
import { SPECIAL_TOKENS } from '../../models/tokenizer/chat.ts'
import { tokenizerJson } from '../../models/tokenizer/tokenizer.ts'
import { SluiceError } from '../../util/errors.ts'
import type { FinetuneConfig } from './config.ts'

/** What became of the rows of one dataset. */
export interface PreparedRows {
  readonly rows: readonly Rendered[]
  readonly counts: RowFates
}

export interface RowFates {
  read: number
  /** Rows that are trained, whole or in part. */
  kept: number
  /** Rows left out, by reason. */
  dropped: { over_length: number; empty_turn: number; nothing_supervised: number }
  /** Rows of which the end was left out. */
  truncated: number
  /** Rows that were cut into several sequences. */
  split: number
  /** Rows in which the assistant answers with nothing. */
  emptyTurns: number
  tokens: number
  supervised: number
}

/** Trains the tokenizer on all texts of the training rows and gives `tokenizer.json`. */
export function trainTokenizer(records: Iterable<TextRecord>, vocabulary: number): string {
  return tokenizerJson(trainBpe(countWords(texts(records)), vocabulary - SPECIAL_TOKENS.length), SPECIAL_TOKENS)
}

function* texts(records: Iterable<TextRecord>): Generator<string> {
  for (const record of records) {
    if (record.text !== undefined) yield record.text
    for (const message of record.messages ?? []) {
      yield message.content
      for (const call of message.tool_calls ?? []) {
        yield call.function.name
        yield `\n${call.function.arguments}`
      }
    }
  }
}

/**
 * Renders records to tokens with their mask and applies the policies for long rows and empty turns.
 *
 * @throws SluiceError FINETUNE_ROW_TOO_LONG, FINETUNE_EMPTY_TURN where the policy says `error`
 */
export async function prepareRows(
  records: Iterable<TextRecord>,
  chat: ChatEncoder,
  config: FinetuneConfig,
  tally: Tally,
  dataset: string,
): Promise<PreparedRows> {
  const counts: RowFates = {
    read: 0,
    kept: 0,
    dropped: { over_length: 0, empty_turn: 0, nothing_supervised: 0 },
    truncated: 0,
    split: 0,
    emptyTurns: 0,
    tokens: 0,
    supervised: 0,
  }
  const rows: Rendered[] = []
  for (const record of records) {
    // The event loop stays alive: progress and signals get through.
    if (counts.read++ % 500 === 499) await setImmediate()
    const pieces = prepareRow(record, chat, config, counts)
    const trained = pieces.filter(({ supervised }) => supervised.includes(1))
    if (pieces.length > 0 && trained.length === 0) counts.dropped.nothing_supervised += 1
    if (trained.length > 0) counts.kept += 1
    for (const piece of trained) {
      rows.push(piece)
      counts.tokens += piece.ids.length
      for (const flag of piece.supervised) counts.supervised += flag
      tally.histogram(`tokens_per_sequence{${dataset}}`, LENGTH_EDGES, piece.ids.length)
    }
  }
  return { rows, counts }
}

const LENGTH_EDGES = [16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096]

function prepareRow(
  record: TextRecord,
  chat: ChatEncoder,
  config: FinetuneConfig,
  counts: RowFates,
): readonly Rendered[] {
  if (hasEmptyTurn(record)) {
    counts.emptyTurns += 1
    if (config.empty_turns === 'error') {
      throw refusal('FINETUNE_EMPTY_TURN', record, 'the assistant answers with nothing', 'empty_turns')
    }
    if (config.empty_turns === 'drop') {
      counts.dropped.empty_turn += 1
      return []
    }
  }
  const rendered = chat.encodeConversation(record)
  if (rendered.ids.length <= config.context) return [rendered]
  switch (config.over_length) {
    case 'error':
      throw refusal(
        'FINETUNE_ROW_TOO_LONG',
        record,
        `the row has ${rendered.ids.length} tokens, the context is ${config.context}`,
        'over_length',
      )
    case 'drop':
      counts.dropped.over_length += 1
      return []
    case 'truncate':
      counts.truncated += 1
      return [cut(rendered, 0, config.context)]
    case 'split':
      counts.split += 1
      return splitRow(rendered, config.context, chat.bos)
  }
}

/** Cuts a long row into sequences of at most `context` tokens. Each begins with `<|bos|>`; every token is in one. */
function splitRow(row: Rendered, context: number, bos: number): readonly Rendered[] {
  const pieces = [cut(row, 0, context)]
  for (let start = context; start < row.ids.length; start += context - 1) {
    const rest = cut(row, start, Math.min(row.ids.length, start + context - 1))
    pieces.push({ ids: Int32Array.of(bos, ...rest.ids), supervised: Uint8Array.of(0, ...rest.supervised) })
  }
  return pieces
}

function cut(row: Rendered, start: number, end: number): Rendered {
  return { ids: row.ids.slice(start, end), supervised: row.supervised.slice(start, end) }
}

function hasEmptyTurn(record: TextRecord): boolean {
  if (record.messages === undefined) return (record.text ?? '').trim() === ''
  return record.messages.some(
    ({ role, content, tool_calls }) =>
      role === 'assistant' && content.trim() === '' && (tool_calls === undefined || tool_calls.length === 0),
  )
}

function refusal(code: string, record: TextRecord, what: string, field: string): SluiceError {
  return new SluiceError({
    code,
    message: `record ${record.id.slice(0, 12)}… (row ${record.source.row} of ${record.source.uri}): ${what}`,
    next: `correct the row, or choose another \`${field}\` policy than error`,
  })
}
