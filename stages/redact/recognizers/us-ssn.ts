import { pattern } from '../recognizer.ts'
import { Feature } from '../subject.ts'

const WORDS = /\bssn\b|\bss ?#|social sec|\bsocial\b|\bsoc\.? sec|\bitin\b|tax ?payer|\btax id|\btin\b|last four/

/**
 * US social security numbers. Areas 000 and 666, group 00 and serial 0000 were never issued (SSA POMS RM 10201.035).
 * Areas 900–999 are taxpayer numbers (ITIN) of the same form: as personal, so they count. Known sample numbers
 * (078-05-1120) count too: dropping them has hidden real ones.
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
    if (/^(?:000|666)|^...00|0000$/.test(digits)) return named ? 0.55 : 0
    if (!named && /[$€£#/]$/.test(subject.text[start - 1] ?? '')) return 0
    if (/[\d][-.,/:]$/.test(subject.text.slice(Math.max(0, start - 2), start))) return 0
    if (/^(?:[-/:]\w|[.,]\d|%)/.test(subject.text.slice(end, end + 2))) return 0
    if (named) return 0.95
    // Nine digits in a row are anything; with spaces or dots they may be columns of a table.
    if (value.length === 9) return 0
    if (subject.hint !== undefined) return 0
    return value[3] === '-' ? (digits.startsWith('9') ? 0.6 : 0.85) : 0.5
  },
})
