import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../artifacts/store.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { createOperators } from '../../stages/redact/operators/create.ts'
import { keyId } from '../../stages/redact/operators/keys.ts'
import type { PiiType } from '../../stages/redact/pii-type.ts'
import { sha256 } from '../../util/digest.ts'
import { grep, removeFolder, sluice, workFolder } from '../support/sluice.ts'

const REASON = 'the customer asked for a copy of what we hold'
const WHY = ['--reason', REASON, '--out', 'out']

let dir = ''
let key: Buffer
beforeEach(() => {
  dir = workFolder('reidentify')
  openKeys(join(dir, '.sluice/keys'))
  key = openStore(join(dir, '.sluice')).secret('reversible')
})
afterEach(() => removeFolder(dir))

/** What the operators write for a value. */
function written(operator: 'encrypt' | 'fpe', type: PiiType, value: string, by: Uint8Array = key): string {
  const operators = createOperators({ operatorOf: () => ({ operator }), keys: { reversible: by }, regions: [] })
  return operators.forRecord(undefined, [])(value, { start: 0, end: value.length, type, score: 1, recognizer: 'test' })
}

const put = (name: string, text: string): void => writeFileSync(join(dir, name), text)
const out = (): string => readFileSync(join(dir, 'out'), 'utf8')
const log = () => [...openLedger(join(dir, '.sluice/ledger'), openKeys(join(dir, '.sluice/keys'))).entries()]

test('a text comes back byte for byte, and the log says who may know why', async () => {
  const text = 'Dear Lily "Li" Chen,\r\nwrite to ada@example.org — €\n\nno end of line'
  const redacted = text
    .replace('Lily "Li" Chen', (value) => written('encrypt', 'PERSON', value))
    .replace('ada@example.org', (value) => written('encrypt', 'EMAIL', value))
  put('in.txt', redacted)
  const ended = await sluice(['reidentify', 'in.txt', ...WHY, '--ticket', 'DSR-17'], dir)
  expect([ended.stderr, ended.code]).toEqual(['', 0])
  expect(ended.stdout).toBe(
    `put back 2 values (EMAIL 1, PERSON 1) with the key ${keyId(key)}: out\nentry 1 of the log says so\n`,
  )
  expect(out()).toBe(text)
  expect(statSync(join(dir, 'out')).mode & 0o777).toBe(0o600)

  const [planned, done, ...more] = log()
  expect(more).toEqual([])
  const reason = done!.subject['reason']!
  const common = { input: sha256(redacted), key_id: keyId(key), reason, ticket: 'DSR-17', values: '2' }
  expect([planned!.type, planned!.subject]).toEqual(['redact.reidentify.planned', common])
  expect([done!.type, done!.subject]).toEqual([
    'redact.reidentified',
    { ...common, output: sha256(text), left: '0', 'values.EMAIL': '1', 'values.PERSON': '1' },
  ])
  // The reason is in the store, sealed, and nowhere else.
  expect(openStore(join(dir, '.sluice')).getJson({ sha256: reason, sensitivity: 'raw' })).toMatchObject({
    reason: REASON,
    ticket: 'DSR-17',
  })
  expect(grep(join(dir, '.sluice'), [REASON, 'ada@example', 'Lily'])).toEqual([])
  expect((await sluice(['verify'], dir)).code).toBe(0)
})

test('rows of JSON stay JSON, in strings within strings and in keys', async () => {
  const name = 'Li"ly\\ \n Chen'
  const row = {
    messages: [
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'f', arguments: JSON.stringify({ who: name, n: 1.5 }) } }],
      },
    ],
    meta: { [name]: 'x', other: null },
  }
  const token = written('encrypt', 'PERSON', name)
  const inner = { who: token, n: 1.5 }
  const redacted = structuredClone(row)
  redacted.messages[0]!.tool_calls[0]!.function.arguments = JSON.stringify(inner)
  redacted.meta = { [token]: 'x', other: null } as never
  put('in.jsonl', `${JSON.stringify(redacted)}\n\n${JSON.stringify({ text: token })}`)
  const ended = await sluice(['reidentify', 'in.jsonl', ...WHY], dir)
  expect([ended.stderr, ended.code]).toEqual(['', 0])
  const lines = out().split('\n')
  expect(lines.map((line) => (line === '' ? '' : JSON.parse(line)))).toEqual([row, '', { text: name }])
})

test('fields that fpe wrote come back where they are named, by the key whose id is given', async () => {
  const ssn = written('fpe', 'US_SSN', '536-90-4399')
  put('in.jsonl', `${JSON.stringify({ meta: { ssn, note: ssn } })}\n${JSON.stringify({ meta: { ssn: '<US_SSN>' } })}\n`)
  const fpe = ['--fpe', 'US_SSN=meta.ssn']
  const none = await sluice(['reidentify', 'in.jsonl', ...WHY, ...fpe], dir)
  expect([none.code, none.stderr.split(':')[0]]).toEqual([2, 'REIDENTIFY_KEY_ID'])
  const wrong = await sluice(['reidentify', 'in.jsonl', ...WHY, ...fpe, '--key-id', '00000000'], dir)
  expect([wrong.code, wrong.stderr.split(':')[0]]).toEqual([2, 'REIDENTIFY_WRONG_KEY'])
  expect(log()).toEqual([])
  const right = await sluice(['reidentify', 'in.jsonl', ...WHY, ...fpe, '--key-id', keyId(key)], dir)
  expect([right.stderr, right.code]).toEqual(['', 0])
  expect(right.stdout).toContain('put back 1 values (US_SSN 1), left 1 of other keys or forms')
  expect(out()).toBe(
    `${JSON.stringify({ meta: { ssn: '536-90-4399', note: ssn } })}\n${JSON.stringify({ meta: { ssn: '<US_SSN>' } })}\n`,
  )
})

describe('nothing is written and nothing logged', () => {
  async function refused(args: readonly string[], code: string, exit = 2): Promise<void> {
    const ended = await sluice(['reidentify', 'in.txt', ...args], dir)
    expect([ended.code, ended.stderr.includes(code)], ended.stderr).toEqual([exit, true])
    expect(existsSync(join(dir, 'out'))).toBe(false)
    expect(log()).toEqual([])
  }
  beforeEach(() => put('in.txt', `Dear ${written('encrypt', 'PERSON', 'Lily Chen')}`))

  test('without a reason', async () => {
    await refused(['--out', 'out'], '--reason')
    await refused(['--out', 'out', '--reason', '  x  '], 'REIDENTIFY_NO_REASON')
  })
  test('with another key', async () => {
    writeFileSync(join(dir, 'other.key'), 'f'.repeat(64), { mode: 0o600 })
    await refused([...WHY, '--key', 'file:other.key'], 'REIDENTIFY_WRONG_KEY')
  })
  test('with a key that is not there, and none is made', async () => {
    await refused([...WHY, '--key', 'store:nothing'], 'SECRET_MISSING')
    expect(existsSync(join(dir, '.sluice/keys/nothing.key'))).toBe(false)
    await refused([...WHY, '--key', 'env:NO_SUCH_KEY'], 'SECRET_MISSING')
    await refused([...WHY, '--key', key.toString('hex')], 'REIDENTIFY_KEY')
  })
  test('for a token that was changed', async () => {
    const token = written('encrypt', 'PERSON', 'Lily Chen')
    put('in.txt', token.replace('<PERSON', '<EMAIL'))
    await refused(WHY, 'REIDENTIFY_DAMAGED', 4)
  })
  test('for a file without values', async () => {
    put('in.txt', 'nothing here')
    await refused(WHY, 'REIDENTIFY_NOTHING')
  })
  test('for a ticket that is a sentence', async () => {
    await refused([...WHY, '--ticket', 'Lily asked'], 'REIDENTIFY_TICKET')
  })
  test('for bytes that are no text', async () => {
    writeFileSync(join(dir, 'in.txt'), Buffer.from([0x41, 0xff, 0xfe]))
    await refused(WHY, 'REIDENTIFY_NOT_UTF8')
  })
  test('where there is no store', async () => {
    mkdirSync(join(dir, 'elsewhere'))
    await refused([...WHY, '--store', 'elsewhere'], 'STORE_MISSING')
  })
})

test('an output that is there is not overwritten', async () => {
  put('in.txt', written('encrypt', 'PERSON', 'Lily Chen'))
  put('out', 'mine')
  const ended = await sluice(['reidentify', 'in.txt', ...WHY], dir)
  expect([ended.code, ended.stderr.includes('REIDENTIFY_OUT_EXISTS'), out()]).toEqual([2, true, 'mine'])
})

test('values of other keys stay and are counted', async () => {
  const other = written('encrypt', 'EMAIL', 'ada@example.org', Buffer.alloc(32, 1))
  put('in.txt', `${written('encrypt', 'PERSON', 'Lily Chen')} ${other}\n`)
  const ended = await sluice(['reidentify', 'in.txt', ...WHY], dir)
  expect([ended.stderr, ended.code]).toEqual(['', 0])
  expect(out()).toBe(`Lily Chen ${other}\n`)
  expect(log().at(-1)!.subject['left']).toBe('1')
})
