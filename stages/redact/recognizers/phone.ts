import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { ownedText } from '../../../util/owned-text.ts'
import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { type DigitGroup, isWord, type NumberRun, type Subject } from '../subject.ts'

const PHONE_WORDS =
  /phone|\btel\b|\bph\b|mobile|\bcell|\bcall|whats ?app|\bsms\b|\btext\b|\bfax|\breach|\bcontact|\bring\b|erreich|number on|\bdial|handy|rufnummer|\bmobil|anruf|telefon|t[ée]l[ée]phone|portable|appel|m[óo]vil|tel[ée]fono|celular|ll[áa]m|cellulare|chiama|bel(?:len)? |ligar|my number|number is|number:|num[ée]ro|nummer lautet|hotline|voicemail|signal\b|telegram|(?:^|\s)[tmpf]:\s*$/g
const OTHER_NUMBERS =
  /\border|ticket|\bcase\b|\bref\b|\bref\.|reference|invoice|tracking|error|\berr\b|serial|article|\bitem|\bsku|isbn|imei|\bpart|smart ?card|card n|account n|account #|account id|\bacct|\bid\b|_id\b|booking|confirmation|txn|transaction|version|bestell|auftrag|rechnung|kunden|commande|pedido|factura|facture|ordine|shipment|parcel|package|customer n|\bclient|contrat|policy|\bclaim|\bbatch|\bbuild|\bpid\b|timestamp|session|request|iban|swift|ssn|passport|licen[sc]e|zip|amount|total|price|usd|eur|gbp|\bbic\b|\bmodel|nummer der|zendesk|jira|(?<!(?:phone|tel|ph|cell|fax|mobile|mob)\.? ?)#\s*$/g
const CURRENCY = /[$€£¥₹]\s?$|(?:usd|eur|gbp)\s?$/
const EXTENSION = /^,?\s?(?:ext|extension|x|durchwahl|poste)\.?\s?:?\s?\d{1,6}(?!\d)/i

/** A finished judgement on a stretch of digits; results are kept because data repeats numbers. */
const MAX_CACHE = 4096

/**
 * Phone numbers by libphonenumber's metadata. The library's own text search is slow and takes order numbers for phones;
 * here runs of digits are cut into candidates, judged by their shape and the words before them, and only then parsed.
 */
export function phone(regions: readonly string[]): Recognizer {
  const known = regions.filter((region): region is CountryCode => isSupportedCountry(region))
  const cache = new Map<string, boolean>()
  const valid = (value: string, international: boolean): boolean => {
    const key = value
    let result = cache.get(key)
    if (result === undefined) {
      result = international ? isValid(value, undefined) : known.some((region) => isValid(value, region))
      if (cache.size >= MAX_CACHE) cache.clear()
      cache.set(ownedText(key), result)
    }
    return result
  }
  return {
    name: 'phone',
    types: ['PHONE'],
    needs: Feature.LONG_NUMBER,
    priority: 3,
    find(subject, emit) {
      for (const run of subject.numberRuns) {
        for (let i = 0; i < run.groups.length; ) {
          const hit = longestAt(subject, run, i, valid)
          if (hit === undefined) i += 1
          else {
            emit({ start: hit.start, end: hit.end, type: 'PHONE', score: hit.score })
            i = hit.next
          }
        }
      }
    },
  }
}

interface Hit {
  readonly start: number
  readonly end: number
  readonly score: number
  /** Index of the first group after it. */
  readonly next: number
}

/** Most groups of digits that a phone number is written in. */
const MAX_GROUPS = 7
/** A run with more digits is a table of numbers: only what starts with `+` or `00` is tried inside it. */
const TABLE = 34

function longestAt(
  subject: Subject,
  run: NumberRun,
  first: number,
  valid: (value: string, international: boolean) => boolean,
): Hit | undefined {
  const { text } = subject
  const { groups } = run
  const lead = leadOf(text, groups[first]!.start)
  const international = lead.includes('+') || text.startsWith('00', groups[first]!.start)
  if (run.digits > TABLE && !international && lead === '' && first > 0) return undefined
  if (isWord(text, groups[first]!.start - lead.length - 1) && !lead.startsWith('+')) return undefined
  let digits = 0
  const ends: number[] = []
  for (let j = first; j < groups.length && j < first + MAX_GROUPS; j++) {
    if (j > first && breaks(text.slice(groups[j - 1]!.end, groups[j]!.start))) break
    digits += groups[j]!.end - groups[j]!.start
    if (digits > 17) break
    if (digits >= 7) ends.push(j)
  }
  // The words before are the same wherever the number ends.
  let known: number | undefined
  const words = (): number => {
    known ??= context(subject, groups[first]!.start - lead.length)
    return known
  }
  for (const last of ends.reverse()) {
    const score = judge(subject, groups.slice(first, last + 1), lead, international, valid, words)
    if (score >= 0.3) {
      const start = groups[first]!.start - lead.length
      let end = groups[last]!.end
      const extension = EXTENSION.exec(text.slice(end, end + 24))
      if (extension !== null && !isWord(text, end + extension[0].length)) end += extension[0].length
      let next = last + 1
      while (next < groups.length && groups[next]!.start < end) next += 1
      return { start, end, score, next }
    }
  }
  return undefined
}

/** `+`, `(`, `(+`, `+(` directly before the first digit. */
function leadOf(text: string, start: number): string {
  let at = start
  while (at > 0 && start - at < 2 && (text[at - 1] === '+' || text[at - 1] === '(')) at -= 1
  const lead = text.slice(at, start)
  // One bracket alone is part of the number only if it closes inside it: `(555) 123`, not `(5551234567)`.
  if (lead === '(' || lead === '((') {
    const close = text.indexOf(')', start)
    return close > 0 && close - start <= 5 ? '(' : ''
  }
  if (lead === '(+') {
    const close = text.indexOf(')', start)
    return close > 0 && close - start <= 4 ? lead : '+'
  }
  return lead
}

/** A gap that ends a number: two spaces, a tab, a bare dot and space. */
function breaks(gap: string): boolean {
  return gap.length === 1 ? gap === '\t' : /\t| {2}|\. |\/ ?\/|\.\.|--/.test(gap)
}

function judge(
  subject: Subject,
  groups: readonly DigitGroup[],
  lead: string,
  international: boolean,
  valid: (value: string, international: boolean) => boolean,
  wordsBefore: () => number,
): number {
  const { text } = subject
  const start = groups[0]!.start
  const end = groups.at(-1)!.end
  if (isWord(text, end) && !/^x\d/i.test(text.slice(end, end + 2)) && !/^ext/i.test(text.slice(end, end + 3))) return 0
  // Numbers go on: a decimal, a longer id, a percentage, a time.
  if (/^[.,:]\d|^%|^-\d|^\/\d|^-[A-Za-z]/.test(text.slice(end, end + 2))) return 0
  const previous = text.slice(Math.max(0, start - lead.length - 2), start - lead.length)
  if (
    /[\d][.,:]$|[=/_]$|\w-$|\d\/$/.test(previous) &&
    !lead.includes('+') &&
    !/tel:?=?$/.test(subject.before(start, 6))
  ) {
    if (!/=$/.test(previous) || /[/_]$/.test(previous)) return 0
  }
  const shape = groups.map((group) => group.end - group.start)
  const written = shape.join('-')
  const digits = shape.reduce((sum, n) => sum + n, 0)
  const value = text.slice(start, end)
  if (!international && isDateOrVersion(value, shape)) return 0
  // 004-9569569-7371041: order numbers of a large shop.
  if (written === '3-7-7') return 0
  // `1 1 1 1 1 1 1`: too many small groups for a phone number.
  if (shape.length > 2 && digits / shape.length < 1.7) return 0
  const words = wordsBefore()
  if (international) {
    const plus = lead.includes('+')
    const e164 = `+${(plus ? value : value.slice(2)).replace(/\D+/g, '').replace(/^(\d{1,3})0(?=\d)/, (whole, cc: string) => (/\(0\)/.test(value) ? cc : whole))}`
    if (valid(e164, true)) return plus || words > 0 ? 0.95 : words < 0 ? 0.3 : 0.75
    // Made-up and mistyped numbers have a plus sign too.
    if (plus && digits >= 8 && digits <= 15) return words < 0 && digits < 10 ? 0.4 : 0.65
    // (004) 779-9189 is no call abroad: area codes are made up, too.
    const american = written === '3-3-4'
    if (!plus && !american)
      return digits >= 11 && digits <= 15 && (words > 0 || (words === 0 && groups.length > 1)) ? 0.6 : 0
    if (!american) return 0
  }
  if (subject.hint === 'PHONE' && digits <= 15) return 0.9
  if (CURRENCY.test(subject.before(start, 5))) return 0
  const formatted = groups.length > 1
  // The library is asked last: it is tried with every region.
  if (words < 0 && lead !== '(') return 0
  const telling = lead === '(' || isTelling(value, shape, written)
  const isPhone = digits >= 8 && digits <= 12 && valid(value, false)
  if (words < 0) return isPhone ? 0.55 : 0
  if (words > 0) {
    if (isPhone) return formatted ? 0.9 : 0.8
    return digits <= 13 && (telling || digits >= 7) ? 0.6 : 0
  }
  if (!isPhone) return telling && /^(?:3-3-4$|1-3-3-4$)/.test(written) && /^1?\D?\d{3}\D/.test(value) ? 0.5 : 0
  if (telling) return 0.75
  return shape.length === 1 && value.startsWith('0') && digits >= 10 && digits <= 11 ? 0.5 : formatted ? 0.4 : 0.3
}

/** Shapes that people write phone numbers in and hardly anything else: 3-3-4, a leading zero with groups. */
function isTelling(value: string, shape: readonly number[], groups: string): boolean {
  if (/^(?:1-)?3-3-4$/.test(groups)) return true
  if (value.startsWith('0') && shape.length >= 2 && shape[0]! >= 2 && shape[0]! <= 6) return true
  // 3-3-3 (Spain, Poland), 2-4-4, 4-3-3 (Australia, UK)
  return /^(?:3-3-3|3-2-2-2|2-3-2-2|5-5|4-3-3|2-4-4)$/.test(groups) && !value.includes('.')
}

const DATE = /^(?:(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d)(?:\D|$)/
const IP = /^\d{1,3}(?:\.\d{1,3}){3}$/

function isDateOrVersion(value: string, shape: readonly number[]): boolean {
  if (DATE.test(value) || IP.test(value)) return true
  // 1.234.567: grouped thousands; 2023-2024: years
  if (/^\d{1,3}(?:\.\d{3})+$/.test(value) && shape[0]! < 3) return true
  return /^(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d$/.test(value)
}

/** +1 where the nearest telling word before speaks of phones, −1 where it speaks of other numbers, else 0. */
function context(subject: Subject, start: number): number {
  if (subject.hint === 'PHONE') return 1
  if (subject.hint !== undefined) return -1
  const before = sameCells(subject.before(start, 56))
  const phone = lastIndex(before, PHONE_WORDS)
  let other = lastIndex(before, OTHER_NUMBERS)
  // A word for another number counts only near, and not across the end of a sentence or a line, or that number itself.
  if (other >= 0 && (before.length - other > 28 || /[.!?;]\s|\n|\d{5}/.test(before.slice(other)))) other = -1
  if (phone < 0 && other < 0) return 0
  return phone > other ? 1 : -1
}

/** In a table only the cell itself and the one to its left speak of a number; the headings are read elsewhere. */
function sameCells(before: string): string {
  const line = before.slice(before.lastIndexOf('\n') + 1)
  return line.includes('|') ? line.split('|').slice(-2).join('|') : before
}

function lastIndex(text: string, words: RegExp): number {
  let last = -1
  words.lastIndex = 0
  while (words.test(text)) last = words.lastIndex
  return last
}

function isValid(value: string, region: CountryCode | undefined): boolean {
  return parsePhoneNumberFromString(value, region)?.isValid() === true
}
