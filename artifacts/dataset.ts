import type { TextRecord } from './record.ts'
import type { ArtifactRef, Sensitivity, ShardRef } from './refs.ts'
import type { Store } from './store.ts'

/** The manifest of a dataset, stored as canonical JSON. Its digest is the dataset's identity. */
export interface Dataset {
  readonly kind: 'dataset'
  readonly schema: 'sluice/record@1'
  readonly shards: readonly ShardRef[]
  readonly rows: number
  readonly bytes: number
  readonly sensitivity: Sensitivity
}

/** Builds the manifest and puts it into the store. Shards keep the order they are given in. */
export function putDataset(store: Store, shards: readonly ShardRef[], sensitivity: Sensitivity): ArtifactRef {
  const manifest: Dataset = {
    kind: 'dataset',
    schema: 'sluice/record@1',
    shards,
    rows: shards.reduce((sum, shard) => sum + shard.rows, 0),
    bytes: shards.reduce((sum, shard) => sum + shard.bytes, 0),
    sensitivity,
  }
  // Manifests hold digests and counts only, so they are never sealed.
  const object = store.putJson(manifest, 'redacted')
  return { kind: 'dataset', digest: object.sha256, rows: manifest.rows, bytes: manifest.bytes, sensitivity }
}

export function getDataset(store: Store, ref: Pick<ArtifactRef, 'digest'>): Dataset {
  return store.getJson<Dataset>({ sha256: ref.digest, sensitivity: 'redacted' })
}

/** All records of a dataset in order, one shard in memory at a time. */
export function* readDataset(store: Store, ref: Pick<ArtifactRef, 'digest'>): Generator<TextRecord> {
  for (const shard of getDataset(store, ref).shards) yield* readShard(store, shard)
}

/** The records of one shard. The shard's digest is checked before the first record is given. */
export function* readShard<T = TextRecord>(
  store: Store,
  shard: Pick<ShardRef, 'sha256' | 'sensitivity'>,
): Generator<T> {
  const bytes = store.get(shard)
  let start = 0
  while (start < bytes.length) {
    let end = bytes.indexOf(0x0a, start)
    if (end === -1) end = bytes.length
    if (end > start) yield JSON.parse(bytes.toString('utf8', start, end)) as T
    start = end + 1
  }
}
