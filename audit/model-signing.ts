import { basename, join, resolve } from 'node:path'
import { sha256, sha256FileSync } from '../util/digest.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { signStatement, verifyBundle } from './attestations/bundle.ts'
import { hintsOf } from './attestations/bundle-hint.ts'
import { type Statement, statement } from './attestations/statement.ts'
import type { Signer } from './keys/signer.ts'
import { byParts, listModelFiles } from './model-files.ts'
import { type ModelManifest, type ModelResource, readModelManifest } from './model-manifest.ts'

/**
 * OpenSSF model signing v1.0 (`pip install model-signing` checks these signatures with `model_signing verify key`): one
 * statement whose subject is the folder and whose predicate lists every file with its SHA-256. The digest of the subject
 * is the SHA-256 of the files' raw digests one after another, in the order of the list.
 */
const PREDICATE_TYPE = 'https://model_signing/signature/v1.0'

export interface SignModelOptions {
  /** Name of the subject; that of the folder where left out. It says nothing about the content. */
  readonly name?: string
  /** Paths in the folder that are no part of the model; `model.sig` where left out. */
  readonly ignorePaths?: readonly string[]
}

/**
 * Signs every file in a folder. Returns the text of `model.sig`. Throws `MODEL_SYMLINK` and `MODEL_FILE_SPECIAL` for
 * what is neither a file nor a folder, `MODEL_EMPTY` where there is no file, and `MODEL_PATH_UNUSABLE`.
 */
export async function signModel(folder: string, signer: Signer, options: SignModelOptions = {}): Promise<string> {
  if (signer.algorithm !== 'ecdsa-p256-sha256') {
    throw new SluiceError({
      code: 'MODEL_SIGNER_UNUSABLE',
      message: 'the format of model signatures takes elliptic-curve keys only, and this signer has an Ed25519 key',
      next: 'sign with the key of the attestations (bundle.key)',
    })
  }
  const ignorePaths = options.ignorePaths ?? ['model.sig']
  const { files, problems } = listModelFiles(folder, ignorePaths)
  const first = problems[0]
  if (first !== undefined) {
    throw new SluiceError({ ...first, next: 'put the files themselves into the folder', at: { file: first.file } })
  }
  if (files.length === 0) {
    throw new SluiceError({
      code: 'MODEL_EMPTY',
      message: 'there is no file to sign in this folder',
      next: 'give the folder that holds the model',
      at: { file: folder },
    })
  }
  const resources = files.map((name) => ({
    name,
    algorithm: 'sha256',
    digest: sha256FileSync(join(folder, name)).sha256,
  }))
  const predicate = {
    serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ignorePaths },
    resources,
  }
  const subject = [{ name: options.name ?? basename(resolve(folder)), digest: { sha256: rootDigest(resources) } }]
  // The format's own hint is the digest of the key in PEM form, and its verifier compares it.
  const [, hint] = hintsOf(signer.publicKeyPem)
  return signStatement(statement(subject, { predicateType: PREDICATE_TYPE, predicate }), signer, { hint })
}

export interface ModelProblem {
  readonly code: string
  readonly message: string
  /** Path in the folder, or `model.sig`. */
  readonly file: string
}

export interface ModelSignatureReport {
  readonly ok: boolean
  /** Name that was signed. Not compared: a folder may be renamed. */
  readonly name: string
  /** Digest of the whole that was signed, hex; empty where the signature is bad. */
  readonly digest: string
  /** Files that were signed. */
  readonly files: number
  /** Paths that the signer left out, with what is below them: nobody signed these. */
  readonly ignored: readonly string[]
  readonly problems: readonly ModelProblem[]
}

export interface VerifyModelOptions {
  /** Paths to pass over besides those that the signature names. */
  readonly ignorePaths?: readonly string[]
}

/**
 * Compares a folder with its signature. The signature is checked first: where it is bad, nothing else is read. Codes:
 * `MODEL_SIGNATURE_BAD`, `MODEL_SIGNATURE_KEY` (made with another key), `MODEL_SIGNATURE_MALFORMED`,
 * `MODEL_ROOT_MISMATCH`, `MODEL_FILE_MISSING`, `MODEL_FILE_ADDED`, `MODEL_FILE_CHANGED`, `MODEL_FILE_RENAMED`,
 * `MODEL_SYMLINK`, `MODEL_FILE_SPECIAL`. Throws for a key that cannot be read and a folder that cannot be listed.
 */
export function verifyModel(
  folder: string,
  signatureText: string,
  publicKeyPem: string,
  options: VerifyModelOptions = {},
): ModelSignatureReport {
  const read = openSignature(signatureText, publicKeyPem)
  if ('problem' in read) return { ok: false, name: '', digest: '', files: 0, ignored: [], problems: [read.problem] }
  const { name, digest, resources, ignorePaths } = read.manifest
  const ignored = [...ignorePaths, ...(options.ignorePaths ?? [])]
  const problems: ModelProblem[] = []
  if (rootDigest(resources) !== digest) {
    problems.push(
      problem('MODEL_ROOT_MISMATCH', 'the digest of the whole is not that of the files listed', 'model.sig'),
    )
  }
  const there = listModelFiles(folder, ignored)
  problems.push(...there.problems)
  problems.push(...compare(folder, resources, there.files))
  return { ok: problems.length === 0, name, digest, files: resources.length, ignored, problems }
}

/** Files one by one. A file that is gone and whose content is under a new name is renamed, not missing and added. */
function compare(folder: string, signed: readonly ModelResource[], there: readonly string[]): readonly ModelProblem[] {
  const problems: ModelProblem[] = []
  const here = new Map<string, string>()
  for (const name of there) {
    try {
      here.set(name, sha256FileSync(join(folder, name)).sha256)
    } catch (error) {
      here.set(name, UNREADABLE)
      problems.push(problem('MODEL_FILE_UNREADABLE', toSluiceError(error, 'reading a file of the model').message, name))
    }
  }
  const known = new Set(signed.map(({ name }) => name))
  const added = new Map([...here].filter(([name]) => !known.has(name)))
  for (const { name, digest } of signed) {
    const found = here.get(name)
    if (found === digest || found === UNREADABLE) continue
    if (found !== undefined) {
      problems.push(problem('MODEL_FILE_CHANGED', 'a file has other bytes than were signed', name))
      continue
    }
    const twin = [...added].find(([, other]) => other === digest)?.[0]
    if (twin === undefined) problems.push(problem('MODEL_FILE_MISSING', 'a file that was signed is gone', name))
    else {
      added.delete(twin)
      problems.push(problem('MODEL_FILE_RENAMED', `a file that was signed is now named ${JSON.stringify(twin)}`, name))
    }
  }
  for (const [name, digest] of added) {
    if (digest !== UNREADABLE) problems.push(problem('MODEL_FILE_ADDED', 'a file was not signed', name))
  }
  return problems.sort((a, b) => byParts(a.file, b.file))
}

/** In place of the digest of a file that could not be read; it equals no digest. */
const UNREADABLE = ''

type Opened = { readonly manifest: ModelManifest } | { readonly problem: ModelProblem }

function openSignature(text: string, publicKeyPem: string): Opened {
  let signed: Statement
  try {
    signed = verifyBundle(text, publicKeyPem)
  } catch (error) {
    const { code, message } = toSluiceError(error, 'reading a model signature')
    if (code === 'BUNDLE_KEY_UNUSABLE') throw error
    const named =
      { BUNDLE_SIGNATURE_BAD: 'MODEL_SIGNATURE_BAD', BUNDLE_KEY_OTHER: 'MODEL_SIGNATURE_KEY' }[code] ??
      'MODEL_SIGNATURE_MALFORMED'
    return { problem: problem(named, message, 'model.sig') }
  }
  if (signed.predicateType !== PREDICATE_TYPE) {
    return { problem: problem('MODEL_SIGNATURE_MALFORMED', 'the signature is not one of a model', 'model.sig') }
  }
  const manifest = readModelManifest(signed)
  if (typeof manifest !== 'string') return { manifest }
  return { problem: problem('MODEL_SIGNATURE_MALFORMED', manifest, 'model.sig') }
}

function rootDigest(resources: readonly { readonly digest: string }[]): string {
  return sha256(Buffer.from(resources.map(({ digest }) => digest).join(''), 'hex'))
}

function problem(code: string, message: string, file: string): ModelProblem {
  return { code, message, file }
}
