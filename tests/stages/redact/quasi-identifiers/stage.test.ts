import { expect, test } from 'vitest'
import { recordId, type TextRecord } from '../../../../artifacts/record.ts'
import { Tally } from '../../../../artifacts/tally.ts'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { redact } from '../../../../stages/redact/index.ts'
import type { OpenContext } from '../../../../stages/stage.ts'

const CONFIG = redactConfig({
  types: ['default', 'AGE', 'POSTAL_CODE'],
  tagger: false,
  seeding: { share: 0, values_per_record: 1, per_type_max: 1, types: [] },
  operators: { AGE: { operator: 'bucket' }, POSTAL_CODE: { operator: 'bucket' } },
  fields: {
    'meta.age': { as: 'AGE', because: 'asked for in the form' },
    'meta.zip': { as: 'POSTAL_CODE', because: 'asked for in the form' },
  },
  quasi_identifiers: { fields: ['meta.age', 'meta.zip'], sensitive: ['meta.topic'], k: 3, l: 2 },
})

const PEOPLE = [
  [31, '10001', 'refund'],
  [34, '10002', 'login'],
  [38, '10003', 'login'],
  [52, '10001', 'login'],
] as const

const RECORDS: readonly TextRecord[] = PEOPLE.map(([age, zip, topic], row) => {
  const source = { uri: 'a.jsonl', row }
  return { id: recordId({ text: 'Hello' }, source), text: 'Hello', source, meta: { age, zip, topic }, notes: {} }
})

test('the stage measures groups of what travels on: generalised values, not those that came', async () => {
  const tally = new Tally()
  const context = { seed: 1, tally, secret: () => Buffer.alloc(32, 3), baseDir: '.' } as unknown as OpenContext
  const worker = await redact.open(CONFIG, context)
  const { kept } = await worker.process(RECORDS)
  await worker.close()
  // Three people of thirty to thirty-nine became one group; the fourth stands alone.
  expect(new Set(kept.map(({ meta }) => JSON.stringify([meta['age'], meta['zip']]))).size).toBe(2)
  const { metrics, tables } = redact.summarize!(Tally.from(tally.toJSON()), CONFIG)
  const found = metrics.filter(({ name }) => /k_anonymity|below_[kl]|l_diversity/.test(name))
  expect(found.map(({ name, labels, value }) => [name, labels?.['kind'] ?? '', value])).toEqual([
    ['k_anonymity_min', '', 1],
    ['records_below_k', '', 0.25],
    ['l_diversity_min', 'distinct', 1],
    ['l_diversity_min', 'entropy', 1],
    ['records_below_l', '', 0.25],
  ])
  expect(tables?.some(({ name }) => name === 'quasi_identifier_groups')).toBe(true)
  const declared = new Set(redact.metrics.map(({ name }) => name))
  expect(metrics.every(({ name }) => declared.has(name))).toBe(true)
})

test('without a config for it nothing of it is measured', async () => {
  const tally = new Tally()
  const { quasi_identifiers: _, ...config } = CONFIG
  const context = { seed: 1, tally, secret: () => Buffer.alloc(32, 3), baseDir: '.' } as unknown as OpenContext
  const worker = await redact.open(config, context)
  await worker.process(RECORDS)
  await worker.close()
  expect(tally.toJSON().groups).toBe(undefined)
  expect(redact.summarize!(tally, config).metrics.some(({ name }) => name === 'k_anonymity_min')).toBe(false)
})
