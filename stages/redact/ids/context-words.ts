/**
 * Words that name a number, as one pattern over lower-cased text. Parts are separated by `|`; a blank inside one stands
 * for a blank, dot, hyphen, underscore, slash, apostrophe or nothing (`nhs no` finds `nhs_no`, `nhsno`, `nhs-no`); `*`
 * at an end leaves that end open (`steuer*`). Words do not begin or end inside another word, but the endings that field
 * names and compounds bring (`number`, `nummer`, `nr`, `id` …) may follow. Scripts without blanks match anywhere.
 * Linear: alternatives of bounded length.
 */
export function named(words: string): RegExp {
  const pattern = new RegExp(grouped(words.split('|')), 'u')
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

const OPEN = '(?<![\\p{L}\\p{N}])'
const CLOSE = `${ENDING}(?![\\p{L}\\p{N}])`

/** The tests of what stands beside a word are large once compiled: one for all words that need it. */
function grouped(words: readonly string[]): string {
  const parts: string[] = words.filter((word) => UNSPACED.test(word)).map(body)
  const spaced = words.filter((word) => !UNSPACED.test(word))
  for (const [open, close] of [
    [OPEN, CLOSE],
    [OPEN, ''],
    ['', CLOSE],
    ['', ''],
  ] as const) {
    const group = spaced.filter(
      (word) => (word.startsWith('*') ? '' : OPEN) === open && (word.endsWith('*') ? '' : CLOSE) === close,
    )
    if (group.length > 0) parts.push(`${open}(?:${group.map(body).join('|')})${close}`)
  }
  return parts.join('|')
}

function body(word: string): string {
  return word
    .replace(/^\*|\*$/g, '')
    .replace(/[.+?^${}()[\]\\/]/g, '\\$&')
    .replace(/ /g, "[\\s_.\\/'’-]{0,2}")
}
