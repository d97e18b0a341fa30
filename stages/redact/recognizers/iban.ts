import type { Recognizer } from '../recognizer.ts'
import { Feature, isWord } from '../subject.ts'

/** Length of an IBAN by country: SWIFT IBAN registry. */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
}

const START = /[A-Za-z]{2} ?\d{2}(?=[ .-]?[A-Za-z0-9]{2})/g

/** Bank account numbers (ISO 13616): country, its length, check digits modulo 97 (ISO 7064). */
export const iban: Recognizer = {
  name: 'iban',
  types: ['IBAN'],
  needs: Feature.DIGIT | Feature.LETTER,
  priority: 8,
  find(subject, emit) {
    const { text } = subject
    for (const match of text.matchAll(START)) {
      const start = match.index
      const length = LENGTHS[match[0].slice(0, 2).toUpperCase()]
      if (length === undefined || isWord(text, start - 1)) continue
      const body = take(text, start, length)
      if (body === undefined || isWord(text, body.end)) continue
      const named = subject.hint === 'IBAN' || /iban|konto|account|compte|cuenta|bank/.test(subject.before(start))
      if (mod97(body.value)) emit({ start, end: body.end, type: 'IBAN', score: 1 })
      else if (named && digitsOf(body.value) >= 8) emit({ start, end: body.end, type: 'IBAN', score: 0.6 })
    }
  },
}

/** Exactly `length` letters and digits from `start`, with at most one separator between two of them. */
function take(text: string, start: number, length: number): { value: string; end: number } | undefined {
  let value = ''
  let at = start
  while (value.length < length) {
    const code = text.charCodeAt(at)
    if ((code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) value += text[at]
    else if (!(code === 32 || code === 45 || code === 46) || !isWord(text, at - 1)) return undefined
    at += 1
  }
  return { value: value.toUpperCase(), end: at }
}

function digitsOf(value: string): number {
  return value.replace(/\D/g, '').length
}

/** ISO 7064 MOD 97-10 over the rearranged account number, letters as 10…35. */
export function mod97(iban: string): boolean {
  let rest = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const code = char.charCodeAt(0)
    rest = code <= 57 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97
  }
  return rest === 1
}
