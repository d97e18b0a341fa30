/** Tokens [from, to) go through the model together; the labels of [ownFrom, ownTo) are taken from there. */
export interface Window {
  readonly from: number
  readonly to: number
  readonly ownFrom: number
  readonly ownTo: number
}

/**
 * Cuts `tokens` tokens into windows of at most `size` that overlap by `overlap` or more. Each token is owned by the
 * window in which it has the most neighbours on its poorer side; every token is owned once.
 *
 * @throws RangeError unless 0 ≤ overlap < size
 */
export function planWindows(tokens: number, size: number, overlap: number): readonly Window[] {
  if (!(overlap >= 0 && overlap < size))
    throw new RangeError(`an overlap of ${overlap} does not fit windows of ${size}`)
  if (tokens === 0) return []
  const starts: number[] = []
  for (let from = 0; ; from += size - overlap) {
    starts.push(Math.max(0, Math.min(from, tokens - size)))
    if (from + size >= tokens) break
  }
  // Windows are equally long, so the nearest centre is the one with the most room: borders lie half-way.
  const border = (i: number): number => Math.ceil((starts[i]! + starts[i - 1]! + size) / 2)
  return starts.map((from, i) => ({
    from,
    to: Math.min(tokens, from + size),
    ownFrom: i === 0 ? 0 : border(i),
    ownTo: i === starts.length - 1 ? tokens : border(i + 1),
  }))
}
