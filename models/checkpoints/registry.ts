import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { sha256File } from '../../util/digest.ts'
import { ensureDir, fsyncDir, temporaryName, writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { nearest } from '../../util/nearest.ts'
import { packageFile } from '../../util/package-root.ts'
import { openModelSource, sourceFolder } from './open.ts'
import type { ModelFile, ModelSource } from './source.ts'

/** The name of the lock file, which lies beside the pipeline and is committed with it. */
export const LOCK_FILE = 'sluice.models.lock'

/** Name of the base that ships, in every place where a model is named. */
export const SHIPPED_BASE = 'sluice:base'

/** Its folder in the package. */
export const SHIPPED_FOLDER = 'models/weights/base'

/** Where a model came from. */
export type ModelOrigin =
  | { readonly kind: 'path' }
  | {
      readonly kind: 'hub'
      readonly repository: string
      /** The commit that was fetched. */
      readonly revision: string
      /** Absent for the hub's own address. */
      readonly endpoint?: string
    }

export interface LockedModel {
  readonly origin: ModelOrigin
  readonly format: ModelSource['format']
  readonly files: readonly ModelFile[]
  readonly digest: string
}

export interface ModelLock {
  readonly version: 1
  readonly models: Readonly<Record<string, LockedModel>>
}

/** Where a project keeps its models. */
export interface ModelPlace {
  /** The lock file. */
  readonly lock: string
  /** The folder with a folder per model. */
  readonly folder: string
}

/** The models of a project: `sluice.models.lock` in its folder, the files in its store. */
export function modelPlace(projectFolder: string, store: string): ModelPlace {
  return { lock: join(projectFolder, LOCK_FILE), folder: join(store, 'models') }
}

/**
 * The models that a pipeline may name: the lock file beside it, or in the nearest folder above that has one.
 *
 * @param folder of the pipeline file
 */
export function placeFor(folder: string, store: string): ModelPlace {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, LOCK_FILE))) return modelPlace(at, store)
    if (dirname(at) === at) return modelPlace(folder, store)
  }
}

/**
 * The lock file; no models where there is none.
 *
 * @throws SluiceError MODEL_LOCK_BROKEN
 */
export function readModelLock(file: string): ModelLock {
  if (!existsSync(file)) return { version: 1, models: {} }
  let lock: unknown
  try {
    lock = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw brokenLock(file, 'it is not JSON', cause)
  }
  const { version, models } = (lock ?? {}) as Readonly<Record<string, unknown>>
  if (version !== 1) throw brokenLock(file, 'its version is not 1')
  if (typeof models !== 'object' || models === null) throw brokenLock(file, 'it has no models')
  for (const [name, model] of Object.entries(models)) {
    if (!isModelName(name) || !isLockedModel(model)) throw brokenLock(file, 'an entry is not complete')
  }
  return lock as ModelLock
}

/** Puts one model into the lock file. */
export function lockModel(file: string, name: string, model: LockedModel): void {
  const lock = readModelLock(file)
  writeFileDurable(file, `${canonicalJson({ version: 1, models: { ...lock.models, [name]: model } })}\n`)
}

/**
 * Copies a model's files into the project and pins their digests. Adding the same files again changes nothing.
 *
 * @param path a folder or file that `openModelSource` reads
 * @throws SluiceError MODEL_NAME_TAKEN, and what `openModelSource` refuses
 */
export async function addModel(
  place: ModelPlace,
  name: string,
  path: string,
  options: { readonly replace?: boolean } = {},
): Promise<LockedModel> {
  checkModelName(name)
  const source = await openModelSource(path)
  source.close()
  const from = sourceFolder(path)
  return installModel(place, name, { kind: 'path' }, options.replace === true, (folder) => {
    for (const file of source.files) copyFileSync(join(from, file.name), join(folder, file.name))
    return Promise.resolve()
  })
}

/**
 * Fills a new folder, opens what is there as a model and only then puts it in the place of its name.
 *
 * @param fill puts the files into an empty folder
 * @throws SluiceError MODEL_NAME_TAKEN where the name is locked with other digests and `replace` is not set
 */
export async function installModel(
  place: ModelPlace,
  name: string,
  origin: ModelOrigin,
  replace: boolean,
  fill: (folder: string) => Promise<void>,
): Promise<LockedModel> {
  const target = join(place.folder, name)
  const temporary = temporaryName(target)
  ensureDir(temporary)
  try {
    await fill(temporary)
    const source = await openModelSource(temporary)
    source.close()
    const model: LockedModel = { origin, format: source.format, files: source.files, digest: source.digest }
    const locked = readModelLock(place.lock).models[name]
    if (locked !== undefined && locked.digest !== model.digest && !replace) {
      throw new SluiceError({
        code: 'MODEL_NAME_TAKEN',
        message: `the lock file pins other files under the name ${name}`,
        next: 'give another --name, or --replace to pin the new files',
        at: { file: place.lock },
      })
    }
    rmSync(target, { recursive: true, force: true })
    renameSync(temporary, target)
    fsyncDir(place.folder)
    // Files that are pinned already keep where they came from.
    const kept = locked !== undefined && locked.digest === model.digest && !replace ? locked : model
    lockModel(place.lock, name, kept)
    return kept
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

export interface ModelCheck {
  readonly name: string
  /** Files that differ from the lock file or are missing; empty where all is well. */
  readonly problems: readonly { readonly file: string; readonly problem: 'missing' | 'changed' }[]
}

/** Recomputes the digests of the files of locked models. */
export async function verifyModels(place: ModelPlace, names?: readonly string[]): Promise<readonly ModelCheck[]> {
  const lock = readModelLock(place.lock)
  const wanted = names === undefined || names.length === 0 ? Object.keys(lock.models).sort() : names
  const checks: ModelCheck[] = []
  for (const name of wanted) {
    const model = lock.models[name]
    if (model === undefined) throw unknownModel(name, lock, place)
    const problems: { file: string; problem: 'missing' | 'changed' }[] = []
    for (const file of model.files) {
      const path = join(place.folder, name, file.name)
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) problems.push({ file: file.name, problem: 'missing' })
      else if ((await sha256File(path)).sha256 !== file.sha256) problems.push({ file: file.name, problem: 'changed' })
    }
    checks.push({ name, problems })
  }
  return checks
}

/**
 * Where the model is that a pipeline names: the base that ships, a name in the lock file, else a path.
 *
 * @param base folder that a relative path starts from
 * @throws SluiceError MODEL_UNKNOWN, MODEL_NOT_HERE where it is locked but its files are missing
 */
export function resolveModel(
  place: ModelPlace,
  reference: string,
  base: string,
): { readonly path: string; readonly locked?: LockedModel } {
  if (reference === SHIPPED_BASE) return { path: packageFile(SHIPPED_FOLDER) }
  const lock = readModelLock(place.lock)
  const locked = Object.hasOwn(lock.models, reference) ? lock.models[reference] : undefined
  if (locked !== undefined) {
    const path = join(place.folder, reference)
    if (existsSync(path)) return { path, locked }
    throw new SluiceError({
      code: 'MODEL_NOT_HERE',
      message: `the model ${reference} is in the lock file, but its files are not here`,
      next: locked.origin.kind === 'hub' ? 'run `sluice models pull`' : 'run `sluice models add` with its path',
      at: { file: place.lock },
    })
  }
  const path = resolve(base, reference)
  if (existsSync(path)) return { path }
  throw unknownModel(reference, lock, place)
}

/**
 * Opens the model that a pipeline names. One that is locked must have the digests of the lock file.
 *
 * @throws SluiceError MODEL_CHANGED (exit 4), and those of `resolveModel` and `openModelSource`
 */
export async function openNamedModel(place: ModelPlace, reference: string, base: string): Promise<ModelSource> {
  const { path, locked } = resolveModel(place, reference, base)
  const source = await openModelSource(path)
  if (locked === undefined || locked.digest === source.digest) return source
  source.close()
  throw new SluiceError({
    code: 'MODEL_CHANGED',
    message: `the files of the model ${reference} are not those that the lock file pins`,
    next: 'run `sluice models verify` to see which, and fetch the model again',
    at: { file: place.lock },
    exit: 4,
  })
}

/** @throws SluiceError MODEL_NAME_INVALID */
export function checkModelName(name: string): void {
  if (isModelName(name)) return
  throw new SluiceError({
    code: 'MODEL_NAME_INVALID',
    message: 'a model is named by letters, digits, dots, dashes and underscores, and begins with a letter or digit',
    next: 'give a name with --name',
  })
}

function isModelName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)
}

function isLockedModel(value: unknown): value is LockedModel {
  const { origin, format, files, digest } = (value ?? {}) as Readonly<Record<string, unknown>>
  const { kind } = (origin ?? {}) as Readonly<Record<string, unknown>>
  return (
    (kind === 'path' || kind === 'hub') &&
    typeof format === 'string' &&
    isDigest(digest) &&
    Array.isArray(files) &&
    files.length > 0 &&
    files.every((file: unknown) => {
      const { name, bytes, sha256 } = (file ?? {}) as Readonly<Record<string, unknown>>
      return typeof name === 'string' && !/[\\/]/.test(name) && Number.isSafeInteger(bytes) && isDigest(sha256)
    })
  )
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function unknownModel(name: string, lock: ModelLock, place: ModelPlace): SluiceError {
  const close = nearest(name, Object.keys(lock.models))
  return new SluiceError({
    code: 'MODEL_UNKNOWN',
    message: `there is no model ${JSON.stringify(name.slice(0, 200))}: neither in the lock file nor as a path`,
    next: `${close === undefined ? '' : `did you mean ${close}? else `}add it with \`sluice models add PATH\` or \`sluice models pull ORG/NAME@REV\``,
    at: { file: place.lock },
  })
}

function brokenLock(file: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'MODEL_LOCK_BROKEN',
    message: `the lock file of the models cannot be read: ${why}`,
    next: 'restore it from version control, or delete it and add the models again',
    at: { file },
    cause,
  })
}
