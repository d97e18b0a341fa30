import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord, type Subject } from '../subject.ts'

const BIRTH =
  /\bborn\b|\bd\.?o\.?b\b|birth|\bb-?day\b|geboren|geburt|\bgeb\.|\bnée?\b|naissance|nac(?:ido|ida|imiento|ió|í)(?![\p{L}])|\bnat[oa] (?:il|a|nel|ad)|nascit|nascid|nascimento|geboorte|\bfødt|\bfödd|födelse|fødsel|syntym|urodz|doğum|рожд|родил|生年月日|出生|誕生|생년월일/u
const HINTS = [
  'born',
  'dob',
  'd.o',
  'do.b',
  'd.ob',
  'birth',
  'day',
  'geb',
  'né',
  'naiss',
  'nac',
  'nat',
  'nasc',
  'fød',
  'föd',
  'syntym',
  'urodz',
  'doğum',
  'рожд',
  'родил',
  '生',
  '誕生',
  '생년월일',
]
const EVENT = /order|deliver|invoice|due|expir|ship|purchase|updated|created|meeting|appointment|bestell|gekauft|bought/
const BIRTH_ALL = new RegExp(BIRTH.source, 'gu')
const EVENT_ALL = new RegExp(EVENT.source, 'g')

const MONTH =
  'jan(?:uar[yi]?|vier|eiro)?|janvier|jänner|ene(?:ro)?|gen(?:naio)?|feb(?:ruar[yi]?|rero|braio)?|févr(?:ier)?|fev(?:ereiro)?|mar(?:ch|s|zo|ço|t)?|mär(?:z)?|maart|mrt|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|ma[iy]|mayo|maggio|maio|mei|ju[nl](?:[yie]|ho|io|i)?|juin|juil(?:let)?|giu(?:gno)?|lug(?:lio)?|aug(?:ust|ustus)?|août|ago(?:sto)?|sep(?:t|tember|tembre|tiembre|tembro)?|sett(?:embre)?|set(?:embro)?|o[ckt]t(?:ober|obre|ubre|ubro|obro)?|outubro|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre|iembre|embro)?|déc(?:embre)?|dic(?:iembre|embre)?'

const FORMATS: readonly RegExp[] = [
  // 1985-03-12, 1985/3/12, 1985.03.12
  /(?:19|20)\d\d ?([-/. ]) ?\d{1,2} ?\1 ?\d{1,2}(?:T[\d:.]+Z?)?/g,
  // 12/03/1985, 12.3.85, 3-12-1985, 12 / 03 / 1985
  /\d{1,2} ?([-/. ]) ?\d{1,2} ?\1 ?(?:(?:19|20)\d\d|'?\d\d)/g,
  // 12 March 1985, 12th of March 1985, 12. März 1985, 12 de marzo de 1985, 12-Mar-1985
  new RegExp(
    `\\d{1,2}(?:st|nd|rd|th|er|º|\\.)?[ -]?(?:of |de |day of )?(?:${MONTH})\\.?,?[ -]?(?:de |del )?(?:(?:19|20)\\d\\d|'?\\d\\d)`,
    'giu',
  ),
  // March 12, 1985; Mar 12th 1985; March 1985
  new RegExp(
    `(?:${MONTH})\\.?[ -](?:the )?(?:\\d{1,2}(?:st|nd|rd|th)?,? ?(?:of )?)?(?:19|20|')\\d\\d(?:\\d\\d)?`,
    'giu',
  ),
  // 1985年3月12日
  /(?:19|20)\d\d ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]/g,
  // 12 March, March 12 (a birthday without its year)
  new RegExp(
    `(?:\\d{1,2}(?:st|nd|rd|th|\\.)? (?:of |de )?(?:${MONTH})|(?:${MONTH})\\.? \\d{1,2}(?:st|nd|rd|th)?)(?![\\p{L}\\d])`,
    'giu',
  ),
  // 19850312, 12031985
  /(?:(?:19|20)\d{6}|\d{4}(?:19|20)\d\d)(?!\d)/g,
]

/** Dates near a word for birth, in about ten languages. A date alone is not personal data here. */
export const dateOfBirth: Recognizer = {
  name: 'date-of-birth',
  types: ['DATE_OF_BIRTH'],
  needs: Feature.DIGIT,
  priority: 4,
  find(subject, emit) {
    const named = subject.hint === 'DATE_OF_BIRTH'
    if (!named && !(HINTS.some((hint) => subject.lower.includes(hint)) && BIRTH.test(subject.lower))) return
    for (const format of FORMATS) {
      for (const match of subject.text.matchAll(format)) {
        const start = match.index
        const end = start + match[0].length
        if (
          isWord(subject.text, start - 1) ||
          isWord(subject.text, end) ||
          /^[-/.:]\d/.test(subject.text.slice(end, end + 2))
        )
          continue
        if (!plausible(match[0])) continue
        if (named || nearBirth(subject, start, end)) emit({ start, end, type: 'DATE_OF_BIRTH', score: 0.9 })
      }
    }
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
