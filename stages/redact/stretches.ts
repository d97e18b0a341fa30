/** Stretches of a text, sorted by their start; they may overlap. Offsets are UTF-16 code units. */
export type Stretches = readonly { readonly start: number; readonly end: number }[]

/**
 * The matches of a pattern in their order: all of them, or where `near` is given at least those that touch one of its
 * stretches. What a rule guesses where no model has a suspicion is dropped, so that looking there would be in vain.
 *
 * @param pattern with flag `g`. No match holds a mark that `isApart` tells, and none is empty. It may be in use
 *   elsewhere between two matches
 */
export function* matchesNear(
  pattern: RegExp,
  text: string,
  near: Stretches | undefined,
): Generator<RegExpExecArray, undefined> {
  // All matches before it are known.
  let known = 0
  let ahead: RegExpExecArray | undefined
  for (const { start, end } of near ?? [{ start: 0, end: text.length }]) {
    let from = Math.max(known, start)
    // Between two marks a search finds what a search of the whole text finds there.
    while (from > known && !isApart(text.charCodeAt(from - 1))) from -= 1
    for (;;) {
      if (ahead === undefined) {
        pattern.lastIndex = from
        ahead = pattern.exec(text) ?? undefined
        // Whoever uses it next begins at the start.
        pattern.lastIndex = 0
        if (ahead === undefined) return
        known = ahead.index
      }
      if (ahead.index >= end) break
      yield ahead
      known = ahead.index + ahead[0].length
      from = Math.max(from, known)
      ahead = undefined
    }
  }
}

/** ASCII but for letters and what stands inside of names: blank, `'`, `-`, `.` and `,`. */
function isApart(code: number): boolean {
  if (code >= 128 || code === 32 || code === 39 || (code >= 44 && code <= 46)) return false
  return !((code >= 97 && code <= 122) || (code >= 65 && code <= 90))
}
