import { Feature } from '../feature.ts'
import type { Recognizer } from '../recognizer.ts'
import { type DigitGroup, isWord, type NumberRun, type Subject } from '../subject.ts'

/** Issuer ranges (ISO/IEC 7812 prefixes) with the lengths their cards have. `[first, last]` over the leading digits. */
const ISSUERS: readonly (readonly [first: number, last: number, lengths: readonly number[]])[] = [
  [4, 4, [13, 16, 19]], // Visa
  [51, 55, [16]], // Mastercard
  [2221, 2720, [16]], // Mastercard
  [34, 34, [15]], // American Express
  [37, 37, [15]],
  [6011, 6011, [16, 17, 18, 19]], // Discover
  [644, 649, [16, 17, 18, 19]],
  [65, 65, [16, 17, 18, 19]],
  [300, 305, [14, 15, 16, 17, 18, 19]], // Diners Club
  [3095, 3095, [14, 15, 16, 17, 18, 19]],
  [36, 36, [14, 15, 16, 17, 18, 19]],
  [38, 39, [14, 15, 16, 17, 18, 19]],
  [3528, 3589, [16, 17, 18, 19]], // JCB
  [62, 62, [16, 17, 18, 19]], // UnionPay
  [81, 81, [16]], // RuPay
  [82, 82, [16]],
  [508, 508, [16]],
  [2200, 2204, [16, 17, 18, 19]], // Mir
  [2205, 2205, [16]], // BORICA
  [50, 50, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [56, 58, [12, 13, 14, 15, 16, 17, 18, 19]],
  [60, 61, [12, 13, 14, 15, 16, 17, 18, 19]],
  [63, 64, [12, 13, 14, 15, 16, 17, 18, 19]],
  [66, 69, [12, 13, 14, 15, 16, 17, 18, 19]],
  [9792, 9792, [16]], // Troy
  [8600, 8600, [16]], // UzCard
  [9860, 9860, [16]], // Humo
  [9704, 9704, [16, 19]], // NAPAS
]

const CARD_WORDS =
  /card|visa|master|amex|american express|discover|diners|jcb|maestro|unionpay|kredit|carte|tarjeta|carta|debit|\bpan\b|\bcc\b|payment|karte|zahlung|\bpay\b|charge|billed|abbuch|cargo/
const OTHER_WORDS =
  /order|ticket|case|track|imei|serial|invoice|ref|shipment|parcel|smart ?card|isbn|\bid\b|article|timestamp|trace|bestell|rechnung|message|\.com\/|item/

/** Payment card numbers: issuer prefix, length and Luhn's check digit (ISO/IEC 7812-1 annex B). */
export const creditCard: Recognizer = {
  name: 'credit-card',
  types: ['CREDIT_CARD'],
  needs: Feature.LONG_NUMBER,
  priority: 6,
  find(subject, emit) {
    for (const run of subject.numberRuns) {
      if (run.digits < 12) continue
      for (let i = 0; i < run.groups.length; ) {
        const hit = cardAt(subject, run, i)
        if (hit === undefined) i += 1
        else {
          emit({ start: run.groups[i]!.start, end: run.groups[hit.last]!.end, type: 'CREDIT_CARD', score: hit.score })
          i = hit.last + 1
        }
      }
    }
  },
}

function cardAt(subject: Subject, run: NumberRun, first: number): { last: number; score: number } | undefined {
  const { groups } = run
  const { text } = subject
  let digits = 0
  let best: { last: number; score: number } | undefined
  for (let j = first; j < groups.length; j++) {
    if (j > first && groups[j]!.start - groups[j - 1]!.end > 3) break
    digits += groups[j]!.end - groups[j]!.start
    if (digits > 19) break
    if (digits < 12) continue
    const score = judge(subject, groups.slice(first, j + 1), digits)
    if (
      score > 0 &&
      score >= (best?.score ?? 0) &&
      !isWord(text, groups[first]!.start - 1) &&
      !isWord(text, groups[j]!.end)
    ) {
      best = { last: j, score }
    }
  }
  return best
}

function judge(subject: Subject, groups: readonly DigitGroup[], length: number): number {
  const { text } = subject
  const start = groups[0]!.start
  const digits = groups.map((group) => text.slice(group.start, group.end)).join('')
  const shape = groups.map((group) => group.end - group.start).join('-')
  const grouped = /^(?:4-4-4-4|4-6-5|4-6-4|4-4-4-4-[123]|4-4-4-1)$/.test(shape)
  const issued = ISSUERS.some(([low, high, lengths]) => {
    const lead = Number(digits.slice(0, String(low).length))
    return lead >= low && lead <= high && lengths.includes(length)
  })
  if (!issued) return 0
  const before = subject.before(start)
  const card =
    subject.hint === 'CREDIT_CARD' ||
    CARD_WORDS.test(before) ||
    /^\W{0,3}(?:exp|cv[vc]|valid|gültig)/.test(subject.after(groups.at(-1)!.end, 12))
  if (!luhn(digits)) return (grouped && card && length >= 15) || subject.hint === 'CREDIT_CARD' ? 0.6 : 0
  if (/^(\d)\1+$/.test(digits)) return 0
  // One number in ten passes Luhn: without groups or a word for it, a long id is as likely.
  if (grouped) return 1
  // 696-7594893-4541839 is an order: nobody groups a card so.
  if (groups.length > 1)
    return card ? 1 : length >= 15 && /^(?:4-){2,4}[1-4]$|^4-(?:6-5|8-4|4-8)$|^8-8$|^6-\d\d$/.test(shape) ? 0.8 : 0.3
  if (card && !/smart ?card/.test(before)) return 1
  if (OTHER_WORDS.test(before)) return 0.3
  if (length < 15) return length > 12 ? 0.5 : 0.3
  return 0.85
}

/** Luhn's check: from the right, every second digit doubled, sum of digits divisible by ten. */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 48
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}
