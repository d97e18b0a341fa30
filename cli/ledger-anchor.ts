import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { askForAnchor, takeAnchorReply } from '../audit/timestamp/anchored-ledger.ts'
import { parseCertificates } from '../audit/timestamp/certificate.ts'
import { postTimestampRequest } from '../audit/timestamp/timestamp-client.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { openStoreLedger } from './ledger-witness.ts'
import { storeOption } from './options.ts'

interface AnchorFlags {
  readonly store: string
  readonly query?: string
  readonly reply?: string
  readonly url?: string
  readonly ca?: string
}

/** `sluice ledger anchor`. */
export function registerAnchor(ledger: Command): void {
  ledger
    .command('anchor')
    .description('have the current checkpoint time-stamped by an authority (RFC 3161)')
    .addOption(storeOption())
    .option('--query <file>', 'write the question, to be carried to an authority')
    .option('--reply <file>', 'take the authority’s answer to an earlier question')
    .option('--url <url>', 'ask this authority over HTTP now; nothing else is contacted')
    .option('--ca <pem>', 'certificates to trust: of the CA, or of the authority itself (with --reply and --url)')
    .action(anchor)
}

async function anchor(flags: AnchorFlags): Promise<void> {
  const { store, query, reply, url, ca } = flags
  const ways = [query, reply, url].filter((way) => way !== undefined)
  if (ways.length !== 1) throw usage('say one of --query, --reply and --url', 'see sluice ledger anchor --help')
  if (query !== undefined) {
    const asked = askForAnchor(store, openStoreLedger(store), randomBytes(8))
    writeFileDurable(query, asked.query)
    process.stdout.write(
      `asked    for ${asked.size} entries: ${query}\n  → carry it to an authority, then: sluice ledger anchor --reply FILE --ca PEM\n`,
    )
    return
  }
  if (ca === undefined) throw usage('whom to trust is not said', 'add --ca with the certificate of the authority’s CA')
  // Read before anything is asked for.
  const trusted = parseCertificates(read(ca).toString('utf8'))
  const ledger = openStoreLedger(store)
  const bytes =
    reply === undefined
      ? await postTimestampRequest(url!, askForAnchor(store, ledger, randomBytes(8)).query)
      : read(reply)
  const { anchor: taken, info } = takeAnchorReply(store, ledger, bytes, trusted, new Date())
  process.stdout.write(
    `anchored ${taken.size} entries, not later than ${info.time.toISOString()}\nkept     ${join(store, taken.base)}.note|tsq|tsr\n`,
  )
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const next = 'check the path'
    throw new SluiceError({ code: 'FILE_UNREADABLE', message: 'a file cannot be read', next, at: { file }, cause })
  }
}

function usage(message: string, next: string): SluiceError {
  return new SluiceError({ code: 'ANCHOR_USAGE', message, next })
}
