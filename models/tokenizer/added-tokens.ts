import type { AddedToken } from './file.ts'

/** An added token found in a text, white space that it takes with it included. */
export interface AddedMatch {
  readonly id: number
  readonly start: number
  readonly end: number
}

/** Finds added tokens in units [from, to) of a text, leftmost first, the longest where several begin. */
export type FindAdded = (text: string, from: number, to: number) => readonly AddedMatch[]

const NONE: FindAdded = () => []
const WORD = /[\p{L}\p{M}\p{N}\p{Pc}\p{Join_Control}]/u

/** @param spell how a token is written in the text that is searched: a normalizer may have changed it */
export function createFindAdded(
  tokens: readonly AddedToken[],
  spell: (content: string) => string = (content) => content,
): FindAdded {
  const bySpelling = new Map(tokens.map((token) => [spell(token.content), token]))
  bySpelling.delete('')
  if (bySpelling.size === 0) return NONE
  const alternatives = [...bySpelling.keys()]
    .sort((a, b) => b.length - a.length)
    .map((spelling) => spelling.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  const pattern = new RegExp(alternatives.join('|'), 'gu')
  return (whole, from, to) => {
    // What stands behind is not there yet when a prompt is encoded.
    const text = to < whole.length ? whole.slice(0, to) : whole
    const found: AddedMatch[] = []
    let last = from
    pattern.lastIndex = from
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      let start = match.index
      let end = start + match[0].length
      const token = bySpelling.get(match[0])!
      if (token.single_word === true && (touches(text, start - 1) || touches(text, end))) continue
      if (token.lstrip === true) while (start > last && isSpace(text, start - 1)) start -= 1
      if (token.rstrip === true) while (end < text.length && isSpace(text, end)) end += 1
      found.push({ id: token.id, start, end })
      // The next token is looked for behind this one's name, not behind the white space that it took.
      last = end
    }
    return found
  }
}

function touches(text: string, at: number): boolean {
  return at >= 0 && at < text.length && WORD.test(text[at]!)
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text[at]!)
}
