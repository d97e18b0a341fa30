import { Kind, lexicon } from '../../../models/lexicon/lexicon.ts'
import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { matchesNear } from '../stretches.ts'

const WORD = /\p{Ll}{4,24}/gu
const NOT = Kind.COMMON | Kind.PLACE | Kind.COUNTRY

/**
 * Given names in lower case, as people type them in chats ("ask lisa about it"): names of the lexicon that are no plain
 * word and no place. In the development half of UNER and in twitter-care 17 of 18 such words were names.
 */
export const lowerGiven: Recognizer = {
  name: 'lower-given',
  types: ['PERSON'],
  needs: Feature.LETTER,
  priority: 0,
  find(subject, emit) {
    const words = lexicon()
    const { text } = subject
    for (const match of matchesNear(WORD, text, subject.suspected)) {
      const kind = words.kindOf(match[0])
      if ((kind & Kind.GIVEN) === 0 || (kind & NOT) !== 0) continue
      const start = match.index
      let end = start + match[0].length
      // Parts of addresses, paths, identifiers and longer words are left to others.
      if (/[\p{L}\p{M}\p{N}@._/#\\=:&+-]/u.test(text[start - 1] ?? ' ')) continue
      if (/[\p{L}\p{M}\p{N}@_/\\=+-]/u.test(text[end] ?? ' ') || /^[.:]\S/.test(text.slice(end, end + 2))) continue
      const next = /^ (\p{Ll}{3,24})(?![\p{L}\p{N}@_])/u.exec(text.slice(end, end + 26))
      if (next !== null) {
        const follow = words.kindOf(next[1]!)
        if ((follow & Kind.SURNAME) !== 0 && (follow & NOT) === 0) end += next[0].length
      }
      emit({ start, end, type: 'PERSON', score: 0.5 })
    }
  },
}
