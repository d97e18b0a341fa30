import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadFile, ReviewRequest } from '../../audit/review/documents.ts'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { reviewDir } from './desk.ts'

/** Where the copies lie that reviewers open. */
export function readingDir(root: string, request: ReviewRequest): string {
  return join(reviewDir(root, request), 'reading')
}

/**
 * Opens one required reading: gives the files, checked against the digests in the request, and notes on this machine that
 * this reviewer opened them. The note only says what the reviewer will sign; nobody can prove that somebody read.
 *
 * @throws SluiceError `REVIEW_UNKNOWN_READING`, `REVIEW_READING_CHANGED` (exit 4).
 */
export function openReading(
  root: string,
  request: ReviewRequest,
  name: string,
  reviewer: string,
): readonly (ReadFile & { readonly file: string; readonly bytes: Buffer })[] {
  const reading = request.requires.reading.find((each) => each.name === name)
  if (reading === undefined) {
    throw new SluiceError({
      code: 'REVIEW_UNKNOWN_READING',
      message: `this review does not ask to read \`${name}\``,
      next: `there is: ${request.requires.reading.map((each) => each.name).join(', ') || 'nothing to read'}`,
    })
  }
  const files = reading.files.map((each) => {
    const file = join(readingDir(root, request), each.path)
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
    if (sha256(bytes) === each.sha256) return { ...each, file, bytes }
    throw new SluiceError({
      code: 'REVIEW_READING_CHANGED',
      message: 'what is to be read is not what the request says',
      next: 'somebody changed it; ask for the review again: sluice review request',
      at: { file },
      exit: 4,
    })
  })
  const before = readingOf(root, request, reviewer)
  const known = new Map([...before, ...reading.files].map((each) => [each.path, each]))
  const opened = [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  writeFileDurable(noteFile(root, request, reviewer), JSON.stringify({ opened }))
  return files
}

/** What this reviewer has opened. */
export function readingOf(root: string, request: ReviewRequest, reviewer: string): readonly ReadFile[] {
  const file = noteFile(root, request, reviewer)
  if (!existsSync(file)) return []
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly opened: readonly ReadFile[] }).opened
  } catch {
    // A note that somebody broke says that nothing was opened.
    return []
  }
}

/** Names of what this reviewer still has to open. */
export function readingLeft(root: string, request: ReviewRequest, reviewer: string): readonly string[] {
  const opened = new Set(readingOf(root, request, reviewer).map((each) => `${each.sha256} ${each.path}`))
  return request.requires.reading
    .filter(({ files }) => files.some((each) => !opened.has(`${each.sha256} ${each.path}`)))
    .map(({ name }) => name)
}

function noteFile(root: string, request: ReviewRequest, reviewer: string): string {
  return join(reviewDir(root, request), 'opened', `${sha256(reviewer).slice(0, 16)}.json`)
}
