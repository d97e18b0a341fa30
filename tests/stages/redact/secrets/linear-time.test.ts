import { describe, expect, test } from 'vitest'
import { recognizers } from '../../../../stages/redact/registry.ts'
import { PREFIXES } from '../../../../stages/redact/secrets/key-index.ts'
import { Subject } from '../../../../stages/redact/subject.ts'
import { leastTime } from '../../../support/least-time.ts'

const secrets = recognizers({ regions: [] }).filter(({ types }) =>
  types.every((type) => type === 'SECRET' || type === 'URL_CREDENTIALS'),
)

/** Less time says nothing about growth. */
const SHORT = 60

/** CPU milliseconds of all recognizers of secrets on a text, the best of three. */
function time(text: string, enough = 0): number {
  const prepare = (): (() => void) => {
    const subject = new Subject(text)
    return () => {
      for (const recognizer of secrets) recognizer.find(subject, () => undefined)
    }
  }
  return leastTime(prepare, 3, enough)
}

/** Eight times the text: 8 is linear, 64 is quadratic. */
function growth(unit: string): number {
  const base = `password eyJ $ kty private-lines curl ${unit.repeat(Math.ceil(4000 / unit.length))}`
  // Others use the machine too: the best try counts.
  let growth = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4 && growth > 26; attempt++) {
    const small = Math.max(time(base), 2)
    const large = time(base.repeat(8), Math.max(SHORT, 16 * small))
    growth = Math.min(growth, large > SHORT ? large / small : 8)
  }
  return growth
}

test.each([1, 2, 3, 4])('starts of keys in a row are read in linear time: part %i of 4', (part) => {
  const slow: string[] = []
  for (const [i, prefix] of PREFIXES.entries()) {
    if (i % 4 !== part - 1) continue
    for (const unit of [prefix, `${prefix}aB3`, `${prefix}0f.`]) if (growth(unit) > 26) slow.push(unit)
  }
  expect(slow).toEqual([])
})

const UNITS: readonly string[] = [
  'password',
  'password ',
  'password:',
  'password: a ',
  'password is ',
  'password for x ',
  'key=',
  'key=key',
  'token "',
  'api_key: a1b2c3d4',
  'pin ',
  'otp 1',
  'cookie: a=b; ',
  'cookie:a=',
  'a=b;',
  'curl -u ',
  'curl -u a',
  'curl -u a:',
  'mysql -p',
  'machine ',
  'machine a login b password ',
  'basic ',
  'basic aGVsbG86d29ybGQ',
  'bearer a',
  'recovery codes ',
  'recovery codes: a1b2-c3d4 ',
  'seed phrase: legal ',
  'legal ',
  'eyJ.',
  '.eyJ',
  'eyJhbGciOiJIUzI1NiJ9.',
  '$2b$12$',
  '$6$a$',
  '$',
  '{SSHA}',
  'pbkdf2_sha256$1$',
  'Private-Lines: 1\n',
  'Private-Lines: 1\nAAAA\n',
  '"kty":"',
  '"d":"',
  '-----BEGIN PRIVATE KEY-----',
  'jdbc:oracle:thin:a/',
  '://a:b@',
  '://a:',
  '://',
  '?token=',
  '&a=b',
  '=',
  ':',
  'a:1:',
  'aB3',
  'aB3/',
  'aB3+',
  'aB3_',
  'aB3-',
  'aB3.',
  'aB3=',
  '0f',
  '8Q~',
  ':AA',
  '-us1',
  '+ASt',
  'JQQJ99',
  'T3BlbkFJ',
  'otpauth://',
  'WIFI:P:a;',
  'WIFI:S:',
  'datadog a1B2c3D4e5F6g7H8 ',
  '密码',
  'пароль ',
  'ß',
  '😀',
  '\n',
  '"',
  '\\"',
]

describe('what opens a form, in a row', () => {
  test.each(UNITS)('%j', (unit) => {
    expect(growth(unit)).toBeLessThanOrEqual(26)
  })
})
