import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Keys, openKeys } from '../../audit/keys.ts'
import { type Ledger, openLedger } from '../../audit/ledger.ts'
import { formatCheckpoint, signNote } from '../../audit/note.ts'
import {
  checkConsistencyProof,
  checkTlogProof,
  formatConsistencyProof,
  formatTlogProof,
  parseConsistencyProof,
  parseTlogProof,
  type TlogProof,
} from '../../audit/tlog-proof.ts'
import { quickDisk } from './failing-disk.ts'
import { group, newLog } from './setup.ts'

let keys: Keys
let other: Keys
let ledger: Ledger
let old: string
const fromHex = (hashes: readonly string[]) => hashes.map((hash) => Buffer.from(hash, 'hex'))
const proofOf = (index: number): TlogProof => ({
  index,
  hashes: fromHex(ledger.proveInclusion(index)),
  checkpoint: ledger.checkpoint(),
})
const code = (proof: TlogProof, entry: Uint8Array, key = keys) => checkTlogProof(proof, entry, key)?.code

beforeAll(() => {
  const log = newLog()
  keys = log.keys
  other = openKeys(join(dirname(log.dir), 'other'))
  ledger = openLedger(log.dir, keys, { files: quickDisk })
  ledger.append(group(3))
  old = ledger.checkpoint()
  ledger.append(group(4, 'b'))
})

test('is written as C2SP tlog-proof@v1 has it', () => {
  const base64 = ledger.proveInclusion(2).map((hash) => Buffer.from(hash, 'hex').toString('base64'))
  expect(formatTlogProof(proofOf(2))).toBe(
    `c2sp.org/tlog-proof@v1\nindex 2\n${base64.join('\n')}\n\n${ledger.checkpoint()}`,
  )
  const extra = { ...proofOf(2), extra: Buffer.from('more') }
  expect(formatTlogProof(extra).split('\n')[1]).toBe('extra bW9yZQ==')
  expect(parseTlogProof(formatTlogProof(extra))).toEqual(extra)
})

test('comes back as it was written, and holds for its entry and for no other', () => {
  for (let seq = 0; seq < ledger.size; seq++) {
    const proof = parseTlogProof(formatTlogProof(proofOf(seq)))!
    expect(proof).toEqual(proofOf(seq))
    expect(code(proof, ledger.entryBytes(seq))).toBeUndefined()
    expect(code(proof, ledger.entryBytes((seq + 1) % ledger.size))).toBe('PROOF_INCLUSION')
  }
})

test('a log of one entry has a proof without hashes', () => {
  const log = newLog()
  const one = openLedger(log.dir, log.keys, { files: quickDisk })
  one.append(group(1))
  const text = formatTlogProof({ index: 0, hashes: fromHex(one.proveInclusion(0)), checkpoint: one.checkpoint() })
  expect(text.split('\n').slice(0, 3)).toEqual(['c2sp.org/tlog-proof@v1', 'index 0', ''])
  expect(checkTlogProof(parseTlogProof(text)!, one.entryBytes(0), log.keys)).toBeUndefined()
})

test('each way in which it does not hold has its code', () => {
  const proof = proofOf(2)
  const entry = ledger.entryBytes(2)
  const signed = (origin: string, key: Keys) =>
    signNote(formatCheckpoint({ origin, size: 7, root: Buffer.from(ledger.root, 'hex') }), key)
  expect({
    index: code({ ...proof, index: 3 }, entry),
    outside: code({ ...proof, index: 7 }, entry),
    short: code({ ...proof, hashes: proof.hashes.slice(1) }, entry),
    long: code({ ...proof, hashes: [...proof.hashes, proof.hashes[0]!] }, entry),
    key: code(proof, entry, other),
    signature: code({ ...proof, checkpoint: proof.checkpoint.replace('\n7\n', '\n8\n') }, entry),
    text: code({ ...proof, checkpoint: 'no note\n' }, entry),
    note: code({ ...proof, checkpoint: signNote('hello\n', keys) }, entry),
    log: code({ ...proof, checkpoint: signed('another', keys) }, entry),
    old: code({ ...proof, checkpoint: old }, entry),
  }).toEqual({
    index: 'PROOF_INCLUSION',
    outside: 'PROOF_OUTSIDE',
    short: 'PROOF_INCLUSION',
    long: 'PROOF_INCLUSION',
    key: 'PROOF_CHECKPOINT_OTHER_KEY',
    signature: 'PROOF_CHECKPOINT_SIGNATURE',
    text: 'PROOF_CHECKPOINT_MALFORMED',
    note: 'PROOF_CHECKPOINT_MALFORMED',
    log: 'PROOF_OTHER_LOG',
    old: 'PROOF_INCLUSION',
  })
  // A cosignature of somebody else beside the log's signature changes nothing.
  const cosigned = `${proof.checkpoint}${signNote('x\n', other).split('\n').at(-2)}\n`
  expect(code({ ...proof, checkpoint: cosigned }, entry)).toBeUndefined()
})

test('what is not exactly of the format is not read', () => {
  const text = formatTlogProof(proofOf(2))
  for (const wrong of [
    '',
    text.replace('@v1', '@v2'),
    text.replace('index 2', 'index 02'),
    text.replace('index 2', 'index -2'),
    text.replace('index 2', 'index 2 '),
    text.replace('index 2\n', ''),
    text.replace('index 2', 'extra !\nindex 2'),
    text.replace('index 2', 'index 2\nextra bW9yZQ=='),
    text.replace('=\n', '\n'),
    text.replace('\n\n', '\n'),
    text.slice(0, text.indexOf('\n\n') + 2),
    text.replace('index 2', `index 2\n${Buffer.alloc(31).toString('base64')}`),
    text.replace('index 2', `index 2\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}`.trimEnd()),
  ]) {
    expect(parseTlogProof(wrong), wrong.slice(0, 60)).toBeUndefined()
  }
})

test('reading never throws, and what it reads it would write', () => {
  const lines = formatTlogProof(proofOf(2)).split('\n')
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...lines, '', 'extra AA==', 'index 0'], { minLength: 2 }),
      fc.string(),
      (part, noise) => {
        for (const text of [part.join('\n'), `${lines.join('\n')}${noise}`, noise]) {
          const proof = parseTlogProof(text)
          if (proof !== undefined) expect(formatTlogProof(proof)).toBe(text)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('a consistency proof holds between the two checkpoints it is about', () => {
  const proof = { old: 3, hashes: fromHex(ledger.proveConsistency(3)), checkpoint: ledger.checkpoint() }
  const text = formatConsistencyProof(proof)
  expect(text.startsWith('old 3\n')).toBe(true)
  expect(parseConsistencyProof(text)).toEqual(proof)
  expect(checkConsistencyProof(proof, old, keys)).toBeUndefined()
  const forged = (size: number) =>
    signNote(formatCheckpoint({ origin: keys.noteName, size, root: Buffer.alloc(32) }), keys)
  expect(checkConsistencyProof(proof, forged(3), keys)?.code).toBe('PROOF_CONSISTENCY')
  expect(checkConsistencyProof(proof, forged(4), keys)?.code).toBe('PROOF_OUTSIDE')
  expect(checkConsistencyProof({ ...proof, hashes: [] }, old, keys)?.code).toBe('PROOF_CONSISTENCY')
  expect(checkConsistencyProof(proof, old, other)?.code).toBe('PROOF_CHECKPOINT_OTHER_KEY')
  const empty = { old: 0, hashes: [], checkpoint: ledger.checkpoint() }
  expect(parseConsistencyProof(formatConsistencyProof(empty))).toEqual(empty)
  expect(checkConsistencyProof(empty, forged(0), keys)).toBeUndefined()
  expect(checkConsistencyProof({ ...empty, hashes: [Buffer.alloc(32)] }, forged(0), keys)?.code).toBe(
    'PROOF_CONSISTENCY',
  )
  for (const wrong of ['', 'old 3', text.replace('old 3', 'old 03'), text.replace('old 3', 'index 3')]) {
    expect(parseConsistencyProof(wrong)).toBeUndefined()
  }
})
