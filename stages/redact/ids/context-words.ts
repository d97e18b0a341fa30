/**
 * Words that name a number, as one pattern over lower-cased text. Parts are separated by `|`; a blank inside one stands
 * for a blank, dot, hyphen, underscore, slash, apostrophe or nothing (`nhs no` finds `nhs_no`, `nhsno`, `nhs-no`); `*`
 * at an end leaves that end open (`steuer*`). Words do not begin or end inside another word, but the endings that field
 * names and compounds bring (`number`, `nummer`, `nr`, `id` …) may follow. Scripts without blanks match anywhere.
 * Linear: alternatives of bounded length.
 */
export function named(words: string): RegExp {
  const pattern = new RegExp(words.split('|').map(alternative).join('|'), 'u')
  HEADS.set(pattern, words.split('|').flatMap(heads))
  return pattern
}

/** How an alternative begins, in plain letters or digits; empty where nothing is known. */
export interface Head {
  readonly text: string
  /** It may begin inside a word. */
  readonly inside: boolean
}

/** The heads of such a pattern's alternatives; `undefined` for a pattern that was not made by `named`. */
export function headsOf(pattern: RegExp): readonly Head[] | undefined {
  return HEADS.get(pattern)
}

const HEADS = new WeakMap<RegExp, readonly Head[]>()

function heads(word: string): readonly Head[] {
  const inside = word.startsWith('*') || UNSPACED.test(word)
  const plain = word.replace(/^\*/, '')
  const text = /^[\p{L}\p{N}]*/u.exec(plain)![0]
  const follows = plain[text.length + 1]
  // A letter or two begin many words: what may stand between them and the next part belongs to the head.
  if (text.length > 2 || text === '' || plain[text.length] !== ' ' || follows === undefined) return [{ text, inside }]
  return [...BETWEEN, follows].map((next) => ({ text: text + next, inside }))
}

/** What a blank stands for: see `named`. */
const BETWEEN = [..." \t\n\r\u00a0_./'’-"]

/** Han, kana, Hangul and Thai are written without blanks between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/u

const ENDING = '(?:s|no|nr|num|number|nummer|numero|número|code|id)?'

function alternative(word: string): string {
  const open = word.startsWith('*') ? '' : '(?<![\\p{L}\\p{N}])'
  const close = word.endsWith('*') ? '' : `${ENDING}(?![\\p{L}\\p{N}])`
  const body = word
    .replace(/^\*|\*$/g, '')
    .replace(/[.+?^${}()[\]\\/]/g, '\\$&')
    .replace(/ /g, "[\\s_.\\/'’-]{0,2}")
  return UNSPACED.test(word) ? body : open + body + close
}
