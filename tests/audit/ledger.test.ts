import { createHash } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync as readlink,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { leafHash, verifyConsistency, verifyInclusion } from '../../audit/merkle.ts'
import { decodeBundle, listTileFiles } from '../../audit/tiles.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { clock, group, newLog } from './setup.ts'

test('stores canonical entries in the tile layout, each with the hash of the one before', () => {
  const { dir, keys } = newLog()
  const { now } = clock('2026-11-23T07:00:00.000Z')
  const ledger = openLedger(dir, keys, { now })
  const digest = 'ab'.repeat(32)
  ledger.append([{ type: 'run.planned', run: 'run-1', subject: { plan: digest } }])
  const appended = ledger.append([
    { type: 'gate.decided', run: 'run-1', subject: { gate: 'privacy' }, payload: digest },
  ])
  expect(appended).toEqual({ first: 1, size: 2, root: ledger.root, checkpoint: ledger.checkpoint() })
  expect(listTileFiles(dir)).toEqual(['tile/0/000.p/2', 'tile/entries/000.p/2'])
  const [first, second] = decodeBundle(readFileSync(join(dir, 'tile/entries/000.p/2')))!
  expect(first!.toString()).toBe(
    `{"prev":"${'0'.repeat(64)}","run":"run-1","seq":0,"subject":{"plan":"${digest}"},"ts":"2026-11-23T07:00:00.000Z","type":"run.planned","v":1}`,
  )
  expect(JSON.parse(second!.toString())).toEqual({
    v: 1,
    seq: 1,
    ts: '2026-11-23T07:00:00.000Z',
    type: 'gate.decided',
    run: 'run-1',
    subject: { gate: 'privacy' },
    payload: digest,
    prev: createHash('sha256').update(first!).digest('hex'),
  })
  expect(readFileSync(join(dir, 'checkpoint'), 'utf8')).toMatch(
    /^sluice\.local\/ledger-[0-9a-f]{16}\n2\n[A-Za-z0-9+/]{43}=\n\n\u2014 sluice\.local\/ledger-[0-9a-f]{16} \S+\n$/u,
  )
  expect(readdirSync(dir).sort()).toEqual(['checkpoint', 'tile'])
})

test('grows across tiles in groups of any size, and opens again with the same root', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  for (const count of [1, 254, 1, 1, 300, 0, 700, 3]) ledger.append(group(count))
  expect(ledger.size).toBe(1260)
  expect(listTileFiles(dir)).toEqual(
    ['0', 'entries'].flatMap((level) => [
      ...['000', '001', '002', '003'].map((n) => `tile/${level}/${n}`),
      `tile/${level}/004.p/236`,
      ...(level === '0' ? ['tile/1/000.p/4'] : []),
    ]),
  )
  const again = openLedger(dir, keys)
  expect([again.size, again.root, again.checkpoint()]).toEqual([1260, ledger.root, ledger.checkpoint()])
  expect([...again.entries(250, 520)].map((entry) => entry.seq)).toEqual(Array.from({ length: 270 }, (_, i) => 250 + i))
  const report = verifyLedger(dir, keys.publicKeyPem)
  expect(report).toMatchObject({ ok: true, size: 1260, root: ledger.root, problems: [], warnings: [], more: 0 })
})

test('its proofs hold', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  ledger.append(group(300))
  const oldRoot = Buffer.from(ledger.root, 'hex')
  ledger.append(group(400))
  const bytes = (hashes: readonly string[]) => hashes.map((hash) => Buffer.from(hash, 'hex'))
  const root = Buffer.from(ledger.root, 'hex')
  const entries = [0, 1, 2].flatMap(
    (i) => decodeBundle(readFileSync(join(dir, `tile/entries/00${i}${i === 2 ? '.p/188' : ''}`)))!,
  )
  for (const seq of [0, 255, 256, 511, 512, 699]) {
    expect(verifyInclusion(leafHash(entries[seq]!), seq, 700, bytes(ledger.proveInclusion(seq)), root)).toBe(true)
  }
  expect(verifyConsistency(300, 700, bytes(ledger.proveConsistency(300)), oldRoot, root)).toBe(true)
})

test('takes no text and no personal data', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  const good = group(1)[0]!
  const bad = [
    { ...good, type: 'Stage' },
    { ...good, run: 'two words' },
    { ...good, subject: { stage: 'Please call me back' } },
    { ...good, subject: { stage: 'jane@example.org' } },
    { ...good, subject: { 'a b': 'x' } },
    { ...good, subject: { stage: '' } },
    { ...good, subject: { stage: 'x'.repeat(129) } },
    { ...good, subject: { stage: 5 as unknown as string } },
    { ...good, subject: [] as unknown as Record<string, string> },
    { ...good, payload: 'abc' },
    { ...good, comment: 'x' } as typeof good,
    { ...good, seq: 4 } as typeof good,
  ]
  for (const entry of bad) {
    expect(() => ledger.append([good, entry])).toThrow(expect.objectContaining({ code: 'LOG_ENTRY_INVALID' }))
  }
  expect(ledger.size).toBe(0)
  ledger.append([{ ...good, subject: { uses: '@acme/sluice-stage-x', rows: '1234' } }])
  expect(ledger.size).toBe(1)
})

test('does not say in the error what must not be logged', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  try {
    ledger.append([{ type: 'sample.noted', run: 'r', subject: { who: 'jane@example.org' } }])
    expect.unreachable()
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain('jane')
  }
})

test('orders by sequence when the clock goes back, and records it once', () => {
  const { dir, keys } = newLog()
  const time = clock('2026-11-23T07:00:00.000Z')
  const ledger = openLedger(dir, keys, { now: time.now })
  ledger.append(group(1))
  time.set('2026-11-23T06:59:00.000Z')
  expect(ledger.append(group(1)).first).toBe(2)
  ledger.append(group(1))
  time.set('2026-11-23T07:00:01.000Z')
  ledger.append(group(1))
  time.set('2026-11-23T07:00:00.000Z')
  ledger.append(group(1))
  expect(
    [...ledger.entries()].map(
      (entry) => `${entry.ts.slice(14, 19)} ${entry.type} ${entry.subject['milliseconds'] ?? ''}`,
    ),
  ).toEqual([
    '00:00 sample.noted ',
    '00:00 log.clock_went_back 60000',
    '00:00 sample.noted ',
    '00:00 sample.noted ',
    '00:01 sample.noted ',
    '00:01 log.clock_went_back 1000',
    '00:01 sample.noted ',
  ])
  expect(verifyLedger(dir, keys).ok).toBe(true)
})

test('removes what lies beyond the checkpoint and records that', () => {
  const { dir, keys } = newLog()
  openLedger(dir, keys).append(group(3))
  const torn = Buffer.from('half a bund')
  writeFileSync(join(dir, 'tile/entries/000.p/9'), torn)
  mkdirSync(join(dir, 'tile/entries/001.p'))
  writeFileSync(join(dir, 'tile/entries/001.p/1.tmp-1-0-1'), '')
  expect(verifyLedger(dir, keys)).toMatchObject({
    ok: true,
    warnings: [{ code: 'LOG_UNCOMMITTED' }, { code: 'LOG_UNCOMMITTED' }],
  })
  const ledger = openLedger(dir, keys)
  expect([...ledger.entries(3)]).toMatchObject([
    {
      seq: 3,
      type: 'log.recovered',
      subject: { files: '2', bytes: '11', sha256: createHash('sha256').update(torn).digest('hex') },
    },
  ])
  expect(verifyLedger(dir, keys)).toMatchObject({ ok: true, size: 4, warnings: [] })
  expect(openLedger(dir, keys).size).toBe(4)
})

const damage: readonly [string, string, (dir: string) => void][] = [
  ['a checkpoint that was removed', 'LOG_CHECKPOINT_MISSING', (dir) => rmSync(join(dir, 'checkpoint'))],
  [
    'a changed checkpoint',
    'LOG_CHECKPOINT_SIGNATURE',
    (dir) => edit(dir, 'checkpoint', (text) => text.replace('\n5\n', '\n4\n')),
  ],
  ['a tile that was removed', 'LOG_DAMAGED', (dir) => rmSync(join(dir, 'tile/0/000.p/5'))],
  ['a changed tile', 'LOG_DAMAGED', (dir) => writeFileSync(join(dir, 'tile/0/000.p/5'), Buffer.alloc(160, 1))],
  ['a changed entry', 'LOG_DAMAGED', (dir) => edit(dir, 'tile/entries/000.p/5', (text) => text.replace('a-2', 'a-7'))],
  ['entries that were removed', 'LOG_DAMAGED', (dir) => rmSync(join(dir, 'tile/entries/000.p/5'))],
  ['a cut bundle', 'LOG_DAMAGED', (dir) => edit(dir, 'tile/entries/000.p/5', (text) => text.slice(0, -1))],
]

test.each(damage)('does not open over %s', (_, code, change) => {
  const { dir, keys } = newLog()
  openLedger(dir, keys).append(group(5))
  change(dir)
  expect(() => openLedger(dir, keys)).toThrow(expect.objectContaining({ code, exit: 4 }))
})

test('a log that was cut back under a running process stops it', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  ledger.append(group(2))
  const old = readFileSync(join(dir, 'checkpoint'))
  const tiles = ['tile/0/000.p/2', 'tile/entries/000.p/2'].map((path) => [path, readFileSync(join(dir, path))] as const)
  ledger.append(group(2))
  writeFileSync(join(dir, 'checkpoint'), old)
  for (const [path, bytes] of tiles) writeFileSync(join(dir, path), bytes)
  expect(() => ledger.append(group(1))).toThrow(expect.objectContaining({ code: 'LOG_ROLLED_BACK', exit: 4 }))
})

test('two handles of one process append to one log', () => {
  const { dir, keys } = newLog()
  const [a, b] = [openLedger(dir, keys), openLedger(dir, keys)]
  expect(a.append(group(3, 'a')).first).toBe(0)
  expect(b.append(group(2, 'b')).first).toBe(3)
  expect(a.append(group(1, 'c')).first).toBe(5)
  expect([...openLedger(dir, keys).entries()].map((entry) => entry.subject['id'])).toEqual([
    'a-0',
    'a-1',
    'a-2',
    'b-0',
    'b-1',
    'c-0',
  ])
})

test('a lock of a living process is waited for, then refused; of a dead one is taken over', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys, { lockTimeoutMs: 50 })
  const owner = (change: object) => {
    const me = readFileSync('/proc/self/stat', 'utf8')
    const lock = {
      pid: process.pid,
      start: me.slice(me.lastIndexOf(')') + 2).split(' ')[19],
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      host: readFileSync('/proc/sys/kernel/hostname', 'utf8').trim(),
      space: undefined as string | undefined,
      nonce: '0123456789abcdef',
    }
    return { ...lock, space: readlink('/proc/self/ns/pid'), ...change }
  }
  const place = (change: object) => writeFileSync(join(dir, 'lock'), JSON.stringify(owner(change)))

  for (const alive of [{}, { host: 'elsewhere', pid: 1, start: '0' }, { space: 'pid:[1]', start: '0' }]) {
    place(alive)
    expect(() => ledger.append(group(1)), JSON.stringify(alive)).toThrow(
      expect.objectContaining({ code: 'LOG_LOCKED', transient: true }),
    )
  }
  let size = 0
  for (const dead of [{ start: '1' }, { boot: 'an-earlier-boot' }, { pid: 2 ** 22 - 1, start: '5' }]) {
    place(dead)
    // The right to remove a dead lock may itself have been left by a dead process.
    writeFileSync(join(dir, 'lock.0123456789abcdef'), JSON.stringify(owner({ start: '1', nonce: 'fedcba9876543210' })))
    ledger.append(group(1))
    size += 1
  }
  expect(ledger.size).toBe(size)
  expect(readdirSync(dir).sort()).toEqual(['checkpoint', 'tile'])
})

test('a log that cannot be written says so and takes nothing', () => {
  const { dir, keys } = newLog()
  const ledger = openLedger(dir, keys)
  ledger.append(group(2))
  renameSync(join(dir, 'tile/entries'), join(dir, 'moved'))
  writeFileSync(join(dir, 'tile/entries'), 'in the way')
  expect(() => ledger.append(group(1))).toThrow(expect.objectContaining({ name: 'SluiceError', exit: 5 }))
  rmSync(join(dir, 'tile/entries'))
  renameSync(join(dir, 'moved'), join(dir, 'tile/entries'))
  ledger.append(group(1))
  expect(verifyLedger(dir, keys)).toMatchObject({ ok: true, size: 3, warnings: [] })
})

function edit(dir: string, path: string, change: (text: string) => string): void {
  const file = join(dir, path)
  writeFileSync(file, Buffer.from(change(readFileSync(file).toString('latin1')), 'latin1'))
}
