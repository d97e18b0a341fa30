import type { ModelConfig, PieceModel } from './file.ts'

/**
 * WordPiece (Schuster and Nakajima 2012): from the left the longest token that fits; a word that cannot be made of
 * tokens, or is too long, is one unknown token.
 *
 * @param special ids that no text gives, however it is spelled; the unknown token is given
 */
export function createWordPiece(config: ModelConfig, special: ReadonlySet<number>): PieceModel {
  const vocabulary = new Map(Object.entries((config.vocab ?? {}) as Readonly<Record<string, number>>))
  const prefix = config.continuing_subword_prefix ?? '##'
  const most = config.max_input_chars_per_word ?? 100
  const unknown = unknownId(config, vocabulary)
  let longest = 0
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length)

  return {
    vocabulary,
    unknown,
    encode(piece) {
      // A character has at most two units.
      if (piece.length > 2 * most || Array.from(piece).length > most) return [unknown]
      const ids: number[] = []
      for (let at = 0; at < piece.length; ) {
        let end = Math.min(piece.length, at + longest)
        let id: number | undefined
        for (; end > at; end--) {
          id = vocabulary.get(`${at > 0 ? prefix : ''}${piece.slice(at, end)}`)
          if (id !== undefined && !special.has(id)) break
          id = undefined
        }
        if (id === undefined) return [unknown]
        ids.push(id)
        at = end
      }
      return ids
    },
  }
}

/** One token a word, or the unknown one. */
export function createWordLevel(config: ModelConfig, special: ReadonlySet<number>): PieceModel {
  const vocabulary = new Map(Object.entries((config.vocab ?? {}) as Readonly<Record<string, number>>))
  const unknown = unknownId(config, vocabulary)
  return {
    vocabulary,
    unknown,
    encode(piece) {
      const id = vocabulary.get(piece)
      return [id === undefined || special.has(id) ? unknown : id]
    },
  }
}

function unknownId(config: ModelConfig, vocabulary: ReadonlyMap<string, number>): number {
  const id = config.unk_token == null ? undefined : vocabulary.get(config.unk_token)
  if (id === undefined) throw new Error('no token for what is unknown')
  return id
}
