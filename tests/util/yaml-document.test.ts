import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../util/errors.ts'
import { parseYaml } from '../../util/yaml-document.ts'

const schema = Type.Object(
  {
    name: Type.String(),
    size: Type.Integer({ minimum: 1, default: 3 }),
    items: Type.Optional(
      Type.Array(
        Type.Object(
          { threshold: Type.Number(), mode: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])) },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
)

const error = (text: string, against: TSchema = schema): string => {
  try {
    parseYaml('file.yaml', text, against, 'TEST')
  } catch (cause) {
    return cause instanceof SluiceError ? cause.format() : String(cause)
  }
  return 'no error'
}

describe('a YAML file', () => {
  it('gets its defaults and knows where everything stands', () => {
    const document = parseYaml('file.yaml', 'name: x\nitems:\n  - threshold: 1\n', schema, 'TEST')
    expect(document.value).toEqual({ name: 'x', size: 3, items: [{ threshold: 1 }] })
    expect(document.at(['items', 0, 'threshold'])).toEqual({ file: 'file.yaml', line: 3, column: 5 })
  })

  it('names an unknown key, its place and the nearest known one', () => {
    expect(error('name: x\nitems:\n  - treshold: 1\n    threshold: 2\n')).toMatchInlineSnapshot(`
      "file.yaml:3:5: TEST_UNKNOWN_KEY: unknown key \`treshold\` in \`items.0\`
        → did you mean \`threshold\`?"
    `)
  })

  it('reports all problems at once', () => {
    expect(error('size: 0\nitems:\n  - threshold: a lot\n')).toMatchInlineSnapshot(`
      "file.yaml:1:1: TEST_INVALID: the file lacks the key \`name\`
        also 1:1: \`size\` must be >= 1
        also 3:5: \`items.0.threshold\` must be number"
    `)
  })

  const choices = Type.Object({
    mode: Type.Union([Type.Literal('enforce'), Type.Literal('warn'), Type.Literal(3), Type.Array(Type.String())]),
    need: Type.Union([Type.Array(Type.String()), Type.Record(Type.String(), Type.String()), Type.String()]),
    size: Type.Optional(Type.Union([Type.Enum(['small', 'large']), Type.Number()])),
    operator: Type.Optional(
      Type.Union([
        Type.Object({ operator: Type.Literal('mask'), keep: Type.Optional(Type.Integer()) }),
        Type.Object({ operator: Type.Literal('hash') }),
      ]),
    ),
  })
  const refusal = (text: string): string => error(text, choices)

  it('says once what is allowed where there is a choice', () => {
    expect(refusal('mode: enforced\nneed: 5\n')).toMatchInlineSnapshot(`
      "file.yaml:1:1: TEST_INVALID: \`mode\` must be one of: enforce, warn, 3, or array
        also 2:1: \`need\` must be array or object or string
        → did you mean \`enforce\`?"
    `)
    expect(refusal('mode: { a: 1 }\nneed: x\nsize: lorge\n')).toMatchInlineSnapshot(`
      "file.yaml:1:1: TEST_INVALID: \`mode\` must be one of: enforce, warn, 3, or array
        also 3:1: \`size\` must be one of: small, large, or number (did you mean \`large\`?)"
    `)
    expect(refusal('mode: warn\nneed: x\noperator: { operator: mosk }\n')).toMatchInlineSnapshot(`
      "file.yaml:3:13: TEST_INVALID: \`operator.operator\` must be one of: mask, hash
        → did you mean \`mask\`?"
    `)
    expect(refusal('mode: warn\nneed: x\noperator: { keep: 4 }\n')).toMatchInlineSnapshot(
      `"file.yaml:3:1: TEST_INVALID: \`operator\` lacks the key \`operator\`"`,
    )
    expect(refusal('mode: warn\nneed: [x, 1]\n')).toMatchInlineSnapshot(
      `"file.yaml:2:11: TEST_INVALID: \`need.1\` must be string"`,
    )
  })

  it.each([
    ['name: [x\n', 'TEST_SYNTAX'],
    ['name: x\nname: y\n', 'TEST_SYNTAX'],
    ['', 'TEST_INVALID'],
    ['- a\n', 'TEST_INVALID'],
    ['name: x\nitems:\n  - threshold: 1\n    mode: c\n', 'TEST_INVALID'],
  ])('refuses %j with %s', (text, code) => {
    expect(error(text)).toContain(code)
  })
})
