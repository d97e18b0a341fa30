import { describe, expect, test } from 'vitest'
import { ALL_IDS } from '../../../../stages/redact/ids/all-ids.ts'
import { findIds } from '../../../../stages/redact/ids/find-ids.ts'
import { PII_TYPE_TABLE } from '../../../../stages/redact/pii-type.ts'
import { NATIONAL_SEEDS } from '../../../../stages/redact/seeds/national.ts'
import { Subject } from '../../../../stages/redact/subject.ts'
import { random } from '../../../../util/random.ts'
import { AMERICAS } from './cases-americas.ts'
import { ASIA_PACIFIC } from './cases-asia-pacific.ts'
import { SOUTH_AND_EAST } from './cases-europe-east.ts'
import { WEST } from './cases-europe-west.ts'
import { found, nationalIn, ofACountryIn } from './detect.ts'

const CASES = [...AMERICAS, ...WEST, ...SOUTH_AND_EAST, ...ASIA_PACIFIC]
const NATIONAL = PII_TYPE_TABLE.filter((info) => 'country' in info && info.name !== 'US_SSN').map(({ name }) => name)

describe.each(CASES)('$type', ({ type, yes, no }) => {
  test.each(yes)('is found in %j', (marked) => {
    const text = marked.replace(/[⟦⟧]/g, '')
    expect(found(text)).toContain(`${type}:${/⟦(.*)⟧/.exec(marked)![1]!}`)
  })
  test.each(no)('is not found in %j', (text) => {
    expect(ofACountryIn(text)).toEqual([])
  })
})

test('every national type of a country has cases, seeds and a spec', () => {
  const sorted = [...NATIONAL].sort()
  expect([...new Set(CASES.map(({ type }) => type))].sort()).toEqual(sorted)
  expect(Object.keys(NATIONAL_SEEDS).sort()).toEqual(sorted)
  expect([...new Set(ALL_IDS.map(({ type }) => type))].sort()).toEqual(sorted)
})

test('every spec claims something in the cases: none is dead', () => {
  const rules = new Set<string>()
  const recognizer = findIds(ALL_IDS)
  const texts = CASES.flatMap(({ yes }) => yes.map((marked) => marked.replace(/[⟦⟧]/g, '')))
  for (const text of texts) {
    recognizer.find(new Subject(text), ({ score, rule }) => {
      if (score >= 0.5) rules.add(rule!)
    })
  }
  expect(ALL_IDS.map(({ name }) => name).filter((name) => !rules.has(name))).toEqual([])
})

test('names are unique, shapes within what the engine reads, and a score that counts alone has its form written', () => {
  expect(new Set(ALL_IDS.map(({ name }) => name)).size).toBe(ALL_IDS.length)
  for (const { name, shapes, score, contextScore, written } of ALL_IDS) {
    for (const shape of shapes) {
      expect([name, shape.length <= 24, shape.split('?').length <= 8, /[9?]/.test(shape)]).toEqual([
        name,
        true,
        true,
        true,
      ])
    }
    expect([name, score <= contextScore || contextScore === 0]).toEqual([name, true])
    if (score >= 0.5) expect([name, written !== undefined]).toEqual([name, true])
  }
})

test('made-up true numbers, by other code than the checks, are found whole in their sentences and fields', () => {
  const missed: string[] = []
  for (const [type, make] of Object.entries(NATIONAL_SEEDS)) {
    let whole = 0
    for (let i = 0; i < 100; i++) {
      const { before, value, after, field } = make(random(i, 'national', type))
      const text = field === undefined ? before + value + after : value
      if (nationalIn(text, field).some((hit) => hit.endsWith(`:${value}`))) whole += 1
    }
    if (whole < 97) missed.push(`${type} ${whole}`)
  }
  expect(missed).toEqual([])
})
