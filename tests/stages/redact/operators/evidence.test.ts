import { expect, test } from 'vitest'
import { recordId } from '../../../../artifacts/record.ts'
import { Tally } from '../../../../artifacts/tally.ts'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { redact } from '../../../../stages/redact/index.ts'
import { keyId } from '../../../../stages/redact/operators/keys.ts'
import type { OpenContext, PlanContext, SecretRef } from '../../../../stages/stage.ts'

const KEYS: Readonly<Record<string, Buffer>> = { pseudonym: Buffer.alloc(32, 1), reversible: Buffer.alloc(32, 2) }
const secret = (ref: SecretRef) => KEYS['store' in ref ? ref.store : '']!

test('a run says with which keys it wrote, and what an operator could not write', async () => {
  const config = redactConfig({
    tagger: false,
    operators: { default: { operator: 'fpe' }, EMAIL: { operator: 'hash' } },
  })
  const tally = new Tally()
  // The members that a shard stage of this kind uses; the engine's tests run it with a real store.
  const context = { seed: 1, tally, secret, baseDir: '.' } as unknown as OpenContext
  const worker = await redact.open(config, context)
  const records = [0, 1].map((row) => {
    const text = `My name is Lily Chen, ada${row}@example.org, +1 212 867 530${row}`
    const source = { uri: 'u', row }
    return { id: recordId({ text }, source), text, source, meta: {}, notes: {} }
  })
  const { kept } = await worker.process(records)
  await worker.close()
  expect(kept[0]!.text).toMatch(/^My name is <PERSON>, <EMAIL_H_[0-9a-f]{32}>, \+\d \d{3} \d{3} \d{4}$/)
  const { metrics, tables } = redact.summarize!(tally, config)
  expect(metrics.find(({ name }) => name === 'operator_fallbacks')).toMatchObject({ value: 2 })
  expect(tables!.find(({ name }) => name === 'redaction_keys')!.rows).toEqual([
    { key: 'pseudonym_key', id: keyId(KEYS['pseudonym']!), records: 2 },
    { key: 'reversible_key', id: keyId(KEYS['reversible']!), records: 2 },
  ])
  const plan = { secretId: (ref: SecretRef) => `id of ${JSON.stringify(ref)}`, baseDir: '.' } as unknown as PlanContext
  expect(redact.pins!(config, plan)).toMatchObject({
    pseudonym_key: 'id of {"store":"pseudonym"}',
    reversible_key: 'id of {"store":"reversible"}',
  })
})
