import { isDigit, isWord } from '../subject.ts'

/** Each run of letters, digits, marks and underscores, of any script. `end` is exclusive. */
export function forEachWord(text: string, visit: (start: number, end: number) => void): void {
  for (let at = 0; at < text.length; ) {
    if (!isWord(text, at)) {
      at += 1
      continue
    }
    const start = at
    do at += 1
    while (at < text.length && isWord(text, at))
    visit(start, at)
  }
}

/** Each run of ASCII digits. */
export function forEachNumber(text: string, visit: (start: number, end: number) => void): void {
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue
    const start = at
    do at += 1
    while (at < text.length && isDigit(text.charCodeAt(at)))
    visit(start, at)
  }
}

/** Where a sticky expression (flag `y`) that starts at `at` ends; −1 where it does not match there. */
export function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** A–Z, and everything beyond Latin-1's signs: other scripts are told apart by the expressions that follow. */
export function isCapital(code: number): boolean {
  return (code >= 65 && code <= 90) || code >= 192
}
