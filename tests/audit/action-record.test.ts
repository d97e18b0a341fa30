import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type ActionRecord, actionRecordPath, readActionRecord, writeActionRecord } from '../../audit/action-record.ts'
import { openKeys } from '../../audit/keys.ts'
import { newLog } from './setup.ts'

const KEY = 'ab'.repeat(32)
const record: ActionRecord = {
  v: 1,
  key: KEY,
  stage: 'redact',
  keyParts: { config: { mask: true }, seed: 7 },
  payload: { rows: { in: 3, kept: 2, dropped: 1 }, shards: [{ sha256: 'cd'.repeat(32), bytes: 5 }] },
}

test('a record comes back as it was written', () => {
  const { dir, keys } = newLog()
  expect(readActionRecord(dir, keys, KEY)).toEqual({ state: 'miss', reason: 'absent' })
  writeActionRecord(dir, keys, record)
  expect(actionRecordPath(dir, KEY)).toBe(join(dir, 'ab', `${'ab'.repeat(31)}.json`))
  expect(readActionRecord(dir, keys, KEY)).toEqual({ state: 'hit', record })
})

test('any changed, missing or added byte is a miss', () => {
  const { dir, keys } = newLog()
  writeActionRecord(dir, keys, record)
  const path = actionRecordPath(dir, KEY)
  const bytes = readFileSync(path)
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes)
    changed[i]! ^= 1
    writeFileSync(path, changed)
    expect(readActionRecord(dir, keys, KEY).state, `byte ${i}`).toBe('miss')
    writeFileSync(path, bytes.subarray(0, i))
    expect(readActionRecord(dir, keys, KEY), `cut at ${i}`).toEqual({ state: 'miss', reason: 'malformed' })
  }
  writeFileSync(path, `${bytes} `)
  expect(readActionRecord(dir, keys, KEY)).toEqual({ state: 'miss', reason: 'malformed' })
})

test('a record of another key, put in this place, is a miss; so is one that another signed', () => {
  const { dir, keys } = newLog()
  const other = 'cd'.repeat(32)
  writeActionRecord(dir, keys, { ...record, key: other })
  writeActionRecord(dir, keys, record)
  writeFileSync(actionRecordPath(dir, KEY), readFileSync(actionRecordPath(dir, other)))
  expect(readActionRecord(dir, keys, KEY)).toEqual({ state: 'miss', reason: 'wrong_key' })
  writeActionRecord(dir, openKeys(join(dirname(dir), 'other')), record)
  expect(readActionRecord(dir, keys, KEY)).toEqual({ state: 'miss', reason: 'bad_signature' })
})

test('a record that is signed and not a record is a miss', () => {
  const { dir, keys } = newLog()
  writeActionRecord(dir, keys, { ...record, v: 2 } as unknown as ActionRecord)
  expect(readActionRecord(dir, keys, KEY)).toEqual({ state: 'miss', reason: 'malformed' })
  expect(() => readActionRecord(dir, keys, '../../etc/passwd')).toThrow(expect.objectContaining({ code: 'BAD_DIGEST' }))
})
