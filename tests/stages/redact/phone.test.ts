import { type CountryCode, getExampleNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, test } from 'vitest'
import { createRuleDetector } from '../../../stages/redact/detector.ts'

const REGIONS: readonly CountryCode[] = [
  'US',
  'CA',
  'GB',
  'IE',
  'DE',
  'AT',
  'CH',
  'FR',
  'ES',
  'IT',
  'NL',
  'BE',
  'PL',
  'SE',
  'NO',
  'DK',
  'FI',
  'PT',
  'BR',
  'MX',
  'TR',
  'IN',
  'JP',
  'KR',
  'AU',
  'NZ',
  'ZA',
  'NG',
  'KE',
  'IL',
]

describe('libphonenumber’s example numbers', () => {
  test.each(REGIONS)('%s: international, E.164 and national with the word phone before it', (region) => {
    const number = getExampleNumber(region, examples)!
    const detector = createRuleDetector({ types: ['PHONE'], regions: [region] })
    for (const form of [number.formatInternational(), number.number, number.formatNational()]) {
      const text = `my phone: ${form}, thanks`
      expect(detector.find(text).map((span) => text.slice(span.start, span.end))).toEqual([form])
    }
    // With a plus sign no word and no region is needed.
    const bare = `| ${number.formatInternational()} |`
    expect(createRuleDetector({ types: ['PHONE'], regions: [] }).find(bare)).toHaveLength(1)
  })
})

test('two numbers in one run are two spans', () => {
  const text = 'call 212-555-0123 or 646-555-0199; +44 20 7946 0958 +44 20 7946 0959'
  const spans = createRuleDetector({ types: ['PHONE'] }).find(text)
  expect(spans.map((span) => text.slice(span.start, span.end))).toEqual([
    '212-555-0123',
    '646-555-0199',
    '+44 20 7946 0958',
    '+44 20 7946 0959',
  ])
})

test.each(['phone # 617-555-0199', 'Fax # 617.555.0199', 'Tel #6175550199', 'Ph# 617 555 0199', 'ph. 617-555-0199'])(
  'a number sign after a word for a phone is no word for another number: %s',
  (text) => {
    const [span] = createRuleDetector({ types: ['PHONE'] }).find(text)
    expect(text.slice(span?.start, span?.end).replace(/\D/g, '')).toBe('6175550199')
  },
)

test('a number sign alone still is', () => {
  expect(createRuleDetector({ types: ['PHONE'] }).find('ticket #6175550199, # 6175550199')).toEqual([])
})
