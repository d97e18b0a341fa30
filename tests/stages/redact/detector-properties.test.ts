import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDetector, createRuleDetector } from '../../../stages/redact/detector.ts'
import { createOperators, type Operator } from '../../../stages/redact/operators/create.ts'
import { PII_TYPES } from '../../../stages/redact/pii-type.ts'
import { redactText } from '../../../stages/redact/record-redactor.ts'
import { SEEDS } from '../../../stages/redact/seeds/seeds.ts'
import { random } from '../../../util/random.ts'
import { leastTime } from '../../support/least-time.ts'

const options = { types: PII_TYPES }
const rules = createRuleDetector(options)
const detector = createDetector(options)
const using = (operator: Operator) =>
  createOperators({ operatorOf: () => operator, keys: { pseudonym: Buffer.alloc(32, 1) }, regions: ['US'] })

/** Texts out of pieces that recognizers care about, glued in any way. */
const PIECES = [
  'ada@example.org',
  '@',
  '%40',
  ' at ',
  ' dot ',
  '(at)',
  '+44 20 7946 0958',
  '212-555-0123',
  '4111 1111 1111 1111',
  '4111',
  'DE89 3704 0044 0532 0130 00',
  'DE89',
  '536-90-4399',
  '203.0.113.7',
  '2001:db8::1',
  '::',
  'fe80',
  '00:1B:44:11:3A:B7',
  'https://u:p@h/x',
  '://',
  'born ',
  '12 March 1985',
  '03/12/1985',
  'password: ',
  'hunter2!',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'eyJ',
  '-----BEGIN RSA PRIVATE KEY-----',
  '-----END',
  'my name is ',
  'Lily Chen',
  'Müller',
  'Mr. ',
  'Dear ',
  'the ',
  'in Berlin',
  '12 Baker Street',
  '10115 Berlin',
  '| ',
  '\n',
  '  ',
  ' ',
  '.',
  ',',
  '"',
  '{"a":',
  '}',
  '<EMAIL>',
  '<PERSON_0a1b2c3d>',
  '••••',
  '12',
  '0',
  'ß',
  '😀',
  'ＡＢ',
  '\u200b',
  'İ',
  'name: ',
  '?token=abcd1234',
  '=',
  ':',
  '-',
  '_',
  "'",
] as const
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 120 }),
)

test('20,000 texts: spans are valid, sorted, disjoint, and cut no character in half', () => {
  fc.assert(
    fc.property(text, (value) => {
      let last = 0
      for (const span of rules.find(value)) {
        if (!(span.start >= last && span.start < span.end && span.end <= value.length)) throw new Error('bad span')
        if (!(span.score >= 0.5 && span.score <= 1)) throw new Error('bad score')
        for (const at of [span.start, span.end]) {
          if (/[\uDC00-\uDFFF]/.test(value[at] ?? '') && /[\uD800-\uDBFF]/.test(value[at - 1] ?? ''))
            throw new Error('half a character')
        }
        last = span.end
      }
    }),
    { numRuns: 20_000 },
  )
})

const OPERATORS: readonly Operator[] = [
  { operator: 'replace' },
  { operator: 'pseudonym' },
  { operator: 'mask', keep_last: 4 },
  { operator: 'redact' },
]

test.each(OPERATORS)('redacting twice is redacting once: $operator', async (operator) => {
  const operators = using(operator)
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const once = await redactText(value, detector, operators)
      expect(await redactText(once, detector, operators)).toBe(once)
    }),
    { numRuns: 600 },
  )
})

test('what lies outside the spans is not changed', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const spans = rules.find(value)
      const kept = [...spans, { start: value.length, end: value.length }].map((span, i) =>
        value.slice(i === 0 ? 0 : spans[i - 1]!.end, span.start),
      )
      const out = await redactText(value, detector, using({ operator: 'keep' }))
      expect(out).toBe(value)
      // With a placeholder that nothing can match again, the text between is byte for byte the same.
      const replaced = await redactText(value, detector, using({ operator: 'replace' }))
      const first = kept[0]!
      if (spans.length === 0) expect(replaced).toBe(value)
      else if (rules.find(`${first}<EMAIL>`).length === 0) expect(replaced.startsWith(`${first}<`)).toBe(true)
    }),
    { numRuns: 800 },
  )
})

/** Doubling the text may double the time, no more. Best of several runs, with room for a busy machine. */
describe('linear time', () => {
  const ADVERSARIAL: Readonly<Record<string, string>> = {
    eyJ: 'eyJ',
    'sk-': 'sk-',
    'pypi-': 'pypi-',
    userinfo: '://a:b@',
    'a@-': '-a@-',
    labels: 'a@1.1.1.1.1.1',
    'long domain': '1.',
    'Aa.': 'Aa.',
    dashes: '-',
    'quote at': '"@',
    'Aa,': 'Aa, Bb, ',
    'cap run': 'Aa',
    "o'": "o'",
    letters: 'a',
    digits: '1',
    capitals: 'A',
    at: '@',
    'a@': 'a@',
    'a.a@': 'a.',
    'dots and dashes': '.-',
    spaces: ' ',
    newlines: '\n',
    'digits and spaces': '1 ',
    'pairs of digits': '12 ',
    'digit dash': '1-',
    plus: '+1 ',
    brackets: '(1',
    'hex colon': 'ab:',
    colons: ':',
    'IPv4 bits': '1.2.3.',
    'IBAN starts': 'DE89 ',
    'card starts': '4111 ',
    slashes: '://',
    'user:pass': '://a:b',
    query: '?token=',
    password: 'password ',
    'password:': 'password:',
    assignments: 'key=key=',
    'private key': '-----BEGIN PRIVATE KEY-----',
    begin: '-----BEGIN',
    jwt: 'eyJhbGciOi.',
    born: 'born 1 ',
    dates: '12/03/1985 ',
    'name is': 'my name is ',
    'Capital words': 'Lily Chen ',
    initials: 'A. ',
    particles: 'Van de la ',
    hi: 'hi lily ',
    street: '12 Baker ',
    streets: '12 Baker Street ',
    straße: 'straße 1 ',
    rue: '12 rue de la ',
    zip: 'Springfield, IL 6270',
    pipe: '| a ',
    quotes: '"a": "b", ',
    spelled: 'a dot ',
    '(at)': 'a (at) b ',
    placeholders: '<EMAIL>',
    less: '<A_',
    dots: '••',
    handles: '@a_',
    emoji: '😀',
    fullwidth: '１',
    percent: '%40',
    tokens: 'ghp_AKIA',
    base64: 'aB3/',
    unders: 'a_',
    honorifics: 'Mr. ',
    regards: 'Regards,\n',
    Am: 'Am Berg ',
    van: 'van ',
    box: 'po box 1 ',
    uk: 'SW1A 1A',
    de: 'de ',
  }
  // Less says nothing about growth.
  const SHORT = 40
  const time = (value: string, enough = 0): number => leastTime(() => () => rules.find(value), 3, enough)
  test.each(Object.entries(ADVERSARIAL))('%s', (_name, unit) => {
    // The first words switch on what looks for them.
    const base = `password, Name: dot (at) born | 1 :// eyJ x@a${unit.repeat(Math.ceil(8_000 / unit.length))}`
    rules.find(base)
    let large = Number.POSITIVE_INFINITY
    let growth = large
    // Others use the machine too: what is too slow is so every time.
    for (let attempt = 0; attempt < 4 && (large >= 2_000 || growth >= 24); attempt++) {
      // Eight times the text: 8 is linear, 64 is quadratic.
      const small = Math.max(time(base), 1)
      large = time(base.repeat(8), Math.max(SHORT, 16 * small))
      growth = large > SHORT ? large / small : 8
    }
    expect(growth).toBeLessThan(24)
    expect(large).toBeLessThan(2_000)
  })
})

test('seeded values are found far more often than not, and a generator makes different ones', () => {
  const least: Readonly<Record<string, number>> = { PERSON: 0.6, LOCATION: 0.8, SECRET: 0.8 }
  for (const [type, make] of Object.entries(SEEDS)) {
    const values = new Set<string>()
    let full = 0
    for (let i = 0; i < 200; i++) {
      const seed = make!(random(i, type))
      values.add(seed.value)
      const carrier = seed.field === undefined ? `${seed.before}${seed.value}${seed.after}` : seed.value
      const start = seed.field === undefined ? seed.before.length : 0
      const spans = rules.find(carrier, seed.field)
      const covered = [...seed.value].every(
        (char, at) => !/[\p{L}\p{N}]/u.test(char) || spans.some((s) => s.start <= start + at && start + at < s.end),
      )
      if (covered) full += 1
    }
    expect(values.size, type).toBeGreaterThan(30)
    expect(full / 200, type).toBeGreaterThanOrEqual(least[type] ?? 0.9)
  }
})
