import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ListFileEntry } from '@huggingface/hub'
import { writeAll } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { isHuggingFaceFile } from './hugging-face-folder.ts'
import { checkModelName, installModel, type LockedModel, type ModelPlace, readModelLock } from './registry.ts'

/** The only part of Sluice that fetches anything; nothing calls it but `sluice models pull`. */
export interface PullOptions {
  /** The hub's address; its own where absent. */
  readonly endpoint?: string | undefined
  /** For models that are not public. */
  readonly token?: string | undefined
  /** A single file of the repository: one of several GGUF files. */
  readonly file?: string | undefined
  readonly replace?: boolean
  readonly onFile?: (name: string, bytes: number) => void
}

export interface HubReference {
  readonly repository: string
  readonly revision: string
}

/**
 * Reads `ORG/NAME@REV`; without a revision it is `main`.
 *
 * @throws SluiceError HUB_REFERENCE_INVALID
 */
export function parseHubReference(text: string): HubReference {
  const [, repository, revision] = /^([\w.-]{1,96}\/[\w.-]{1,96})(?:@([\w./-]{1,200}))?$/.exec(text) ?? []
  if (repository !== undefined) return { repository, revision: revision ?? 'main' }
  throw new SluiceError({
    code: 'HUB_REFERENCE_INVALID',
    message: 'a model on the hub is written ORG/NAME or ORG/NAME@REV',
    next: 'REV is a branch, a tag or a commit',
  })
}

/**
 * Fetches a model at the commit that the revision stands for, checks each file against the digest that the hub gives
 * for it, opens it as a model and pins its files.
 *
 * @throws SluiceError HUB_NOT_FOUND, HUB_REFUSED, HUB_UNREACHABLE, HUB_NO_MODEL, HUB_FILE_CHANGED, MODEL_NAME_TAKEN and
 *   what `openModelSource` refuses
 */
export async function pullModel(
  place: ModelPlace,
  name: string,
  reference: HubReference,
  options: PullOptions = {},
): Promise<LockedModel> {
  checkModelName(name)
  const hub = await import('@huggingface/hub')
  const { repository } = reference
  const access = {
    ...(options.endpoint === undefined ? {} : { hubUrl: options.endpoint.replace(/\/+$/, '') }),
    ...(options.token === undefined ? {} : { accessToken: options.token }),
  }
  const revision = await asked(repository, async () => {
    const info = await hub.modelInfo({
      name: repository,
      revision: reference.revision,
      additionalFields: ['sha'],
      ...access,
    })
    return info.sha
  })
  if (typeof revision !== 'string' || !/^[0-9a-f]{40}$/.test(revision)) throw unexpected(repository)
  const repo = { type: 'model', name: repository } as const
  const listed = await asked(repository, async () => {
    const entries: ListFileEntry[] = []
    for await (const entry of hub.listFiles({ repo, revision, ...access })) {
      entries.push(entry)
      if (entries.length > FILES_LIMIT) throw unexpected(repository)
    }
    return entries
  })
  const wanted = choose(listed, options.file, repository)
  const origin = {
    kind: 'hub',
    repository,
    revision,
    ...(access.hubUrl === undefined ? {} : { endpoint: access.hubUrl }),
  } as const
  return installModel(place, name, origin, options.replace === true, async (folder) => {
    for (const entry of wanted) {
      options.onFile?.(entry.path, entry.size)
      await asked(repository, async () => {
        const blob = await hub.downloadFile({ repo, path: entry.path, revision, ...access })
        if (blob === null) throw unexpected(repository)
        await save(blob, entry, join(folder, entry.path))
      })
    }
  })
}

/** Fetches every model of the lock file that came from a hub and is not here; gives their names. */
export async function pullLocked(
  place: ModelPlace,
  missing: readonly string[],
  options: Pick<PullOptions, 'token' | 'onFile'>,
): Promise<void> {
  const { models } = readModelLock(place.lock)
  for (const name of missing) {
    const { origin, files, format } = models[name]!
    if (origin.kind !== 'hub') continue
    await pullModel(place, name, origin, {
      ...options,
      endpoint: origin.endpoint,
      file: format === 'hugging-face' ? undefined : files[0]!.name,
    })
  }
}

const FILES_LIMIT = 100_000

/** The files of the model among those of the repository. */
function choose(
  listed: readonly ListFileEntry[],
  file: string | undefined,
  repository: string,
): readonly ListFileEntry[] {
  const files = listed.filter(({ type, path }) => type === 'file' && /^[\w.-]+$/.test(path) && !path.startsWith('.'))
  if (file !== undefined) {
    const found = files.filter(({ path }) => path === file)
    if (found.length === 1) return found
    throw noModel(repository, `it has no file ${JSON.stringify(file.slice(0, 200))}`)
  }
  const parts = files.filter(({ path }) => isHuggingFaceFile(path))
  const single = parts.some(({ path }) => path === 'model.safetensors')
  if (parts.some(({ path }) => path === 'config.json') && parts.some(({ path }) => path.endsWith('.safetensors'))) {
    return single ? parts.filter(({ path }) => !/^model(-|\.safetensors\.index)/.test(path)) : parts
  }
  const gguf = files.filter(({ path }) => path.endsWith('.gguf'))
  if (gguf.length === 1) return gguf
  if (gguf.length === 0) throw noModel(repository, 'it has neither config.json with safetensors nor a GGUF file')
  const names = gguf.map(({ path }) => path).slice(0, 20)
  throw noModel(repository, `it has ${gguf.length} GGUF files, choose one with --file: ${names.join(', ')}`)
}

/** Streams a file to the disk; its digest must be the one that the hub lists (SHA-256, or git's for small files). */
async function save(blob: Blob, entry: ListFileEntry, path: string): Promise<void> {
  const large = createHash('sha256')
  const git = createHash('sha1').update(`blob ${entry.size}\0`)
  let bytes = 0
  const fd = openSync(path, 'wx', 0o644)
  try {
    for await (const chunk of blob.stream() as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > entry.size) break
      large.update(chunk)
      git.update(chunk)
      writeAll(fd, chunk)
    }
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  const digest = entry.lfs === undefined ? git.digest('hex') : large.digest('hex')
  if (bytes === entry.size && digest === (entry.lfs?.oid ?? entry.oid)) return
  throw new SluiceError({
    code: 'HUB_FILE_CHANGED',
    message: `what was fetched as ${entry.path} is not the file that the hub lists`,
    next: 'run the command again; if it stays so, do not use the model',
    exit: 4,
    transient: true,
  })
}

/** Runs a request and says what its failure means. */
async function asked<T>(repository: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    const status = (cause as { statusCode?: unknown }).statusCode
    if (status === 404) throw hubError('HUB_NOT_FOUND', `the hub has no ${repository} at this revision`, cause)
    if (status === 401 || status === 403) {
      throw hubError('HUB_REFUSED', `the hub does not give ${repository} to this user`, cause)
    }
    if (typeof status === 'number') throw hubError('HUB_FAILED', `the hub answered ${status}`, cause)
    throw hubError('HUB_UNREACHABLE', 'the hub cannot be reached, or broke off', cause)
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  HUB_NOT_FOUND: 'check the name and the revision; a private model needs --token-env',
  HUB_REFUSED: 'accept its terms on the hub and name the variable with your token by --token-env',
  HUB_FAILED: 'try again later',
  HUB_UNREACHABLE:
    'check the network and --endpoint; a model can also be copied here and added with `sluice models add`',
}

function hubError(code: string, message: string, cause: unknown): SluiceError {
  const transient = code === 'HUB_FAILED' || code === 'HUB_UNREACHABLE'
  return new SluiceError({ code, message, next: ADVICE[code]!, transient, exit: transient ? 5 : 2, cause })
}

function noModel(repository: string, why: string): SluiceError {
  return new SluiceError({ code: 'HUB_NO_MODEL', message: `${repository} cannot be used: ${why}` })
}

function unexpected(repository: string): SluiceError {
  return new SluiceError({
    code: 'HUB_ANSWER_UNEXPECTED',
    message: `the hub's answer about ${repository} is not what its interface promises`,
    next: 'check --endpoint',
    exit: 5,
  })
}
