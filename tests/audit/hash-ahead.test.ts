import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { type HashedBundle, hashAhead } from '../../audit/hash-ahead.ts'
import { openKeys } from '../../audit/keys.ts'
import { completeRootOf, leafHash } from '../../audit/merkle.ts'
import { encodeBundle } from '../../audit/tiles.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { writeLog } from '../../bench/ledger-log.ts'
import { sha256 } from '../../util/digest.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-hash-ahead-'))
afterAll(() => rmSync(folder, { recursive: true }))

const entriesOf = (n: number, bytes: number): Buffer[] =>
  Array.from({ length: 256 }, (_, i) => Buffer.from(`${n}.${i}`.padEnd(bytes, 'x')))

test('the thread answers with the hashes of what it was given, in its order, and not for what is no tile', async () => {
  const ahead = hashAhead(1_000_000)
  try {
    /** Gives until the thread has begun before it was asked: while it starts, all is left to the caller. */
    const byThread = async (bytes: Buffer): Promise<HashedBundle> => {
      for (const end = Date.now() + 20_000; Date.now() < end; ) {
        ahead.give(bytes)
        await wait(20)
        const made = ahead.take()
        if (made !== undefined) return made
      }
      throw new Error('the thread never answered')
    }
    const first = entriesOf(0, 300)
    await byThread(encodeBundle(first))
    const given = [1, 2, 3, 4].map((n) => entriesOf(n, 300 + n))
    ahead.give(encodeBundle(given[0]!))
    let answered = 0
    for (const [i, entries] of given.entries()) {
      const next = given[i + 1]
      if (next !== undefined) ahead.give(encodeBundle(next))
      await wait(20)
      const made = ahead.take()
      const leaves = Buffer.concat(entries.map((entry) => leafHash(entry)))
      // What the thread had not begun yet is the caller's.
      if (made === undefined) continue
      answered += 1
      expect(made.leaves.equals(leaves)).toBe(true)
      expect(made.root.equals(completeRootOf(leaves))).toBe(true)
      expect(made.links.toString()).toBe(entries.map((entry) => sha256(entry)).join(''))
    }
    expect(answered).toBeGreaterThan(0)
    const cut = encodeBundle(first).subarray(1)
    const short = encodeBundle(first.slice(1))
    const large = encodeBundle(entriesOf(5, 5_000))
    for (const bytes of [cut, short, large]) {
      ahead.give(bytes)
      await wait(50)
      expect(ahead.take()).toBeUndefined()
    }
    const leaves = Buffer.concat(first.map((entry) => leafHash(entry)))
    expect((await byThread(encodeBundle(first))).leaves.equals(leaves)).toBe(true)
  } finally {
    ahead.close()
  }
})

test('damage to a log that is worth a thread is found where it is', () => {
  const keys = openKeys(join(folder, 'keys'))
  const good = join(folder, 'good')
  writeLog(good, keys, 300)
  expect(verifyLedger(good, keys)).toMatchObject({ ok: true, size: 300 * 64, problems: [], openRuns: [] })

  const damage = (path: string, change: (bytes: Buffer) => Buffer): readonly string[] => {
    const dir = join(folder, 'bad')
    rmSync(dir, { recursive: true, force: true })
    cpSync(good, dir, { recursive: true })
    writeFileSync(join(dir, path), change(readFileSync(join(dir, path))))
    return verifyLedger(dir, keys).problems.map(({ code, seq }) => `${code} ${seq ?? '-'}`)
  }
  const at = 40 * 256 + 5
  const flip = (bytes: Buffer): Buffer => {
    const changed = Buffer.from(bytes)
    const from = bytes.indexOf(`"seq":${at},`)
    changed[bytes.indexOf('"ts":"2', from) + 9]! ^= 1
    return changed
  }
  const found = damage('tile/entries/040', flip)
  expect(found).toContain(`LOG_ENTRY_HASH ${at}`)
  expect(found).toContain(`LOG_ENTRY_PREV ${at + 1}`)
  expect(found).toContain('LOG_TILE_MISMATCH -')
  expect(found).toContain('LOG_ROOT_MISMATCH -')
  expect(damage('tile/entries/041', (bytes) => bytes.subarray(1))).toContain('LOG_BUNDLE_MALFORMED -')
  const swapped = damage('tile/0/050', (bytes) =>
    Buffer.concat([bytes.subarray(32, 64), bytes.subarray(0, 32), bytes.subarray(64)]),
  )
  expect(swapped).toEqual([`LOG_ENTRY_HASH ${50 * 256}`, `LOG_ENTRY_HASH ${50 * 256 + 1}`])
})
