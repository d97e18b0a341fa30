import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAMILY_NAMES } from '../../../../stages/redact/operators/data/family-names.ts'
import { FEMALE_NAMES, MALE_NAMES } from '../../../../stages/redact/operators/data/given-names.ts'
import { findEntities, type Mention } from '../../../../stages/redact/operators/entities.ts'
import { foldName, parseName } from '../../../../stages/redact/operators/name-parts.ts'

const person = (value: string): Mention => ({ type: 'PERSON', value })

function idOf(names: readonly string[], type: 'PERSON' | 'EMAIL' | 'HANDLE', value: string): string | undefined {
  return findEntities(names.map(person)).of(type, value)?.id
}

describe('the parts of a name', () => {
  test.each([
    ['Lily Chen', 'given:lily family:chen'],
    ['CHEN, Lily', 'family:chen given:lily'],
    ['Ms Chen', 'title:ms family:chen'],
    ['Prof. Dr. Anna Müller', 'title:prof title:dr given:anna family:muller'],
    ['L. Chen', 'initial:l family:chen'],
    ['Lily C.', 'given:lily initial:c'],
    ['Lily', 'alone:lily'],
    ['Jan van der Berg', 'given:jan particle:van particle:der family:berg'],
    ['van der Berg', 'particle:van particle:der family:berg'],
    ['Anne-Marie Chen-Wong', 'given:anne given:marie family:chen family:wong'],
    ['John Q. Public Jr.', 'given:john initial:q family:public suffix:jr'],
    ['Lily Chen’s', 'given:lily family:chen'],
    ["Siobhán O'Sullivan", 'given:siobhan family:osullivan'],
  ])('%s', (name, parts) => {
    expect(
      parseName(name)
        .parts.map(({ role, key }) => `${role}:${key}`)
        .join(' '),
    ).toBe(parts)
  })
})

describe('mentions of one person', () => {
  test.each([
    ['PERSON', 'Lily Chen'],
    ['PERSON', 'CHEN, Lily'],
    ['PERSON', 'Ms Chen'],
    ['PERSON', 'Ms. Lily Chen'],
    ['PERSON', 'Lily'],
    ['PERSON', 'Chen'],
    ['PERSON', 'L. Chen'],
    ['PERSON', 'Lily C.'],
    ['EMAIL', 'lily.chen@acme.com'],
    ['EMAIL', 'Chen_Lily@acme.com'],
    ['EMAIL', 'lchen@acme.com'],
    ['EMAIL', 'lily+news@acme.com'],
    ['EMAIL', 'lilychen88@acme.com'],
    ['HANDLE', '@lilychen'],
  ] as const)('%s %s goes with Lily Chen', (type, value) => {
    expect(idOf(['Lily Chen', 'Omar Haddad'], type, value)).toBe('lily chen')
  })

  test.each([
    ['PERSON', 'Mr Chen'],
    ['PERSON', 'Ms Wong'],
    ['PERSON', 'M. Chen'],
    ['EMAIL', 'support@acme.com'],
    ['EMAIL', 'wong@acme.com'],
    ['HANDLE', '@chenille'],
  ] as const)('%s %s does not', (type, value) => {
    expect(idOf(['Lily Chen', 'Omar Haddad'], type, value)).toBeUndefined()
  })

  test('nothing goes with either of two Chens but their own full names', () => {
    const names = ['Lily Chen', 'Wei Chen']
    for (const value of ['Ms Chen', 'Chen']) expect(idOf(names, 'PERSON', value)).toBeUndefined()
    expect(idOf(names, 'EMAIL', 'chen@acme.com')).toBeUndefined()
    expect(idOf(names, 'PERSON', 'Wei')).toBe('wei chen')
    expect(idOf(names, 'EMAIL', 'wchen@acme.com')).toBe('wei chen')
    expect(idOf(names, 'PERSON', 'CHEN, Wei')).toBe('wei chen')
  })

  test('a bare family name is nobody’s where a title tells of another of that name', () => {
    expect(idOf(['Lily Chen', 'Mr Chen'], 'PERSON', 'Chen')).toBeUndefined()
    expect(idOf(['Lily Chen', 'Mr Chen'], 'PERSON', 'Ms Chen')).toBe('lily chen')
  })

  test('an address made of a name is that person in every record', () => {
    expect(idOf([], 'EMAIL', 'emma.brooks@acme.com')).toBe('emma brooks')
    expect(idOf([], 'EMAIL', 'brooks.emma@acme.com')).toBe('emma brooks')
    expect(idOf([], 'EMAIL', 'front.desk@acme.com')).toBeUndefined()
  })

  const given = fc.constantFrom(...FEMALE_NAMES.slice(0, 60), ...MALE_NAMES.slice(0, 60))
  const family = fc.constantFrom(...FAMILY_NAMES.slice(0, 80), 'van der Berg', 'de la Cruz', 'Chen-Wong')
  const full = fc.tuple(given, family).map(([g, f]) => ({ g, f, name: `${g} ${f}` }))
  const key = ({ g, f }: { g: string; f: string }) => `${foldName(g)} ${foldName(f).replaceAll('-', ' ')}`

  test('two different full names never are one, and a name is one however it is written', () => {
    fc.assert(
      fc.property(fc.array(full, { minLength: 1, maxLength: 6 }), (people) => {
        const entities = findEntities(people.map(({ name }) => person(name)))
        const ids = people.map(({ name }) => entities.of('PERSON', name)!.id)
        for (const [i, a] of people.entries())
          for (const [j, b] of people.entries()) expect(ids[i] === ids[j]).toBe(key(a) === key(b))
        for (const [i, { g, f, name }] of people.entries()) {
          for (const form of [name.toUpperCase(), name.toLowerCase(), `${f}, ${g}`, `Dr ${name}`])
            expect(entities.of('PERSON', form)!.id).toBe(ids[i])
        }
      }),
    )
  })

  test('a part of a name goes only with a full name that has it, and with none where two have', () => {
    fc.assert(
      fc.property(fc.array(full, { minLength: 1, maxLength: 5 }), fc.nat(), (people, at) => {
        const entities = findEntities(people.map(({ name }) => person(name)))
        const { g } = people[at % people.length]!
        const having = new Set(
          people.filter((other) => key(other).split(' ').includes(foldName(g))).map((other) => key(other)),
        )
        const found = entities.of('PERSON', g)
        expect(found?.id).toBe(having.size === 1 ? [...having][0] : undefined)
      }),
    )
  })

  test('the order of the mentions does not matter', () => {
    const mention = fc.oneof(
      full.map(({ name }) => person(name)),
      full.map(({ f }) => person(`Mr ${f}`)),
      full.map(({ g }) => person(g)),
    )
    fc.assert(
      fc.property(fc.array(mention, { maxLength: 8 }), (mentions) => {
        const forwards = findEntities(mentions)
        const backwards = findEntities([...mentions].reverse())
        for (const { type, value } of mentions) expect(forwards.of(type, value)?.id).toBe(backwards.of(type, value)?.id)
      }),
    )
  })
})
