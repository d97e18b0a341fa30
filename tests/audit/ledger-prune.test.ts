import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Keys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { pruneLedger } from '../../audit/ledger-prune.ts'
import { readLedger } from '../../audit/ledger-reader.ts'
import { leafHash, verifyConsistency, verifyInclusion } from '../../audit/merkle.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { quickDisk } from './failing-disk.ts'
import { clock, group, newLog } from './setup.ts'

let dir: string
let keys: Keys
let checkpoints: string[]
const time = clock('2026-01-01T00:00:00.000Z')
const open = () => openLedger(dir, keys, { files: quickDisk, now: time.now })
const prune = (policy: Parameters<typeof pruneLedger>[3], dryRun = false) =>
  pruneLedger(dir, keys, open, policy, { now: time.now(), files: quickDisk, dryRun })
const bundle = (n: number) => join(dir, `tile/entries/00${n}`)
const verify = () => verifyLedger(dir, keys, { earlier: checkpoints })
const codes = () => [...new Set(verify().problems.map(({ code }) => code))].sort()

let base: string
let baseKeys: Keys
let baseCheckpoints: readonly string[]

/** 1,100 entries, 300 a day. */
beforeAll(() => {
  const log = newLog()
  base = log.dir
  baseKeys = log.keys
  baseCheckpoints = [1, 2, 3, 4].map((day) => {
    time.set(`2026-01-0${day}T12:00:00.000Z`)
    const ledger = openLedger(base, baseKeys, { files: quickDisk, now: time.now })
    return ledger.append(group(day === 4 ? 200 : 300, `day${day}`)).checkpoint
  })
})

beforeEach(() => {
  dir = `${base}-copy`
  keys = baseKeys
  checkpoints = [...baseCheckpoints]
  rmSync(dir, { recursive: true, force: true })
  cpSync(base, dir, { recursive: true })
  time.set('2026-01-04T12:00:00.000Z')
})

test('whole bundles before a place go, the log says so, and everything that was signed still compares', () => {
  const first = open()
  const entry = Buffer.from(first.entryBytes(300))
  expect(prune({ before: 700 }, true)).toEqual({ before: 512, entries: 512, seq: null })
  expect(prune({ before: 700 })).toEqual({ before: 512, entries: 512, seq: 1100 })
  expect([0, 1, 2].map((n) => existsSync(bundle(n)))).toEqual([false, false, true])
  expect(verify()).toMatchObject({ ok: true, size: 1101, pruned: 512, warnings: [] })
  const log = readLedger(dir, keys)
  expect([...log.entries(1100)]).toMatchObject([
    { type: 'log.pruned', subject: { before: '512', entries: '512', policy: 'before:700' } },
  ])
  expect([...log.entries()].map(({ seq }) => seq)).toEqual(Array.from({ length: 589 }, (_, i) => 512 + i))
  expect(() => log.entryBytes(300)).toThrow(expect.objectContaining({ code: 'LOG_ENTRIES_ABSENT', exit: 2 }))
  // Whoever kept an entry can still have it proved, and old trees still compare with the new one.
  const bytes = (hashes: readonly string[]) => hashes.map((hash) => Buffer.from(hash, 'hex'))
  const root = Buffer.from(log.root, 'hex')
  expect(verifyInclusion(leafHash(entry), 300, log.size, bytes(log.proveInclusion(300)), root)).toBe(true)
  const oldRoot = Buffer.from(checkpoints[0]!.split('\n')[2]!, 'base64')
  expect(verifyConsistency(300, log.size, bytes(log.proveConsistency(300)), oldRoot, root)).toBe(true)
  open().append(group(3, 'later'))
  expect(verify()).toMatchObject({ ok: true, size: 1104, pruned: 512 })
})

test('by days: what is older than the policy allows, and not the bundle in which it ends', () => {
  time.set('2026-01-05T13:00:00.000Z')
  expect(prune({ keepDays: 30 })).toEqual({ before: 0, entries: 0, seq: null })
  expect(prune({ keepDays: 2 })).toEqual({ before: 768, entries: 768, seq: 1100 })
  expect(verify()).toMatchObject({ ok: true, pruned: 768, warnings: [] })
  // Again, further: the entry of the first prune may go itself.
  open().append(group(400, 'more'))
  time.set('2026-03-01T00:00:00.000Z')
  expect(prune({ keepDays: 1 })).toEqual({ before: 1280, entries: 512, seq: 1501 })
  expect(verify()).toMatchObject({ ok: true, size: 1502, pruned: 1280, warnings: [] })
  expect(prune({ keepDays: 1 })).toEqual({ before: 1280, entries: 0, seq: null })
})

test('a deletion is not a prune', () => {
  rmSync(bundle(0))
  expect(codes()).toEqual(['LOG_BUNDLE_MISSING'])
  // Nor does a prune afterwards make it one.
  expect(() => prune({ before: 512 })).toThrow(expect.objectContaining({ code: 'LOG_PRUNE_REFUSED', exit: 4 }))
})

test('a deletion beyond the bound of a prune is found', () => {
  prune({ before: 512 })
  rmSync(bundle(2))
  expect(codes()).toEqual(['LOG_BUNDLE_MISSING'])
})

test('hashes of what was pruned may not go, nor change', () => {
  prune({ before: 512 })
  const tile = readFileSync(join(dir, 'tile/0/000'))
  tile[5]! ^= 1
  writeFileSync(join(dir, 'tile/0/000'), tile)
  expect(codes()).toEqual(['LOG_FORKED', 'LOG_ROOT_MISMATCH', 'LOG_TILE_MISMATCH'])
  rmSync(join(dir, 'tile/0/000'))
  expect(codes()).toContain('LOG_TILE_MISSING')
})

test('an entry that claims another prune than the log had grants nothing', () => {
  const root = readLedger(dir, keys).root
  for (const subject of [
    { before: '512', root: 'ab'.repeat(32) },
    { before: '513', root },
    { before: '2048', root },
    { before: '0', root },
    { root },
  ]) {
    open().append([{ type: 'log.pruned', run: 'log', subject }])
    expect(codes(), JSON.stringify(subject)).toEqual(['LOG_PRUNE_MISMATCH'])
  }
  rmSync(bundle(0))
  expect(codes()).toEqual(['LOG_BUNDLE_MISSING', 'LOG_PRUNE_MISMATCH'])
})

test('a pruned entry that comes back must be the one that went', () => {
  cpSync(bundle(1), `${dir}-kept`)
  prune({ before: 512 })
  cpSync(`${dir}-kept`, bundle(1))
  expect(verify()).toMatchObject({ ok: true, warnings: [{ code: 'LOG_PRUNE_UNFINISHED' }] })
  // As after a crash in the middle: the same prune goes on, without a second entry.
  expect(prune({ before: 512 })).toEqual({ before: 512, entries: 256, seq: null })
  expect(verify()).toMatchObject({ ok: true, size: 1101, warnings: [] })
  writeFileSync(bundle(1), readFileSync(`${dir}-kept`).toString('latin1').replace('day1-299', 'day1-298'), 'latin1')
  expect(codes()).toContain('LOG_ENTRY_HASH')
})

test('an interrupted prune removes nothing that the log does not say', () => {
  for (const when of ['rename', 'remove'] as const) {
    let calls = 0
    const files = {
      ...quickDisk,
      [when]: (...args: [string, never]) => {
        calls += 1
        if (when === 'rename' || args[0].includes('entries/00'))
          throw Object.assign(new Error(), { code: 'EIO', syscall: when })
        return (quickDisk[when] as (...args: unknown[]) => unknown)(...args)
      },
    }
    expect(() =>
      pruneLedger(dir, keys, () => openLedger(dir, keys, { files }), { before: 512 }, { now: time.now(), files }),
    ).toThrow(expect.objectContaining({ code: 'SYSTEM_EIO', exit: 5 }))
    expect(calls).toBeGreaterThan(0)
    expect(verify(), when).toMatchObject({ ok: true, pruned: when === 'rename' ? 0 : 512 })
  }
})

test('entries about keys stay, and so does a run that has not ended', () => {
  const log = newLog()
  dir = log.dir
  keys = log.keys
  checkpoints = []
  const ledger = open()
  ledger.append([{ type: 'key.created', run: 'keys', subject: { use: 'ledger' } }, ...group(600)])
  ledger.append([{ type: 'run.planned', run: 'r1', subject: { stages: '0' } }, ...group(500)])
  expect(prune({ before: 600 })).toEqual({ before: 512, entries: 256, seq: 1102 })
  expect([0, 1, 2].map((n) => existsSync(bundle(n)))).toEqual([true, false, true])
  expect(verify()).toMatchObject({ ok: true, pruned: 512, openRuns: ['r1'], warnings: [{ code: 'LOG_RUN_OPEN' }] })
  expect(() => prune({ before: 1000 })).toThrow(expect.objectContaining({ code: 'LOG_PRUNE_REFUSED', exit: 2 }))
  open().append([{ type: 'run.aborted', run: 'r2', subject: { aborted: 'r1' } }])
  expect(prune({ before: 1000 })).toMatchObject({ before: 768, entries: 256 })
  expect(verify()).toMatchObject({ ok: true, pruned: 768, warnings: [], openRuns: [] })
})
