import { Feature } from '../feature.ts'
import { COUNTRY_CODES } from '../ids/country-codes.ts'
import { pattern } from '../recognizer.ts'

const NAMED = /\bswift\b|\bbic\b|\bbic[ /-]|\bswift[ /-]|bank identifier|correspondent bank|beneficiary bank/
const DIRECTLY =
  /\b(?:swift|bic)(?:[ /-](?:code|number|no\.?|address|bic|swift)){0,2}[^\p{L}\d]{0,4}$|(?:\bis|\bist|\best|\bes|[:=])\s?$/u
const IBAN_NEAR = /\biban\b|[a-z]{2}\d{2}[ \d]{10}/

/**
 * SWIFT or bank identifier codes (ISO 9362): bank, country, place, branch. Eight capitals are a word as well, so the code
 * counts only after a word for it, or beside an IBAN.
 */
export const swiftBic = pattern({
  name: 'swift-bic',
  type: 'SWIFT_BIC',
  needs: Feature.UPPER,
  hints: ['swift', 'bic', 'iban'],
  priority: 3,
  pattern: /(?<![A-Za-z\d_-])[A-Z]{4} ?([A-Z]{2}) ?[A-Z\d]{2}(?: ?[A-Z\d]{3})?(?![A-Za-z\d_])/g,
  score: 0.2,
  validate(value, score, subject, start, end) {
    const compact = value.replace(/ /g, '')
    if (!COUNTRY_CODES.has(compact.slice(4, 6))) return 0
    if (subject.hint === 'SWIFT_BIC') return 0.97
    // Spaces split words too: `CODE TO BE`.
    const spaced = compact.length !== value.length
    const before = subject.before(start, 40)
    if (NAMED.test(before) || /^\W{0,3}\(?(?:swift|bic)\b/.test(subject.after(end, 12))) {
      if (/^(?:swift|bic)/i.test(value) || (spaced && !/\d/.test(compact))) return 0.3
      // Letters only: the word must stand right before, or the sentence come to its point.
      return /\d|XXX$/.test(compact) || DIRECTLY.test(before) || NAMED.test(subject.after(end, 12)) ? 0.95 : 0.3
    }
    return !spaced &&
      (IBAN_NEAR.test(subject.before(start, 96)) || IBAN_NEAR.test(subject.after(end, 64))) &&
      /\d|XXX$/.test(compact)
      ? 0.85
      : score
  },
})
