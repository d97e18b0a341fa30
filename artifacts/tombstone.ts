import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sha256 } from '../util/digest.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { canonicalJson } from '../util/json.ts'
import type { Sensitivity } from './refs.ts'

/** Stands where an object of the store was erased on purpose: which, when, why, for whom. Never what it held. */
export interface Tombstone {
  readonly v: 1
  /** Digest of the erased bytes. */
  readonly object: Sha256
  readonly sensitivity: Sensitivity
  readonly bytes: number
  /** `rows`: records; `columns`: measures of records; `document`: a report that quoted one. */
  readonly kind: 'rows' | 'columns' | 'document'
  /** ISO 8601, UTC. */
  readonly when: string
  /** A short word: `erasure_request`. */
  readonly reason: string
  /** Keyed id of the data subject for whom it was erased first. */
  readonly subject: string
}

function tombstonePath(storeRoot: string, digest: Sha256, sensitivity: Sensitivity): string {
  return join(storeRoot, 'tombstones', digest.slice(0, 2), `${digest.slice(2)}.${sensitivity}.json`)
}

/** Writes a tombstone, durable before it returns; one that stands already is kept as it is. */
export function putTombstone(storeRoot: string, tombstone: Tombstone): void {
  const path = tombstonePath(storeRoot, tombstone.object, tombstone.sensitivity)
  if (!existsSync(path)) writeFileDurable(path, `${canonicalJson(tombstone)}\n`, 0o444)
}

/** Whether an object was erased on purpose. */
export function hasTombstone(storeRoot: string, digest: Sha256, sensitivity: Sensitivity): boolean {
  return existsSync(tombstonePath(storeRoot, digest, sensitivity))
}

/**
 * All tombstones of a store in the order of their digests.
 *
 * @throws SluiceError `TOMBSTONE_BROKEN` (exit 4)
 */
export function* readTombstones(storeRoot: string): Generator<Tombstone> {
  const root = join(storeRoot, 'tombstones')
  if (!existsSync(root)) return
  for (const folder of readdirSync(root).sort()) {
    for (const name of readdirSync(join(root, folder)).sort()) {
      if (name.includes('.tmp-')) continue
      yield readTombstone(join(root, folder, name), `${folder}${name}`)
    }
  }
}

function readTombstone(file: string, name: string): Tombstone {
  const text = readFileSync(file, 'utf8')
  try {
    const tombstone = JSON.parse(text) as Tombstone
    const named = `${tombstone.object}.${tombstone.sensitivity}.json` === name
    if (tombstone.v === 1 && named && `${canonicalJson(tombstone)}\n` === text) return tombstone
  } catch {
    // Told below.
  }
  throw new SluiceError({
    code: 'TOMBSTONE_BROKEN',
    message: 'a tombstone is not what was written',
    next: 'find out who changed the store, and restore the file from your backup',
    at: { file },
    exit: 4,
  })
}
