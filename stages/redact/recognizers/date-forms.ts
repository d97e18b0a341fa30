import type { Subject } from '../subject.ts'
import { wordTree } from '../word-tree.ts'
import { endOf, forEachNumber, forEachWord } from './text-runs.ts'

/** Names of the months, genitives where a date takes them, by language; abbreviations after them. Lower case. */
const FULL: readonly string[] = [
  'january february march april may june july august september october november december',
  'januar jänner februar feber märz mai juni juli oktober dezember', // German
  'janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre',
  'enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre',
  'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
  'janeiro fevereiro março marco abril maio junho julho agosto setembro outubro novembro dezembro',
  'januari februari maart mei augustus', // Dutch
  'januari februari mars maj augusti marts desember', // Swedish, Danish, Norwegian
  'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia',
  'tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta',
  'ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık',
  'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
  'ledna února března dubna května června července srpna září října listopadu prosince',
  'ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie',
]
const SHORT =
  'jan feb mar apr jun jul aug sept sep oct nov dec mär mrt okt dez janv févr fév fev avr juil déc ene abr ago dic gen mag giu lug set sett ott abr out mai maj sty lut kwi cze lip sie wrz paź lis gru'

const MONTHS: ReadonlySet<string> = new Set([...FULL, SHORT].flatMap((list) => list.split(' ')))

/** Any month, as a part of an expression with the flags `iu`. */
const MONTH = wordTree([...MONTHS], 'longest')

const YEAR = '(?:19|20)\\d\\d'

export type DateKind = 'full' | 'month' | 'yearless' | 'compact' | 'short'

/** A notation of a calendar date, sticky at its first character. Linear: every repeat is bounded. */
interface DateForm {
  readonly kind: DateKind
  readonly pattern: RegExp
}

/** Notations that start with a digit. */
const FROM_DIGIT: readonly DateForm[] = [
  // 1985-03-12, 1985/3/12, 1985.03.12, 2024. 3. 12.; with a time in ISO 8601
  { kind: 'full', pattern: /(?:19|20)\d\d ?([-/. ]) ?\d{1,2} ?\1 ?\d{1,2}(?:T[\d:.]{4,18}Z?)?/y },
  // 12/03/1985, 12.3.85, 3-12-1985, 12 / 03 / 1985
  { kind: 'full', pattern: /\d{1,2} ?([-/. ]) ?\d{1,2} ?\1 ?(?:(?:19|20)\d\d|'?\d\d)/y },
  // 12 March 1985, 12th of March 1985, 12. März 1985, 12 de marzo de 1985, 12-Mar-1985, 12/Mar/1985
  {
    kind: 'full',
    pattern: new RegExp(
      `\\d{1,2}(?:st|nd|rd|th|er|º|\\.)?[ /-]?(?:of |de |day of )?(?:${MONTH})\\.?,?[ /-]?(?:de |del )?(?:${YEAR}|'?\\d\\d)`,
      'iuy',
    ),
  },
  // 1985 March 12, 1985-Mar-12
  { kind: 'full', pattern: new RegExp(`${YEAR}[ -](?:${MONTH})\\.?[ -]\\d{1,2}`, 'iuy') },
  // 1985年3月12日, 1985년 3월 12일
  { kind: 'full', pattern: /(?:19|20)\d\d ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]/y },
  // 1985-W10-2
  { kind: 'full', pattern: /(?:19|20)\d\d-?W[0-5]\d(?:-?[1-7])?/y },
  // 12 March
  {
    kind: 'yearless',
    pattern: new RegExp(`\\d{1,2}(?:st|nd|rd|th|er|\\.)?[ -](?:of |de )?(?:${MONTH})(?![\\p{L}\\d])`, 'iuy'),
  },
  // 3月12日
  { kind: 'yearless', pattern: /(?<!年 ?)\d{1,2}[月월] ?\d{1,2}[日일]/y },
  // 03/2024, 2024-03
  { kind: 'short', pattern: /(?:0?[1-9]|1[0-2])\/(?:19|20)\d\d|(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])/y },
  // 3/15, 15.3.
  { kind: 'short', pattern: /\d{1,2}\/\d{1,2}|\d{1,2}\.\d{1,2}\./y },
  // 19850312, 12031985
  { kind: 'compact', pattern: /(?:(?:19|20)\d{6}|\d{4}(?:19|20)\d\d)(?!\d)/y },
]

/** Notations that start with the name of a month. */
const FROM_MONTH: readonly DateForm[] = [
  // March 12, 1985; Mar 12th 1985; Mar-12-1985
  {
    kind: 'full',
    pattern: new RegExp(
      `(?:${MONTH})\\.?[ -](?:the )?\\d{1,2}(?:st|nd|rd|th)?,?[ -]?(?:of )?(?:${YEAR}|'\\d\\d)`,
      'iuy',
    ),
  },
  // March 1985, March of 1985, marzo de 1985
  { kind: 'month', pattern: new RegExp(`(?:${MONTH})\\.?,?[ -](?:of |de |del )?(?:${YEAR}|'\\d\\d)`, 'iuy') },
  // March 12
  {
    kind: 'yearless',
    pattern: new RegExp(`(?:${MONTH})\\.? (?:the )?\\d{1,2}(?:st|nd|rd|th)?(?![\\p{L}\\d])`, 'iuy'),
  },
]

const LONGEST_MONTH = Math.max(...[...MONTHS].map((name) => name.length))

/**
 * Everything that is written like a date, in the languages above, with its kind; candidates may overlap. What it shows may
 * still be no date: see `isCalendar`.
 */
export function forEachDate(subject: Subject, visit: (kind: DateKind, start: number, end: number) => void): void {
  const { text, lower } = subject
  const offer = (forms: readonly DateForm[], start: number): void => {
    for (const { kind, pattern } of forms) {
      const end = endOf(pattern, text, start)
      if (end > start) visit(kind, start, end)
    }
  }
  forEachNumber(text, (start, end) => {
    if (end - start <= 2 || end - start === 4 || end - start === 8) offer(FROM_DIGIT, start)
  })
  forEachWord(text, (start, end) => {
    const length = end - start
    if (length >= 3 && length <= LONGEST_MONTH && MONTHS.has(lower.slice(start, end))) offer(FROM_MONTH, start)
  })
}

/** Whether the numbers of a date can be those of a day: a month of at most 12, a day of at most 31. */
export function isCalendar(value: string): boolean {
  const parts = value.split('T')[0]!.match(/\d+/g)?.map(Number) ?? []
  if (parts.length === 1 && parts[0]! > 999_999) {
    const digits = value.replace(/\D/g, '')
    const [month, day] = /^(?:19|20)/.test(digits)
      ? [digits.slice(4, 6), digits.slice(6)]
      : [digits.slice(0, 2), digits.slice(2, 4)]
    return dayAndMonth(Number(month), Number(day))
  }
  const small = parts.filter((n) => n < 1900 || n > 2099)
  if (parts.length === 3)
    return dayAndMonth(parts[0]! > 31 ? parts[1]! : parts[0]!, parts[0]! > 31 ? parts[2]! : parts[1]!)
  return small.every((n) => n <= 99) && (parts.length === 1 || parts[0]! >= 1900 || parts[0]! <= 31)
}

function dayAndMonth(a: number, b: number): boolean {
  return a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12)
}
