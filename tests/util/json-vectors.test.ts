import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { needsSchemas, SCHEMAS } from '../support/schemas.ts'

const vectors = needsSchemas('jcs')

describe.skipIf(vectors.skip)(`RFC 8785 vectors${vectors.note}`, () => {
  const names = vectors.skip ? [] : readdirSync(join(SCHEMAS, 'jcs/input'))

  test.each(names)('%s gives the published bytes', (name) => {
    const input = JSON.parse(readFileSync(join(SCHEMAS, 'jcs/input', name), 'utf8'))
    expect(canonicalJson(input)).toBe(readFileSync(join(SCHEMAS, 'jcs/output', name), 'utf8'))
  })
})

test.each<readonly [string, unknown]>([
  ['NaN', { a: [Number.NaN] }],
  ['infinity', { a: Number.NEGATIVE_INFINITY }],
  ['a lone high surrogate', { a: '\ud800' }],
  ['a lone low surrogate', ['x\udc00y']],
  ['a lone surrogate in a name', { '\udfff': 1 }],
  ['undefined', undefined],
  ['a function', () => 1],
  ['a big integer', { a: 1n }],
  ['a cycle', cycle()],
])('%s is refused with a code', (_, value) => {
  const error = capture(() => canonicalJson(value))
  expect(error).toBeInstanceOf(SluiceError)
  expect((error as SluiceError).code).toBe('NOT_CANONICAL')
})

test('members that are undefined are left out, as JSON.stringify does; in a list they are null', () => {
  expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}')
})

function capture(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

function cycle(): unknown {
  const one: Record<string, unknown> = {}
  one['self'] = one
  return one
}
