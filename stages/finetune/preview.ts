import type { TextRecord } from '../../artifacts/record.ts'
import type { ChatEncoder, Rendered } from '../../models/tokenizer/chat.ts'
import type { Tokenizer } from '../../models/tokenizer/tokenizer.ts'
import { packRows, planEpoch, type TokenRows } from '../../models/training/batches.ts'
import { packBlocks, paddingWaste } from '../../models/training/packing.ts'
import { SluiceError } from '../../util/errors.ts'
import type { PreparedRecord, RowFates, RowPolicies } from './prepare.ts'
import { noRows, prepareRecord } from './prepare.ts'

/** A token as it is shown. */
export interface ShownToken {
  readonly text: string
  readonly special: boolean
  readonly trained: boolean
}

export interface ShownRow {
  readonly row: number
  readonly uri: string
  readonly fate: PreparedRecord['fate']
  /** Tokens before any policy. */
  readonly length: number
  readonly sequences: readonly (readonly ShownToken[])[]
}

/** A row that would stop the training. */
export interface Refused {
  readonly row: number
  readonly uri: string
  readonly code: string
  readonly message: string
  readonly next?: string
}

export interface Preview {
  readonly rows: readonly ShownRow[]
  readonly counts: RowFates
  /** The first of them, and how many there are. */
  readonly refused: { readonly count: number; readonly first: readonly Refused[] }
  readonly sequences: number
  /** Share of the tokens that carry loss; null where there is no token. */
  readonly supervisedShare: number | null
  /** Texts that spell a special token: they stay text. A file that was rendered before has many. */
  readonly spelledSpecials: number
  /** Share of the computed places that hold no token, with rows padded and with rows packed into blocks. */
  readonly padding: { readonly none: number; readonly blocks: number; readonly blockSequences: number } | null
}

export interface PreviewOptions extends RowPolicies {
  /** Rows to show. */
  readonly show: number
  readonly batchTokens: number
  readonly seed: number
}

/** Most refused rows that are told one by one. */
const TOLD = 5

/** Says what would be trained, with the code that prepares the training. */
export function previewRows(
  records: Iterable<TextRecord>,
  tokenizer: Tokenizer,
  chat: ChatEncoder,
  options: PreviewOptions,
): Preview {
  const counts = noRows()
  const shown: ShownRow[] = []
  const first: Refused[] = []
  let refused = 0
  let spelledSpecials = 0
  const sequences: Rendered[] = []
  const names = tokenizer.added.filter(({ special }) => special).map(({ content }) => content)
  for (const record of records) {
    const { row, uri } = record.source
    if (spells(record, names)) spelledSpecials += 1
    try {
      const prepared = prepareRecord(record, chat, options, counts)
      sequences.push(...prepared.sequences)
      if (shown.length < options.show) {
        const tokens = prepared.sequences.map((sequence) => showTokens(sequence, tokenizer))
        shown.push({ row, uri, fate: prepared.fate, length: prepared.length, sequences: tokens })
      }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      const { code, message, next } = error
      refused += 1
      if (first.length < TOLD) first.push({ row, uri, code, message, ...(next === undefined ? {} : { next }) })
    }
  }
  const rows = packRows(sequences)
  return {
    rows: shown,
    counts,
    refused: { count: refused, first },
    sequences: sequences.length,
    supervisedShare: counts.tokens === 0 ? null : counts.supervised / counts.tokens,
    spelledSpecials,
    padding: sequences.length === 0 ? null : paddingOf(rows, options),
  }
}

function paddingOf(rows: TokenRows, { context, batchTokens, seed }: PreviewOptions): NonNullable<Preview['padding']> {
  const share = (packed: TokenRows): number => paddingWaste(packed, planEpoch(packed, batchTokens, seed, 0)).share
  const blocks = packBlocks(rows, context)
  return { none: share(rows), blocks: share(blocks), blockSequences: blocks.offsets.length - 1 }
}

/** Tokens with the text that each of them adds; a character of several tokens stands with the last of them. */
function showTokens({ ids, supervised }: Rendered, tokenizer: Tokenizer): readonly ShownToken[] {
  const stream = tokenizer.stream()
  const tokens = Array.from(ids, (id, i) => {
    const special = tokenizer.isSpecial(id)
    const text = special ? (tokenizer.tokenOf(id) ?? '') : stream.push(id)
    return { text, special, trained: supervised[i] === 1 }
  })
  const rest = stream.end()
  const last = tokens.at(-1)
  if (rest !== '' && last !== undefined) tokens.push({ text: rest, special: false, trained: last.trained })
  return tokens
}

function spells(record: TextRecord, names: readonly string[]): boolean {
  const texts = record.messages === undefined ? [record.text ?? ''] : record.messages.map(({ content }) => content)
  return texts.some((text) => names.some((name) => text.includes(name)))
}
