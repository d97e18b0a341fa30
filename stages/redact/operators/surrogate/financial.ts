import { luhn } from '../../recognizers/credit-card.ts'
import { keyedDraw } from '../draw.ts'
import { compactOf, putBack, reshape } from './characters.ts'
import type { SurrogateMaker } from './context.ts'
import { identifierSurrogate } from './identifier.ts'

/**
 * First six digits that payment processors publish for tests, by the issuer of the original: cards of these numbers are
 * declined everywhere but in a sandbox.
 */
const TEST_CARDS: readonly (readonly [issuer: RegExp, test: readonly string[]])[] = [
  [/^4/, ['411111', '424242', '400005', '401288', '400000']],
  [/^5[1-5]/, ['555555', '510510', '520082']],
  [/^(?:222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, ['222300', '222242']],
  [/^3[47]/, ['378282', '371449', '378734']],
  [/^(?:6011|64[4-9]|65)/, ['601111', '601100', '601198']],
  [/^35/, ['353011', '356600']],
  [/^3[0689]/, ['305693', '385200', '362272']],
  [/^62/, ['620000', '620500']],
  [/^(?:5[0678]|6)/, ['501805', '630495', '675964']],
]

/** A test card of the same issuer and length, grouped alike, with Luhn's check digit. Ten to the eighth for 16 digits of one issuer. */
export const cardSurrogate: SurrogateMaker = (value, context, type) => {
  const digits = compactOf(value)
  if (!/^\d{12,19}$/.test(digits)) return identifierSurrogate(value, context, type)
  const test = TEST_CARDS.find(([issuer]) => issuer.test(digits))?.[1]
  for (let attempt = 0; attempt < 8; attempt++) {
    const draw = keyedDraw(context.key, type, digits, attempt)
    const lead = test === undefined ? digits.slice(0, 4) : draw.pick(test)
    let body = lead
    while (body.length < digits.length - 1) body += draw.integer(10)
    const check = [...'0123456789'].find((digit) => luhn(body + digit))!
    if (body + check !== digits) return putBack(value, body + check)
  }
  return undefined
}

/**
 * An IBAN of the same country, length and grouping: letters for letters, digits for digits, check digits by ISO 7064 (modulo
 * 97). Banks' own check digits inside are not made right, so most cannot be paid to.
 */
export const ibanSurrogate: SurrogateMaker = (value, context, type) => {
  const compact = compactOf(value)
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(compact)) return reshape(value, type, context)
  const country = compact.slice(0, 2)
  for (let attempt = 0; attempt < 8; attempt++) {
    const draw = keyedDraw(context.key, type, compact, attempt)
    const account = [...compact.slice(4)]
      .map((character) =>
        /\d/.test(character) ? String(draw.integer(10)) : String.fromCharCode(65 + draw.integer(26)),
      )
      .join('')
    const number = [...`${account}${country}00`].map((character) => Number.parseInt(character, 36)).join('')
    const made = `${country}${String(98n - (BigInt(number) % 97n)).padStart(2, '0')}${account}`
    if (made !== compact) return putBack(value, made)
  }
  return undefined
}

/** Bank letters and place of a BIC drawn anew; the country stays. */
export const bicSurrogate: SurrogateMaker = (value, context, type) => {
  const compact = compactOf(value)
  const made = reshape(compact, type, context)
  if (made === undefined || !/^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/.test(compact)) return made
  return putBack(value, made.slice(0, 4) + compact.slice(4, 6) + made.slice(6))
}
