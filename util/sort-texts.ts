/** Fewer are sorted as quickly the plain way. */
const FEW = 256
/** A key is four code units and the place of its text, in the 53 bits that a double counts by ones. */
const PLACES = 2 ** 21
const UNITS = 4

/**
 * As `texts.sort()`, by code units, for many texts that begin alike: what they share is passed over, and the four units
 * behind it are sorted as numbers. In place.
 */
export function sortTexts(texts: string[]): string[] {
  if (texts.length < FEW || texts.length > PLACES) return texts.sort()
  const shared = sharedLength(texts)
  const keys = Float64Array.from(texts, (text, place) => keyAt(text, shared) * PLACES + place).sort()
  const sorted = Array.from(keys, (key) => texts[key % PLACES]!)
  const headOf = (at: number): number => Math.floor(keys[at]! / PLACES)
  for (let from = 0, to = 1; from < sorted.length; from = to, to += 1) {
    const head = headOf(from)
    while (to < sorted.length && headOf(to) === head) to += 1
    if (to - from === 1) texts[from] = sorted[from]!
    else for (const [i, text] of sorted.slice(from, to).sort().entries()) texts[from + i] = text
  }
  return texts
}

/** How many units all texts have in common at their start. */
function sharedLength(texts: readonly string[]): number {
  const first = texts[0]!
  let start = first
  for (const text of texts) {
    if (text.startsWith(start)) continue
    let length = 0
    while (text.charCodeAt(length) === first.charCodeAt(length)) length += 1
    start = first.slice(0, length)
  }
  return start.length
}

/** Four units as digits of a number: 0 behind the end, and behind a unit from 254 on, as those are not told apart. */
function keyAt(text: string, from: number): number {
  let key = 0
  let end = text.length
  for (let at = from; at < from + UNITS; at++) {
    let digit = 0
    if (at < end) {
      const unit = text.charCodeAt(at)
      digit = Math.min(unit, 254) + 1
      if (unit >= 254) end = at
    }
    key = key * 256 + digit
  }
  return key
}
