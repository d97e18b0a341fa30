// A capitalised word, with the marks that names have inside; then more of them, particles allowed between.
export const NAME = "\\p{Lu}[\\p{L}\\p{M}]*(?:['’-]\\p{L}[\\p{L}\\p{M}]*)*"
const PARTICLE = '(?:de|da|do|dos|das|di|del|della|der|den|van|von|zu|bin|ibn|al|el|la|le|ter|ten|af|av|y|e)'
export const SEQUENCE = new RegExp(`${NAME}\\.?(?: {1,2}(?:${PARTICLE} ){0,2}${NAME}\\.?)*`, 'gu')
const TOKEN = new RegExp(`${NAME}\\.?|${PARTICLE}(?= )`, 'gu')

/** A word of a capitalised sequence. */
export interface Token {
  readonly start: number
  /** Without a possessive `'s` and a final dot (unless it is an initial). */
  readonly end: number
  readonly text: string
  readonly lower: string
  readonly particle: boolean
  readonly caps: boolean
}

/** A name or place found at a token: the last token of it. */
export interface Found {
  readonly last: number
  readonly score: number
}

/** Inner capitals (`AppleSupport`) are products and handles, but for McDonald, O'Neill, Jean-Luc, DeVito. */
export function isOdd(token: Token): boolean {
  // "I'm", "Don't", "We've"
  if (/['’](?:m|ve|ll|d|re|t)$/.test(token.lower)) return true
  if (token.caps) return token.text.length > 1 && !/[AEIOUY]/i.test(token.text)
  return /\p{Ll}\p{Lu}/u.test(
    token.text.replace(/^(?:Mc|Mac|De|Di|Le|La|Van|Fitz)(?=\p{Lu})/u, '').replace(/[-'’]./gu, ''),
  )
}

export function sentenceEnds(text: string, token: Token): boolean {
  return token.text.length > 2 && text[token.end] === '.'
}

/** Part of a path, an identifier, a handle, a hashtag, a host name or an all-caps code. */
export function isInsideToken(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? ' '
  const after = text[end] ?? ' '
  if (/[\p{L}\p{N}_@#/\\$%&=+]/u.test(before) || /[\p{N}_\\=]/u.test(after)) return true
  // "ada@" begins an address, "Traci Warner@ENRON" is how some mail systems write people.
  if (after === '@' && !/ /.test(text.slice(start, end))) return true
  if (before === '.' && /[\p{L}\p{N}]/u.test(text[start - 2] ?? ' ')) return true
  if (before === '-' && /[\p{L}\p{N}]/u.test(text[start - 2] ?? ' ')) return true
  return (after === '-' || after === '/' || after === ':') && /[\p{L}\p{N}/]/u.test(text[end + 1] ?? ' ')
}

/** The words of a sequence. */
export function tokens(sequence: string, offset: number): readonly Token[] {
  return [...sequence.matchAll(TOKEN)].map((match) => {
    const raw = match[0]
    let text = raw.replace(/['’]s\.?$/, '')
    if (text.endsWith('.') && text.length > 2) text = text.slice(0, -1)
    return {
      start: offset + match.index,
      end: offset + match.index + text.length,
      text,
      lower: text.toLowerCase().replace(/\.$/, '').replace(/’/g, "'"),
      particle: !/^\p{Lu}/u.test(raw),
      caps: text.length > 1 && text === text.toUpperCase() && !text.endsWith('.'),
    }
  })
}
