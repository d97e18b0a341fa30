import type { TypedSpan } from '../labelled-text.ts'

/**
 * Where the values stood that a redactor replaced, from its output alone: the output is cut at its placeholders, and the pieces
 * between them are looked for in the original from left to right, the first place that leaves room for the rest. A value has
 * at least one character.
 *
 * @param placeholder with flag `g`; its first group, or the whole match, is the type
 * @throws RangeError where the pieces are not in the original: the peer changed other text too
 */
export function alignPlaceholders(original: string, redacted: string, placeholder: RegExp): readonly TypedSpan[] {
  const pieces: string[] = []
  const types: string[] = []
  let at = 0
  for (const match of redacted.matchAll(placeholder)) {
    pieces.push(redacted.slice(at, match.index))
    types.push(match[1] ?? match[0])
    at = match.index + match[0].length
  }
  pieces.push(redacted.slice(at))
  if (types.length === 0) return []
  const starts = placesOf(original, pieces)
  if (starts === undefined) throw new RangeError('the output is not the input with placeholders')
  return types.map((type, i) => ({ type, start: starts[i]! + pieces[i]!.length, end: starts[i + 1]! }))
}

/** Start of each piece: the first at 0, the last at the end, at least one character between two. */
function placesOf(text: string, pieces: readonly string[]): readonly number[] | undefined {
  const last = pieces.length - 1
  if (!text.startsWith(pieces[0]!) || !text.endsWith(pieces[last]!)) return undefined
  const end = text.length - pieces[last]!.length
  // Latest place of each piece from the right: the leftmost place that is not beyond it always leaves room.
  const latest: number[] = []
  latest[last] = end
  for (let i = last - 1; i > 0; i--) {
    const limit = latest[i + 1]! - 1 - pieces[i]!.length
    latest[i] = limit < 0 ? -1 : text.lastIndexOf(pieces[i]!, limit)
    if (latest[i]! < 0) return undefined
  }
  const starts = [0]
  for (let i = 1; i < last; i++) {
    const from = starts[i - 1]! + pieces[i - 1]!.length + 1
    const place = text.indexOf(pieces[i]!, from)
    if (place < 0 || place > latest[i]!) return undefined
    starts.push(place)
  }
  if (end < starts[last - 1]! + pieces[last - 1]!.length + 1) return undefined
  return [...starts, end]
}
