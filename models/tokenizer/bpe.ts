import { byteIds, hasAllBytes, type ModelConfig, type PieceModel } from './file.ts'
import { type MergeTable, merge } from './merges.ts'

/**
 * Byte-pair encoding (Sennrich et al. 2016) as the `tokenizers` crate does it, byte-level or by characters.
 *
 * @param special ids that no text gives, however it is spelled
 */
export function createBpe(config: ModelConfig, special: ReadonlySet<number>): PieceModel {
  const vocabulary = new Map(Object.entries((config.vocab ?? {}) as Readonly<Record<string, number>>))
  const plain = (token: string): number | undefined => {
    const id = vocabulary.get(token)
    return id === undefined || special.has(id) ? undefined : id
  }
  const prefix = config.continuing_subword_prefix ?? ''
  const suffix = config.end_of_word_suffix ?? ''
  const unknown = config.unk_token == null ? undefined : vocabulary.get(config.unk_token)
  const table = mergeTable(config.merges ?? [], prefix.length, vocabulary, special)

  const symbols = (piece: string): number[] => {
    const ids: number[] = []
    // Unknown characters in a row are one token where the file says so.
    let inUnknown = false
    for (let at = 0; at < piece.length; ) {
      const character = String.fromCodePoint(piece.codePointAt(at)!)
      const last = at + character.length >= piece.length
      const id = plain(`${at > 0 ? prefix : ''}${character}${last ? suffix : ''}`)
      at += character.length
      if (id !== undefined) {
        ids.push(id)
        inUnknown = false
        continue
      }
      const bytes = config.byte_fallback === true ? byteIds(character, vocabulary) : undefined
      if (bytes !== undefined) {
        ids.push(...bytes)
        inUnknown = false
      } else if (unknown !== undefined && !(inUnknown && config.fuse_unk === true)) {
        ids.push(unknown)
        inUnknown = true
      }
    }
    return ids
  }

  return {
    vocabulary,
    unknown: config.byte_fallback === true && hasAllBytes(vocabulary) ? undefined : unknown,
    encode(piece) {
      if (config.ignore_merges === true) {
        const whole = plain(piece)
        if (whole !== undefined) return [whole]
      }
      return merge(symbols(piece), table)
    },
  }
}

function mergeTable(
  merges: NonNullable<ModelConfig['merges']>,
  prefixLength: number,
  vocabulary: ReadonlyMap<string, number>,
  special: ReadonlySet<number>,
): MergeTable {
  let size = 0
  for (const id of vocabulary.values()) size = Math.max(size, id + 1)
  const ranks = new Map<number, number>()
  const results = new Map<number, number>()
  for (const [rank, pair] of merges.entries()) {
    const [left, right] = typeof pair === 'string' ? splitPair(pair) : pair
    const [a, b] = [vocabulary.get(left), vocabulary.get(right)]
    const result = vocabulary.get(left + right.slice(prefixLength))
    if (a === undefined || b === undefined || result === undefined) throw new Error('a merge of an unknown token')
    if (special.has(result)) continue
    ranks.set(a * size + b, rank)
    results.set(a * size + b, result)
  }
  return {
    rank: (left, right) => ranks.get(left * size + right),
    joined: (left, right) => results.get(left * size + right)!,
  }
}

/** `a b`: the space after the first character, as tokens hold none but may be one. */
function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf(' ', 1)
  return [pair.slice(0, at), pair.slice(at + 1)]
}
