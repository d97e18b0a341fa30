import { setTimeout as wait } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { decodeEntry, type StoredEntry } from '../audit/entry.ts'
import { type LedgerReader, readLedger } from '../audit/ledger-reader.ts'
import type { PublicKey } from '../audit/note.ts'
import { checkTlogProof, formatConsistencyProof, formatTlogProof, type TlogProof } from '../audit/tlog-proof.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { type PlaceFlags, placeOf, print, withPlace } from './ledger-place.ts'
import { positiveInteger } from './options.ts'

interface ProveFlags extends PlaceFlags {
  readonly from?: number
  readonly out?: string
  readonly json?: boolean
}

interface ShowFlags extends PlaceFlags {
  readonly raw?: boolean
  readonly json?: boolean
}

interface TailFlags extends PlaceFlags {
  readonly lines: number
  readonly follow?: boolean
  readonly json?: boolean
}

const POLL_MS = 300

/** `sluice ledger prove|show|tail`. None needs a private key, and none takes the lock. */
export function registerLedgerRead(ledger: Command): void {
  withPlace(
    ledger
      .command('prove')
      .description('prove that an entry is in the log (C2SP tlog-proof), or that the log only grew')
      .argument('[seq]', 'number of the entry', place),
  )
    .option('--from <size>', 'prove instead that the log of so many entries was only appended to', place)
    .option('--out <file>', 'write the proof here (default: print it)')
    .option('--json', 'print the parts of the proof as JSON')
    .action(prove)
  withPlace(
    ledger
      .command('show')
      .description('show an entry, once its place in the signed tree has been checked')
      .argument('<seq>', 'number of the entry', place),
  )
    .option('--raw', 'write exactly the stored bytes: what the proof is about')
    .option('--json', 'print entry and checkpoint as JSON')
    .action(show)
  withPlace(ledger.command('tail').description('show the last entries'))
    .option('-n, --lines <n>', 'how many', positiveInteger, 10)
    .option('--follow', 'go on with new ones as they come')
    .option('--json', 'print entries as JSON lines')
    .action(tail)
}

function prove(seq: number | undefined, flags: ProveFlags): void {
  const { dir, key } = placeOf(flags)
  if ((seq === undefined) === (flags.from === undefined)) {
    throw new SluiceError({
      code: 'USAGE',
      message: 'give the number of an entry, or --from with a size',
      next: 'for example: sluice ledger prove 12 --out 12.tlog-proof',
    })
  }
  const log = readLedger(dir, key)
  const { size, root } = log
  if (seq === undefined) {
    const old = flags.from!
    if (old > size) throw outside(`there was no log of ${old} entries: it has ${size} now`)
    const hashes = old === 0 ? [] : log.proveConsistency(old).map((hash) => Buffer.from(hash, 'hex'))
    const text = formatConsistencyProof({ old, hashes, checkpoint: log.checkpoint() })
    give(flags, text, { old, size, root, hashes: hex(hashes), checkpoint: log.checkpoint() })
  } else {
    const proof = inclusion(log, seq, key)
    const parts = { index: seq, size, root, hashes: hex(proof.hashes), checkpoint: proof.checkpoint }
    give(flags, formatTlogProof(proof), parts)
  }
}

/** The proof of an entry, checked against the stored bytes before it is given out. */
function inclusion(log: LedgerReader, seq: number, key: PublicKey): TlogProof {
  if (seq >= log.size) throw outside(`there is no entry ${seq}: the log has ${log.size}`)
  const hashes = log.proveInclusion(seq).map((hash) => Buffer.from(hash, 'hex'))
  const proof: TlogProof = { index: seq, hashes, checkpoint: log.checkpoint() }
  const wrong = checkTlogProof(proof, log.entryBytes(seq), key)
  if (wrong === undefined) return proof
  throw new SluiceError({
    code: wrong.code,
    message: wrong.message,
    next: 'run `sluice ledger verify` for the details',
    exit: 4,
  })
}

function give(flags: ProveFlags, text: string, parts: object): void {
  if (flags.out !== undefined) writeFileDurable(flags.out, text)
  if (flags.json === true) print(JSON.stringify(parts))
  else if (flags.out === undefined) process.stdout.write(text)
  else print(`wrote ${flags.out}`)
}

function show(seq: number, flags: ShowFlags): void {
  const { dir, key } = placeOf(flags)
  const log = readLedger(dir, key)
  inclusion(log, seq, key)
  const bytes = log.entryBytes(seq)
  if (flags.raw === true) {
    process.stdout.write(bytes)
    return
  }
  const entry = decodeEntry(Buffer.from(bytes))
  if (entry === undefined) {
    throw new SluiceError({ code: 'LOG_ENTRY_MALFORMED', message: 'the entry has not the form of one', exit: 4 })
  }
  if (flags.json === true) {
    print(JSON.stringify({ entry, size: log.size, root: log.root, checkpoint: log.checkpoint() }))
    return
  }
  const { type, run, ts, payload, subject, prev } = entry
  const rows: readonly (readonly [string, string])[] = [
    ['entry', `${seq} of ${log.size}, in the tree that ${log.origin} signed`],
    ['type', type],
    ['time', ts],
    ['run', run],
    ...Object.entries(subject).map(([name, value]) => [`  ${name}`, value] as const),
    ...(payload === undefined ? [] : [['payload', payload] as const]),
    ['prev', prev],
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  for (const [name, value] of rows) print(`${name.padEnd(width)}${value}`)
}

async function tail(flags: TailFlags): Promise<void> {
  const { dir, key } = placeOf(flags)
  let log = readLedger(dir, key)
  const write = (from: number): void => {
    for (const entry of log.entries(from)) print(flags.json === true ? JSON.stringify(entry) : line(entry))
  }
  write(Math.max(0, log.size - flags.lines))
  while (flags.follow === true && process.stdout.writable) {
    await wait(POLL_MS)
    const seen = log
    log = readLedger(dir, key)
    if (log.size < seen.size || (log.size === seen.size && log.root !== seen.root)) throw changed(log.size < seen.size)
    write(seen.size)
  }
}

function line(entry: StoredEntry): string {
  const subject = Object.entries(entry.subject).map(([name, value]) => `${name}=${shorten(value)}`)
  const payload = entry.payload === undefined ? [] : [`payload=${shorten(entry.payload)}`]
  return [String(entry.seq).padStart(6), entry.ts, entry.type.padEnd(16), entry.run, ...subject, ...payload].join('  ')
}

/** Digests by their beginning: a line is for looking, `show` and --json have them whole. */
function shorten(value: string): string {
  return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}…` : value
}

function hex(hashes: readonly Uint8Array[]): readonly string[] {
  return hashes.map((hash) => Buffer.from(hash).toString('hex'))
}

function place(text: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new InvalidArgumentError('give a whole number of at least 0')
  return Number(text)
}

function outside(message: string): SluiceError {
  return new SluiceError({ code: 'LOG_NO_ENTRY', message, next: 'see the last entries with: sluice ledger tail' })
}

function changed(shorter: boolean): SluiceError {
  return new SluiceError({
    code: shorter ? 'LOG_ROLLED_BACK' : 'LOG_FORKED',
    message: shorter ? 'the log became shorter while it was followed' : 'the log was replaced while it was followed',
    next: 'run `sluice ledger verify` with a checkpoint that you kept',
    exit: 4,
  })
}
