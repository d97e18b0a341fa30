import { ownedText } from '../../util/owned-text.ts'
import { type Aligned, original, slice } from '../token-classification/aligned.ts'
import { createNormalise } from '../token-classification/normalise.ts'
import { createPreTokenize } from '../token-classification/pre-tokens.ts'
import { createFindAdded } from './added-tokens.ts'
import type { AddedToken, PieceModel, TokenizerFile } from './file.ts'
import { byteLevelWords, byteSymbols } from './words.ts'

/** Which added tokens a text may hold: those that are special too, or only those that are ordinary words. */
export type Spelling = 'all' | 'ordinary'

export interface Pipeline {
  /**
   * Ids of `text`, which follows `before`: no token spans the border, and all else is as if they were one text.
   *
   * @param offset units of the whole text before `before`: some tokenizers mark the start of a text only
   */
  encode(before: string, text: string, offset: number, spelling: Spelling): readonly number[]
}

/** Pieces whose ids are remembered; a natural language's frequent words fit many times. */
const CACHE_LIMIT = 200_000
const CACHED_LENGTH = 256

/** Normalizer, pre-tokenizer and model of a tokenizer file, one after the other. */
export function createPipeline(file: TokenizerFile, model: PieceModel, added: readonly AddedToken[]): Pipeline {
  const general = createGeneral(file, model, added)
  const words = byteLevelWords(file.pre_tokenizer)
  const composes = file.normalizer?.type === 'NFC'
  const normalised = added.some(({ normalized }) => normalized === true)
  if (words === undefined || (file.normalizer != null && !composes) || normalised) return general
  const encodeWord = cached((word) => model.encode(byteSymbols(word)))
  return {
    encode(before, text, offset, spelling) {
      const whole = before + text
      if (composes && whole !== whole.normalize('NFC')) return general.encode(before, text, offset, spelling)
      const ids: number[] = []
      let end = 0
      for (const word of words(whole)) {
        const start = end
        end += word.length
        if (end <= before.length) continue
        const piece = start < before.length ? word.slice(before.length - start) : word
        for (const id of encodeWord(piece)) ids.push(id)
      }
      return ids
    },
  }
}

/** Every kind, by texts that know where their units come from. */
function createGeneral(file: TokenizerFile, model: PieceModel, added: readonly AddedToken[]): Pipeline {
  const normalise = createNormalise(file.normalizer)
  const preTokenize = createPreTokenize(file.pre_tokenizer)
  const late = added.filter(({ normalized }) => normalized === true)
  const spell = (content: string): string => normalise(original(content)).text
  const find = {
    all: createFindAdded(late, spell),
    ordinary: createFindAdded(
      late.filter(({ special }) => special !== true),
      spell,
    ),
  }
  const encodePiece = cached(model.encode)
  return {
    encode(before, text, offset, spelling) {
      const border = offset + before.length
      const whole = normalise(original(before + text, offset))
      const ids: number[] = []
      const section = (part: Aligned): void => {
        if (part.text === '') return
        for (const piece of preTokenize(part)) {
          const at = before === '' ? 0 : firstFrom(piece, border)
          if (at === piece.text.length) continue
          for (const id of encodePiece(piece.text.slice(at))) ids.push(id)
        }
      }
      let last = 0
      for (const { id, start, end } of find[spelling](whole.text, 0, whole.text.length)) {
        section(slice(whole, last, start))
        if (before === '' || firstFrom(slice(whole, start, end), border) === 0) ids.push(id)
        last = end
      }
      section(slice(whole, last, whole.text.length))
      return ids
    },
  }
}

/** The first unit of a piece that comes from the border on; units that were put in belong to what follows them. */
function firstFrom(piece: Aligned, border: number): number {
  let at = piece.text.length
  while (at > 0 && (piece.starts[at - 1]! >= border || piece.ends[at - 1]! <= piece.starts[at - 1]!)) at -= 1
  return at
}

function cached(encode: (piece: string) => readonly number[]): (piece: string) => readonly number[] {
  const cache = new Map<string, readonly number[]>()
  return (piece) => {
    const known = cache.get(piece)
    if (known !== undefined) return known
    const ids = encode(piece)
    if (piece.length <= CACHED_LENGTH) {
      if (cache.size >= CACHE_LIMIT) cache.clear()
      cache.set(ownedText(piece), ids)
    }
    return ids
  }
}
