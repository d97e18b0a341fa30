import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { openKeys } from '../audit/keys.ts'
import { openLedger } from '../audit/ledger.ts'
import { parseVerifierKey, type VerifierKey } from '../audit/verifier-key.ts'
import { openWitness } from '../audit/witness/witness.ts'
import { parseListen, serveWitness } from '../audit/witness/witness-server.ts'
import { witnessLedger } from '../audit/witness/witnessed-ledger.ts'
import { SluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'

interface ServeFlags {
  readonly listen: string
  readonly state: string
  readonly log: readonly string[]
  readonly name?: string
  readonly anyAddress?: boolean
}

interface AddFlags {
  readonly store: string
  readonly url: readonly string[]
  readonly witness: readonly string[]
}

/** `sluice ledger witness serve|add`. */
export function registerWitness(ledger: Command): void {
  const witness = ledger.command('witness').description('have the log’s checkpoints cosigned by another party')
  witness
    .command('serve')
    .description('be a witness: cosign checkpoints of logs that only grow (C2SP tlog-witness)')
    .requiredOption('--log <vkey...>', 'verifier keys of the logs to witness, or files that hold them')
    .option('--listen <host:port>', 'address to listen on', '127.0.0.1:7171')
    .requiredOption('--state <dir>', 'folder for the witness’s key and for what it has seen')
    .option('--name <name>', 'name of the witness’s key (default: one made from the key)')
    .option('--any-address', 'allow an address that others can reach; put TLS in front of it')
    .action(serve)
  witness
    .command('add')
    .description('send the current checkpoint to witnesses and keep their cosignatures')
    .addOption(storeOption())
    .requiredOption('--url <url...>', 'address of each witness; nothing else is contacted')
    .requiredOption('--witness <vkey...>', 'the verifier key of each, in the same order, or files that hold them')
    .action(add)
}

async function serve(flags: ServeFlags): Promise<void> {
  const { host, port } = parseListen(flags.listen)
  const logs = flags.log.map((text) => readKey(text, 'log'))
  const witness = openWitness({
    state: flags.state,
    logs,
    ...(flags.name === undefined ? {} : { name: flags.name }),
  })
  const server = await serveWitness(witness, {
    host,
    port,
    anyAddress: flags.anyAddress === true,
    onAnswer: (status, error) => {
      process.stdout.write(`${new Date().toISOString()} add-checkpoint ${status}\n`)
      if (error !== undefined) process.stderr.write(`${error.format()}\n`)
    },
  })
  process.stdout.write(`witness  ${witness.key.noteVerifier}\nurl      ${server.url}\n`)
  await new Promise<void>((done) => {
    process.once('SIGINT', done)
    process.once('SIGTERM', done)
  })
  await server.close()
}

async function add({ store, url, witness: keys }: AddFlags): Promise<void> {
  if (url.length !== keys.length) {
    throw new SluiceError({
      code: 'WITNESS_PAIRS',
      message: 'there are not as many --url as --witness',
      next: 'give one key for each address, in the same order',
    })
  }
  const targets = url.map((each, i) => ({ url: each, witness: readKey(keys[i]!, 'witness') }))
  const { witnessed, errors } = await witnessLedger(store, openStoreLedger(store), targets)
  for (const { size, file, cosignature } of witnessed) {
    const time = new Date(cosignature.time * 1000).toISOString()
    process.stdout.write(
      `witnessed  ${size} entries at ${time} by ${cosignature.witness}\nkept       ${join(store, file)}\n`,
    )
  }
  // All are told; what stands for a changed log goes before a witness that is only away.
  for (const error of errors) process.stderr.write(`${error.format()}\n`)
  if (errors.length > 0) process.exitCode = errors.some(({ exit }) => exit === 4) ? 4 : errors[0]!.exit
}

/** Opens the log of a store that is there; it is not made. Throws `STORE_MISSING`. */
export function openStoreLedger(store: string): ReturnType<typeof openLedger> {
  if (!existsSync(join(store, 'ledger', 'checkpoint'))) {
    throw new SluiceError({
      code: 'STORE_MISSING',
      message: 'this is not a store, or no pipeline has run in it yet',
      next: 'give the store with --store DIR',
      at: { file: store },
    })
  }
  return openLedger(join(store, 'ledger'), openKeys(join(store, 'keys')))
}

/** The key itself, or a file whose first line it is. */
function readKey(text: string, kind: 'log' | 'witness'): VerifierKey {
  return parseVerifierKey(existsSync(text) ? readFileSync(text, 'utf8').split('\n', 1)[0]! : text, kind)
}
