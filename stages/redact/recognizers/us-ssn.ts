import { Feature } from '../feature.ts'
import { isItin } from '../ids/north-america.ts'
import type { PiiType } from '../pii-type.ts'
import { pattern } from '../recognizer.ts'

const WORDS = /\bssn\b|\bss ?#|social sec|\bsocial\b(?! ins)|\bsoc\.? sec|tax ?payer|\btax id|\btin\b|last four/
const SSN_WORDS = /\bssn\b|\bss ?#|social(?! ins)|\bsoc\.? sec/

/** Fields of numbers that some firms fill with this one. */
const NUMBERS: ReadonlySet<PiiType> = new Set(['ACCOUNT_NUMBER', 'HEALTH_PLAN', 'MEDICAL_RECORD'])

/**
 * US social security numbers. Areas 000 and 666, group 00 and serial 0000 were never issued (SSA POMS RM 10201.035).
 * From 900 on lie taxpayer numbers (ITIN): those that can be are left to `ids/north-america.ts`, unless the words say SSN;
 * the others count. Known sample numbers (078-05-1120) count too: dropping them has hidden real ones.
 */
export const usSsn = pattern({
  name: 'us-ssn',
  type: 'US_SSN',
  needs: Feature.LONG_NUMBER,
  priority: 4,
  pattern: /\d{3}([-. ]?)\d{2}\1\d{4}/g,
  score: 0.7,
  contextScore: 0.95,
  context: WORDS,
  validate(value, score, subject, start, end) {
    const digits = value.replace(/\D/g, '')
    const named = score > 0.9 || subject.hint === 'US_SSN' || /^\W{0,3}(?:ssn|social)/.test(subject.after(end, 12))
    if (isItin(digits) && !SSN_WORDS.test(subject.before(start)) && !SSN_WORDS.test(subject.after(end, 12))) return 0
    if (/^(?:000|666)|^...00|0000$/.test(digits)) return named ? 0.55 : 0
    if (!named && /[$€£#/]$/.test(subject.text[start - 1] ?? '')) return 0
    if (/[\d][-.,/:]$/.test(subject.text.slice(Math.max(0, start - 2), start))) return 0
    if (/^(?:[-/:]\w|[.,]\d|%)/.test(subject.text.slice(end, end + 2))) return 0
    if (named) return 0.95
    // Nine digits in a row are anything; with spaces or dots they may be columns of a table.
    if (value.length === 9) return 0
    if (subject.hint !== undefined && !NUMBERS.has(subject.hint)) return 0
    return value[3] === '-' ? (digits.startsWith('9') ? 0.6 : 0.85) : 0.5
  },
})
