import { join } from 'node:path'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { disk, type Files, removeIfThere } from './files.ts'
import type { Ledger } from './ledger.ts'
import { damaged } from './ledger-head.ts'
import { treeRoot } from './merkle.ts'
import type { PublicKey } from './note.ts'
import { TILE_WIDTH, tilePath, tileReader, tilesIn } from './tiles.ts'
import { type VerifyReport, verifyLedger } from './verify.ts'

/** Which entries may go: those before a place, or those older than so many days. */
export type PrunePolicy = { readonly before: number } | { readonly keepDays: number }

export interface PruneOptions {
  readonly now: Date
  /** Only tell what would be done. */
  readonly dryRun?: boolean
  readonly earlier?: readonly string[]
  readonly files?: Files
}

export interface Pruned {
  /** The bound: entries from here on stay; a multiple of 256. */
  readonly before: number
  /** How many were removed, or would be. */
  readonly entries: number
  /** Place of the `log.pruned` entry; `null` where none was needed, and in a dry run. */
  readonly seq: number | null
}

const DAY_MS = 86_400_000

/**
 * Removes the oldest entries by a policy, as C2SP tlog-tiles has it: whole bundles from the front. Their leaf hashes stay
 * (32 bytes an entry), so every checkpoint and every proof that was ever given out can still be compared with the log.
 *
 * The log is verified first, whole, and nothing is removed from one that is not in order: a prune must not bury damage.
 * The `log.pruned` entry, with the root of what goes, is durable before the first file goes.
 *
 * @throws SluiceError `LOG_PRUNE_REFUSED`: with exit 4 where the log is not in order, with exit 2 where a run that has not
 * ended lies in what would go.
 */
export function pruneLedger(
  dir: string,
  key: PublicKey,
  open: () => Ledger,
  policy: PrunePolicy,
  options: PruneOptions,
): Pruned {
  const files = options.files ?? disk
  const report = verifyLedger(dir, key, { files, earlier: options.earlier ?? [] })
  if (!report.ok) throw notInOrder(dir, report)
  try {
    const before = boundOf(dir, files, report, policy, options.now)
    const going = bundlesToGo(dir, files, before)
    const entries = going.length * TILE_WIDTH
    if (entries === 0) return { before: report.pruned, entries, seq: null }
    const openRun = report.warnings.find((warning) => warning.code === 'LOG_RUN_OPEN' && (warning.seq ?? 0) < before)
    if (openRun !== undefined) throw runNotEnded(dir, openRun.seq ?? 0)
    if (options.dryRun === true) return { before, entries, seq: null }
    // A prune that was interrupted has its entry already; then only files are left to do.
    let seq: number | null = null
    if (before > report.pruned) {
      const root = rootAt(dir, files, before, report.size)
      const policyName = 'before' in policy ? `before:${policy.before}` : `keep-days:${policy.keepDays}`
      const subject = { before: String(before), entries: String(entries), root, policy: policyName }
      seq = open().append([{ type: 'log.pruned', run: 'log', subject }]).first
    }
    for (const index of going) removeIfThere(files, join(dir, tilePath('entries', index, TILE_WIDTH)))
    return { before, entries, seq }
  } catch (error) {
    throw toSluiceError(error, 'pruning the log')
  }
}

/** The policy as a place, down to a whole bundle. The last entry always stays. */
function boundOf(dir: string, files: Files, report: VerifyReport, policy: PrunePolicy, now: Date): number {
  const whole = (place: number): number => Math.floor(place / TILE_WIDTH) * TILE_WIDTH
  if ('before' in policy) return Math.max(report.pruned, whole(Math.min(policy.before, report.size)))
  const oldest = new Date(now.getTime() - policy.keepDays * DAY_MS).toISOString()
  const tiles = tilesIn(dir, files)
  let before = report.pruned
  while (before + TILE_WIDTH <= report.size) {
    const bundle = tiles('entries', before / TILE_WIDTH, TILE_WIDTH)
    // Times never fall, so the last entry of a bundle is its youngest.
    if (bundle === undefined || lastTime(bundle) >= oldest) break
    before += TILE_WIDTH
  }
  return before
}

function lastTime(bundle: Buffer): string {
  let at = 0
  let last = 0
  while (at + 2 <= bundle.length) {
    last = at + 2
    at = last + bundle.readUInt16BE(at)
  }
  return (JSON.parse(bundle.toString('latin1', last)) as { readonly ts: string }).ts
}

/** Bundles below the bound that are there. One with an entry about keys stays: who holds an old key finds the new one by it. */
function bundlesToGo(dir: string, files: Files, before: number): readonly number[] {
  const tiles = tilesIn(dir, files)
  const going: number[] = []
  for (let index = 0; index < before / TILE_WIDTH; index++) {
    const bundle = tiles('entries', index, TILE_WIDTH)
    if (bundle !== undefined && !bundle.includes('"type":"key.')) going.push(index)
  }
  return going
}

function rootAt(dir: string, files: Files, before: number, size: number): string {
  const read = tileReader(size, tilesIn(dir, files), (path) => damaged(dir, path))
  return treeRoot(before, read).toString('hex')
}

function notInOrder(dir: string, report: VerifyReport): SluiceError {
  return new SluiceError({
    code: 'LOG_PRUNE_REFUSED',
    message: `the log is not in order (${report.problems[0]?.code}), and a prune would bury that`,
    next: 'run `sluice ledger verify` for the details',
    at: { file: dir },
    exit: 4,
  })
}

function runNotEnded(dir: string, seq: number): SluiceError {
  return new SluiceError({
    code: 'LOG_PRUNE_REFUSED',
    message: `a run that began with entry ${seq} has not ended`,
    next: `wait for its end (the next run closes it if it was killed), or prune before ${seq}`,
    at: { file: dir },
  })
}
