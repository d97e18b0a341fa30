import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { openStore, type Store } from '../artifacts/store.ts'
import type { FpeField } from '../stages/redact/operators/reidentify.ts'
import { isPiiType } from '../stages/redact/pii-type.ts'
import type { SecretRef } from '../stages/stage.ts'
import { SluiceError } from '../util/errors.ts'

export interface ReidentifyFlags {
  readonly store: string
  readonly key: string
  readonly reason: string
  readonly ticket?: string
  readonly out: string
  readonly format?: 'text' | 'jsonl'
  readonly fpe?: readonly string[]
  readonly keyId?: string
}

/** An id or a short word, as the log takes it. */
const TICKET = /^[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,63}$/
const MIN_REASON = 8

/** @throws SluiceError for what can be wrong before a byte is read */
export function checkFlags(flags: ReidentifyFlags): void {
  if (flags.reason.trim().length < MIN_REASON) {
    throw usage(
      'REIDENTIFY_NO_REASON',
      'the reason is missing or too short',
      'say in a few words why values are put back',
    )
  }
  if (flags.ticket !== undefined && !TICKET.test(flags.ticket)) {
    throw usage(
      'REIDENTIFY_TICKET',
      'the ticket is not an id',
      'give it without blanks, at most 64 characters: SEC-123',
    )
  }
  if ((flags.fpe === undefined) !== (flags.keyId === undefined)) {
    throw usage(
      'REIDENTIFY_KEY_ID',
      '--fpe and --key-id belong together',
      'a wrong key gives wrong values and no error with fpe: take the id from the run record (the pin reversible_key, first 8 digits)',
    )
  }
  if (existsSync(flags.out)) {
    throw new SluiceError({
      code: 'REIDENTIFY_OUT_EXISTS',
      message: 'the output file is there already',
      next: 'name another; nothing is overwritten with personal data',
      at: { file: flags.out },
    })
  }
}

/** What a file is by its name. @throws SluiceError for forms that a value could break */
export function formatOf(file: string): 'text' | 'jsonl' {
  const kind = extname(file).toLowerCase()
  if (kind === '.jsonl' || kind === '.ndjson') return 'jsonl'
  if (kind === '.csv' || kind === '.tsv' || kind === '.json') {
    throw new SluiceError({
      code: 'REIDENTIFY_FORMAT',
      message: `values cannot be put back into a ${kind} file: what they hold could break it`,
      next: 'turn it into JSON Lines first, or give --format text if you know that none does',
      at: { file },
    })
  }
  return 'text'
}

/** A store that is there: the deed must not go into the log of a new one that nobody looks at. */
export function existingStore(root: string): Store {
  if (existsSync(join(root, 'keys', 'ledger.key'))) return openStore(root)
  throw new SluiceError({
    code: 'STORE_MISSING',
    message: 'there is no store here whose log could take the entry',
    next: 'name the store of the run with --store',
    at: { file: root },
  })
}

/** Where a key is. @throws SluiceError where the text says nothing of the kind, or the store lacks it */
export function keyRef(text: string, root: string): SecretRef {
  const [kind, ...rest] = text.split(':')
  const name = rest.join(':')
  if (name !== '' && kind === 'env') return { env: name }
  if (name !== '' && kind === 'file') return { file: name }
  if (name !== '' && kind === 'store' && /^[\w-]+$/.test(name)) {
    // The store would make a missing secret, and a new key opens nothing.
    if (existsSync(join(root, 'keys', `${name}.key`))) return { store: name }
    throw new SluiceError({
      code: 'SECRET_MISSING',
      message: 'the store has no such key',
      next: 'name the key that the operators were run with',
      at: { file: join(root, 'keys', `${name}.key`) },
    })
  }
  throw usage(
    'REIDENTIFY_KEY',
    '--key is none of store:NAME, env:NAME, file:PATH',
    'name where the key is, never the key',
  )
}

const FPE_FIELD = /^([A-Z_]+)(?::(digits|alphanumeric))?=(\S+)$/

/** `US_SSN=meta.ssn`, `SECRET:alphanumeric=meta.code` */
export function fpeField(text: string): FpeField {
  const match = FPE_FIELD.exec(text)
  const [, type = '', alphabet = 'digits', path = ''] = match ?? []
  if (isPiiType(type)) return { type, path, alphabet: alphabet === 'alphanumeric' ? 'alphanumeric' : 'digits' }
  throw usage('REIDENTIFY_FPE', '--fpe is not of the form TYPE=FIELD', 'for example US_SSN=meta.ssn')
}

function usage(code: string, message: string, next: string): SluiceError {
  return new SluiceError({ code, message, next })
}
