import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { readLogKey } from '../audit/keys.ts'
import type { PublicKey } from '../audit/note.ts'
import { readPublicKey } from '../audit/note.ts'
import { parseVerifierKey } from '../audit/verifier-key.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

/** Which log a command is about: that of a store, or a copy that lies anywhere. */
export interface PlaceFlags {
  readonly store: string
  readonly log?: string
  readonly key?: string
}

export function withPlace(command: Command): Command {
  return command
    .addOption(storeOption())
    .addOption(new Option('--log <dir>', 'folder of a log, such as an exported copy, instead of that of the store'))
    .addOption(
      new Option('--key <file>', 'public key of the log (PEM or verifier key line) instead of that of the store'),
    )
}

/** @throws SluiceError `LOG_NOT_FOUND`, `FILE_UNREADABLE` */
export function placeOf(flags: PlaceFlags): { readonly dir: string; readonly key: PublicKey } {
  const dir = flags.log ?? join(flags.store, 'ledger')
  if (!existsSync(dir)) {
    throw new SluiceError({
      code: 'LOG_NOT_FOUND',
      message: 'there is no log here',
      next: 'name the store with --store, or a copy of a log with --log and --key',
      at: { file: dir },
    })
  }
  return { dir, key: flags.key === undefined ? readLogKey(join(flags.store, 'keys')) : keyIn(flags.key) }
}

function keyIn(file: string): PublicKey {
  const text = readText(file, 'give a file with the public key of the log')
  return text.includes('-----BEGIN') ? readPublicKey(text) : parseVerifierKey(text, 'log')
}

/** @throws SluiceError `FILE_UNREADABLE` */
export function readText(file: string, next: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SluiceError({ code: 'FILE_UNREADABLE', message: 'a file cannot be read', next, at: { file }, cause })
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
