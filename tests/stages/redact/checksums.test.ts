import { expect, test } from 'vitest'
import { luhn } from '../../../stages/redact/recognizers/credit-card.ts'
import { mod97 } from '../../../stages/redact/recognizers/iban.ts'

test('Luhn: the published test numbers of the card schemes, and every single wrong digit', () => {
  const cards = [
    '4111111111111111',
    '5555555555554444',
    '378282246310005',
    '6011111111111117',
    '30569309025904',
    '3530111333300000',
    '4222222222222',
    '79927398713',
  ]
  for (const card of cards) {
    expect(luhn(card)).toBe(true)
    for (let i = 0; i < card.length; i++) {
      const wrong = card.slice(0, i) + ((Number(card[i]) + 3) % 10) + card.slice(i + 1)
      expect(luhn(wrong)).toBe(false)
    }
  }
})

test('ISO 7064 MOD 97-10: examples of the IBAN registry, and every single wrong digit', () => {
  const ibans = [
    'GB29NWBK60161331926819',
    'DE89370400440532013000',
    'FR1420041010050500013M02606',
    'NL91ABNA0417164300',
    'MT84MALT011000012345MTLCAST001S',
    'NO9386011117947',
    'SA0380000000608010167519',
    'BR1800360305000010009795493C1',
    'ES9121000418450200051332',
    'PL61109010140000071219812874',
  ]
  for (const iban of ibans) {
    expect(mod97(iban)).toBe(true)
    for (let i = 4; i < iban.length; i++) {
      if (!/\d/.test(iban[i]!)) continue
      expect(mod97(iban.slice(0, i) + ((Number(iban[i]) + 1) % 10) + iban.slice(i + 1))).toBe(false)
    }
  }
})
