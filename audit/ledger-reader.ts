import { SluiceError, toSluiceError } from '../util/errors.ts'
import type { StoredEntry } from './entry.ts'
import { disk, type Files } from './files.ts'
import { currentLogKey } from './keys/log-keys.ts'
import { damaged, decodeOrThrow, type LogPlace, readBundle, readNote, trustedCheckpoint } from './ledger-head.ts'
import { consistencyProof, inclusionProof } from './merkle.ts'
import type { Checkpoint, PublicKey } from './note.ts'
import { TILE_WIDTH, type TileSource, tileReader, tilesOfLiveLog, tileWidth } from './tiles.ts'

/** A log as one checkpoint covers it. Reading takes no lock: writers may go on meanwhile. */
export interface LedgerReader {
  /** Entries of the log. */
  readonly size: number
  /** Root hash, 64 hex digits. */
  readonly root: string
  /** Name of the log in its checkpoints. */
  readonly origin: string
  /** The checkpoint, a signed note. */
  checkpoint(): string
  /**
   * Entries in order, checked against the tree only by `verifyLedger`. From `from` on; without it, from the first one that
   * has not been pruned.
   *
   * @throws SluiceError `LOG_ENTRIES_ABSENT` where entries from `from` on are no longer there.
   */
  entries(from?: number, to?: number): IterableIterator<StoredEntry>
  /** The stored bytes of an entry, over which its leaf hash goes. */
  entryBytes(seq: number): Buffer
  /** Hex hashes, RFC 6962 §2.1.1, in the tree of the checkpoint. */
  proveInclusion(seq: number): readonly string[]
  /** Hex hashes, RFC 6962 §2.1.2, from the tree of `oldSize` entries to that of the checkpoint. */
  proveConsistency(oldSize: number): readonly string[]
}

/**
 * Opens a log for reading, with its public key only: the current one, or any that it had before.
 *
 * @throws SluiceError `LOG_CHECKPOINT_*` (exit 4) where its checkpoint is not one that the key signed.
 */
export function readLedger(dir: string, key: PublicKey, files: Files = disk): LedgerReader {
  try {
    const place = { dir, files, key: currentLogKey(dir, files, key) }
    const note = readNote(place)
    return readerAt(place, note ?? '', trustedCheckpoint(place, note))
  } catch (error) {
    throw toSluiceError(error, 'reading the log')
  }
}

/** What can be read of a log at one of its checkpoints. */
export function readerAt(place: LogPlace, note: string, checkpoint: Checkpoint): LedgerReader {
  const { dir, files } = place
  const { size } = checkpoint
  const tiles = tilesOfLiveLog(dir, () => readNote(place) !== note, files)
  const subtrees = () => tileReader(size, tiles, (path) => damaged(dir, path))
  const bundle = (index: number): Buffer[] => {
    const entries = presentBundle(dir, tiles, index, size)
    if (entries === undefined) throw absent(dir, index)
    return entries
  }
  return {
    size,
    root: checkpoint.root.toString('hex'),
    origin: checkpoint.origin,
    checkpoint: () => note,
    *entries(from, to = size) {
      for (let index = Math.floor((from ?? 0) / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
        const start = index * TILE_WIDTH
        const entries = from === undefined ? presentBundle(dir, tiles, index, size) : bundle(index)
        // Whether what is absent was pruned or taken away is for `verifyLedger` to say.
        if (entries === undefined) continue
        const end = Math.min(to, start + entries.length)
        for (let seq = Math.max(from ?? 0, start); seq < end; seq++)
          yield decodeOrThrow(dir, entries[seq - start]!, seq)
      }
    },
    entryBytes: (seq) => {
      if (!(Number.isInteger(seq) && seq >= 0 && seq < size))
        throw new RangeError(`no entry ${seq} in a log of ${size}`)
      return bundle(Math.floor(seq / TILE_WIDTH))[seq % TILE_WIDTH]!
    },
    proveInclusion: (seq) => inclusionProof(seq, size, subtrees()).map(toHex),
    proveConsistency: (oldSize) => consistencyProof(oldSize, size, subtrees()).map(toHex),
  }
}

/** A bundle, `undefined` where it is a full one that is not there: those may have been pruned. */
function presentBundle(dir: string, tiles: TileSource, index: number, size: number): Buffer[] | undefined {
  const width = tileWidth('entries', index, size)
  if (width === TILE_WIDTH && tiles('entries', index, width) === undefined) return undefined
  return readBundle(dir, tiles, index, size)
}

function absent(dir: string, index: number): SluiceError {
  return new SluiceError({
    code: 'LOG_ENTRIES_ABSENT',
    message: `entries ${index * TILE_WIDTH} to ${(index + 1) * TILE_WIDTH - 1} are not in this log any more`,
    next: 'run `sluice ledger verify`: it tells whether they were pruned or taken away',
    at: { file: dir },
  })
}

function toHex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}
