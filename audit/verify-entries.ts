import { type Bundle, LINK_LENGTH, leafHashesInto, linksInto, splitBundle } from './bundle.ts'
import type { StoredEntry } from './entry.ts'
import { FIRST_PREV } from './entry.ts'
import { type EntryView, newEntryView, scanEntry } from './entry-scan.ts'
import { type HashAhead, hashAhead, SLOTS } from './hash-ahead.ts'
import { completeRootOf } from './merkle.ts'
import { HASH_BYTES, splitHashes, TILE_WIDTH, type TileSource, tilePath, tileWidth } from './tiles.ts'
import { type Edge, edgeRoot } from './tree-edge.ts'
import type { ProblemList } from './verify-report.ts'
import { STEP_TYPES, type StepCheck } from './verify-steps.ts'

export interface Walk {
  readonly size: number
  readonly tiles: TileSource
  readonly problems: ProblemList
  /** Roots that earlier checkpoints signed, by size. */
  readonly earlier: ReadonlyMap<number, readonly Buffer[]>
  readonly steps: StepCheck
  readonly onPayload: (digest: string, seq: number) => void
}

export interface Walked {
  /** Recomputed from the entries, and from leaf hashes where entries are absent. */
  readonly root: Buffer
  /** Full bundles that are not there. */
  readonly absent: readonly number[]
  /** `log.pruned` entries, in order. */
  readonly prunes: readonly StoredEntry[]
  /** Full bundles with entries about keys (`key.*`): a prune leaves them. */
  readonly withKeys: ReadonlySet<number>
}

/** Goes through all entries once, a few bundles in memory at a time. */
export function walkEntries(walk: Walk): Walked {
  const ahead = hashAhead(walk.size)
  try {
    return walkBundles(walk, ahead)
  } finally {
    ahead.close()
  }
}

function walkBundles(walk: Walk, ahead: HashAhead): Walked {
  const { size, tiles, problems } = walk
  const edge: Edge = [{ index: 0, hashes: [] }]
  const absent: number[] = []
  const chain = entryChain(walk)
  const sizes = [...walk.earlier.keys()].sort((a, b) => a - b)
  let nextEarlier = 0
  const checkEarlier = (to: number, start: number, hashes: Buffer): void => {
    for (; nextEarlier < sizes.length && sizes[nextEarlier]! <= to; nextEarlier++) {
      const at = sizes[nextEarlier]!
      const beginning = splitHashes(hashes.subarray(0, (at - start) * HASH_BYTES))
      const full = beginning.length === TILE_WIDTH
      const level0 = { index: start / TILE_WIDTH, hashes: full ? [] : beginning }
      const current: Edge = [level0, ...edge.slice(1)]
      if (full) raise(current, 1, completeRootOf(hashes), undefined)
      for (const root of walk.earlier.get(at)!) {
        if (edgeRoot(current).equals(root)) continue
        problems.add(
          'LOG_FORKED',
          `at ${at} entries this log is not the one an earlier checkpoint signed`,
          'checkpoint',
        )
      }
    }
  }
  checkEarlier(0, 0, Buffer.alloc(0))
  const read = (index: number): Buffer | undefined => {
    const width = tileWidth('entries', index, size)
    const bytes = width === 0 ? undefined : tiles('entries', index, width)
    if (bytes !== undefined && width === TILE_WIDTH) ahead.give(bytes)
    return bytes
  }
  const queue = Array.from({ length: SLOTS - 1 }, (_, index) => read(index))
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const start = index * TILE_WIDTH
    const width = tileWidth('entries', index, size)
    queue.push(read(index + queue.length))
    const bytes = queue.shift()
    const ready = bytes !== undefined && width === TILE_WIDTH ? ahead.take() : undefined
    // Whether a full bundle that is gone was pruned is known when all entries have been read.
    if (bytes === undefined && width === TILE_WIDTH) absent.push(index)
    const file = tilePath('entries', index, width)
    const bundle = readEntries(bytes, file, width, problems)
    const stored = readTile(tiles, 0, index, width, problems)
    const made = bundle === undefined ? undefined : (ready ?? { leaves: leafHashes(bundle), root: undefined })
    if (made !== undefined) compareLeaves(made.leaves, stored, start, file, problems)
    const hashes = made?.leaves ?? stored
    if (hashes === undefined) return { root: edgeRoot(edge), absent, ...chain.found }
    chain.follow(bundle, ready?.links, start, file)
    checkEarlier(start + width, start, hashes)
    if (width === TILE_WIDTH) {
      edge[0] = { index: index + 1, hashes: [] }
      raise(edge, 1, made?.root ?? completeRootOf(hashes), { tiles, problems })
    } else edge[0] = { index, hashes: splitHashes(hashes) }
  }
  edge.forEach(({ index, hashes }, level) => {
    if (level > 0 && hashes.length > 0) compareTile(tiles, level, index, hashes, problems)
  })
  return { root: edgeRoot(edge), absent, ...chain.found }
}

function readEntries(
  bytes: Buffer | undefined,
  file: string,
  width: number,
  problems: ProblemList,
): Bundle | undefined {
  if (bytes === undefined) {
    if (width < TILE_WIDTH) problems.add('LOG_BUNDLE_MISSING', 'a file with entries is gone', file)
    return undefined
  }
  const bundle = splitBundle(bytes)
  if (bundle === undefined) {
    problems.add('LOG_BUNDLE_MALFORMED', 'a file with entries is cut or changed', file)
    return undefined
  }
  if (bundle.count !== width) {
    problems.add('LOG_BUNDLE_COUNT', `a file has ${bundle.count} entries instead of ${width}`, file)
    return undefined
  }
  return bundle
}

/** The leaf hashes of a bundle, compared with those that the tree has. */
function compareLeaves(
  hashes: Buffer,
  stored: Buffer | undefined,
  start: number,
  file: string,
  problems: ProblemList,
): void {
  if (stored === undefined || stored.equals(hashes)) return
  for (let i = 0; i * HASH_BYTES < hashes.length; i++) {
    const [from, to] = [i * HASH_BYTES, (i + 1) * HASH_BYTES]
    if (stored.subarray(from, to).equals(hashes.subarray(from, to))) continue
    problems.add('LOG_ENTRY_HASH', 'an entry does not have the hash that the tree has for it', file, start + i)
  }
}

function leafHashes(bundle: Bundle): Buffer {
  const hashes = Buffer.allocUnsafe(bundle.count * HASH_BYTES)
  leafHashesInto(hashes, bundle)
  return hashes
}

function linksOf(bundle: Bundle): Buffer {
  const links = Buffer.allocUnsafe(bundle.count * LINK_LENGTH)
  linksInto(links, bundle)
  return links
}

/** Checks form, order, time and the link to the entry before, and hands on what entries say of runs and documents. */
function entryChain({ problems, steps, onPayload }: Walk): {
  readonly found: Pick<Walked, 'prunes' | 'withKeys'>
  follow(bundle: Bundle | undefined, links: Buffer | undefined, start: number, file: string): void
} {
  const prunes: StoredEntry[] = []
  const withKeys = new Set<number>()
  const view = newEntryView()
  // What the next entry has to have as its `prev`: in `links` at `link`, which is below 0 where it is not known.
  let links: Buffer = Buffer.from(FIRST_PREV, 'latin1')
  let link = 0
  // Most entries have the time and the run of the one before: a comparison of bytes is cheaper than a new string.
  const time = Buffer.alloc(TIME_LENGTH)
  let run = ''
  let current: Buffer
  const value = (name: string): string | undefined => valueIn(current, view, name)
  const see = (bytes: Buffer, from: number, to: number, seq: number, file: string): void => {
    if (!scanEntry(bytes, from, to, view)) {
      problems.add('LOG_ENTRY_MALFORMED', 'an entry has not the form of one', file, seq)
      return
    }
    if (view.seq !== seq) problems.add('LOG_ENTRY_SEQ', 'an entry has another number than its place', file, seq)
    if (link >= 0 && !isLink(bytes, view.prev, links, link)) {
      problems.add('LOG_ENTRY_PREV', 'an entry does not follow the one before it', file, seq)
    }
    const order = compareTime(time, bytes, view.ts)
    if (order > 0) problems.add('LOG_ENTRY_TIME', 'an entry is older than the one before it', file, seq)
    if (order !== 0) bytes.copy(time, 0, view.ts, view.ts + TIME_LENGTH)
    if (view.payload >= 0) onPayload(bytes.toString('latin1', view.payload, view.payload + 64), seq)
    if (isAt(bytes, view.type, 'stage.') || isAt(bytes, view.type, 'run.')) {
      if (view.runEnd - view.run !== run.length || !isAt(bytes, view.run, run)) {
        run = bytes.toString('latin1', view.run, view.runEnd)
      }
      current = bytes
      steps.see({ seq, type: typeIn(bytes, view), file, run, value })
    } else if (isAt(bytes, view.type, 'key.')) withKeys.add(Math.floor(seq / TILE_WIDTH))
    else if (isAt(bytes, view.type, 'log.pruned"')) prunes.push(JSON.parse(bytes.toString('latin1', from, to)))
  }
  return {
    found: { prunes, withKeys },
    follow(bundle, made, start, file) {
      if (bundle === undefined) {
        // Said already for the whole bundle; the next link cannot be checked.
        link = -1
        steps.gap()
        return
      }
      const { bytes, starts, count } = bundle
      const own = made ?? linksOf(bundle)
      for (let i = 0; i < count; i++) {
        see(bytes, starts[i]!, starts[i + 1]! - 2, start + i, file)
        links = own
        link = i * LINK_LENGTH
      }
    },
  }
}

const TIME_LENGTH = 24

/** Where the scan has found an entry, bytes after it are the next one's: nothing is read beyond the file that matters. */
function isAt(bytes: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}

function isLink(bytes: Buffer, at: number, links: Buffer, link: number): boolean {
  for (let i = 0; i < LINK_LENGTH; i++) if (bytes[at + i] !== links[link + i]) return false
  return true
}

/** Below 0 where `before` is earlier than the time at `at`. Times of one form sort as their bytes do. */
function compareTime(before: Buffer, bytes: Buffer, at: number): number {
  for (let i = 0; i < TIME_LENGTH; i++) {
    const difference = before[i]! - bytes[at + i]!
    if (difference !== 0) return difference
  }
  return 0
}

/** One of those that the check of steps knows, as the string it compares with, or a new string. */
function typeIn(bytes: Buffer, { type, typeEnd }: EntryView): string {
  for (const known of STEP_TYPES) {
    if (known.length === typeEnd - type && isAt(bytes, type, known)) return known
  }
  return bytes.toString('latin1', type, typeEnd)
}

/** The value of a member of the subject. */
function valueIn(bytes: Buffer, { members, places }: EntryView, name: string): string | undefined {
  for (let place = 0; place < members * 4; place += 4) {
    if (places[place + 1]! - places[place]! !== name.length || !isAt(bytes, places[place]!, name)) continue
    return bytes.toString('latin1', places[place + 2]!, places[place + 3]!)
  }
  return undefined
}

/** Hands the root of a full tile to the level above, and checks that level's tile when it is full in turn. */
function raise(
  edge: Edge,
  level: number,
  root: Buffer,
  check: { readonly tiles: TileSource; readonly problems: ProblemList } | undefined,
): void {
  const { index, hashes } = edge[level] ?? { index: 0, hashes: [] }
  const grown = [...hashes, root]
  if (grown.length < TILE_WIDTH) {
    edge[level] = { index, hashes: grown }
    return
  }
  if (check !== undefined) compareTile(check.tiles, level, index, grown, check.problems)
  edge[level] = { index: index + 1, hashes: [] }
  raise(edge, level + 1, completeRootOf(Buffer.concat(grown)), check)
}

function compareTile(
  tiles: TileSource,
  level: number,
  index: number,
  hashes: readonly Buffer[],
  problems: ProblemList,
): void {
  const stored = readTile(tiles, level, index, hashes.length, problems)
  if (stored !== undefined && !stored.equals(Buffer.concat(hashes))) {
    const path = tilePath(level, index, hashes.length)
    problems.add('LOG_TILE_MISMATCH', 'a tile does not have the hashes of the tiles below it', path)
  }
}

function readTile(
  tiles: TileSource,
  level: number,
  index: number,
  width: number,
  problems: ProblemList,
): Buffer | undefined {
  const path = tilePath(level, index, width)
  const bytes = tiles(level, index, width)
  if (bytes === undefined) {
    problems.add('LOG_TILE_MISSING', 'a tile is gone', path)
    return undefined
  }
  if (bytes.length === width * HASH_BYTES) return bytes
  problems.add('LOG_TILE_SIZE', `a tile has ${bytes.length} bytes instead of ${width * HASH_BYTES}`, path)
  return undefined
}
