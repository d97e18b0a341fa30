import { getDataset } from '../artifacts/dataset.ts'
import { getModel } from '../artifacts/model.ts'
import type { ArtifactRef } from '../artifacts/refs.ts'
import { openStore, type Store } from '../artifacts/store.ts'
import type { RunRecord } from '../pipelines/engine/run-record.ts'

/** A file of an artifact: a shard of a dataset, a file of a model. */
export interface ArtifactFile {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly rows?: number
}

/** Digest of an artifact's manifest → the files that the manifest lists. */
export type ArtifactFiles = ReadonlyMap<string, readonly ArtifactFile[]>

/**
 * What the record does not say and the store does: the files of every dataset and model of the run. An artifact whose
 * manifest the store no longer has is left out; reports then name the manifest alone.
 *
 * @throws SluiceError where a manifest is there and its bytes are not those of its digest
 */
export function artifactFiles(record: RunRecord, storeRoot: string): ArtifactFiles {
  const store = openStore(storeRoot)
  const files = new Map<string, readonly ArtifactFile[]>()
  for (const stage of record.stages)
    for (const ref of Object.values(stage.outputs)) {
      // Manifests are never sealed, whatever their artifact is.
      if (files.has(ref.digest) || !store.has({ sha256: ref.digest, sensitivity: 'redacted' })) continue
      const listed = listFiles(store, ref)
      if (listed !== undefined) files.set(ref.digest, listed)
    }
  return files
}

function listFiles(store: Store, ref: ArtifactRef): readonly ArtifactFile[] | undefined {
  if (ref.kind === 'dataset')
    return getDataset(store, ref).shards.map(({ sha256, bytes, rows }, i) => ({
      name: `part-${String(i).padStart(5, '0')}.jsonl`,
      sha256,
      bytes,
      rows,
    }))
  if (ref.kind === 'model')
    return getModel(store, ref).files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }))
  return undefined
}
