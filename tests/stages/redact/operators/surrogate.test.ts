import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDetector } from '../../../../stages/redact/detector.ts'
import { findEntities, type Mention } from '../../../../stages/redact/operators/entities.ts'
import type { SurrogateContext } from '../../../../stages/redact/operators/surrogate/context.ts'
import { surrogateOf } from '../../../../stages/redact/operators/surrogate/surrogate.ts'
import { isRight } from '../../../../stages/redact/operators/surrogate/validators.ts'
import type { PiiType } from '../../../../stages/redact/pii-type.ts'
import { luhn } from '../../../../stages/redact/recognizers/credit-card.ts'
import { ADDRESSES, CONTACTS, NUMBERS, PEOPLE } from './surrogate-values.ts'

function context(names: readonly string[] = [], key = 1): SurrogateContext {
  return {
    key: Buffer.alloc(32, key),
    regions: ['US', 'GB', 'DE', 'FR', 'AU', 'SE'],
    entities: findEntities(names.map((value): Mention => ({ type: 'PERSON', value }))),
    dayFirst: false,
  }
}

const give = (type: PiiType, value: string, names: readonly string[] = [], key = 1): string =>
  surrogateOf(type, value, context(names, key)) ?? `<${type}>`

describe('people', () => {
  test('each part is mapped by itself, so all mentions agree, in any record and any case', () => {
    const [given, family] = give('PERSON', 'Lily Chen').split(' ') as [string, string]
    expect(given).toMatch(/^\p{Lu}\p{Ll}+$/u)
    expect(give('PERSON', 'Ms Chen')).toBe(`Ms ${family}`)
    expect(give('PERSON', 'Lily')).toBe(given)
    expect(give('PERSON', 'CHEN, Lily')).toBe(`${family.toUpperCase()}, ${given}`)
    expect(give('PERSON', 'lily chen')).toBe(`${given} ${family}`.toLowerCase())
    expect(give('PERSON', 'Dr. Lily Chen’s')).toBe(`Dr. ${given} ${family}’s`)
    expect(give('PERSON', 'L. Chen', ['Lily Chen'])).toBe(`${given[0]}. ${family}`)
    expect(give('EMAIL', 'lily.chen@acme.com')).toMatch(`${given}.${family}@`.toLowerCase())
    expect(give('EMAIL', 'lchen@acme.com', ['Lily Chen'])).toMatch(`${given[0]}${family}@`.toLowerCase())
    expect(give('HANDLE', '@lilychen', ['Lily Chen'])).toBe(`@${given}${family}`.toLowerCase())
    expect(give('PERSON', 'Chen', ['Lily Chen'])).toBe(family)
  })

  test('titles, particles, hyphens, suffixes and script stay', () => {
    expect(give('PERSON', 'Prof. Dr. Anne-Marie van der Berg-Koch Jr.')).toMatch(
      /^Prof\. Dr\. \p{Lu}\p{Ll}+-\p{Lu}\p{Ll}+ van der \p{Lu}\p{Ll}+-\p{Lu}\p{Ll}+ Jr\.$/u,
    )
    expect(give('PERSON', 'Иван Петрович Сидоров')).toMatch(
      /^\p{Script=Cyrillic}+ \p{Script=Cyrillic}+ич \p{Script=Cyrillic}+$/u,
    )
    expect(give('PERSON', 'Анна Сидорова')).toBe(
      `${give('PERSON', 'Анна')} ${give('PERSON', 'Иван Сидоров').split(' ')[1]}а`,
    )
    expect(give('PERSON', '王小明')).toMatch(/^\p{Script=Han}{3}$/u)
  })

  test('a known gender stays', () => {
    const female = ['Lily', 'Emma', 'Anna', 'Fatima', 'Ingrid'].map((name) => give('PERSON', name))
    expect(give('PERSON', 'Mrs Emma Smith')).toContain(female[1])
    for (const name of female) expect(name).not.toMatch(/^(?:James|John|Peter|Omar|Hans)$/)
  })
})

const ALL = [...PEOPLE, ...CONTACTS, ...ADDRESSES, ...NUMBERS]

test.each(ALL)('%s %s has another value of its shape, the same every time', (type, value) => {
  for (let key = 0; key < 8; key++) {
    const made = give(type, value, [], key)
    expect(made).not.toBe(value)
    expect(made).not.toMatch(/^</)
    expect(give(type, value, [], key)).toBe(made)
  }
  expect(new Set(Array.from({ length: 8 }, (_, key) => give(type, value, [], key))).size).toBeGreaterThan(2)
})

test.each(NUMBERS.filter(([type, value]) => isRight(type, value)))(
  '%s: the check digits of the surrogate of %s are right, its separators in their places',
  (type, value) => {
    for (let key = 0; key < 10; key++) {
      const made = give(type, value, [], key)
      expect(isRight(type, made)).toBe(true)
      expect(made.replace(/\d/g, '0').replace(/[A-Z]/g, 'A')).toBe(value.replace(/\d/g, '0').replace(/[A-Z]/g, 'A'))
    }
  },
)

test('numbers without letters and dates keep people apart: no two meet', () => {
  const seen = new Set<string>()
  let n = 0
  for (let i = 0; n < 150; i++) {
    const value = String(943_000_0000 + i * 7)
    if (!isRight('UK_NHS', value)) continue
    n += 1
    seen.add(give('UK_NHS', value))
  }
  expect(seen.size).toBe(n)
})

describe('values from ranges that are no one’s', () => {
  test.each([
    ['PHONE', '+1 (212) 867-5309', /^\+1 \(\d{3}\) 555-01\d\d$/],
    ['PHONE', '020 7123 4567', /^0(?:20 7946 0|28 9649 6|29 2018 0)\d\d\d$/],
    ['PHONE', '+44 7700 123456', /^\+44 7700 900\d{3}$/],
    ['PHONE', '+33 6 12 34 56 78', /^\+33 6 39 98 \d\d \d\d$/],
    ['PHONE', '+46 70 123 45 67', /^\+46 70 174 06 \d\d$/],
    ['PHONE', '+49 171 1234567', /^\+49 171 39200\d\d$/],
    ['PHONE', '+81 90-1234-5678', /^\+81 90-\d{4}-\d{4}$/],
    ['IP_ADDRESS', '10.20.30.40', /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/],
    ['IP_ADDRESS', '2a02:8109:b6c0::1f', /^2001:db8:[0-9a-f:]+$/],
    ['MAC_ADDRESS', '00:1A:2B:3C:4D:5E', /^[0-9A-F][26AE](?::[0-9A-F]{2}){5}$/],
    ['US_SSN', '536-90-4399', /^9\d\d-(?:0[1-9]|[1-4]\d)-\d{4}$/],
    ['CREDIT_CARD', '4539 1488 0343 6467', /^4\d{3} \d{4} \d{4} \d{4}$/],
    ['EMAIL', 'ada@acme.com', /@[a-z]+-[a-z]+\.example\.(?:com|net|org)$/],
    ['URL', 'https://www.acme.com/x', /^https:\/\/www\.[a-z]+-[a-z]+\.example\.(?:com|net|org)\//],
  ] as const)('%s %s', (type, value, form) => {
    for (let key = 0; key < 6; key++) expect(give(type, value, [], key)).toMatch(form)
  })

  test('cards keep issuer, length and Luhn', () => {
    const card = fc.constantFrom(
      '4539148803436467',
      '5425233430109903',
      '378282246310005',
      '6011000990139424',
      '3530111333300000',
    )
    fc.assert(
      fc.property(card, fc.nat({ max: 200 }), (value, key) => {
        const made = give('CREDIT_CARD', value, [], key)
        expect(luhn(made)).toBe(true)
        expect([made.length, made[0]]).toEqual([value.length, value[0]])
      }),
    )
  })

  test('a secret never looks live', () => {
    const made = give('SECRET', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a')
    expect(made).toMatch(/^fak_e/)
    expect(made).toHaveLength(40)
    expect(give('SECRET', 'd41d8cd98f00b204e9800998ecf8427e')).toMatch(/^facade[0-9a-f]{26}$/)
    expect(give('SECRET', 'AKIAIOSFODNN7EXAMPLE')).toMatch(/^FAKE/)
  })

  test('one domain is one domain, one network one network, one town one town', () => {
    const domain = (address: string) => address.split('@')[1]
    expect(domain(give('EMAIL', 'ada@acme.com'))).toBe(domain(give('EMAIL', 'info@ACME.com')))
    expect(domain(give('EMAIL', 'ada@acme.com'))).not.toBe(domain(give('EMAIL', 'ada@acme.org')))
    const net = (address: string) => address.split('.').slice(0, 3).join('.')
    expect(net(give('IP_ADDRESS', '10.20.30.40'))).toBe(net(give('IP_ADDRESS', '10.20.30.41')))
    expect(give('ADDRESS', 'Lindenstraße 12, 10115 Berlin')).toMatch(new RegExp(` ${give('LOCATION', 'Berlin')}$`))
    expect(give('ADDRESS', '10115 Berlin').slice(0, 5)).toBe(give('POSTAL_CODE', '10115'))
  })
})

test.each([
  ['58281 Leda Trace', /^\d{5} \p{Lu}\p{Ll}+ Trace$/u],
  ['221B Baker Street, London NW1 6XE', /^\d{3}[A-Z] \p{Lu}\p{Ll}+ Street, [\p{L} ]+ [A-Z]{2}\d \d[A-Z]{2}$/u],
  ['742 Evergreen Terrace, Springfield, IL 62704', /^\d{3} \p{Lu}\p{Ll}+ Terrace, [\p{L} ]+, IL \d{5}$/u],
  ['Keizersgracht 100, 1016 AB Amsterdam', /^\p{Lu}\p{Ll}+gracht \d{3}, \d{4} [A-Z]{2} [\p{L} ]+$/u],
  ['12 rue de la Paix, 75002 Paris', /^\d\d rue de la \p{Lu}\p{Ll}+, \d{5} [\p{L} ]+$/u],
  ['P.O. Box 1234', /^P\.O\. Box \d{4}$/],
])('the form of %s stays', (value, form) => {
  for (let key = 0; key < 6; key++) expect(give('ADDRESS', value, [], key)).toMatch(form)
})

test('the detector takes surrogates for what they stand for', async () => {
  const detector = createDetector({ types: ALL.map(([type]) => type), names: true })
  const CARRIERS: Readonly<Partial<Record<PiiType, string>>> = {
    PERSON: 'My name is {} and I ordered last week.',
    LOCATION: 'I live in {} now.',
    ADDRESS: 'My address is {}.',
    PHONE: 'Please call me: {}.',
    SECRET: 'api_key={}',
  }
  const tried: { readonly type: PiiType; readonly value: string; readonly original: string; readonly text: string }[] =
    []
  for (const [type, original] of ALL) {
    for (let key = 0; key < 4; key++) {
      const value = give(type, original, [], key)
      const carrier = CARRIERS[type] ?? `${type.toLowerCase().replaceAll('_', ' ')}: {}.`
      tried.push({ type, value, original, text: carrier.replace('{}', value) })
    }
  }
  const carried = tried.map(({ type, original }) => ({
    text: (CARRIERS[type] ?? `${type.toLowerCase().replaceAll('_', ' ')}: {}.`).replace('{}', original),
    field: undefined,
  }))
  const found = await detector.findAll(tried.map(({ text }) => ({ text, field: undefined })))
  const before = await detector.findAll(carried)
  const covers = (text: string, value: string, spans: readonly { start: number; end: number }[]) => {
    const at = text.indexOf(value)
    return spans.some(({ start, end }) => start <= at && end >= at + value.length)
  }
  // Where the original itself is found in such a sentence, its surrogate must be too.
  const fair = tried.map((trial, i) => ({
    ...trial,
    was: covers(carried[i]!.text, trial.original, before[i]!),
    is: covers(trial.text, trial.value, found[i]!),
  }))
  const was = fair.filter((trial) => trial.was)
  const lost = was.filter((trial) => !trial.is).map(({ type, value }) => `${type} ${value}`)
  expect(was.length).toBeGreaterThan(200)
  expect(lost.length / was.length, lost.join('\n')).toBeLessThan(0.04)
})

test('whatever the value, a surrogate is another text of bounded length, or none', () => {
  const types = [...new Set(ALL.map(([type]) => type))]
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'grapheme-ascii', maxLength: 60 })),
      (type, value) => {
        const made = surrogateOf(type, value, context())
        expect(made).not.toBe(value)
        if (made !== undefined) {
          expect(made.length).toBeGreaterThan(0)
          expect(made.length).toBeLessThan(value.length * 20 + 60)
          expect(surrogateOf(type, value, context())).toBe(made)
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('a URL whose user is empty or of signs alone gets another host', () => {
  for (const value of ['@$', '//@host', 'https://***@shop.test/a']) {
    const made = surrogateOf('URL_CREDENTIALS', value, context())
    expect(made).toBeDefined()
    expect(made).not.toBe(value)
  }
})

test('of a thousand people of ten given names, fewer than twenty-five share a surrogate', () => {
  const letters = (n: number) => [...String(n).padStart(3, '0')].map((digit) => 'abcdefghij'[Number(digit)]).join('')
  const people = Array.from({ length: 1000 }, (_, i) => `${PEOPLE[i % 10]![1].split(/[ ,]/)[0]} Fam${letters(i)}ly`)
  expect(new Set(people.map((name) => give('PERSON', name))).size).toBeGreaterThan(975)
})
