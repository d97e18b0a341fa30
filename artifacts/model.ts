import type { Sha256 } from '../util/digest.ts'
import type { ArtifactRef, ObjectRef, Sensitivity } from './refs.ts'
import type { Store } from './store.ts'

/** The manifest of a model: a folder in Hugging Face layout, file by file. */
export interface Model {
  readonly kind: 'model'
  /** Sorted by name: `config.json`, `model.safetensors`, `tokenizer.json`. */
  readonly files: readonly (ObjectRef & { readonly name: string })[]
  readonly sensitivity: Sensitivity
}

export function putModel(
  store: Store,
  files: ReadonlyMap<string, string | Uint8Array>,
  sensitivity: Sensitivity,
): ArtifactRef {
  const refs = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, data]) => ({ name, ...store.put(data, sensitivity) }))
  const manifest: Model = { kind: 'model', files: refs, sensitivity }
  const object = store.putJson(manifest, 'redacted')
  return { kind: 'model', digest: object.sha256, bytes: refs.reduce((sum, ref) => sum + ref.bytes, 0), sensitivity }
}

export function getModel(store: Store, ref: Pick<ArtifactRef, 'digest'>): Model {
  return store.getJson<Model>({ sha256: ref.digest, sensitivity: 'redacted' })
}

/** The bytes of one file of a model. */
export function readModelFile(store: Store, model: Model, name: string): Buffer {
  const file = model.files.find((candidate) => candidate.name === name)
  if (file === undefined) throw new Error(`the model has no file ${name}`)
  return store.get(file)
}

/** Digest by file name, for reports. */
export function modelDigests(model: Model): Readonly<Record<string, Sha256>> {
  return Object.fromEntries(model.files.map((file) => [file.name, file.sha256]))
}
