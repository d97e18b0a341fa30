import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderModelCard } from '../../reports/model-card.ts'
import { blockedRecord, passedRecord } from '../support/run-record.ts'

function split(card: string): { readonly front: Record<string, unknown>; readonly body: string } {
  const match = /^---\n([\s\S]*?\n)---\n([\s\S]*)$/.exec(card)
  if (match === null) throw new Error('no front matter')
  return { front: parse(match[1]!), body: match[2]! }
}

test('the front matter reads back as the Hub expects it', () => {
  const { front } = split(renderModelCard(passedRecord()))
  const { 'model-index': index, ...rest } = front
  expect(rest).toMatchInlineSnapshot(`
    {
      "datasets": [
        "tickets",
        "macros",
      ],
      "language": [
        "en",
        "de",
        "fr",
      ],
      "license": "apache-2.0",
      "pipeline_tag": "text-generation",
      "tags": [
        "sluice",
        "text-generation",
        "support-assistant",
      ],
    }
  `)
  const [model] = index as [
    {
      name: string
      results: [
        { task: { type: string }; dataset: { type: string; name: string }; metrics: { type: string; value: number }[] },
      ]
    },
  ]
  expect(model.name).toBe('support-assistant')
  expect(model.results[0].task.type).toBe('text-generation')
  expect(model.results[0].metrics[0]).toMatchObject({ type: 'perplexity', value: 8.31 })
  for (const metric of model.results[0].metrics) expect(typeof metric.value).toBe('number')
})

test('any names and words survive the round trip through YAML and do not break out of it', () => {
  const one = passedRecord()
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      (id, licence) => {
        const card = renderModelCard({ ...one, sources: [{ id, uri: 'a', licence }] })
        const { front } = split(card)
        expect(front['datasets']).toEqual([id])
        expect(front['license'] === 'other' ? front['license_name'] : licence.toLowerCase()).toBe(
          front['license'] === 'other' ? licence : front['license'],
        )
      },
    ),
  )
})

test('sources with different licences never become one', () => {
  const one = passedRecord()
  const sources = [
    { id: 'a', uri: 'a', licence: 'MIT' },
    { id: 'b', uri: 'b' },
  ]
  const { front } = split(renderModelCard({ ...one, sources }))
  expect([front['license'], front['license_name']]).toEqual(['other', 'MIT and not stated'])
})

test('the card says what a reader needs, and a blocked run proposes no model', () => {
  const { body } = split(renderModelCard(passedRecord()))
  expect(body.match(/^## .*$/gm)).toMatchInlineSnapshot(`
    [
      "## Intended use",
      "## Training data",
      "## Training",
      "## Redaction",
      "## Toxicity",
      "## Bias",
      "## Evaluation and privacy audit",
      "## Behaviour against the reference",
      "## Gates",
      "## Limits",
      "## How to verify",
    ]
  `)
  expect(body).toContain('| Seeded recall (EMAIL) | 97.3% | 95%: 95.1% to 98.6% | 400 |')
  expect(split(renderModelCard(blockedRecord())).body).toContain('**No model was released or proposed by this run.**')
})
