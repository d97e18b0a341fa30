import { readFileSync } from 'node:fs'
import { SluiceError } from '../../util/errors.ts'
import type { KeyUse } from './key-file.ts'

export interface KeyOptions {
  /** Variables that keys and their passphrase may come from; those of the process where left out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** File whose first line is the passphrase. Goes before `SLUICE_KEY_PASSPHRASE`. */
  readonly passphraseFile?: string
}

const VARIABLES: Readonly<Record<KeyUse, string>> = { ledger: 'SLUICE_LEDGER_KEY', bundle: 'SLUICE_BUNDLE_KEY' }

export interface KeyText {
  readonly pem: string
  /** Name of the variable. */
  readonly variable: string
}

/** A key that the environment gives, for CI: PEM text, or the base64 of it. Nothing of it is written to the disk. */
export function keyFromEnvironment(use: KeyUse, options: KeyOptions): KeyText | undefined {
  const variable = VARIABLES[use]
  const value = (options.env ?? process.env)[variable]
  if (value === undefined) return undefined
  const text = value.trim()
  const pem = text.startsWith('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString('utf8')
  return { pem: `${pem.trim()}\n`, variable }
}

/** The passphrase of encrypted key files, never from the command line: other users can see that. */
export function passphraseOf(options: KeyOptions): string | undefined {
  if (options.passphraseFile === undefined) {
    const value = (options.env ?? process.env)['SLUICE_KEY_PASSPHRASE']
    return value === '' ? undefined : value
  }
  let text: string
  try {
    text = readFileSync(options.passphraseFile, 'utf8')
  } catch (cause) {
    throw broken('the file with the passphrase cannot be read', options.passphraseFile, cause)
  }
  const line = text.split(/\r?\n/, 1)[0]!
  if (line === '') throw broken('the file with the passphrase begins with an empty line', options.passphraseFile)
  return line
}

function broken(message: string, file: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'KEY_PASSPHRASE_FILE',
    message,
    next: 'put the passphrase on the first line of the file',
    at: { file },
    cause,
  })
}
