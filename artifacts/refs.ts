import type { Sha256 } from '../util/digest.ts'

/**
 * `raw` bytes may hold personal data: the store keeps them sealed (encrypted under the store's own key), so that
 * nothing on disk can be read or searched without it. `redacted` bytes are stored as they are.
 */
export type Sensitivity = 'raw' | 'redacted'

/** Bytes in the store. `sha256` is always over the plain bytes, sealed or not. */
export interface ObjectRef {
  readonly sha256: Sha256
  readonly bytes: number
  readonly sensitivity: Sensitivity
}

/** One file of JSON Lines, `part-00000.jsonl`. */
export interface ShardRef extends ObjectRef {
  readonly rows: number
}

/** What a stage hands to the next: the digest of a manifest in the store. */
export interface ArtifactRef {
  readonly kind: ArtifactKind
  /** Digest of the manifest's canonical JSON. */
  readonly digest: Sha256
  /** Rows of a dataset. */
  readonly rows?: number
  /** Bytes of all files. */
  readonly bytes: number
  readonly sensitivity: Sensitivity
}

export type ArtifactKind = 'dataset' | 'model' | 'evaluation'
