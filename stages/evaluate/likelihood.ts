import type { TextRecord } from '../../artifacts/record.ts'
import type { LanguageModel } from '../../models/language-model.ts'

/** How likely a model finds one conversation. Only the tokens it was trained to produce count. */
export interface Likelihood {
  /** −Σ ln p over the supervised tokens. */
  readonly nats: number
  readonly tokens: number
  /** UTF-8 bytes of the supervised text (the mark that ends a turn has none): what bits per byte divide by. */
  readonly bytes: number
  /** Windows it was scored in; more than one where it is longer than the model's context. */
  readonly windows: number
}

/** A piece of a conversation that fits the context, and the first target that counts there. */
export interface Window {
  readonly start: number
  readonly end: number
  /** Index of the first token whose probability is taken from this window. */
  readonly from: number
}

type Scorer = Pick<LanguageModel, 'contextLength' | 'encodeConversation' | 'logProbabilities' | 'decode' | 'endOfTurn'>

const BATCH = 16

/**
 * Cuts `length` tokens into windows of at most `context`. Every token but the first is a target in exactly one window
 * and sees at least half a context before it (less only at the very start).
 */
export function windowsOf(length: number, context: number): readonly Window[] {
  if (length <= context) return [{ start: 0, end: length, from: 1 }]
  const step = Math.max(1, Math.floor(context / 2))
  const windows: Window[] = [{ start: 0, end: context, from: 1 }]
  for (let scored = context; scored < length; ) {
    const end = Math.min(length, scored + step)
    windows.push({ start: end - context, end, from: scored })
    scored = end
  }
  return windows
}

/**
 * Scores conversations. Windows are batched with others of like length, so little is padded; the result is in the
 * order of `records`.
 */
export async function scoreConversations(
  model: Scorer,
  records: readonly Pick<TextRecord, 'text' | 'messages'>[],
  onScored: (rows: number) => void = () => {},
): Promise<readonly Likelihood[]> {
  const encoded = records.map((record) => model.encodeConversation(record))
  const totals = encoded.map(({ ids, supervised }) => {
    const answer: number[] = []
    let tokens = 0
    for (let t = 1; t < ids.length; t++) {
      if (supervised[t] === 0) continue
      tokens += 1
      if (ids[t] !== model.endOfTurn) answer.push(ids[t]!)
    }
    return { nats: 0, tokens, bytes: Buffer.byteLength(model.decode(answer), 'utf8'), windows: 0 }
  })
  const pieces = encoded.flatMap(({ ids, supervised }, row) =>
    windowsOf(ids.length, model.contextLength)
      .filter((window) => supervised.subarray(window.from, window.end).includes(1))
      .map((window) => ({ ...window, row })),
  )
  pieces.sort((a, b) => a.end - a.start - (b.end - b.start) || a.row - b.row || a.start - b.start)
  let last = 0
  for (let i = 0; i < pieces.length; i += BATCH) {
    const batch = pieces.slice(i, i + BATCH)
    const scores = await model.logProbabilities(
      batch.map((piece) => encoded[piece.row]!.ids.subarray(piece.start, piece.end)),
    )
    for (const [j, piece] of batch.entries()) {
      const total = totals[piece.row]!
      const { supervised } = encoded[piece.row]!
      for (let t = piece.from; t < piece.end; t++) {
        if (supervised[t] === 1) total.nats -= scores[j]![t - piece.start - 1]!
      }
      total.windows += 1
    }
    const rows = Math.floor((records.length * Math.min(pieces.length, i + BATCH)) / pieces.length)
    onScored(rows - last)
    last = rows
  }
  return totals
}

/** Counts of the supervised tokens, for a unigram baseline. */
export function tokenCounts(
  model: Pick<LanguageModel, 'encodeConversation'>,
  records: readonly Pick<TextRecord, 'text' | 'messages'>[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const record of records) {
    const { ids, supervised } = model.encodeConversation(record)
    for (let t = 1; t < ids.length; t++) {
      if (supervised[t] === 1) counts.set(ids[t]!, (counts.get(ids[t]!) ?? 0) + 1)
    }
  }
  return counts
}
