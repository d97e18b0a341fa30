import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'

/** The text of a policy, wherever it lies. */
export interface PolicySource {
  /** What errors and reports call it: a path, or the reference. */
  readonly file: string
  /** The same for two references to the same text. */
  readonly identity: string
  readonly text: string
  /** Folder that references in it are relative to; `undefined` where it lies in no folder (a commit of git). */
  readonly folder: string | undefined
}

/**
 * Reads a policy by its reference:
 * - `./privacy.yaml`: a path, relative to the file that names it;
 * - `sluice:privacy`: one that ships;
 * - `npm:@acme/policies/privacy.yaml`: a file of an installed package, found from the folder of the file that names it;
 * - `git:../policies@v1.2#packs/privacy.yaml`: a file of a local checkout as it is in that commit. Nothing is fetched.
 *
 * @throws SluiceError `POLICY_UNREADABLE`, `POLICY_REF_INVALID`.
 */
export function readPolicyRef(ref: string, baseDir: string): PolicySource {
  if (ref.startsWith('git:')) return readGit(ref, baseDir)
  const file = refPath(ref, baseDir)
  try {
    return { file, identity: resolve(file), text: readFileSync(file, 'utf8'), folder: dirname(resolve(file)) }
  } catch (error) {
    throw new SluiceError({
      code: 'POLICY_UNREADABLE',
      message: `the policy cannot be read (${toSluiceError(error, 'reading a file').code})`,
      next: 'check the path',
      at: { file },
      cause: error,
    })
  }
}

/** Whether a reference is the path of a file. */
export function isFileRef(ref: string): boolean {
  return !/^(sluice|npm|git):/.test(ref)
}

/** How a lock names a reference: paths relative to the lock's folder, everything else as it is written. */
export function lockName(ref: string, baseDir: string): string {
  if (!isFileRef(ref)) return ref
  return relative(baseDir, resolve(baseDir, ref)).split(sep).join('/')
}

function refPath(ref: string, baseDir: string): string {
  if (ref.startsWith('sluice:')) {
    const name = ref.slice('sluice:'.length)
    if (!/^[a-z0-9][a-z0-9/-]{0,80}$/.test(name)) throw badRef(ref, 'write `sluice:NAME`')
    return packageFile(`policies/${name}.yaml`)
  }
  if (ref.startsWith('npm:')) return npmPath(ref, baseDir)
  return resolve(baseDir, ref)
}

function npmPath(ref: string, baseDir: string): string {
  const match = /^npm:((?:@[a-z0-9~._-]+\/)?[a-z0-9~-][a-z0-9~._-]*)\/(.+)$/.exec(ref)
  if (match === null || match[2]!.split('/').some((part) => part === '..' || part === '')) {
    throw badRef(ref, 'write `npm:PACKAGE/path.yaml`')
  }
  for (let folder = resolve(baseDir); ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', match[1]!)
    if (existsSync(root)) return join(root, match[2]!)
    if (dirname(folder) === folder) break
  }
  throw new SluiceError({
    code: 'POLICY_UNREADABLE',
    message: `the package \`${match[1]}\` of a policy is not installed`,
    next: `install it in the folder of the pipeline: npm install --save-exact ${match[1]}`,
    at: { file: ref },
  })
}

function readGit(ref: string, baseDir: string): PolicySource {
  const match = /^git:([^@#]+)@([A-Za-z0-9][A-Za-z0-9._/-]{0,200})#([^#]+)$/.exec(ref)
  if (match === null || match[3]!.split('/').some((part) => part === '..' || part === '')) {
    throw badRef(ref, 'write `git:FOLDER@COMMIT#path.yaml`')
  }
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', resolve(baseDir, match[1]!), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 16 * 1024 * 1024,
    })
  try {
    // A branch moves; the commit it stands for now is part of the identity.
    const commit = git('rev-parse', '--verify', '--end-of-options', `${match[2]}^{commit}`).trim()
    return {
      file: ref,
      identity: `${commit}:${match[3]}`,
      text: git('show', `${commit}:${match[3]}`),
      folder: undefined,
    }
  } catch (cause) {
    throw new SluiceError({
      code: 'POLICY_UNREADABLE',
      message: 'git cannot give this file of this commit',
      next: 'check the folder, the commit and the path; nothing is fetched, so clone or fetch first',
      at: { file: ref },
      cause,
    })
  }
}

function badRef(ref: string, next: string): SluiceError {
  return new SluiceError({
    code: 'POLICY_REF_INVALID',
    message: 'this is not a reference to a policy',
    next,
    at: { file: ref },
  })
}
