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
  /** By row: what `unitOf` said of its record. */
  readonly units: readonly (string | undefined)[]
  readonly counts: RowFates
}

export interface RowFates {
  read: number
  /** Rows that are trained, whole or in part. */
  kept: number
  /** Rows left out, by reason; `labels_cut`: all that would be trained stands behind the cut of `truncate`. */
  dropped: { over_length: number; empty_turn: number; nothing_supervised: number; labels_cut: number }
  /** Rows of which the end was left out. */
  truncated: number
  /** Rows that were cut into several sequences. */
  split: number
  /** Rows longer than the context, whatever became of them. */
  overLength: number
  /** Rows in which the user or the assistant says nothing. */
  emptyTurns: number
  /** Rows whose template writes earlier turns differently, so that each turn is a sequence of its own. */
  turnByTurn: number
  tokens: number
  supervised: number
}

/** The policies that decide about a row. */
export type RowPolicies = Pick<FinetuneConfig, 'context' | 'over_length' | 'empty_turns'> &
  Partial<Pick<FinetuneConfig, 'loss_on'>>

/** One record as it will be trained. */
export interface PreparedRecord {
  /** Sequences of at most `context` tokens with at least one that is trained. */
  readonly sequences: readonly Rendered[]
  /** Tokens before any policy. */
  readonly length: number
  readonly fate: 'kept' | 'truncated' | 'split' | keyof RowFates['dropped']
}

/** Counts of nothing, to add to. */
export function noRows(): RowFates {
  return {
    read: 0,
    kept: 0,
    dropped: { over_length: 0, empty_turn: 0, nothing_supervised: 0, labels_cut: 0 },
    truncated: 0,
    split: 0,
    overLength: 0,
    emptyTurns: 0,
    turnByTurn: 0,
    tokens: 0,
    supervised: 0,
  }
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
 * @param unitOf names the unit of privacy that a record belongs to
 * @throws SluiceError FINETUNE_ROW_TOO_LONG, FINETUNE_EMPTY_TURN where the policy says `error`; those of the encoder
 *   (CHAT_…), with the row
 */
export async function prepareRows(
  records: Iterable<TextRecord>,
  chat: ChatEncoder,
  policies: RowPolicies,
  tally: Tally,
  dataset: string,
  unitOf: (record: TextRecord) => string | undefined = () => undefined,
): Promise<PreparedRows> {
  const counts = noRows()
  const rows: Rendered[] = []
  const units: (string | undefined)[] = []
  for (const record of records) {
    // The event loop stays alive: progress and signals get through.
    if (counts.read % 500 === 499) await setImmediate()
    for (const sequence of prepareRecord(record, chat, policies, counts).sequences) {
      rows.push(sequence)
      units.push(unitOf(record))
      tally.histogram(`tokens_per_sequence{${dataset}}`, LENGTH_EDGES, sequence.ids.length)
    }
  }
  return { rows, units, counts }
}

const LENGTH_EDGES = [16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096]

/**
 * The same for one record.
 *
 * @param counts is added to
 */
export function prepareRecord(
  record: TextRecord,
  chat: ChatEncoder,
  policies: RowPolicies,
  counts: RowFates,
): PreparedRecord {
  counts.read += 1
  if (hasEmptyTurn(record)) counts.emptyTurns += 1
  if (dropsEmptyTurn(record, policies.empty_turns)) return dropped('empty_turn', 0, counts)
  const rendered = encodeRecord(record, chat).map(policies.loss_on === 'all' ? lossOnAll : (row) => row)
  const length = rendered.reduce((sum, { ids }) => sum + ids.length, 0)
  if (rendered.length > 1) counts.turnByTurn += 1
  const fitted: Rendered[] = []
  let fate: PreparedRecord['fate'] = 'kept'
  const isLong = rendered.some(({ ids }) => ids.length > policies.context)
  if (isLong) counts.overLength += 1
  for (const sequence of rendered) {
    const tokens = sequence.ids.length
    if (tokens <= policies.context) {
      fitted.push(sequence)
      continue
    }
    if (policies.over_length === 'error') {
      const what = `the row has ${tokens} tokens, the context is ${policies.context}`
      throw refusal('FINETUNE_ROW_TOO_LONG', record, what, 'over_length')
    }
    if (policies.over_length === 'drop') return dropped('over_length', length, counts)
    if (policies.over_length === 'truncate') {
      fate = 'truncated'
      fitted.push(cut(sequence, 0, cutBefore(sequence, 0, policies.context, chat)))
    } else {
      fate = 'split'
      fitted.push(...splitRow(sequence, policies.context, chat))
    }
  }
  const trained = fitted.filter(({ supervised }) => supervised.includes(1))
  if (trained.length === 0) {
    const had = rendered.some(({ supervised }) => supervised.includes(1))
    return dropped(had ? 'labels_cut' : 'nothing_supervised', length, counts)
  }
  if (fate !== 'kept') counts[fate] += 1
  counts.kept += 1
  for (const { ids, supervised } of trained) {
    counts.tokens += ids.length
    for (const flag of supervised) counts.supervised += flag
  }
  return { sequences: trained, length, fate }
}

function dropped(reason: keyof RowFates['dropped'], length: number, counts: RowFates): PreparedRecord {
  counts.dropped[reason] += 1
  return { sequences: [], length, fate: reason }
}

/** Every token is to be predicted but the first, which follows nothing. */
function lossOnAll(row: Rendered): Rendered {
  return { ...row, supervised: new Uint8Array(row.ids.length).fill(1, 1) }
}

function encodeRecord(record: TextRecord, chat: ChatEncoder): readonly Rendered[] {
  try {
    return chat.encodeSequences(record)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const { code, message, next, cause } = error
    throw new SluiceError({
      code,
      message: `${placeOf(record)}: ${message}`,
      ...(next === undefined ? {} : { next }),
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

/**
 * Cuts a long row into sequences of at most `context` tokens, behind an answer where one ends in the second half of the
 * room, else between characters. Each begins with the beginning-of-text token where the model has one; every token is in
 * exactly one of them.
 */
function splitRow(row: Rendered, context: number, chat: ChatEncoder): readonly Rendered[] {
  const pieces: Rendered[] = []
  for (let start = 0; start < row.ids.length; ) {
    const begin = start === 0 || chat.bos === undefined ? [] : [chat.bos]
    const limit = start + context - begin.length
    const answered = (row.exchanges ?? []).filter((at) => at <= limit && at > start + context / 2).at(-1)
    const end = row.ids.length <= limit ? row.ids.length : (answered ?? cutBefore(row, start, limit, chat))
    const { ids, supervised } = cut(row, start, end)
    // What stands first is predicted from nothing.
    if (begin.length === 0) supervised[0] = 0
    pieces.push({
      ids: Int32Array.of(...begin, ...ids),
      supervised: Uint8Array.of(...begin.map(() => 0), ...supervised),
    })
    start = end
  }
  return pieces
}

/** The last place up to `end` that is not inside a character. */
function cutBefore(row: Rendered, start: number, end: number, chat: ChatEncoder): number {
  let at = end
  // A character has at most four bytes.
  while (at > end - 4 && at > start + 1 && chat.continuesCharacter(row.ids[at]!)) at -= 1
  return chat.continuesCharacter(row.ids[at]!) ? end : at
}

function cut(row: Rendered, start: number, end: number): Rendered {
  return { ids: row.ids.slice(start, end), supervised: row.supervised.slice(start, end) }
}

/**
 * Whether the policy leaves the record out because a turn of it is empty.
 *
 * @throws SluiceError FINETUNE_EMPTY_TURN where the policy says `error`
 */
export function dropsEmptyTurn(record: TextRecord, policy: FinetuneConfig['empty_turns']): boolean {
  if (!hasEmptyTurn(record)) return false
  if (policy === 'error') throw refusal('FINETUNE_EMPTY_TURN', record, 'a turn is empty', 'empty_turns')
  return policy === 'drop'
}

function hasEmptyTurn(record: TextRecord): boolean {
  if (record.messages === undefined) return (record.text ?? '').trim() === ''
  return record.messages.some(
    ({ role, content, tool_calls }) =>
      (role === 'assistant' || role === 'user') &&
      content.trim() === '' &&
      (tool_calls === undefined || tool_calls.length === 0),
  )
}

function placeOf({ id, source }: TextRecord): string {
  return `record ${id.slice(0, 12)}… (row ${source.row} of ${source.uri})`
}

function refusal(code: string, record: TextRecord, what: string, field: string): SluiceError {
  return new SluiceError({
    code,
    message: `${placeOf(record)}: ${what}`,
    next: `correct the row, or choose another \`${field}\` policy than error`,
  })
}
