import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../util/errors.ts'
import { splitNote } from './cosignature.ts'

/**
 * Files of checkpoints kept outside the store: signed notes, oldest first, with an empty line between them. A note is
 * only ever added at the end. One that a crash cut is left where it is; what follows it is readable all the same.
 */
const ENDING = '.checkpoints'

export interface CheckpointFile {
  /** Signed notes as they stand; no signature is checked here. */
  readonly notes: readonly string[]
  /** Notes that were cut by a crash. */
  readonly torn: number
}

/** `ledger-0123456789abcdef.checkpoints`: the file of a log in a folder of several. */
export function checkpointFileName(origin: string): string {
  return `${origin.slice(origin.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9._-]/g, '-')}${ENDING}`
}

/**
 * Takes a checkpoint file apart. Throws `CHECKPOINT_FILE_BROKEN` where something in it is neither a note nor the
 * beginning of one of this log.
 *
 * @param origin of the log; its torn notes are passed over.
 */
export function parseCheckpointFile(text: string, origin: string, file: string): CheckpointFile {
  const notes: string[] = []
  let torn = 0
  let pending: string | undefined
  const drop = (): void => {
    if (pending !== undefined) {
      if (!isTorn(pending, origin)) throw broken(file)
      torn += 1
    }
    pending = undefined
  }
  for (const part of text.split(/\n{2,}/)) {
    const paragraph = part.replace(/^\n|\n$/g, '')
    if (paragraph === '') continue
    const note = `${pending}\n\n${paragraph}\n`
    if (pending !== undefined && paragraph.startsWith('\u2014')) {
      if (isWhole(note, origin)) {
        notes.push(note)
        pending = undefined
      } else drop()
    } else {
      drop()
      pending = paragraph
    }
  }
  drop()
  return { notes, torn }
}

/**
 * The checkpoints kept in a file, or in the file of this log in a folder. Throws `CHECKPOINT_FILE_MISSING`,
 * `CHECKPOINT_FILE_EMPTY` and `CHECKPOINT_FILE_BROKEN`: a file that says nothing must not pass for one that agreed.
 */
export function readCheckpoints(path: string, origin: string): readonly string[] {
  const file = checkpointPath(path, origin)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SluiceError({
      code: 'CHECKPOINT_FILE_MISSING',
      message: 'a file of checkpoints cannot be read',
      next: 'give a file that --checkpoint-to wrote, or a file with a signed checkpoint',
      at: { file },
      cause,
    })
  }
  const { notes } = parseCheckpointFile(text, origin, file)
  if (notes.length > 0) return notes
  throw new SluiceError({
    code: 'CHECKPOINT_FILE_EMPTY',
    message: 'a file of checkpoints holds none',
    next: 'give a file that --checkpoint-to wrote, or leave it out',
    at: { file },
  })
}

/** A folder (one that is there, or a path that ends in a slash) has a file for each log; anything else is the file. */
export function checkpointPath(path: string, origin: string): string {
  const isFolder = path.endsWith('/') || (existsSync(path) && statSync(path).isDirectory())
  return isFolder ? join(path, checkpointFileName(origin)) : path
}

/** What must be written behind `text` to add a note to it. */
export function addition(text: string, note: string): string {
  if (text === '') return note
  return text.endsWith('\n') ? `\n${note}` : `\n\n${note}`
}

/** A signature that was cut at a place where base64 may end is a note by its form. */
function isWhole(note: string, origin: string): boolean {
  const lines = splitNote(note)?.lines
  return lines?.every((line) => line.name !== origin || line.signature.length >= 64) === true
}

function isTorn(piece: string, origin: string): boolean {
  // Half of the dash that begins a signature.
  if (/^\ufffd+$/.test(piece)) return true
  const first = piece.split('\n', 1)[0]!
  return piece === first ? origin.startsWith(first) || first === origin : first === origin
}

function broken(file: string): SluiceError {
  return new SluiceError({
    code: 'CHECKPOINT_FILE_BROKEN',
    message: 'this is not a file of checkpoints, or something in it is not one',
    next: 'give another file; find out who changed this one if --checkpoint-to wrote it',
    at: { file },
  })
}
