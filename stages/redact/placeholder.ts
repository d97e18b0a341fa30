/** Character that the `mask` operator writes. Not `*`: that is Markdown, and people type it. */
export const MASK = '•'

/** Units that a mask may leave readable at its end. */
export const MAX_KEPT = 4

/**
 * What operators write between `<` and `>` after the type: nothing, a pseudonym (`_7f3a91c2`), a hash (`_H_…`), a value under
 * encryption with the id of its key (`_E_7f3a91c2_…`).
 */
const MARK = '(?:_(?:[0-9a-f]{8,16}|H_[\\w-]{11,64}|E_[0-9a-f]{8}_[\\w-]{43,131072}))?'
const TOKEN = `<[A-Z][A-Z_]{2,24}${MARK}>`

// Tokens, and masks with their kept end: `•••• •••• 1234`.
const PLACEHOLDER = new RegExp(`${TOKEN}|•{2,}[\\p{L}\\p{N}]{0,4}`, 'gu')
const WHOLE = new RegExp(`^${TOKEN}$`)

/** Whether a text is one placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  return text.startsWith('<') && text.endsWith('>') && WHOLE.test(text)
}

/** Where redaction has already written: sorted, disjoint. Claims that touch such a range are dropped. */
export function protectedRanges(text: string): readonly (readonly [number, number])[] {
  if (!text.includes('<') && !text.includes(MASK)) return []
  return [...text.matchAll(PLACEHOLDER)].map((match) => [match.index, match.index + match[0].length] as const)
}

/** A token, or the end of one that the window cuts: at its start stands the rest of a type, a pseudonym, a hash or a cipher. */
const WRITTEN = new RegExp(`^[\\w-]{8,}>|<?[A-Z_]{2,25}${MARK}>`, 'g')

/** The text with every token turned to as many spaces: what redaction wrote is no context for what follows it. */
export function blankTokens(window: string): string {
  return window.includes('>') ? window.replace(WRITTEN, blank) : window
}

function blank(match: string): string {
  return ' '.repeat(match.length)
}
