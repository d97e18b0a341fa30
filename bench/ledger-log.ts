import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { disk, type Files } from '../audit/files.ts'
import type { Keys } from '../audit/keys.ts'
import { type LedgerEntry, openLedger } from '../audit/ledger.ts'
import { completeRootOf, leafHash } from '../audit/merkle.ts'
import { formatCheckpoint, signNote } from '../audit/note.ts'
import { splitHashes, TILE_WIDTH, tilePath } from '../audit/tiles.ts'
import { type Edge, edgeRoot } from '../audit/tree-edge.ts'

/** The disk without its fsync: for logs that are only to be read afterwards. */
const UNSYNCED: Files = { ...disk, sync: () => {} }

const STAGES = 31

/** Entries of one run with 31 stages, 64 in all, as a pipeline writes them. */
export function runEntries(n: number): readonly LedgerEntry[] {
  const run = `20260101T000000Z-${n.toString(16).padStart(8, '0')}`
  const digest = n.toString(16).padStart(64, '0')
  const stages = Array.from({ length: STAGES }, (_, i) => `stage-${i}`)
  return [
    { type: 'run.planned', run, subject: { pipeline: 'bench', file: digest, stages: String(STAGES) }, payload: digest },
    ...stages.flatMap((stage): LedgerEntry[] => [
      { type: 'stage.planned', run, subject: { stage, key: digest } },
      { type: 'stage.completed', run, subject: { stage, key: digest, evaluation: digest, 'output.data': digest } },
    ]),
    { type: 'run.finished', run, subject: { outcome: 'passed', exit: '0' }, payload: digest },
  ]
}

/** Writes a log of so many runs through the ledger itself, without fsync. */
export function writeLog(dir: string, keys: Keys, runs: number): void {
  const ledger = openLedger(dir, keys, { files: UNSYNCED })
  const together = 64
  for (let n = 0; n < runs; n += together) {
    ledger.append(Array.from({ length: Math.min(together, runs - n) }, (_, i) => runEntries(n + i)).flat())
  }
}

/**
 * Writes the hash tiles and the checkpoint of a log of `size` entries, without the entries: all that a proof is made from.
 * Tiles of level 0 come one after the other, so memory is that of the upper levels.
 */
export function writeTree(dir: string, keys: Keys, size: number): void {
  const edge: Edge = []
  const made = new Set<string>()
  const write = (path: string, bytes: Uint8Array): void => {
    const file = join(dir, path)
    if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true })
    made.add(dirname(file))
    writeFileSync(file, bytes)
  }
  const up = (level: number, hash: Buffer): void => {
    const { index, hashes } = edge[level] ?? { index: 0, hashes: [] }
    const grown = [...hashes, hash]
    edge[level] = { index, hashes: grown }
    if (grown.length === TILE_WIDTH) full(level, index, Buffer.concat(grown))
  }
  const full = (level: number, index: number, bytes: Buffer): void => {
    write(tilePath(level, index, TILE_WIDTH), bytes)
    edge[level] = { index: index + 1, hashes: [] }
    up(level + 1, completeRootOf(bytes))
  }
  const entry = Buffer.alloc(8)
  for (let start = 0; start < size; start += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - start)
    const bytes = Buffer.alloc(width * 32)
    for (let i = 0; i < width; i++) {
      entry.writeDoubleBE(start + i)
      bytes.set(leafHash(entry), i * 32)
    }
    if (width === TILE_WIDTH) full(0, start / TILE_WIDTH, bytes)
    else edge[0] = { index: start / TILE_WIDTH, hashes: splitHashes(bytes) }
  }
  edge.forEach(({ index, hashes }, level) => {
    if (hashes.length > 0) write(tilePath(level, index, hashes.length), Buffer.concat(hashes))
  })
  const checkpoint = { origin: keys.noteName, size, root: edgeRoot(edge) }
  write('checkpoint', Buffer.from(signNote(formatCheckpoint(checkpoint), keys)))
}

/** The bytes whose leaf hash `writeTree` gives to a place. */
export function treeEntry(seq: number): Buffer {
  const entry = Buffer.alloc(8)
  entry.writeDoubleBE(seq)
  return entry
}
