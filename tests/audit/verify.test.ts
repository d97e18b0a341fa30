import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openStore } from '../../artifacts/store.ts'
import { actionRecordPath, writeActionRecord } from '../../audit/action-record.ts'
import { encodeEntry, prevOf, type StoredEntry } from '../../audit/entry.ts'
import { type Keys, openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { leafHash, readerOf, treeRoot } from '../../audit/merkle.ts'
import { formatCheckpoint, signNote } from '../../audit/note.ts'
import { decodeBundle, encodeBundle } from '../../audit/tiles.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { verifyStore } from '../../audit/verify-store.ts'
import { group, newLog } from './setup.ts'

let base: string
let keys: Keys
let earlier: string
const LAST = 'tile/entries/001.p/44'
const FULL = 'tile/entries/000'

beforeAll(() => {
  const log = newLog()
  base = log.dir
  keys = log.keys
  const ledger = openLedger(base, keys)
  ledger.append(group(200))
  earlier = ledger.checkpoint()
  cpSync(base, `${base}-old`, { recursive: true })
  ledger.append(group(100, 'b'))
})

/** Changes a copy of the log and tells the codes that the verifier gives. */
function codesAfter(change: (dir: string) => void, options = {}): string[] {
  const dir = `${base}-changed`
  rmSync(dir, { recursive: true, force: true })
  cpSync(base, dir, { recursive: true })
  change(dir)
  const report = verifyLedger(dir, keys.publicKeyPem, options)
  expect(report.ok).toBe(report.problems.length === 0)
  return [...new Set(report.problems.map((problem) => problem.code))].sort()
}

const bytesOf = (dir: string, path: string) => readFileSync(join(dir, path))
const put = (dir: string, path: string, bytes: Uint8Array | string) => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), bytes)
}
const editEntries = (dir: string, path: string, change: (entries: Buffer[]) => Buffer[]) =>
  put(dir, path, encodeBundle(change(decodeBundle(bytesOf(dir, path))!)))
const replace = (bytes: Buffer, from: string, to: string) => Buffer.from(bytes.toString('utf8').replace(from, to))

test('an untouched log verifies, and still contains what was signed earlier', () => {
  expect(codesAfter(() => {}, { earlier: [earlier] })).toEqual([])
})

const corpus: readonly [string, readonly string[], (dir: string) => void][] = [
  ['the checkpoint removed', ['LOG_CHECKPOINT_MISSING'], (dir) => rmSync(join(dir, 'checkpoint'))],
  ['the checkpoint emptied', ['LOG_CHECKPOINT_MALFORMED'], (dir) => put(dir, 'checkpoint', '')],
  [
    'the checkpoint cut',
    ['LOG_CHECKPOINT_MALFORMED'],
    (dir) => put(dir, 'checkpoint', bytesOf(dir, 'checkpoint').subarray(0, -1)),
  ],
  [
    'a smaller size in the checkpoint',
    ['LOG_CHECKPOINT_SIGNATURE'],
    (dir) => put(dir, 'checkpoint', replace(bytesOf(dir, 'checkpoint'), '\n300\n', '\n299\n')),
  ],
  [
    'a checkpoint of another key',
    ['LOG_CHECKPOINT_OTHER_KEY'],
    (dir) =>
      put(
        dir,
        'checkpoint',
        signNote(
          formatCheckpoint({ origin: keys.noteName, size: 300, root: Buffer.alloc(32) }),
          openKeys(`${base}-other`),
        ),
      ),
  ],
  [
    'a signed note that is no checkpoint',
    ['LOG_CHECKPOINT_MALFORMED'],
    (dir) => put(dir, 'checkpoint', signNote('hello\n', keys)),
  ],
  [
    'a checkpoint of another log with the same key',
    ['LOG_CHECKPOINT_OTHER_LOG'],
    (dir) =>
      put(dir, 'checkpoint', signNote(formatCheckpoint({ origin: 'other', size: 300, root: Buffer.alloc(32) }), keys)),
  ],
  [
    'a signed checkpoint with a wrong root',
    ['LOG_ROOT_MISMATCH'],
    (dir) =>
      put(
        dir,
        'checkpoint',
        signNote(formatCheckpoint({ origin: keys.noteName, size: 300, root: Buffer.alloc(32) }), keys),
      ),
  ],
  ['a full bundle removed', ['LOG_BUNDLE_MISSING'], (dir) => rmSync(join(dir, FULL))],
  ['the last bundle removed', ['LOG_BUNDLE_MISSING'], (dir) => rmSync(join(dir, LAST))],
  [
    'the last bundle cut in an entry',
    ['LOG_BUNDLE_MALFORMED'],
    (dir) => put(dir, LAST, bytesOf(dir, LAST).subarray(0, -3)),
  ],
  ['the last entry removed', ['LOG_BUNDLE_COUNT'], (dir) => editEntries(dir, LAST, (list) => list.slice(0, -1))],
  ['an entry added', ['LOG_BUNDLE_COUNT'], (dir) => editEntries(dir, LAST, (list) => [...list, list[0]!])],
  [
    'a changed word in an entry',
    ['LOG_ENTRY_HASH', 'LOG_ENTRY_PREV', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISMATCH'],
    (dir) => editEntries(dir, FULL, (list) => list.map((e, i) => (i === 7 ? replace(e, 'redact', 'ingest') : e))),
  ],
  [
    'a changed word in the very last entry',
    ['LOG_ENTRY_HASH', 'LOG_ROOT_MISMATCH'],
    (dir) => editEntries(dir, LAST, (list) => list.map((e, i) => (i === 43 ? replace(e, 'redact', 'ingest') : e))),
  ],
  [
    'a member added to an entry',
    ['LOG_ENTRY_HASH', 'LOG_ENTRY_MALFORMED', 'LOG_ENTRY_PREV', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISMATCH'],
    (dir) => editEntries(dir, FULL, (list) => list.map((e, i) => (i === 7 ? replace(e, '"run"', '"rum":1,"run"') : e))),
  ],
  [
    'an entry re-encoded with blanks',
    ['LOG_ENTRY_HASH', 'LOG_ENTRY_MALFORMED', 'LOG_ENTRY_PREV', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISMATCH'],
    (dir) =>
      editEntries(dir, FULL, (list) =>
        list.map((e, i) => (i === 7 ? Buffer.from(JSON.stringify(JSON.parse(e.toString()), null, 1)) : e)),
      ),
  ],
  [
    'two entries swapped',
    ['LOG_ENTRY_HASH', 'LOG_ENTRY_PREV', 'LOG_ENTRY_SEQ', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISMATCH'],
    (dir) => editEntries(dir, FULL, (list) => [list[1]!, list[0]!, ...list.slice(2)]),
  ],
  [
    'an entry removed and another doubled',
    ['LOG_ENTRY_HASH', 'LOG_ENTRY_PREV', 'LOG_ENTRY_SEQ', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISMATCH'],
    (dir) => editEntries(dir, FULL, (list) => [...list.slice(1), list[255]!]),
  ],
  ['a leaf tile removed', ['LOG_TILE_MISSING'], (dir) => rmSync(join(dir, 'tile/0/000'))],
  ['a leaf tile cut', ['LOG_TILE_SIZE'], (dir) => put(dir, 'tile/0/000', bytesOf(dir, 'tile/0/000').subarray(32))],
  [
    'a changed leaf hash',
    ['LOG_ENTRY_HASH'],
    (dir) => put(dir, 'tile/0/000', Buffer.concat([Buffer.alloc(32), bytesOf(dir, 'tile/0/000').subarray(32)])),
  ],
  ['an upper tile removed', ['LOG_TILE_MISSING'], (dir) => rmSync(join(dir, 'tile/1/000.p/1'))],
  ['a changed upper tile', ['LOG_TILE_MISMATCH'], (dir) => put(dir, 'tile/1/000.p/1', Buffer.alloc(32))],
  ['a foreign file', ['LOG_FILE_UNKNOWN'], (dir) => put(dir, 'tile/entries/notes.txt', 'x')],
  [
    'an older partial bundle that is not a beginning',
    ['LOG_PARTIAL_MISMATCH'],
    (dir) => put(dir, 'tile/entries/001.p/3', 'xyz'),
  ],
  [
    'an older partial tile that is not a beginning',
    ['LOG_PARTIAL_MISMATCH'],
    (dir) => put(dir, 'tile/0/001.p/1', Buffer.alloc(32)),
  ],
  [
    'bundle and tile both removed',
    ['LOG_BUNDLE_MISSING', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISSING'],
    (dir) => {
      for (const path of [LAST, 'tile/0/001.p/44']) rmSync(join(dir, path))
    },
  ],
]

test.each(corpus)('finds %s', (_, codes, change) => {
  expect(codesAfter(change)).toEqual(codes)
})

test('any flipped bit in any file of the log is found', () => {
  for (const path of ['checkpoint', FULL, LAST, 'tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1']) {
    const length = bytesOf(base, path).length
    for (let i = 0; i < length; i += Math.max(1, Math.floor(length / 12))) {
      const codes = codesAfter((dir) => {
        const bytes = bytesOf(dir, path)
        bytes[i]! ^= 4
        put(dir, path, bytes)
      })
      expect(codes, `${path} byte ${i}`).not.toEqual([])
    }
  }
})

test('a log restored from an old copy verifies by itself, and fails against a newer checkpoint', () => {
  const newer = bytesOf(base, 'checkpoint').toString('utf8')
  const restore = (dir: string) => {
    rmSync(dir, { recursive: true })
    cpSync(`${base}-old`, dir, { recursive: true })
  }
  expect(codesAfter(restore)).toEqual([])
  expect(codesAfter(restore, { earlier: [newer] })).toEqual(['LOG_ROLLED_BACK'])
  expect(codesAfter((dir) => rmSync(dir, { recursive: true }), { earlier: [newer] })).toEqual([
    'LOG_CHECKPOINT_MISSING',
    'LOG_ROLLED_BACK',
  ])
})

test('a log rewritten by the holder of the key is a fork of the earlier checkpoint', () => {
  const rewrite = (dir: string) => {
    rmSync(dir, { recursive: true })
    openLedger(dir, keys).append(group(300, 'other'))
  }
  expect(codesAfter(rewrite)).toEqual([])
  expect(codesAfter(rewrite, { earlier: [earlier] })).toEqual(['LOG_FORKED'])
  const forged = signNote(
    formatCheckpoint({ origin: keys.noteName, size: 3, root: Buffer.alloc(32) }),
    openKeys(`${base}-other`),
  )
  expect(codesAfter(() => {}, { earlier: [forged] })).toEqual(['LOG_EARLIER_UNTRUSTED'])
})

test('a well-signed tree over entries that break the rules is found', () => {
  const cases: readonly [string, (entry: StoredEntry, seq: number) => StoredEntry][] = [
    ['LOG_ENTRY_SEQ', (entry, seq) => (seq === 2 ? { ...entry, seq: 9 } : entry)],
    ['LOG_ENTRY_TIME', (entry, seq) => (seq === 2 ? { ...entry, ts: '2001-01-01T00:00:00.000Z' } : entry)],
    ['LOG_ENTRY_PREV', (entry, seq) => (seq === 2 ? { ...entry, prev: 'ab'.repeat(32) } : entry)],
    ['LOG_ENTRY_MALFORMED', (entry, seq) => (seq === 2 ? { ...entry, subject: { id: 'call me at home' } } : entry)],
  ]
  for (const [code, change] of cases) {
    const codes = codesAfter((dir) => {
      rmSync(dir, { recursive: true })
      const bytes: Buffer[] = []
      for (const entry of [...openLedger(base, keys).entries(0, 4)]) {
        const prev = bytes.length === 0 ? entry.prev : prevOf(bytes.at(-1)!)
        bytes.push(encodeEntry(change({ ...entry, prev }, entry.seq)))
      }
      const leaves = bytes.map((entry) => leafHash(entry))
      put(dir, 'tile/entries/000.p/4', encodeBundle(bytes))
      put(dir, 'tile/0/000.p/4', Buffer.concat(leaves))
      const root = treeRoot(4, readerOf(leaves))
      put(dir, 'checkpoint', signNote(formatCheckpoint({ origin: keys.noteName, size: 4, root }), keys))
    })
    expect(codes).toEqual([code])
  }
})

test('the store: every object, sealed object and action record is checked', async () => {
  const root = join(dirname(base), 'store')
  const store = openStore(root)
  const storeKeys = openKeys(join(root, 'keys'))
  const plain = store.put('plain', 'redacted')
  const sealed = store.put('sealed', 'raw')
  const key = 'ab'.repeat(32)
  writeActionRecord(join(root, 'actions'), storeKeys, { v: 1, key, stage: 'ingest', keyParts: {}, payload: {} })
  const verify = (payloads: string[] = []) => verifyStore(root, storeKeys.publicKeyPem, { payloads })
  expect(await verify([plain.sha256])).toEqual({
    ok: true,
    objects: 2,
    bytes: 11,
    actions: 1,
    problems: [],
    more: 0,
    tombstoned: 0,
    warnings: [],
  })
  const codes = async () => (await verify()).problems.map((problem) => problem.code)
  const path = (digest: string, folder: string) => join(root, folder, digest.slice(0, 2), digest.slice(2))

  expect((await verify(['cd'.repeat(32)])).problems).toMatchObject([{ code: 'PAYLOAD_MISSING' }])
  overwrite(path(plain.sha256, 'objects'), 'Plain')
  expect(await codes()).toEqual(['OBJECT_CORRUPT'])
  overwrite(path(plain.sha256, 'objects'), 'plain')
  const good = readFileSync(path(sealed.sha256, 'sealed'))
  const bad = Buffer.from(good)
  bad[40]! ^= 1
  overwrite(path(sealed.sha256, 'sealed'), bad)
  expect(await codes()).toEqual(['SEALED_CORRUPT'])
  overwrite(path(sealed.sha256, 'sealed'), good)
  writeActionRecord(join(root, 'actions'), keys, { v: 1, key, stage: 'ingest', keyParts: {}, payload: {} })
  expect(await codes()).toEqual(['ACTION_BAD_SIGNATURE'])
  writeFileSync(actionRecordPath(join(root, 'actions'), key), '{}')
  expect(await codes()).toEqual(['ACTION_MALFORMED'])
  rmSync(actionRecordPath(join(root, 'actions'), key))
  writeFileSync(join(root, 'objects', 'readme'), '')
  expect(await codes()).toEqual(['STORE_FILE_UNKNOWN'])
  rmSync(join(root, 'objects', 'readme'))
  writeFileSync(`${path(plain.sha256, 'objects')}.tmp-1-0-1`, '')
  renameSync(join(root, 'keys/store.key'), join(root, 'keys/away'))
  expect(await verify()).toMatchObject({
    ok: true,
    warnings: [{ code: 'STORE_LEFTOVER' }, { code: 'STORE_KEY_MISSING' }],
  })
})

function overwrite(path: string, bytes: string | Uint8Array): void {
  rmSync(path)
  writeFileSync(path, bytes)
}
