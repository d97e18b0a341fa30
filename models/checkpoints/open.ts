import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sha256, sha256File, sha256FileSync, sha256Json } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import type { NetworkConfig } from '../network/config.ts'
import { besideFile, type FileSet, folderFiles, memoryFiles } from './file-set.ts'
import { openGgufModel } from './gguf/model.ts'
import { openHuggingFace } from './hugging-face-folder.ts'
import { isLlama2c, openLlama2c } from './llama2c.ts'
import type { ModelFile, ModelSource, OpenedModel } from './source.ts'

/**
 * Opens a model as people have it: a Hugging Face folder (or a folder of the hub's cache), a GGUF file or a folder with
 * one, a llama2.c v0 file or its folder. Its files are read once for their digests; tensors only when asked for.
 *
 * @throws SluiceError MODEL_FILE_MISSING, MODEL_UNKNOWN_FORMAT, MODEL_UNSUPPORTED, MODEL_TENSORS and those of each
 *   format: SAFETENSORS_BROKEN, GGUF_BROKEN, GGUF_UNSUPPORTED, LLAMA2C_BROKEN, TOKENIZER_UNSUPPORTED
 * @example
 * const model = await openModelSource('models/SmolLM2-135M')
 * const table = model.read('model.embed_tokens.weight') // float32 [49152, 576]
 * model.close()
 */
export async function openModelSource(path: string): Promise<ModelSource> {
  const { files, model } = openPath(path)
  try {
    const digests: ModelFile[] = []
    for (const used of model.used) digests.push({ name: used, ...(await sha256File(files.path!(used))) })
    return withDigest(model, digests)
  } catch (error) {
    model.close()
    throw error
  }
}

/** What a plan asks of a model before anything runs. */
export interface ModelOutline {
  readonly network: NetworkConfig
  /** As `openModelSource` gives it. */
  readonly digest: string
}

/**
 * The network and the digest of the model at a path, without a wait: for plans. The files are read once.
 *
 * @throws SluiceError as `openModelSource`
 */
export function outlineModel(path: string): ModelOutline {
  const { files, model } = openPath(path)
  try {
    const digests = model.used.map((used) => ({ name: used, ...sha256FileSync(files.path!(used)) }))
    return { network: model.network, digest: withDigest(model, digests).digest }
  } finally {
    model.close()
  }
}

/** The same from the bytes of all files by name, as a store holds them. */
export function openModelFiles(files: ReadonlyMap<string, Uint8Array>): ModelSource {
  const model = openFiles(memoryFiles(files), undefined)
  return withDigest(
    model,
    model.used.map((name) => ({ name, bytes: files.get(name)!.length, sha256: sha256(files.get(name)!) })),
  )
}

function withDigest({ used: _, ...model }: OpenedModel, files: readonly ModelFile[]): ModelSource {
  const plain = files.map(({ name, bytes, sha256: digest }) => ({ name, bytes, sha256: digest }))
  return { ...model, files: plain, digest: sha256Json(plain) }
}

function openPath(path: string): { readonly files: FileSet; readonly model: OpenedModel } {
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined) {
    throw new SluiceError({
      code: 'MODEL_FILE_MISSING',
      message: 'there is no such model',
      next: 'give a folder or a file, or see `sluice models list`',
      at: { file: path },
    })
  }
  const { files, name } = info.isDirectory()
    ? { files: folderFiles(snapshotOf(path)), name: undefined }
    : besideFile(path)
  return { files, model: openFiles(files, name) }
}

/** The model of a folder, or of one file in it. */
function openFiles(files: FileSet, name: string | undefined): OpenedModel {
  const file = name ?? modelFileIn(files)
  const opened = file === undefined ? undefined : openFile(files, file)
  if (opened !== undefined) return opened
  throw new SluiceError({
    code: 'MODEL_UNKNOWN_FORMAT',
    message: 'this is no model of a kind that is read',
    next: 'give a Hugging Face folder with config.json and safetensors, a .gguf file or a llama2.c .bin file',
    at: { file: name === undefined ? files.place : (files.path?.(name) ?? name) },
  })
}

/** The file by which a folder is a model, or undefined where it has none. */
function modelFileIn(files: FileSet): string | undefined {
  if (files.has('config.json')) return 'config.json'
  const gguf = files.names.filter((each) => each.endsWith('.gguf'))
  if (gguf.length > 1) {
    throw new SluiceError({
      code: 'MODEL_AMBIGUOUS',
      message: `the folder has ${gguf.length} GGUF files`,
      next: 'give the path of one of them',
      at: { file: files.place },
    })
  }
  if (gguf.length === 1) return gguf[0]
  const llama = files.names.filter((each) => each.endsWith('.bin') && isLlama2cFile(files, each))
  return llama.length === 1 ? llama[0] : undefined
}

/** By what the file begins with, then by its name; undefined for a file of another kind. */
function openFile(files: FileSet, name: string): OpenedModel | undefined {
  const source = files.open(name)
  const magic = source.size < 4 ? '' : Buffer.from(source.read(0, 4)).toString('latin1')
  if (magic === 'GGUF' || name.endsWith('.gguf')) return openGgufModel(source, name)
  source.close()
  if (name === 'config.json' || (name.endsWith('.safetensors') && files.has('config.json'))) {
    return openHuggingFace(files)
  }
  return name.endsWith('.bin') ? openLlama2c(files, name) : undefined
}

function isLlama2cFile(files: FileSet, name: string): boolean {
  const source = files.open(name)
  try {
    return isLlama2c(source)
  } finally {
    source.close()
  }
}

/** The folder in which the files of the model at a path lie. */
export function sourceFolder(path: string): string {
  return statSync(path).isDirectory() ? snapshotOf(path) : dirname(path)
}

/** A repository's folder in the hub's cache holds its files in `snapshots/REVISION/`. */
function snapshotOf(folder: string): string {
  const snapshots = join(folder, 'snapshots')
  if (statSync(join(folder, 'config.json'), { throwIfNoEntry: false }) !== undefined) return folder
  if (!statSync(snapshots, { throwIfNoEntry: false })?.isDirectory()) return folder
  const revisions = readdirSync(snapshots)
  if (revisions.length === 1) return join(snapshots, revisions[0]!)
  throw new SluiceError({
    code: 'MODEL_AMBIGUOUS',
    message: `the cache holds ${revisions.length} revisions of this model`,
    next: 'give the path of one of them, under snapshots/',
    at: { file: snapshots },
  })
}
