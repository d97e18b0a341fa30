import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { signStatement } from '../audit/attestations/bundle.ts'
import { openBundleSigner } from '../audit/keys/signer.ts'
import { openKeys } from '../audit/keys.ts'
import { openLedger } from '../audit/ledger.ts'
import { type ForgetPlan, type Forgotten, forgetSubject, planForget } from '../pipelines/lineage/forget.ts'
import { SluiceError } from '../util/errors.ts'
import { amount, traceText } from './lineage-text.ts'
import { storeOption } from './options.ts'
import { openOutput } from './output-file.ts'
import { existingStore } from './reidentify-flags.ts'
import { readSubject, type SubjectFlags } from './subject-input.ts'

interface ForgetFlags extends SubjectFlags {
  readonly store: string
  readonly reason: string
  readonly ticket?: string
  readonly dryRun?: boolean
  readonly ahead?: boolean
  readonly out?: string
  readonly json?: boolean
}

/** An id or a short word, as the log takes it. */
const WORD = /^[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,63}$/

export function forgetCommand(program: Command): void {
  program
    .command('forget')
    .description('erase a person from a store: what holds them, what must be trained again, and a certificate')
    .argument(
      '[subject]',
      'keyed id of the subject, as `sluice trace` prints it (default: its value from a file or input)',
    )
    .requiredOption('--field <path>', 'member of meta that says who it is: meta.customer.id')
    .option('--subject-file <file>', 'file with the value of that field (default: the standard input)')
    .option('--reason <word>', 'why, as a short word; goes into log, tombstones and certificate', 'erasure_request')
    .option('--ticket <id>', 'what asked for it, as a short word')
    .option('--dry-run', 'say what would be erased, and erase nothing')
    .option('--ahead', 'keep somebody out of whom the store has no record yet')
    .option('--out <file>', 'where to write the signed certificate; must not exist')
    .option('--json', 'print as JSON')
    .addOption(storeOption())
    .action(async (subject: string | undefined, flags: ForgetFlags) => {
      process.exitCode = await forget(subject, flags)
    })
}

async function forget(id: string | undefined, flags: ForgetFlags): Promise<number> {
  for (const [name, word] of [
    ['--reason', flags.reason],
    ['--ticket', flags.ticket ?? 'none'],
  ] as const) {
    if (WORD.test(word)) continue
    throw new SluiceError({
      code: 'FORGET_WORD',
      message: `${name} is not an id or a short word`,
      next: 'give it without blanks, at most 64 characters: PRIV-123. No names: it goes into the log',
    })
  }
  if (flags.out !== undefined && existsSync(flags.out)) {
    throw new SluiceError({
      code: 'FORGET_OUT_EXISTS',
      message: 'the file for the certificate is there already',
      next: 'name another with --out',
      at: { file: flags.out },
    })
  }
  const store = existingStore(flags.store)
  const subject = await readSubject(id, flags, store)
  const keys = openKeys(join(flags.store, 'keys'))
  const options = {
    reason: flags.reason,
    now: () => new Date(),
    ahead: flags.ahead === true,
    ...(flags.ticket === undefined ? {} : { ticket: flags.ticket }),
  }
  if (flags.dryRun === true) {
    const plan = planForget(store, keys, subject, options)
    process.stdout.write(flags.json === true ? `${JSON.stringify(plan)}\n` : planText(subject.subject, plan))
    return plan.trace.searched.unread > 0 ? 4 : 0
  }
  const output = flags.out === undefined ? undefined : openOutput(flags.out)
  try {
    const signer = openBundleSigner(join(flags.store, 'keys'))
    const done = await forgetSubject(store, keys, openLedger(join(flags.store, 'ledger'), keys), subject, {
      ...options,
      sign: (statement) => signStatement(statement, signer),
    })
    if (output !== undefined) {
      const { certificate, bundle } = done
      output.write(store.get({ sha256: bundle ?? certificate, sensitivity: 'redacted' }))
      output.seal()
      output.publish()
    }
    process.stdout.write(flags.json === true ? `${JSON.stringify(done)}\n` : doneText(subject.subject, done))
    return done.trace.searched.unread > 0 ? 4 : 0
  } catch (error) {
    output?.discard()
    throw error
  }
}

function planText(subject: string, { trace, erase, documents }: ForgetPlan): string {
  return [
    traceText(`subject ${subject}`, trace).trimEnd(),
    `would erase  ${kinds(erase.map(({ kind }) => kind))}`,
    `would scrub  ${amount(documents.runs.length, 'run record')}, remove ${amount(documents.actions.length, 'action record')}`,
    ...documents.elsewhere.map((file) => `would leave  ${file}: it quotes the subject; see to it yourself`),
    'nothing was changed',
    '',
  ].join('\n')
}

function doneText(subject: string, done: Forgotten): string {
  const { trace, erase, documents, certificate, changed } = done
  if (!changed) return `subject ${subject} was forgotten before\ncertificate ${certificate}\n`
  return [
    `subject ${subject}: ${amount(trace.records, 'record')} forgotten`,
    `erased   ${kinds(erase.map(({ kind }) => kind))}`,
    `scrubbed ${amount(documents.runs.length, 'run record')}, removed ${amount(documents.actions.length, 'action record')}`,
    ...trace.models.map(
      ({ digest, releases }) =>
        `model    ${digest.slice(0, 12)}… learnt from them: train it again or audit it again${releases.map(({ run, state }) => ` (release of ${run}: ${state})`).join('')}`,
    ),
    ...documents.elsewhere.map((file) => `left     ${file}: it quotes the subject; see to it yourself`),
    ...(trace.searched.unread === 0
      ? []
      : [`INCOMPLETE: ${trace.searched.unread} objects or records could not be read; run sluice verify`]),
    `certificate ${certificate}`,
    'next     remove them from the source files and backups; run the pipeline again: their rows will be left out',
    '',
  ].join('\n')
}

function kinds(list: readonly string[]): string {
  const count = (kind: string): number => list.filter((each) => each === kind).length
  return [
    amount(count('rows'), 'shard'),
    `${amount(count('columns'), 'block')} of measures`,
    amount(count('document'), 'document'),
  ].join(', ')
}
