import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { acquireLock } from './lock.ts'

export interface GitPlace {
  /** Folder of the repository; may be bare. */
  readonly repository: string
  /** Path of the file in it, with slashes. */
  readonly path: string
}

/** Work in progress that a commit from outside would disturb. */
const BUSY = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply', 'BISECT_LOG']
const ATTEMPTS = 5

/**
 * Commits a change of one file on the current branch, made with git's plumbing: no hook runs, and no other file is
 * looked at, staged or written. In a repository with a working tree the file and its index entry follow, so that
 * `git status` stays as it was. Another commit that comes between is no conflict: the change is made again on top.
 *
 * @param change gives the new text from the old one (empty where there is no such file). May be called again.
 * @returns the commit id; `undefined` where the text is the same.
 * @throws SluiceError `GIT_MISSING`, `GIT_NO_REPOSITORY`, `GIT_PATH`, `GIT_BUSY`, `GIT_FILE_CHANGED`, `GIT_FAILED`.
 */
export function commitFile(place: GitPlace, message: string, change: (text: string) => string): string | undefined {
  const path = checkGitPlace(place)
  const top = workTree(place.repository)
  const repository = top ?? place.repository
  const folder = git(repository, ['rev-parse', '--absolute-git-dir']).trim()
  const held = acquireLock(join(folder, 'sluice-checkpoint.lock'))
  try {
    if (BUSY.some((name) => existsSync(join(folder, name)))) {
      throw failed(
        'GIT_BUSY',
        'the repository is in the middle of a merge or a rebase',
        'end it, then run again',
        place,
      )
    }
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const parent = tryGit(repository, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])?.trim()
      const committed = parent === undefined ? '' : committedText(repository, parent, path)
      const next = change(top === undefined ? committed : onDisk(place, top, path, committed))
      if (next === committed) return undefined
      const blob = git(repository, ['hash-object', '-w', '--stdin'], next).trim()
      if (top !== undefined) {
        writeFileDurable(join(top, path), next)
        git(repository, ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`])
      }
      const tree = treeWith(repository, parent, path, blob)
      const parents = parent === undefined ? [] : ['-p', parent]
      const commit = git(repository, ['commit-tree', tree, ...parents, '-m', message]).trim()
      // Only if HEAD is still where the tree was taken from; zeros: only if there is no commit yet.
      const moved = tryGit(repository, ['update-ref', 'HEAD', commit, parent ?? '0'.repeat(commit.length)])
      if (moved !== undefined) return commit
    }
    throw failed('GIT_FAILED', 'the branch could not be moved', 'run again', place)
  } finally {
    held.release()
  }
}

/** Empty where the commit has no such file. */
function committedText(repository: string, commit: string, path: string): string {
  const entry = git(repository, ['ls-tree', '--full-tree', commit, '--', path])
  return entry === '' ? '' : git(repository, ['cat-file', 'blob', `${commit}:${path}`])
}

/** Whether git and the repository are there and the path stays inside. Returns the path in its plain form. */
export function checkGitPlace(place: GitPlace): string {
  const { repository } = place
  const path = normalize(place.path).split(sep).join('/')
  const parts = path.split('/')
  if (
    isAbsolute(path) ||
    parts.includes('..') ||
    parts.some((part) => /^\.git$/i.test(part)) ||
    /[\n\0]|\/$/.test(path)
  ) {
    throw failed('GIT_PATH', 'this is not a path of a file inside the repository', 'use git:REPO:path/file', place)
  }
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' })
  } catch (cause) {
    throw failed('GIT_MISSING', 'the program git is not there', 'install git, or export to a file', place, cause)
  }
  if (tryGit(repository, ['rev-parse', '--git-dir']) === undefined) {
    throw failed('GIT_NO_REPOSITORY', 'this is not a git repository', 'run git init there, or check the path', place)
  }
  return path
}

/** The folder of the working tree; `undefined` for a bare repository. */
function workTree(repository: string): string | undefined {
  const bare = git(repository, ['rev-parse', '--is-bare-repository']).trim() === 'true'
  return bare ? undefined : git(repository, ['rev-parse', '--show-toplevel']).trim()
}

/** What lies in the working tree: the committed text, or that with more behind it (left by a crash, or by a person). */
function onDisk(place: GitPlace, top: string, path: string, committed: string): string {
  const file = join(top, path)
  const folder = nearestFolder(dirname(file))
  if (relative(realpathSync(top), realpathSync(folder)).startsWith('..')) {
    throw failed('GIT_PATH', 'the path leads out of the repository', 'use a path without symbolic links', place)
  }
  if (!existsSync(file)) {
    if (committed === '') return ''
  } else {
    const text = readFileSync(file, 'utf8')
    if (text.startsWith(committed)) return text
  }
  throw failed('GIT_FILE_CHANGED', 'the file is not as it was committed', 'run git checkout for it, or see why', place)
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder))
}

/** The parent's tree with one file replaced, made in an index of its own. */
function treeWith(repository: string, parent: string | undefined, path: string, blob: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-git-'))
  try {
    const env = { GIT_INDEX_FILE: join(folder, 'index') }
    git(repository, parent === undefined ? ['read-tree', '--empty'] : ['read-tree', parent], undefined, env)
    git(repository, ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], undefined, env)
    return git(repository, ['write-tree'], undefined, env).trim()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function git(
  repository: string,
  args: readonly string[],
  input?: string,
  env: Readonly<Record<string, string>> = {},
): string {
  try {
    return execGit(repository, args, input, env)
  } catch (cause) {
    const message = `git ${args[0]} failed`
    throw failed('GIT_FAILED', message, 'run `git status` there, then run again', { repository, path: '' }, cause)
  }
}

function tryGit(repository: string, args: readonly string[]): string | undefined {
  try {
    return execGit(repository, args, undefined, {})
  } catch {
    return undefined
  }
}

function execGit(
  repository: string,
  args: readonly string[],
  input: string | undefined,
  env: Readonly<Record<string, string>>,
): string {
  // What a hook or a shell may have set must not lead to another repository.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  // Objects and references are durable before the command ends (git 2.36).
  return execFileSync('git', ['-C', repository, '-c', 'core.fsync=all', ...args], {
    encoding: 'utf8',
    input: input ?? '',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
    env: { ...Object.fromEntries(inherited), ...IDENTITY, ...env },
  })
}

/** The commits are made by a program, and say so. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'sluice',
  GIT_AUTHOR_EMAIL: 'sluice@localhost',
  GIT_COMMITTER_NAME: 'sluice',
  GIT_COMMITTER_EMAIL: 'sluice@localhost',
  GIT_TERMINAL_PROMPT: '0',
}

function failed(
  code: string,
  message: string,
  next: string,
  { repository, path }: GitPlace,
  cause?: unknown,
): SluiceError {
  const at = { file: path === '' ? repository : join(repository, path) }
  return new SluiceError({ code, message, next, at, cause, exit: code === 'GIT_FAILED' ? 5 : 2 })
}
