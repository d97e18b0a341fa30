import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { PACK_METRICS } from '../../../../stages/redact/packs/evidence.ts'
import { seedsOfIdentifiers } from '../../../../stages/redact/packs/pack.ts'
import { PACK_NAMES } from '../../../../stages/redact/packs/pack-names.ts'
import { packOf } from '../../../../stages/redact/packs/packs.ts'
import { DEFAULT_TYPES, isPiiType, PII_TYPE_TABLE } from '../../../../stages/redact/pii-type.ts'
import { packageFile } from '../../../../util/package-root.ts'

const packs = PACK_NAMES.map((pack) => packOf({ pack })!)
const hipaa = packOf({ pack: 'hipaa-safe-harbor' })!
const gdpr = packOf({ pack: 'gdpr' })!

describe.each(packs)('$name', (pack) => {
  test('is found by its name, and says of which day it is', () => {
    expect(packOf({ pack: pack.name })).toBe(pack)
    expect(new Date(pack.as_of).toISOString().slice(0, 10)).toBe(pack.as_of)
    expect(pack.refs.length).toBeGreaterThan(0)
  })

  test('has each identifier once, with types that exist and are looked for', () => {
    const keys = pack.identifiers.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { key, types, seeds = [], limit, done } of pack.identifiers) {
      for (const type of types) expect(pack.fields.types, key).toContain(type)
      for (const type of seeds) expect(types, key).toContain(type)
      expect(limit.length, key).toBeGreaterThan(10)
      expect(types.length === 0, key).toBe(done === 'Nothing.')
    }
    expect(pack.fields.types.filter((type) => !isPiiType(type))).toEqual([])
    expect(pack.fields.seeding.types).toEqual(seedsOfIdentifiers(pack.identifiers))
  })

  test('its own operators are among those it permits', () => {
    const operators = pack.fields.operators
    for (const type of pack.fields.types)
      expect(pack.permits(type, operators[type] ?? operators['default']!), type).toBe(true)
    expect(pack.permits('EMAIL', { operator: 'keep' })).toBe(false)
  })

  test('is a config that the stage takes', () => {
    expect(redactConfig({ pack: pack.name }).pack).toBe(pack.name)
  })
})

test('HIPAA has the 18 items A to R; only P and Q have nothing that detects them', () => {
  expect(hipaa.identifiers.map(({ key }) => key).join('')).toBe('ABCDEFGHIJKLMNOPQR')
  expect(hipaa.identifiers.filter(({ types }) => types.length === 0).map(({ key }) => key)).toEqual(['P', 'Q'])
  expect(hipaa.identifiers.find(({ key }) => key === 'B')!.ref).toBe('45 CFR 164.514(b)(2)(i)(B)')
})

test('HIPAA looks for whatever is looked for without it: R is every other number', () => {
  expect(DEFAULT_TYPES.filter((type) => !hipaa.fields.types.includes(type))).toEqual([])
})

test('HIPAA takes nothing that is derived from the value', () => {
  for (const operator of ['pseudonym', 'hash', 'surrogate', 'encrypt', 'fpe', 'shift_date', 'keep'] as const)
    for (const type of hipaa.fields.types) expect(hipaa.permits(type, { operator }), `${operator} ${type}`).toBe(false)
  expect(hipaa.permits('AGE', { operator: 'bucket' })).toBe(true)
  expect(hipaa.permits('AGE', { operator: 'bucket', edges: [0, 95, 100] })).toBe(false)
  expect(hipaa.permits('EMAIL', { operator: 'bucket', edges: [0, 1] })).toBe(false)
  expect(hipaa.permits('PHONE', { operator: 'mask' })).toBe(true)
  expect(hipaa.permits('PHONE', { operator: 'mask', keep_last: 4 })).toBe(false)
})

test('GDPR looks for every national number, and says which special categories have no form', () => {
  const national = PII_TYPE_TABLE.filter(({ group }) => group === 'national').map(({ name }) => name)
  expect(national.filter((type) => !gdpr.fields.types.includes(type))).toEqual([])
  const none = gdpr.identifiers.filter(({ types }) => types.length === 0).map(({ key }) => key)
  expect(none).toEqual(['other-factors', 'trade-union', 'genetic', 'biometric', 'health', 'sex-life', 'criminal'])
})

test('nothing that a reader sees says that a law is met', () => {
  const texts = [
    JSON.stringify([packs, PACK_METRICS]),
    ...['policies/hipaa-safe-harbor.yaml', 'policies/gdpr.yaml', 'docs/redaction-packs.md'].map((file) =>
      readFileSync(packageFile(file), 'utf8'),
    ),
  ]
  for (const text of texts) expect(text).not.toMatch(/complian|complies|comply|conform|certif(?:y|ied)|guarantee/i)
})
