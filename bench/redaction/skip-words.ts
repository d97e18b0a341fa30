/**
 * Words that do not count at the edge of a span, nor between two spans of one type: punctuation, function words, and the
 * words that some annotate as part of a value and others leave out (Mr, street, years old). The idea is presidio-research's
 * (`skipwords.py`); the list is our own and shorter, since theirs takes in a whole stop-word list.
 */
const SKIP_WORDS: ReadonlySet<string> = new Set(
  [
    'a an the this that and or of at in on to for by from as is was my your our his her their',
    'de la le du des der die das den von van zu y e i el los rue via street st road rd city state country zip address',
    'mr mrs ms miss dr prof sir madam',
    'age aged year years yr yrs old month months week weeks day days morning noon afternoon evening night ago',
    'po box apt suite unit inc ltd',
  ]
    .join(' ')
    .split(' '),
)

/** A run of letters and digits, or one mark. */
const TOKEN = /[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu

export interface Token {
  readonly start: number
  readonly end: number
}

/** The tokens of `text[start, end)` that count: neither punctuation nor skip words. */
export function countingTokens(text: string, start = 0, end = text.length): readonly Token[] {
  const tokens: Token[] = []
  for (const match of text.slice(start, end).matchAll(TOKEN)) {
    const word = match[0].toLowerCase()
    if (!/[\p{L}\p{M}\p{N}]/u.test(word) || SKIP_WORDS.has(word)) continue
    tokens.push({ start: start + match.index, end: start + match.index + match[0].length })
  }
  return tokens
}
