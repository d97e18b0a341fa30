import { byteIds, hasAllBytes, type ModelConfig, type PieceModel } from './file.ts'

interface Node {
  id: number
  readonly next: Map<number, Node>
}

/** What the best path loses at an unknown character, beside the worst score of the vocabulary (SentencePiece). */
const UNKNOWN_PENALTY = 10

/**
 * The unigram model (Kudo 2018): of all ways to cut the piece into tokens the one of the highest sum of scores, by
 * Viterbi's algorithm, with the ties and the fused unknown characters of the `tokenizers` crate.
 *
 * @param special ids that no text gives, however it is spelled
 */
export function createUnigram(config: ModelConfig, special: ReadonlySet<number>): PieceModel {
  if (!Array.isArray(config.vocab)) throw new Error('a Unigram model without scores')
  const entries = config.vocab as readonly (readonly [string, number])[]
  const vocabulary = new Map(entries.map(([token], id) => [token, id]))
  const unknown = config.unk_id ?? undefined
  const root: Node = { id: -1, next: new Map() }
  let lowest = Number.POSITIVE_INFINITY
  for (const [token, score] of entries) {
    lowest = Math.min(lowest, score)
    const id = vocabulary.get(token)!
    if (!special.has(id) && id !== unknown && token !== '') insert(root, token, id)
  }
  const unknownScore = lowest - UNKNOWN_PENALTY

  return {
    vocabulary,
    unknown: config.byte_fallback === true && hasAllBytes(vocabulary) ? undefined : unknown,
    encode(piece) {
      const ids: number[] = []
      for (const { id, from, to } of bestPath(piece, root, entries, unknownScore)) {
        if (id !== -1) {
          ids.push(id)
          continue
        }
        const bytes = config.byte_fallback === true ? byteIds(piece.slice(from, to), vocabulary) : undefined
        if (bytes !== undefined) ids.push(...bytes)
        else if (unknown !== undefined) ids.push(unknown)
        else throw new Error('a character that the vocabulary lacks, and no token for it')
      }
      return ids
    },
  }
}

interface Stretch {
  /** −1 for unknown characters. */
  readonly id: number
  readonly from: number
  readonly to: number
}

function bestPath(
  piece: string,
  root: Node,
  entries: readonly (readonly [string, number])[],
  unknownScore: number,
): readonly Stretch[] {
  const n = piece.length
  const score = new Float64Array(n + 1).fill(Number.NEGATIVE_INFINITY)
  const cameFrom = new Int32Array(n + 1).fill(-1)
  const token = new Int32Array(n + 1).fill(-1)
  score[0] = 0
  for (let at = 0; at < n; ) {
    const width = piece.codePointAt(at)! > 0xffff ? 2 : 1
    let single = false
    let node: Node | undefined = root
    for (let end = at; end < n; end++) {
      node = node.next.get(piece.charCodeAt(end))
      if (node === undefined) break
      if (node.id === -1) continue
      const candidate = entries[node.id]![1] + score[at]!
      if (cameFrom[end + 1] === -1 || candidate > score[end + 1]!) {
        score[end + 1] = candidate
        cameFrom[end + 1] = at
        token[end + 1] = node.id
      }
      if (end + 1 === at + width) single = true
    }
    if (!single) {
      const end = at + width
      const candidate = unknownScore + score[at]!
      if (cameFrom[end] === -1 || candidate > score[end]!) {
        score[end] = candidate
        cameFrom[end] = at
        token[end] = -1
      }
    }
    at += width
  }
  const stretches: Stretch[] = []
  for (let to = n; to > 0; ) {
    const from = cameFrom[to]!
    const id = token[to]!
    const after = stretches.at(-1)
    // Unknown characters in a row are one.
    if (id === -1 && after?.id === -1) stretches[stretches.length - 1] = { id, from, to: after.to }
    else stretches.push({ id, from, to })
    to = from
  }
  return stretches.reverse()
}

function insert(root: Node, token: string, id: number): void {
  let node = root
  for (let i = 0; i < token.length; i++) {
    const unit = token.charCodeAt(i)
    let next = node.next.get(unit)
    if (next === undefined) {
      next = { id: -1, next: new Map() }
      node.next.set(unit, next)
    }
    node = next
  }
  node.id = id
}
