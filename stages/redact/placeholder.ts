/** Character that the `mask` operator writes. Not `*`: that is Markdown, and people type it. */
export const MASK = '•'

/** Units that a mask may leave readable at its end. */
export const MAX_KEPT = 4

// `<EMAIL>`, `<PERSON_7f3a91c2>`, and masks with their kept end: `•••• •••• 1234`.
const PLACEHOLDER = /<[A-Z][A-Z_]{2,24}(?:_[0-9a-f]{8,16})?>|•{2,}[\p{L}\p{N}]{0,4}/gu

/** Whether a text is one placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  return text.length < 48 && /^<[A-Z][A-Z_]{2,24}(?:_[0-9a-f]{8,16})?>$/.test(text)
}

/** Where redaction has already written: sorted, disjoint. Claims that touch such a range are dropped. */
export function protectedRanges(text: string): readonly (readonly [number, number])[] {
  if (!text.includes('<') && !text.includes(MASK)) return []
  return [...text.matchAll(PLACEHOLDER)].map((match) => [match.index, match.index + match[0].length] as const)
}
