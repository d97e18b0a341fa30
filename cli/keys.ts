import { join } from 'node:path'
import { type Command, Option } from 'commander'
import {
  type KeyHistory,
  keyHistory,
  keyRevoked,
  REVOKE_REASONS,
  type RevokeReason,
  recordKeys,
} from '../audit/keys/events.ts'
import { KEY_USES, type KeyUse } from '../audit/keys/key-file.ts'
import type { KeyOptions } from '../audit/keys/key-options.ts'
import { rotateBundleKey, rotateLedgerKey } from '../audit/keys/rotate.ts'
import { openBundleSigner } from '../audit/keys/signer.ts'
import { type Keys, openKeys, readLogKey } from '../audit/keys.ts'
import { openLedger } from '../audit/ledger.ts'
import { readLedger } from '../audit/ledger-reader.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

interface KeyFlags extends KeyOptions {
  readonly store: string
  readonly json?: boolean
}

export function keysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description('the keys of a store: one signs the log (Ed25519), one signs attestations and models (ECDSA P-256)')

  withKeys(keys.command('init'))
    .description('make the keys that are not there yet, and record them in the log')
    .action((flags: KeyFlags) => {
      const log = openKeys(keysDir(flags), flags)
      const bundle = openBundleSigner(keysDir(flags), flags)
      const made = [
        { use: 'ledger', keyId: log.keyId },
        { use: 'bundle', keyId: bundle.keyId },
      ] as const
      const fresh = recordKeys(openLog(flags, log), made)
      for (const { use, keyId } of made) {
        print(`${use.padEnd(8)}${keyId}${fresh.includes(keyId) ? '  recorded in the log' : '  was there'}\n`)
      }
      print(`\nGive this line to those who check the log:\n${log.noteVerifier}\n`)
    })

  withStore(keys.command('list'))
    .description('every key that the log knows, and which are in use')
    .option('--json', 'print them as JSON')
    .action((flags: KeyFlags) => {
      const log = readLogKey(keysDir(flags))
      const rows = keyHistory(readLedger(join(flags.store, 'ledger'), log))
      const all: readonly KeyHistory[] = rows.some(({ keyId }) => keyId === log.keyId)
        ? rows
        : [...rows, { use: 'ledger', keyId: log.keyId, created: null, rotated: null, revoked: null }]
      if (flags.json === true) print(`${JSON.stringify({ verifier: log.noteVerifier, keys: all }, null, 2)}\n`)
      else for (const key of all) print(`${key.use.padEnd(8)}${key.keyId}  ${stateOf(key)}\n`)
    })

  withKeys(keys.command('rotate'))
    .description('replace a key; the log records it, and the new log key is vouched for by the old one')
    .argument('<use>', 'ledger or bundle')
    .action((text: string, flags: KeyFlags) => {
      const use = useOf(text)
      const rotated =
        use === 'ledger'
          ? rotateLedgerKey(flags.store, flags)
          : rotateBundleKey(flags.store, openKeys(keysDir(flags), flags), flags)
      print(`old     ${rotated.old}\nnew     ${rotated.new}\n`)
      if (use === 'ledger')
        print(`\nThe new line for those who check the log:\n${readLogKey(keysDir(flags)).noteVerifier}\n`)
    })

  withKeys(keys.command('revoke'))
    .description('record that a key must no longer be trusted; replace it first if it is in use')
    .argument('<key>', 'its id, as `sluice keys list` shows it')
    .addOption(new Option('--reason <word>', 'why').choices(REVOKE_REASONS).makeOptionMandatory())
    .action((keyId: string, flags: KeyFlags & { readonly reason: RevokeReason }) => {
      const log = openKeys(keysDir(flags), flags)
      const ledger = openLog(flags, log)
      const known = keyHistory(ledger).find((key) => key.keyId === keyId)
      if (known === undefined && keyId !== log.keyId) throw unknownKey()
      if (keyId === log.keyId || (known?.use === 'bundle' && known.rotated === null))
        throw inUse(known?.use ?? 'ledger')
      if (known!.revoked !== null) throw revokedAlready()
      ledger.append([keyRevoked(known!.use, keyId, flags.reason)])
      print(`revoked ${keyId} (${flags.reason})\n`)
    })
}

function withStore(command: Command): Command {
  return command.addOption(storeOption())
}

function withKeys(command: Command): Command {
  return withStore(command).option(
    '--passphrase-file <file>',
    'file whose first line encrypts and opens the key files; or set SLUICE_KEY_PASSPHRASE',
  )
}

function openLog(flags: KeyFlags, keys: Keys): ReturnType<typeof openLedger> {
  return openLedger(join(flags.store, 'ledger'), keys)
}

function keysDir(flags: KeyFlags): string {
  return join(flags.store, 'keys')
}

function useOf(text: string): KeyUse {
  const use = KEY_USES.find((each) => each === text)
  if (use !== undefined) return use
  throw new SluiceError({
    code: 'KEY_USE_UNKNOWN',
    message: 'there is no key of this use',
    next: `give one of: ${KEY_USES.join(', ')}`,
  })
}

function stateOf({ created, rotated, revoked }: KeyHistory): string {
  const since = created === null ? 'not recorded when made' : `since ${created}`
  if (revoked !== null) return `REVOKED ${revoked.at}: ${revoked.reason}`
  return rotated === null ? `in use, ${since}` : `replaced ${rotated}, ${since}`
}

function unknownKey(): SluiceError {
  return new SluiceError({
    code: 'KEY_UNKNOWN',
    message: 'the log knows no key with this id',
    next: 'see `sluice keys list`',
  })
}

function inUse(use: string): SluiceError {
  return new SluiceError({
    code: 'KEY_IN_USE',
    message: 'this key is in use',
    next: `replace it first: sluice keys rotate ${use}`,
  })
}

function revokedAlready(): SluiceError {
  return new SluiceError({ code: 'KEY_REVOKED', message: 'this key is revoked already', next: 'nothing is to be done' })
}

function print(text: string): void {
  process.stdout.write(text)
}
