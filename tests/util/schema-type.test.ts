import { Type as TypeBox } from 'typebox'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { Type } from '../../util/schema-type.ts'

/** Enumerable members in their order and hidden ones, at every depth. */
function whole(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(whole)
  const members = Object.entries(Object.getOwnPropertyDescriptors(value))
  const read = (seen: boolean) =>
    members.filter(([, { enumerable }]) => enumerable === seen).map(([name, member]) => [name, whole(member.value)])
  return { seen: read(true), hidden: Object.fromEntries(read(false)) }
}

const build = (type: typeof Type): readonly unknown[] => {
  const inner = type.Object(
    {
      name: type.String({ minLength: 1, description: 'A name.' }),
      size: type.Optional(type.Integer({ minimum: 0 })),
      share: type.Optional(type.Number({ default: 0.5 })),
      on: type.Boolean({ default: true }),
    },
    { additionalProperties: false, description: 'Inner.' },
  )
  return [
    inner,
    type.Object({}),
    type.Object({ only: type.Optional(type.Unknown()) }),
    type.Array(type.Union([type.Literal('a'), type.Literal(1), type.Literal(true), type.Null()]), { minItems: 1 }),
    type.Union([type.String(), type.Array(inner)], { default: 'x' }),
    type.Enum(['x', 'y'], { default: 'x' }),
    type.Enum([...(['x'] as const)]),
    type.Record(type.String(), type.Unknown(), { description: 'Any.' }),
    type.Record(type.String({ pattern: '^[a-z]+$' }), inner, { minProperties: 1 }),
    type.Optional(type.Record(type.String(), type.Optional(type.String()))),
    type.Unsafe<string | number>({ type: ['string', 'number'], description: 'Either.' }),
    type.Optional(type.Unsafe<string>({ type: 'string' })),
    type.Cyclic(
      { Tree: type.Object({ left: type.Optional(type.Ref('Tree')), leaf: type.Ref('Leaf') }), Leaf: type.String() },
      'Tree',
      { title: 'A tree' },
    ),
    type.Ref('Tree', { description: 'More.' }),
  ]
}

test.each(build(Type).map((made, i) => [i, made] as const))('schema %i is the one that typebox makes', (i, made) => {
  expect(whole(made)).toEqual(whole(build(TypeBox)[i]))
  expect(JSON.stringify(made)).toBe(JSON.stringify(build(TypeBox)[i]))
})

test('a schema that is made optional stays as it was', () => {
  const text = Type.String()
  expect(whole(Type.Object({ a: Type.Optional(text), b: text }))).toEqual(
    whole(TypeBox.Object({ a: TypeBox.Optional(TypeBox.String()), b: TypeBox.String() })),
  )
})

test('the Value of typebox takes them', () => {
  const schema = Type.Object({ name: Type.String(), size: Type.Optional(Type.Integer({ default: 3 })) })
  expect(Value.Default(schema, { name: 'x' })).toEqual({ name: 'x', size: 3 })
  expect(Value.Check(schema, { name: 'x', size: 1.5 })).toBe(false)
  expect(Value.Parse(schema, { name: 'x', size: 2 })).toEqual({ name: 'x', size: 2 })
})
