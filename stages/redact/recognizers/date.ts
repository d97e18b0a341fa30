import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord, type Subject } from '../subject.ts'
import { type DateKind, forEachDate, isCalendar } from './date-forms.ts'
import { endOf, forEachNumber } from './text-runs.ts'

const WEEKDAY =
  /(?:^|[^\p{L}])((?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|(?:mo|di|mi|do|fr|sa|so)\.|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|domenica|(?:segunda|ter[çc]a|quarta|quinta|sexta)(?:-feira)?|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag|søndag|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)(?:[.,]{0,2} (?:the |den |dem |le |el |il |dia |de )?)$/u
const CLOCK =
  '(?:(?:[01]?\\d|2[0-3])(?::[0-5]\\d(?::[0-5]\\d(?:[.,]\\d{1,9})?)?(?: ?(?:uhr|[ap]\\.?m\\b\\.?))?|[:.][0-5]\\d ?(?:uhr|[ap]\\.?m\\b\\.?)| ?h ?[0-5]\\d(?!\\d)| ?(?:uhr|[ap]\\.?m\\b\\.?)))'
const ZONE = '(?: ?(?:Z|UTC|GMT|[CEMP][SD]T|CES?T|BST|IST)\\b| ?[+-](?:0\\d|1[0-4]):?[0-5]\\d(?!\\d))?'
/** What may follow a date: a time, with the year after it in the form of `date` (`Mar 12 10:00:00 2024`). */
const TIME_AFTER = new RegExp(
  `(?:,? (?:at |um |à |a las |alle |om |kl\\.? |às |- |@ )?|[:T])${CLOCK}${ZONE}(?: (?:19|20)\\d\\d(?!\\d))?`,
  'iyu',
)
const TIME_ALONE = new RegExp(`${CLOCK}${ZONE}(?![\\p{L}\\d:]|[./-]\\d)`, 'iuy')
const TIME_WORDS = /\b(?:at|um|à|las|alle|om|kl|time|from|until|till|by|gegen|ab|bis|around|before|after)\W{0,2}$/
const VERSION = /\b(?:v|version|release|build|firmware|ver\.?|ip|section|chapter|kapitel|§)\W{0,3}$/
const SHORT_CONTEXT =
  /\b(?:on|since|from|until|till|by|dated?|due|am|vom|bis|seit|le|du|el|del|dal|il|em|op|expir\w*|exp\.?|valid|date:|appointment|visit|admitted|discharged)\W{0,3}$/
const COMPACT_CONTEXT = /\bdate|\bdob\b|datum|fecha|\bdata\b|\bon \W{0,2}$|tarih|дата/
const COMMON_MONTH =
  /^(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|may|june|july|august|september|october|november|december)$/i

/**
 * Calendar dates of any meaning, and times of day. HIPAA asks for all elements of a date but the year, so a year alone stays,
 * as do weekdays and months that stand alone: they are taken with the date they belong to.
 */
export const date: Recognizer = {
  name: 'date',
  types: ['DATE'],
  needs: Feature.DIGIT,
  priority: 2,
  find(subject, emit) {
    const { text } = subject
    forEachDate(subject, (kind, first, last) => {
      const value = text.slice(first, last)
      // Chinese, Japanese and Korean have no spaces between words.
      if (!/[日일]$/.test(value)) {
        if (isWord(text, first - 1) || (isWord(text, last) && !/^T\d/.test(text.slice(last, last + 2)))) return
      }
      if (/\d[-/.,:]$|[\\&#$€£_-]$/.test(text.slice(Math.max(0, first - 2), first))) return
      if (/^(?:[-/]\w|\.\d|%)/.test(text.slice(last, last + 2))) return
      const score = judge(kind, value, subject, first)
      if (score === 0) return
      const weekday = WEEKDAY.exec(subject.before(first, 24))
      const start = weekday === null ? first : first - weekday[0].length + weekday[0].indexOf(weekday[1]!)
      const timed = endOf(TIME_AFTER, text, last)
      const end = timed > last && !isWord(text, timed) ? timed : last
      emit({ start, end, type: 'DATE', score, rule: kind })
    })
    forEachNumber(text, (start, last) => {
      if (last - start > 2 || /[\p{L}\d.:,/_-]/u.test(text[start - 1] ?? '')) return
      const end = endOf(TIME_ALONE, text, start)
      if (end <= start) return
      const value = text.slice(start, end)
      // `14:30` says a time; `7 am`, `9h15` say it in words.
      const told = /[a-z]/i.test(value) || TIME_WORDS.test(subject.before(start, 12))
      if (told || /^\d{1,2}:\d{2}/.test(value))
        emit({ start, end, type: 'DATE', score: told ? 0.7 : /^\d{2}:/.test(value) ? 0.55 : 0.4, rule: 'time' })
    })
  },
}

function judge(kind: DateKind, value: string, subject: Subject, start: number): number {
  if (!isCalendar(value)) return 0
  const before = subject.before(start, 24)
  if (subject.hint === 'DATE' || subject.hint === 'DATE_OF_BIRTH') return 0.9
  if (kind === 'compact') return COMPACT_CONTEXT.test(before) ? 0.7 : 0
  if (kind === 'short') return SHORT_CONTEXT.test(before) ? 0.7 : /^\d{2}\/\d{4}$/.test(value) ? 0.5 : 0
  if (kind === 'yearless' || kind === 'month') {
    const month = /\p{L}{3,}/u.exec(value.replace(/\b(?:of|de|del|the|st|nd|rd|th)\b/gi, ''))?.[0] ?? ''
    // "may 12 people", "mars 5", "set 10": a word that is no month needs its capital, or the year.
    if (kind === 'yearless' && month !== '' && month.length <= 5 && !/^\p{Lu}/u.test(month)) return 0
    if (kind === 'yearless' && month.length === 3 && !COMMON_MONTH.test(month)) return 0
    return kind === 'month' ? 0.75 : 0.65
  }
  // 1.12.24: a version as well.
  if (/^\d{1,2}\.\d{1,2}\.\d\d$/.test(value)) return VERSION.test(before) || !/^\d\d\.\d\d\./.test(value) ? 0.3 : 0.6
  if (/^\d{1,2} \d{1,2} \d\d$/.test(value)) return 0.2
  return VERSION.test(before) ? 0.3 : 0.85
}
