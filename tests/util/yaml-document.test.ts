import { Type } from 'typebox'
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

const error = (text: string): string => {
  try {
    parseYaml('file.yaml', text, schema, 'TEST')
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
