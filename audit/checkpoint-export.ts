import { closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ensureDir, fsyncDir, writeAll } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { addition, checkpointFileName, checkpointPath, parseCheckpointFile } from './checkpoint-file.ts'
import { checkGitPlace, commitFile } from './checkpoint-git.ts'
import type { Ledger } from './ledger.ts'
import { verifyConsistency } from './merkle.ts'
import { openNote, type PublicKey, parseCheckpoint } from './note.ts'

/** Where checkpoints go that must survive the store: a file or folder, or a file in a git repository. */
export type CheckpointTarget =
  | { readonly to: 'file'; readonly path: string }
  | { readonly to: 'git'; readonly repository: string; readonly path: string | undefined }

export interface Exported {
  readonly to: 'file' | 'git'
  /** The file, in the repository for git. */
  readonly file: string
  readonly size: number
  /** Id of the commit. */
  readonly commit?: string
}

/** `PATH`, `FOLDER/`, `git:REPO` or `git:REPO:PATH`. Throws `CHECKPOINT_TARGET`. */
export function parseCheckpointTarget(text: string): CheckpointTarget {
  if (!text.startsWith('git:')) {
    if (text === '') throw badTarget()
    return { to: 'file', path: text }
  }
  const rest = text.slice('git:'.length)
  const colon = rest.lastIndexOf(':')
  const repository = colon < 0 ? rest : rest.slice(0, colon)
  const path = colon < 0 ? undefined : rest.slice(colon + 1)
  if (repository === '' || path === '') throw badTarget()
  return { to: 'git', repository, path }
}

/** What can be known before a run whose end needs the target. Throws what the export would. */
export function checkTarget(target: CheckpointTarget): void {
  if (target.to === 'git') checkGitPlace({ repository: target.repository, path: target.path ?? 'checkpoints' })
}

/**
 * Adds the log's current checkpoint to the target and logs `checkpoint.exported` with size, root and kind of target.
 * Before that the newest checkpoint of this log in the target is compared: the log must have grown out of it. The
 * entry lies behind the checkpoint that it speaks of.
 *
 * @throws SluiceError `CHECKPOINT_LOG_CUT` and `CHECKPOINT_LOG_FORKED` (exit 4) where the log is not what the target
 * saw; `CHECKPOINT_FILE_BROKEN`, `GIT_*` or a system error where the target cannot take it.
 */
export function exportCheckpoint(ledger: Ledger, key: PublicKey, target: CheckpointTarget): Exported {
  const { size, root, origin } = ledger
  const note = ledger.checkpoint()
  const add = (text: string, file: string): string => {
    const { notes } = parseCheckpointFile(text, origin, file)
    compare(ledger, key, notes, file)
    return notes.at(-1) === note ? '' : addition(text, note)
  }
  let exported: Exported
  if (target.to === 'git') {
    const path = target.path ?? `checkpoints/${checkpointFileName(origin)}`
    const place = { repository: target.repository, path }
    const commit = commitFile(place, `Checkpoint of ${origin}: ${size} entries`, (text) => text + add(text, path))
    exported = { to: 'git', file: path, size, ...(commit === undefined ? {} : { commit }) }
  } else {
    const file = checkpointPath(target.path, origin)
    appendDurable(file, add(existsSync(file) ? readFileSync(file, 'utf8') : '', file))
    exported = { to: 'file', file, size }
  }
  const commit = exported.commit === undefined ? {} : { commit: exported.commit }
  const subject = { size: String(size), root, to: target.to, ...commit }
  ledger.append([{ type: 'checkpoint.exported', run: 'log', subject }])
  return exported
}

/** The log must hold what the newest of its exported checkpoints signed. Notes of other logs and keys are not ours. */
function compare(ledger: Ledger, key: PublicKey, notes: readonly string[], file: string): void {
  let newest: { readonly size: number; readonly root: Buffer } | undefined
  for (const note of notes) {
    const opened = openNote(note, key)
    const checkpoint = opened.ok ? parseCheckpoint(opened.text) : undefined
    if (checkpoint === undefined || checkpoint.origin !== key.noteName) continue
    if (newest === undefined || checkpoint.size >= newest.size) newest = checkpoint
  }
  if (newest === undefined || newest.size === 0) return
  if (newest.size > ledger.size) {
    throw changed(
      'CHECKPOINT_LOG_CUT',
      `the log had ${newest.size} entries when it was exported, and has fewer now`,
      file,
    )
  }
  const proof = ledger.proveConsistency(newest.size).map((hash) => Buffer.from(hash, 'hex'))
  if (verifyConsistency(newest.size, ledger.size, proof, newest.root, Buffer.from(ledger.root, 'hex'))) return
  throw changed('CHECKPOINT_LOG_FORKED', 'the log is not the one whose checkpoint was exported', file)
}

/** One write at the end of the file, so that two processes do not mix; durable before it returns. */
function appendDurable(file: string, text: string): void {
  if (text === '') return
  ensureDir(dirname(file))
  const isNew = !existsSync(file)
  const fd = openSync(file, 'a', 0o644)
  try {
    writeAll(fd, Buffer.from(text, 'utf8'))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  if (isNew) fsyncDir(dirname(file))
}

function changed(code: string, message: string, file: string): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'run `sluice verify --checkpoint` with the file named here, find out who changed the log, and restore it',
    at: { file },
    exit: 4,
  })
}

function badTarget(): SluiceError {
  return new SluiceError({
    code: 'CHECKPOINT_TARGET',
    message: 'this is not a place for checkpoints',
    next: 'give a file, a folder that ends in /, git:REPO or git:REPO:PATH',
  })
}
