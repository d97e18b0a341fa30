import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEntry, decodeSlowly, encodeEntry, type StoredEntry } from '../../audit/entry.ts'
import { canonicalJson } from '../../util/json.ts'

const hex = fc.stringMatching(/^[0-9a-f]{64}$/)
const entry: fc.Arbitrary<StoredEntry> = fc
  .record({
    seq: fc.oneof(fc.nat(), fc.constantFrom(0, 9, 10, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1)),
    prev: hex,
    payload: fc.option(hex, { nil: undefined }),
    ts: fc.oneof(
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }).map((date) => date.toISOString()),
      fc.stringMatching(/^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\.[0-9]{3}Z$/),
    ),
    run: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,80}$/),
    type: fc.stringMatching(/^[a-z][a-z0-9_-]{0,32}(\.[a-z][a-z0-9_-]{0,8}){0,4}$/),
    subject: fc.dictionary(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,5}$/),
      fc.stringMatching(/^@?[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,9}$/),
      { maxKeys: 6 },
    ),
  })
  .map(({ payload, ...rest }) => ({ v: 1, ...rest, ...(payload === undefined ? {} : { payload }) }))

const agree = (bytes: Buffer): StoredEntry | undefined => {
  const slow = decodeSlowly(bytes)
  expect(decodeEntry(bytes), bytes.toString('latin1')).toEqual(slow)
  return slow
}

test('reads byte by byte what parsing and encoding again reads, and nothing more', () => {
  let accepted = 0
  fc.assert(
    fc.property(entry, fc.infiniteStream(fc.nat()), (stored, numbers) => {
      const bytes = Buffer.from(canonicalJson(stored))
      expect(encodeEntry(stored)).toEqual(bytes)
      if (agree(bytes) !== undefined) accepted += 1
      for (let i = 0; i < 8; i++) {
        const at = numbers.next().value! % bytes.length
        const changed = Buffer.from(bytes)
        changed[at] = numbers.next().value! % 256
        agree(changed)
        agree(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]))
        agree(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 1), bytes.subarray(at)]))
        agree(bytes.subarray(0, at))
      }
    }),
    { numRuns: 150 },
  )
  expect(accepted).toBeGreaterThan(30)
})

const good: StoredEntry = {
  v: 1,
  seq: 7,
  ts: '2026-11-23T07:00:00.000Z',
  type: 'stage.completed',
  run: 'run-1',
  subject: { stage: 'redact', 'output.kept': 'ab'.repeat(32) },
  payload: 'cd'.repeat(32),
  prev: '0'.repeat(64),
}
const text = encodeEntry(good).toString()

test.each([
  ['as it is written', text, true],
  ['empty', '', false],
  ['another order of members', text.replace(/^\{("payload":"[0-9a-f]+"),("prev":"[0-9a-f]+")/, '{$2,$1'), false],
  ['a blank', text.replace('"seq":7', '"seq": 7'), false],
  ['an escape', text.replace('redact', '\\u0072edact'), false],
  ['a second member of one name', text.replace('"stage":"redact"', '"stage":"redact","stage":"redact"'), false],
  ['members of the subject out of order', text.replace(/\{("output[^,]+),("stage":"redact")\}/, '{$2,$1}'), false],
  ['no subject members', encodeEntry({ ...good, subject: {} }).toString(), true],
  ['65 subject members', canonicalJson({ ...good, subject: members(65) }), false],
  ['64 subject members', canonicalJson({ ...good, subject: members(64) }), true],
  ['a word of 128', canonicalJson({ ...good, subject: { a: 'x'.repeat(128) } }), true],
  ['a word of 129', canonicalJson({ ...good, subject: { a: 'x'.repeat(129) } }), false],
  ['an npm scope of 129', canonicalJson({ ...good, subject: { a: `@${'x'.repeat(128)}` } }), true],
  ['a name of 65', canonicalJson({ ...good, subject: { ['n'.repeat(65)]: 'x' } }), false],
  ['a run of 80', canonicalJson({ ...good, run: 'r'.repeat(80) }), true],
  ['a run of 81', canonicalJson({ ...good, run: 'r'.repeat(81) }), false],
  ['a number with a zero before it', text.replace('"seq":7', '"seq":07'), false],
  ['a negative number', text.replace('"seq":7', '"seq":-7'), false],
  ['a fraction', text.replace('"seq":7', '"seq":7.0'), false],
  ['an exponent', text.replace('"seq":7', '"seq":7e0'), false],
  ['another version', text.replace('"v":1', '"v":2'), false],
  ['a byte beyond ASCII', text.replace('redact', 'réduit'), false],
  ['something behind it', `${text}\n`, false],
  ['a day that no month has', text.replace('11-23', '11-32'), false],
  ['midnight as the end of the day', text.replace('T07:00:00.000Z', 'T24:00:00.000Z'), true],
  ['one word as its type', text.replace('stage.completed', 'stage'), false],
  ['five words as its type', text.replace('stage.completed', 'a.b.c.d.e'), false],
  ['four words as its type', text.replace('stage.completed', 'a.b.c.d'), true],
])('%s', (_, changed, wanted) => {
  expect(agree(Buffer.from(changed)) !== undefined).toBe(wanted)
})

function members(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, 'x']))
}
