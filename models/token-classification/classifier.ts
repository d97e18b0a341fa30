import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import { openEncoder } from './encoder.ts'
import type { ModelFolder } from './folder.ts'
import { WindowSession, type WindowTokens } from './window-session.ts'
import { planWindows } from './windows.ts'
import { type EntitySpan, type Strategy, WordRows } from './word-rows.ts'

export interface ClassifierOptions {
  /** Default `first`. */
  readonly strategy?: Strategy
  /** Most tokens in a window, special ones included. Default: what the model takes, 512 at most. */
  readonly maxTokens?: number
  /** Threads of one call. Default 1: the stage has a worker a core. */
  readonly threads?: number
}

/** A token-classification model: texts in, entities with their places out. */
export interface TokenClassifier {
  /**
   * Entities of each text, sorted and disjoint. Texts are read to their end, in windows that overlap by a quarter; a text
   * gives the same spans whatever it comes with.
   */
  classify(texts: readonly string[]): Promise<readonly (readonly EntitySpan[])[]>
  close(): Promise<void>
}

/** Windows that are in memory at a time. */
const SLICE = 64

/**
 * Opens the model of a folder that `readModelFolder` has checked.
 *
 * @throws SluiceError TOKENIZER_UNREADABLE, MODEL_UNREADABLE, MODEL_TOKENIZER_MISMATCH
 */
export async function openTokenClassifier(
  folder: ModelFolder,
  options: ClassifierOptions = {},
): Promise<TokenClassifier> {
  const tokenizerFile = join(folder.path, 'tokenizer.json')
  const encoder = openEncoder(readFileSync(tokenizerFile, 'utf8'), tokenizerFile)
  const specials = encoder.prefix.length + encoder.suffix.length
  const room = Math.min(folder.maxTokens, options.maxTokens ?? folder.maxTokens) - specials
  if (room < 4) {
    throw new SluiceError({
      code: 'MODEL_TOKENIZER_MISMATCH',
      message: `a window of ${room + specials} tokens leaves no room for text beside ${specials} special ones`,
      next: 'see max_position_embeddings in config.json',
      at: { file: folder.path },
    })
  }
  const session = await WindowSession.open(folder, encoder, options.threads ?? 1)
  const strategy = options.strategy ?? 'first'

  return {
    async classify(texts) {
      const out: (readonly EntitySpan[])[] = []
      const waiting: (WindowTokens & { readonly text: WordRows; readonly at: number })[] = []
      const finished: { readonly rows: WordRows; readonly index: number }[] = []
      const run = async (): Promise<void> => {
        const windows = waiting.splice(0)
        const rows = await session.run(windows)
        windows.forEach(({ text, at }, i) => {
          text.take(at, rows[i]!)
        })
        for (const { rows: done, index } of finished.splice(0)) out[index] = done.finish()
      }
      for (const [index, text] of texts.entries()) {
        out[index] = []
        const encoding = encoder.encode(text)
        if (!encoding.words.some((word) => word !== -1)) continue
        const rows = new WordRows(encoding, folder.labels, strategy)
        for (const { from, to, ownFrom, ownTo } of planWindows(encoding.ids.length, room, room >> 2)) {
          const ids = encoding.ids.subarray(from, to)
          waiting.push({ ids, from: ownFrom - from, to: ownTo - from, text: rows, at: ownFrom })
          if (waiting.length >= SLICE) await run()
        }
        finished.push({ rows, index })
      }
      await run()
      return out
    },
    close: () => session.close(),
  }
}
