import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { renderOpenLineage } from '../../reports/openlineage.ts'
import { RECORDS } from '../support/evidence-records.ts'
import { blockedRecord, erroredRecord, passedRecord } from '../support/run-record.ts'
import { needsSchemas, SCHEMAS } from '../support/schemas.ts'

// biome-ignore lint/suspicious/noExplicitAny: events of another's schema
type Event = any

const events = (text: string): Event[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const official = needsSchemas('openlineage')

describe.skipIf(official.skip)(`OpenLineage 2-0-2${official.note}`, () => {
  const check = official.skip ? () => [] : checker()

  test.each(RECORDS)('events of %s are valid, each facet by its own schema', (_, record) => {
    expect(events(renderOpenLineage(record)).flatMap(check)).toEqual([])
  })

  test.each<readonly [string, (event: Event) => void]>([
    ['no producer', (event) => delete event.producer],
    ['a run id that is no UUID', (event) => (event.run.runId = 'stage')],
    ['an event type that does not exist', (event) => (event.eventType = 'BLOCKED')],
    ['a time that is none', (event) => (event.eventTime = 'yesterday')],
    ['a facet without its schema', (event) => delete event.run.facets.processing_engine._schemaURL],
    ['a test without a status', (event) => delete event.run.facets.test.tests[0].status],
    [
      'an assertion that is a word',
      (event) => (event.inputs[0].inputFacets.dataQualityAssertions.assertions[0].success = 'yes'),
    ],
    ['a parent without a run', (event) => delete event.run.facets.parent.run],
  ])('the schemas refuse %s', (_, spoil) => {
    const event = events(renderOpenLineage(passedRecord())).find(
      (one) => one.job.name === 'support-assistant.gate.redact' && one.eventType === 'COMPLETE',
    )
    expect(check(event)).toEqual([])
    spoil(event)
    expect(check(event)).not.toEqual([])
  })
})

test('every run id starts once and ends once, inside the run, and stages name it as their parent', () => {
  for (const [, record] of RECORDS) {
    const all = events(renderOpenLineage(record))
    const ends = new Map<string, string[]>()
    for (const one of all) ends.set(one.run.runId, [...(ends.get(one.run.runId) ?? []), one.eventType])
    for (const types of ends.values()) expect(types).toEqual(['START', expect.stringMatching(/^(COMPLETE|FAIL)$/)])
    const [first, ...rest] = all
    for (const one of rest.slice(0, -1)) expect(one.run.facets.parent.run.runId).toBe(first.run.runId)
    for (const one of all) expect(one.eventTime >= record.started && one.eventTime <= record.finished).toBe(true)
    expect(all.map((one) => one.eventTime)).toEqual(all.map((one) => one.eventTime).sort())
  }
})

test('what a stage gave has the name under which the next one reads it', () => {
  const all = events(renderOpenLineage(passedRecord()))
  const of = (job: string, side: 'inputs' | 'outputs'): string[] =>
    all
      .find((one) => one.job.name === `support-assistant.${job}` && one.eventType === 'COMPLETE')
      [side].map((one: Event) => one.name)
  expect(of('ingest', 'inputs')).toEqual([
    'examples/support-tickets/tickets*.jsonl',
    'examples/support-tickets/macros.csv',
  ])
  expect(of('redact', 'inputs')).toEqual(of('ingest', 'outputs'))
  expect(of('finetune', 'inputs')).toEqual(expect.arrayContaining([of('curate', 'outputs')[0]]))
})

test('how the run ended, by job', () => {
  const ends = (record: Parameters<typeof renderOpenLineage>[0]): string[] =>
    events(renderOpenLineage(record))
      .filter((one) => one.eventType !== 'START')
      .map((one) => `${one.job.name} ${one.eventType}`)
  expect(ends(blockedRecord())).toMatchInlineSnapshot(`
    [
      "support-assistant.ingest COMPLETE",
      "support-assistant.gate.ingest COMPLETE",
      "support-assistant.redact COMPLETE",
      "support-assistant.gate.redact COMPLETE",
      "support-assistant FAIL",
    ]
  `)
  expect(ends(erroredRecord())).toMatchInlineSnapshot(`
    [
      "support-assistant.ingest COMPLETE",
      "support-assistant.redact FAIL",
      "support-assistant.gate.ingest COMPLETE",
      "support-assistant FAIL",
    ]
  `)
})

/** Checks an event by the core schema, then each facet by the schema that its `_schemaURL` names. */
function checker(): (event: Event) => readonly string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const core = JSON.parse(readFileSync(join(SCHEMAS, 'openlineage/OpenLineage.json'), 'utf8'))
  ajv.addSchema(core)
  for (const file of readdirSync(join(SCHEMAS, 'openlineage/facets')))
    ajv.addSchema(JSON.parse(readFileSync(join(SCHEMAS, 'openlineage/facets', file), 'utf8')))
  const problems = (url: string, value: unknown): string[] => {
    const validate = ajv.getSchema(url)
    if (validate === undefined) return [`no schema ${url}`]
    return validate(value) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
  }
  return (event) => {
    const found = problems('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent', event)
    const facets = [event.run?.facets, event.job?.facets]
    for (const data of [...(event.inputs ?? []), ...(event.outputs ?? [])])
      facets.push(data.facets, data.inputFacets, data.outputFacets)
    for (const set of facets)
      for (const one of Object.values<Event>(set ?? {})) found.push(...problems(one._schemaURL ?? 'no _schemaURL', one))
    return found
  }
}
