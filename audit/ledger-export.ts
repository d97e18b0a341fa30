import { dirname, join } from 'node:path'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { createSynced, disk, ensureFolder, type Files, listIfThere, replaceDurable, syncFolder } from './files.ts'
import { damaged, readNote, trustedCheckpoint } from './ledger-head.ts'
import type { PublicKey } from './note.ts'
import { TILE_WIDTH, type TileLevel, tilePath, tilesOfLiveLog, tileWidth } from './tiles.ts'

export interface Exported {
  readonly size: number
  readonly files: number
  readonly bytes: number
}

/**
 * Copies a log as its checkpoint covers it into an empty folder: the static resources of C2SP tlog-tiles, which any web
 * server can serve and stock readers take, and nothing else (no lock, no leftovers). The checkpoint comes last.
 *
 * @throws SluiceError `LOG_EXPORT_NOT_EMPTY` (exit 2), `LOG_DAMAGED`, `LOG_CHECKPOINT_*` (exit 4)
 */
export function exportLedger(dir: string, key: PublicKey, target: string, files: Files = disk): Exported {
  try {
    if (listIfThere(files, target).length > 0) throw notEmpty(target)
    const place = { dir, files, key }
    const note = readNote(place)
    const { size } = trustedCheckpoint(place, note)
    const tiles = tilesOfLiveLog(dir, () => readNote(place) !== note, files)
    let count = 0
    let bytes = 0
    const folders = new Set<string>()
    for (const { level, index, width } of tilesOf(size)) {
      const content = tiles(level, index, width)
      // A full bundle may have been pruned; whether it was is for the verifier of the copy to say.
      if (content === undefined && level === 'entries' && width === TILE_WIDTH) continue
      if (content === undefined) throw damaged(dir, tilePath(level, index, width))
      const path = join(target, tilePath(level, index, width))
      ensureFolder(files, dirname(path))
      createSynced(files, path, content)
      folders.add(dirname(path))
      count += 1
      bytes += content.length
    }
    for (const folder of folders) syncFolder(files, folder)
    ensureFolder(files, target)
    replaceDurable(files, join(target, 'checkpoint'), Buffer.from(note!))
    return { size, files: count + 1, bytes: bytes + Buffer.byteLength(note!) }
  } catch (error) {
    throw toSluiceError(error, 'exporting the log')
  }
}

/** Every tile of a tree of `size` leaves. */
function* tilesOf(
  size: number,
): IterableIterator<{ readonly level: TileLevel; readonly index: number; readonly width: number }> {
  const levels: TileLevel[] = ['entries']
  for (let level = 0; TILE_WIDTH ** level <= size; level++) levels.push(level)
  for (const level of levels) {
    for (let index = 0; ; index++) {
      const width = tileWidth(level, index, size)
      if (width === 0) break
      yield { level, index, width }
    }
  }
}

function notEmpty(file: string): SluiceError {
  return new SluiceError({
    code: 'LOG_EXPORT_NOT_EMPTY',
    message: 'the folder to export to holds something already',
    next: 'give a folder that is empty or not there yet',
    at: { file },
  })
}
