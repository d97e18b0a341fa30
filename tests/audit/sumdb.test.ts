import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { exportLedger } from '../../audit/ledger-export.ts'
import { consistencyProof, inclusionProof, leafHash, nodeHash, type SubtreeReader } from '../../audit/merkle.ts'
import { random } from '../../util/random.ts'
import { quickDisk } from './failing-disk.ts'
import { group, newLog } from './setup.ts'
import { hasSumdb, runSumdb } from './sumdb-program.ts'

const SIZES = 300
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64')
const listed = (hashes: readonly Uint8Array[]) => hashes.map(base64).join(',')
const fromHex = (hashes: readonly string[]) => hashes.map((hash) => Buffer.from(hash, 'hex'))

describe.skipIf(!hasSumdb())('Go’s x/mod/sumdb (skipped without golang-go and golang-golang-x-mod-dev)', () => {
  test('accepts every checkpoint, every inclusion and consistency proof up to 300 entries, and the tiles', () => {
    const { dir, keys } = newLog()
    const pick = random(11, 'sumdb')
    const ledger = openLedger(dir, keys, { files: quickDisk })
    const lines = [keys.noteVerifier, `checkpoint ${base64(ledger.checkpoint())}`]
    const entries: Buffer[] = []
    for (let size = 1; size <= SIZES; size++) {
      ledger.append(group(1, `n${size}`))
      lines.push(`checkpoint ${base64(ledger.checkpoint())}`)
      entries.push(Buffer.from(ledger.entryBytes(size - 1)))
      // From the tiles on the disk: a random entry and a random older tree of each size.
      const [seq, old] = [pick.integer(size), 1 + pick.integer(size)]
      lines.push(`record ${size} ${seq} ${base64(entries[seq]!)} ${listed(fromHex(ledger.proveInclusion(seq)))}`)
      lines.push(`tree ${size} ${old} ${listed(fromHex(ledger.proveConsistency(old)))}`)
    }
    // From the leaves: every entry and every older tree of every size.
    const read = remembering(entries.map((entry) => leafHash(entry)))
    const encoded = entries.map(base64)
    for (let size = 1; size <= SIZES; size++) {
      for (let n = 0; n < size; n++) {
        lines.push(`record ${size} ${n} ${encoded[n]} ${listed(inclusionProof(n, size, read))}`)
        lines.push(`tree ${size} ${n + 1} ${listed(consistencyProof(n + 1, size, read))}`)
      }
    }
    const copy = join(mkdtempSync(join(tmpdir(), 'sluice-export-')), 'copy')
    exportLedger(dir, keys, copy, quickDisk)
    lines.push(`folder ${base64(copy)} ${SIZES}`)
    const pairs = (SIZES * (SIZES + 1)) / 2 + SIZES
    expect(runSumdb(mkdtempSync(join(tmpdir(), 'sluice-go-')), lines)).toBe(`${SIZES + 1} ${pairs} ${pairs} 1\n`)
  })
})

/** Subtree hashes of leaves, each computed once. */
function remembering(leaves: readonly Uint8Array[]): SubtreeReader {
  const known = new Map<string, Uint8Array>()
  const read: SubtreeReader = (level, index) => {
    if (level === 0) return leaves[index]!
    const key = `${level}/${index}`
    const hash = known.get(key) ?? nodeHash(read(level - 1, index * 2), read(level - 1, index * 2 + 1))
    known.set(key, hash)
    return hash
  }
  return read
}
