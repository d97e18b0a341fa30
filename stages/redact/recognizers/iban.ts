import { Feature } from '../feature.ts'
import { hasIbanStructure, ibanLength } from '../ids/iban-registry.ts'
import type { Recognizer } from '../recognizer.ts'
import { isWord } from '../subject.ts'

/** Bank account numbers (ISO 13616): country, its length and structure, check digits modulo 97 (ISO 7064). */
export const iban: Recognizer = {
  name: 'iban',
  types: ['IBAN'],
  needs: Feature.LONG_ANY | Feature.LETTER,
  priority: 8,
  find(subject, emit) {
    const { text, digitRuns } = subject
    for (let run = 0; run < digitRuns.length; run += 2) {
      const digits = digitRuns[run]!
      if (digitRuns[run + 1]! - digits < 2) continue
      // Two letters before, with a space between at most.
      const start = digits - (text[digits - 1] === ' ' ? 3 : 2)
      if (start < 0 || !isLetter(text.charCodeAt(start)) || !isLetter(text.charCodeAt(start + 1))) continue
      if (isWord(text, start - 1)) continue
      const length = ibanLength(text.slice(start, start + 2).toUpperCase())
      if (length === undefined) continue
      const body = take(text, start, length)
      if (body === undefined || isWord(text, body.end)) continue
      const named = subject.hint === 'IBAN' || /iban|konto|account|compte|cuenta|bank/.test(subject.before(start))
      // One random string in 97 has the right check digits: the places of letters and digits must be right as well.
      if (mod97(body.value)) {
        const score = hasIbanStructure(body.value) ? 1 : named ? 0.9 : 0.4
        emit({ start, end: body.end, type: 'IBAN', score, why: score === 1 ? 'mod 97' : 'mod 97, other structure' })
      } else if (named && digitsOf(body.value) >= 8) emit({ start, end: body.end, type: 'IBAN', score: 0.6 })
    }
  },
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
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
