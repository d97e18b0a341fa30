/**
 * Words that name a number, as one pattern over lower-cased text. Parts are separated by `|`; a blank inside one stands
 * for a blank, dot, hyphen, underscore, slash, apostrophe or nothing (`nhs no` finds `nhs_no`, `nhsno`, `nhs-no`); `*`
 * at an end leaves that end open (`steuer*`). Words do not begin or end inside another word, but the endings that field
 * names and compounds bring (`number`, `nummer`, `nr`, `id` …) may follow. Scripts without blanks match anywhere.
 * Linear: alternatives of bounded length.
 */
export function named(words: string): RegExp {
  return new RegExp(words.split('|').map(alternative).join('|'), 'u')
}

const ENDING = '(?:s|no|nr|num|number|nummer|numero|número|code|id)?'

function alternative(word: string): string {
  const open = word.startsWith('*') ? '' : '(?<![\\p{L}\\p{N}])'
  const close = word.endsWith('*') ? '' : `${ENDING}(?![\\p{L}\\p{N}])`
  const body = word
    .replace(/^\*|\*$/g, '')
    .replace(/[.+?^${}()[\]\\/]/g, '\\$&')
    .replace(/ /g, "[\\s_.\\/'’-]{0,2}")
  // Han, kana, Hangul and Thai are written without blanks between words.
  return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]/u.test(word) ? body : open + body + close
}
