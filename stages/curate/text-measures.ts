const LONG_RUN = 8
const FEW_LINES = 4

/** Runs of characters between white space. */
export function countWords(text: string): number {
  let words = 0
  let inside = false
  for (let i = 0; i < text.length; i++) {
    const space = isSpace(text.charCodeAt(i))
    if (!space && !inside) words += 1
    inside = !space
  }
  return words
}

/** Share of the characters that stand in runs of 8 or more equal ones. White space does not count. */
export function characterRunShare(text: string): number {
  let total = 0
  let inRuns = 0
  let run = 0
  let previous = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : -1
    if (code === previous) {
      run += 1
      continue
    }
    if (previous !== -1 && !isSpace(previous)) {
      total += run
      if (run >= LONG_RUN) inRuns += run
    }
    previous = code
    run = 1
  }
  return total === 0 ? 0 : inRuns / total
}

/**
 * Shares of lines, and of characters in lines, that stood before in the text. Empty lines are left out; a text of
 * fewer than four lines has too few to say anything: 0.
 */
export function lineRepeats(text: string): { readonly lines: number; readonly characters: number } {
  return repeats(text.split('\n'), FEW_LINES)
}

/** The same over pieces of any kind (paragraphs). */
export function repeats(
  pieces: readonly string[],
  few: number,
): { readonly lines: number; readonly characters: number } {
  if (pieces.length < few) return { lines: 0, characters: 0 }
  const seen = new Set<string>()
  let total = 0
  let repeated = 0
  let characters = 0
  let repeatedCharacters = 0
  for (const piece of pieces) {
    const line = piece.trim()
    if (line === '') continue
    total += 1
    characters += line.length
    if (seen.has(line)) {
      repeated += 1
      repeatedCharacters += line.length
    } else seen.add(line)
  }
  if (total < few) return { lines: 0, characters: 0 }
  return { lines: repeated / total, characters: repeatedCharacters / characters }
}

export function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 0x09 && code <= 0x0d) ||
    code === 0xa0 ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x3000
  )
}
