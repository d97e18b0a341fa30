import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { ForgottenSubject } from '../artifacts/forgotten.ts'
import type { Store } from '../artifacts/store.ts'
import { looseId, subjectId } from '../artifacts/subject.ts'
import { SluiceError } from '../util/errors.ts'

export interface SubjectFlags {
  readonly field?: string
  readonly subjectFile?: string
}

/** A keyed id of a subject, as `sluice trace` prints it. */
export const SUBJECT_ID = /^[0-9a-f]{64}$/

/**
 * Whom a command is about: a keyed id on the command line, or the plain value from a file, the standard input or a prompt.
 * The plain value is turned into keyed ids at once; it is never an argument, where other users and the shell's history see it.
 *
 * @throws SluiceError `SUBJECT_USAGE`
 */
export async function readSubject(
  id: string | undefined,
  flags: SubjectFlags,
  store: Store,
): Promise<ForgottenSubject> {
  const field = flags.field?.replace(/^meta\./, '')
  if (field === undefined || !/^[\w.-]{1,128}$/.test(field)) {
    throw usage('--field must name the member of meta that says who it is', 'for example --field meta.customer.id')
  }
  if (id !== undefined) {
    if (SUBJECT_ID.test(id)) return { subject: id, field }
    throw usage(
      'the subject on the command line is not a keyed id (64 hex digits)',
      'leave it out and give the value by --subject-file or on the standard input: arguments can be seen by others',
    )
  }
  const value = (await plainValue(flags.subjectFile)).replace(/\r?\n$/, '')
  if (value === '' || value.includes('\n')) throw usage('the value is not one line', 'give the value alone')
  return { subject: subjectId(store, field, value), field, loose: looseId(store, value) }
}

async function plainValue(file: string | undefined): Promise<string> {
  try {
    if (file !== undefined && file !== '-') return readFileSync(file, 'utf8')
    if (file === undefined && process.stdin.isTTY === true) return await prompt()
    return readFileSync(0, 'utf8')
  } catch (cause) {
    throw new SluiceError({
      code: 'FILE_UNREADABLE',
      message: 'the value of the subject cannot be read',
      next: 'give a readable file with --subject-file, or the value on the standard input',
      ...(file === undefined ? {} : { at: { file } }),
      cause,
    })
  }
}

/** Asks without showing what is typed. */
function prompt(): Promise<string> {
  process.stderr.write('value of the subject (not shown): ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      lines.close()
      process.stderr.write('\n')
      resolve(line)
    })
    lines.once('close', () => resolve(''))
  })
}

function usage(message: string, next: string): SluiceError {
  return new SluiceError({ code: 'SUBJECT_USAGE', message, next })
}
