import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { Store } from '../artifacts/store.ts'
import { openKeys } from '../audit/keys.ts'
import { type Ledger, openLedger } from '../audit/ledger.ts'
import { nothingRestored, type Restored, type Restorer, restorer } from '../stages/redact/operators/reidentify.ts'
import { resolveSecret } from '../stages/secrets.ts'
import type { Sha256 } from '../util/digest.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { Utf8Decoder, Utf8Error } from '../util/utf8-decoder.ts'
import { storeOption } from './options.ts'
import { openOutput } from './output-file.ts'
import { checkFlags, existingStore, formatOf, fpeField, keyRef, type ReidentifyFlags } from './reidentify-flags.ts'

export function reidentifyCommand(program: Command): void {
  program
    .command('reidentify')
    .description('put back the values that the operators encrypt and fpe wrote, for a reason that goes into the log')
    .argument('<file>', 'redacted text or JSON Lines in UTF-8')
    .requiredOption('--reason <text>', 'why; it is sealed in the store, and its digest goes into the log')
    .requiredOption('--out <file>', 'where to write, readable by you alone; must not exist')
    .option('--key <ref>', 'store:NAME, env:NAME or file:PATH', 'store:reversible')
    .option('--ticket <id>', 'what asked for it, as a short word; goes into the log')
    .addOption(new Option('--format <format>', 'what the file is; by its name if absent').choices(['text', 'jsonl']))
    .option('--fpe <type=field...>', 'a field that fpe wrote: US_SSN=meta.ssn, or SECRET:alphanumeric=meta.code')
    .option(
      '--key-id <id>',
      'with --fpe: the id of the key that wrote (8 hex digits); nothing else can tell a wrong key',
    )
    .addOption(storeOption())
    .action(async (file: string, flags: ReidentifyFlags) => {
      process.stdout.write(`${await reidentify(file, flags)}\n`)
    })
}

/**
 * Reads the file twice: once to see that everything can be put back, and once to write. Between the two the intent goes into the log
 * (`redact.reidentify.planned`); the output gets its name only when the deed is in it too (`redact.reidentified`).
 *
 * @throws SluiceError where there is no reason, no value of this key, or a token that was changed: then nothing is written
 */
async function reidentify(file: string, flags: ReidentifyFlags): Promise<string> {
  checkFlags(flags)
  const store = existingStore(flags.store)
  const key = resolveSecret(keyRef(flags.key, flags.store), store, process.cwd())
  const restore = restorer(key, (flags.fpe ?? []).map(fpeField))
  if (flags.keyId !== undefined && flags.keyId !== restore.keyId) throw wrongKey(restore.keyId, [flags.keyId])
  const jsonl = (flags.format ?? formatOf(file)) === 'jsonl'
  const found = nothingRestored()
  const input = await restoreLines(file, restore, jsonl, found, () => {})
  checkFound(found, restore, file)
  const ledger = openLedger(join(flags.store, 'ledger'), openKeys(join(flags.store, 'keys')))
  const note = new Log(ledger, store, flags, restore.keyId, input)
  note.planned(found)

  const output = openOutput(flags.out)
  try {
    const digest = createHash('sha256')
    const written = nothingRestored()
    const again = await restoreLines(file, restore, jsonl, written, (bytes) => {
      digest.update(bytes)
      output.write(bytes)
    })
    if (again !== input) throw changed(file)
    output.seal()
    const entry = note.done(written, digest.digest('hex'))
    output.publish()
    return `${summary(written)} with the key ${restore.keyId}: ${flags.out}\nentry ${entry} of the log says so`
  } catch (error) {
    output.discard()
    throw toSluiceError(error, 'putting values back')
  }
}

/** Restores line by line, since no token holds a line break; gives the digest of the file. */
async function restoreLines(
  file: string,
  restore: Restorer,
  jsonl: boolean,
  restored: Restored,
  write: (bytes: Buffer) => void,
): Promise<Sha256> {
  const digest = createHash('sha256')
  const decoder = new Utf8Decoder()
  let rest = ''
  let row = 0
  const line = (text: string, end: string): void => {
    row += 1
    const made = jsonl && text.trim() !== '' ? restore.json(text, restored) : restore.text(text, restored)
    if (made === undefined) throw notJson(file, row)
    write(Buffer.from(made + end, 'utf8'))
  }
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      digest.update(chunk as Buffer)
      const lines = (rest + decoder.decode(chunk as Buffer)).split('\n')
      rest = lines.pop()!
      for (const text of lines) line(text, '\n')
    }
    decoder.end()
  } catch (error) {
    if (error instanceof Utf8Error) throw notUtf8(file, error.at)
    throw toSluiceError(error, 'reading a redacted file')
  }
  if (rest !== '') line(rest, '')
  return digest.digest('hex')
}

/** The two entries of the log. Reason, ticket and user are sealed in the store; the log has their digest and counts. */
class Log {
  readonly #ledger: Ledger
  readonly #subject: Readonly<Record<string, string>>
  readonly #run: string

  constructor(ledger: Ledger, store: Store, flags: ReidentifyFlags, id: string, input: Sha256) {
    // The salt keeps a short reason from being guessed from its digest.
    const statement = {
      reason: flags.reason.trim(),
      ticket: flags.ticket ?? null,
      user: userInfo().username,
      salt: randomBytes(16).toString('hex'),
    }
    const reason = store.putJson(statement, 'raw').sha256
    this.#ledger = ledger
    this.#run = `reidentify-${input.slice(0, 12)}`
    this.#subject = { input, key_id: id, reason, ...(flags.ticket === undefined ? {} : { ticket: flags.ticket }) }
  }

  planned(found: Restored): void {
    this.#append('redact.reidentify.planned', { values: String(total(found.values)) })
  }

  done(written: Restored, output: Sha256): number {
    const byType = [...written.values].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 48)
    return this.#append('redact.reidentified', {
      output,
      values: String(total(written.values)),
      left: String(total(written.foreign) + written.skipped),
      ...Object.fromEntries(byType.map(([type, n]) => [`values.${type}`, String(n)])),
    })
  }

  #append(type: string, subject: Readonly<Record<string, string>>): number {
    return this.#ledger.append([{ type, run: this.#run, subject: { ...this.#subject, ...subject } }]).first
  }
}

function checkFound(found: Restored, restore: Restorer, file: string): void {
  if (found.damaged > 0) {
    throw new SluiceError({
      code: 'REIDENTIFY_DAMAGED',
      message: `${found.damaged} tokens have the id of this key and were not made by it: they were changed, or cut`,
      next: 'take the file as the redact stage wrote it',
      at: { file },
      exit: 4,
    })
  }
  if (total(found.values) > 0) return
  if (found.foreign.size > 0) throw wrongKey(restore.keyId, [...found.foreign.keys()])
  throw new SluiceError({
    code: 'REIDENTIFY_NOTHING',
    message: 'there is nothing to put back: no token of the operator encrypt, and no field given with --fpe',
    next: 'name the fields with --fpe TYPE=FIELD if the operator was fpe',
    at: { file },
  })
}

function wrongKey(own: string, theirs: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'REIDENTIFY_WRONG_KEY',
    message: `the values were written with the key ${theirs.join(', ')}, and the key given is ${own}`,
    next: 'give the key that the operators were run with',
  })
}

function notJson(file: string, row: number): SluiceError {
  return new SluiceError({
    code: 'REIDENTIFY_NOT_JSON',
    message: 'a line is no JSON object or list',
    next: 'give --format text if the file is no JSON Lines',
    at: { file, line: row },
  })
}

function notUtf8(file: string, byte: number): SluiceError {
  return new SluiceError({
    code: 'REIDENTIFY_NOT_UTF8',
    message: `the file is not UTF-8 at byte ${byte}`,
    next: 'take the file as the redact stage wrote it',
    at: { file },
  })
}

function changed(file: string): SluiceError {
  return new SluiceError({
    code: 'REIDENTIFY_INPUT_CHANGED',
    message: 'the file changed while it was read',
    next: 'run the command again when nothing writes to it',
    at: { file },
    transient: true,
  })
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, n) => sum + n, 0)
}

function summary({ values, foreign, skipped }: Restored): string {
  const types = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, n]) => `${type} ${n}`)
  const left = total(foreign) + skipped
  return `put back ${total(values)} values (${types.join(', ')})${left === 0 ? '' : `, left ${left} of other keys or forms`}`
}
