import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { forEachDate } from './date-forms.ts'

const BIRTH =
  /\bborn\b|\bd\.?o\.?b\b|birth|\bb-?day\b|geboren|geburt|\bgeb\.|\bnée?\b|naissance|nac(?:ido|ida|imiento|ió|í)(?![\p{L}])|\bnat[oa] (?:il|a|nel|ad)|nascit|nascid|nascimento|geboorte|\bfødt|\bfödd|födelse|fødsel|syntym|urodz|doğum|рожд|родил|生年月日|出生|誕生|생년월일/u
/** Parts of those words, one for each. */
const HINTS =
  'born|dob|d.o.b|do.b|d.ob|birth|bday|b-day|gebo|gebu|geb.|né|naiss|naci|nació|nací|nato |nata |nasci|født|född|födelse|fødsel|syntym|urodz|doğum|рожд|родил|生年月日|出生|誕生|생년월일'.split(
    '|',
  )
const EVENT = /order|deliver|invoice|due|expir|ship|purchase|updated|created|meeting|appointment|bestell|gekauft|bought/
const BIRTH_ALL = new RegExp(BIRTH.source, 'gu')
const EVENT_ALL = new RegExp(EVENT.source, 'g')

/** Dates near a word for birth, in about ten languages. A date alone is not personal data here. */
export const dateOfBirth: Recognizer = {
  name: 'date-of-birth',
  types: ['DATE_OF_BIRTH'],
  needs: Feature.DIGIT,
  hints: HINTS,
  priority: 4,
  find(subject, emit) {
    const named = subject.hint === 'DATE_OF_BIRTH'
    if (!named && !BIRTH.test(subject.lower)) return
    forEachDate(subject, (kind, start, end) => {
      const { text } = subject
      if (kind === 'short') return
      // Chinese, Japanese and Korean have no spaces between words.
      if (!/[日일]$/.test(text.slice(start, end)) && (isWord(text, start - 1) || isWord(text, end))) return
      if (/^[-/.:]\d/.test(text.slice(end, end + 2)) || !plausible(text.slice(start, end))) return
      if (named || nearBirth(subject, start, end)) emit({ start, end, type: 'DATE_OF_BIRTH', score: 0.9 })
    })
  },
}

function nearBirth(subject: Subject, start: number, end: number): boolean {
  const before = subject.before(start, 48)
  const birth = lastIndex(before, BIRTH_ALL)
  if (birth >= 0) return lastIndex(before, EVENT_ALL) <= birth
  // "12 March 1985 (born)", "03/12/1985 is my birthday"
  const after = subject.after(end, 36)
  return /^[\s(,]{0,3}(?:is|was|being|ist|war|est|es|=|[-–:(])?\s?(?:my|his|her|the|your|our|mein|ma|mi)?\s?(?:\w+'s )?(?:birthday|date of birth|d\.?o\.?b|birth ?date|born|geburtsdatum|geburtstag|geboren)/.test(
    after,
  )
}

function lastIndex(text: string, words: RegExp): number {
  let last = -1
  for (const match of text.matchAll(words)) last = match.index
  return last
}

function plausible(value: string): boolean {
  const numbers = (value.match(/\d+/g) ?? []).map(Number)
  if (numbers.length === 3 && numbers.every((n) => n > 31 && n < 1900)) return false
  return numbers.every(
    (n) => n <= 31 || (n >= 32 && n <= 99) || (n >= 1900 && n <= 2099) || n > 10_000_000 || n >= 1_001_900,
  )
}
