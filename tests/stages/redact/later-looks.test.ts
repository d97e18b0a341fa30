import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Field } from '../../../stages/redact/record-fields.ts'
import { createRedactor, type Redactor } from '../../../stages/redact/redactor.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'

let redactor: Redactor
beforeAll(async () => {
  redactor = await createRedactor()
})
afterAll(() => redactor.close())

const field = (text: string): Field => ({ text, field: undefined, kind: 'text', path: 'text', number: false })
const placeholders = (text: string): readonly string[] => [...text.matchAll(/<([A-Z_]+)>/g)].map(([, type]) => type!)

// The tagger is sure of the name only when the number is gone.
const TEXT = 'call Maria at 555-0100'

test('what only a later look finds is told apart, and with the rest it is all that was replaced', async () => {
  const { texts, spans, later } = await redactor.redactFields([[field(TEXT), field('nothing here')]])
  expect(texts).toEqual([['call <PERSON> at <PHONE>', 'nothing here']])
  expect(spans[0]!.map((found) => found.map(({ type }) => type))).toEqual([['PHONE'], []])
  expect(later[0]!.map((found) => found.map(({ type }) => type))).toEqual([['PERSON'], []])
})

test('a text in parts tells it too', async () => {
  async function* parts(): AsyncGenerator<string> {
    yield TEXT.slice(0, 7)
    yield TEXT.slice(7)
  }
  const types: string[] = []
  for await (const { spans, later } of redactor.redactParts(parts())) {
    types.push(...spans.map(({ type }) => type), ...later.map(({ type }) => type))
  }
  expect(types).toEqual(['PHONE', 'PERSON'])
})

test('on the sample tickets every placeholder in the output is counted once', async () => {
  const lines = readFileSync(join(PACKAGE_ROOT, 'examples/support-tickets/tickets.jsonl'), 'utf8').split('\n')
  const messages = lines.slice(0, 400).flatMap((line) => {
    const { messages = [] } = JSON.parse(line) as { messages?: readonly { content: string }[] }
    return messages.map(({ content }) => content)
  })
  const { texts, spans, later } = await redactor.redactFields(messages.map((text) => [field(text)]))
  let more = 0
  for (const [i, [text]] of texts.entries()) {
    const counted = [...spans[i]![0]!, ...later[i]![0]!].map(({ type }) => type)
    expect(placeholders(text!).toSorted(), text).toEqual(counted.toSorted())
    more += later[i]![0]!.length
  }
  expect(more).toBeGreaterThan(0)
})
