import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { readCheckpoints } from '../audit/checkpoint-file.ts'
import { type CheckpointLine, checkCheckpointLine, parseCheckpointLine } from '../audit/checkpoint-line.ts'
import { disk } from '../audit/files.ts'
import { followLogKeys } from '../audit/keys/log-keys.ts'
import { readLedger } from '../audit/ledger-reader.ts'
import { readPublicKey } from '../audit/note.ts'
import { verifyLedger } from '../audit/verify.ts'
import type { VerifyProblem } from '../audit/verify-report.ts'
import { verifyStore } from '../audit/verify-store.ts'
import { checkQuorum, parseWitnessPolicy, type WitnessPolicy } from '../audit/witness/witness-policy.ts'
import { witnessedCheckpoints } from '../audit/witness/witnessed-ledger.ts'
import { listRuns, loadRun } from '../pipelines/engine/history.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { storeOption } from './options.ts'
import { type DossierFlags, verifyDossierCommand } from './verify-dossier.ts'

interface VerifyFlags {
  readonly store: string
  readonly checkpoint?: readonly string[]
  readonly witnessPolicy?: string
  readonly repair?: boolean
  readonly json?: boolean
}

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description(
      'verify a release dossier (no store, no network); without one: recompute the log, the signed records and every object of a store from their bytes',
    )
    .argument('[dossier]', 'folder or .tar of a release')
    .addOption(storeOption())
    .option('--key <files...>', 'dossier: public keys that you know, of the log and of the attestations')
    .option('--witness <files...>', 'dossier: verifier keys of witnesses, one in each file; each must have cosigned')
    .option('--tsa-ca <file>', 'dossier: certificates of the time stamping authority’s CA; there must be a time stamp')
    .option('--allowed-signers <file>', 'dossier: the allowed signers that you know')
    .option('--log <dir>', 'dossier: folder of a newer state of its log; says whether the release was revoked since')
    .option('--replay', 'dossier: make every decision again and compare its bytes')
    .option(
      '--checkpoint <files...>',
      'checkpoints kept outside the store (files or folders of --checkpoint-to, cosigned notes, or the line that a run printed, in quotes); the log must still contain what they say',
    )
    .option(
      '--witness-policy <file>',
      'witnesses, and how many must have cosigned a checkpoint of this log (C2SP tlog-policy)',
    )
    .option('--repair', 'set what is corrupt aside, so that the next run makes it anew (the log is never touched)')
    .option('--json', 'print the findings as JSON')
    .action(async (dossier: string | undefined, flags: VerifyFlags & DossierFlags) => {
      if (dossier === undefined) {
        process.exitCode = await verify(flags)
        return
      }
      if (flags.repair === true || flags.witnessPolicy !== undefined) {
        throw new SluiceError({
          code: 'VERIFY_USAGE',
          message: '--repair and --witness-policy are about a store, and a dossier was given',
          next: 'leave them out; for witnesses of a dossier give --witness FILE',
        })
      }
      process.exitCode = await verifyDossierCommand(dossier, flags)
    })
}

async function verify(flags: VerifyFlags): Promise<number> {
  const { store } = flags
  const publicKey = read(join(store, 'keys', 'ledger.pub'), 'this is not a store, or no pipeline has run in it yet')
  const own = listRuns(store).flatMap((run) => loadRun(store, run).ledger?.checkpoint ?? [])
  const dir = join(store, 'ledger')
  const given = flags.checkpoint ?? []
  const lines = given.flatMap((text) => parseCheckpointLine(text) ?? [])
  const files = given.filter((text) => parseCheckpointLine(text) === undefined)
  const outside = files.flatMap((file) => readCheckpoints(file, originOf(dir, publicKey)))
  const policy = flags.witnessPolicy === undefined ? undefined : readPolicy(flags.witnessPolicy)
  // Nobody but the witness can make its cosignature, so those that lie in the store count as well.
  const cosigned = policy === undefined ? [] : [...outside, ...witnessedCheckpoints(store).map(({ note }) => note)]
  const ledger = verifyLedger(dir, publicKey, { earlier: [...own, ...outside, ...cosigned] })
  const objects = await verifyStore(store, publicKey, { payloads: ledger.payloads })
  const compared = [
    ...lines.flatMap((line) => comparePasted(line, dir, publicKey)),
    ...(policy === undefined ? [] : quorumProblems(policy, cosigned)),
  ]
  const problems = [...ledger.problems, ...objects.problems, ...compared]
  const repaired = flags.repair === true ? setAside(store, objects.problems) : []
  const ok = ledger.ok && objects.ok && compared.length === 0
  // One key on this machine signed everything: whoever holds it could have rewritten all of it.
  const assurance =
    ok && policy !== undefined && policy.quorum !== 'none'
      ? 'externally witnessed'
      : outside.length + lines.length > 0
        ? 'signed, and consistent with the checkpoints given'
        : 'signed by the key of this store'
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ ok, assurance, ledger, objects, compared, repaired })}\n`)
    return ok ? 0 : 4
  }
  const out = (line: string): void => void process.stdout.write(`${line}\n`)
  out(
    `log      ${ledger.size} entries, root ${ledger.root.slice(0, 16)}…, ${own.length + outside.length + lines.length} earlier checkpoints compared`,
  )
  out(
    `store    ${objects.objects} objects (${(objects.bytes / 2 ** 20).toFixed(1)} MiB) hashed, ${objects.actions} signed action records checked`,
  )
  for (const warning of [...ledger.warnings, ...objects.warnings])
    out(`warning  ${warning.code}: ${warning.message} (${warning.file})`)
  for (const problem of problems) out(`PROBLEM  ${problem.code}: ${problem.message} (${problem.file})`)
  if (ledger.more + objects.more > 0) out(`         and ${ledger.more + objects.more} more problems`)
  for (const file of repaired) out(`aside    ${file}`)
  out(ok ? `intact   assurance: ${assurance}` : `NOT INTACT: ${problems.length + ledger.more + objects.more} problems`)
  return ok ? 0 : 4
}

/** The name of the log: what it calls itself, since a log keeps its name when its key is replaced. */
function originOf(dir: string, publicKey: string): string {
  const note = existsSync(join(dir, 'checkpoint')) ? readFileSync(join(dir, 'checkpoint'), 'utf8') : ''
  return note === '' ? readPublicKey(publicKey).noteName : note.split('\n', 1)[0]!
}

/** Compares a line that a person kept with the log. Where the log cannot be read, that is the problem. */
function comparePasted(line: CheckpointLine, dir: string, publicKey: string): readonly VerifyProblem[] {
  try {
    const key = followLogKeys(dir, disk, readPublicKey(publicKey)).current
    const problem = checkCheckpointLine(line, readLedger(dir, key), key)
    return problem === undefined ? [] : [{ ...problem, file: 'checkpoint' }]
  } catch (cause) {
    const { code, message } = toSluiceError(cause, 'comparing a line with the log')
    return [{ code, message, file: 'checkpoint' }]
  }
}

function readPolicy(file: string): WitnessPolicy {
  return parseWitnessPolicy(read(file, 'give a file with the witnesses and their quorum'), file)
}

/** One checkpoint must have as many witnesses as the policy asks for; that it is of this log is compared with the log. */
function quorumProblems(policy: WitnessPolicy, notes: readonly string[]): readonly VerifyProblem[] {
  const checked = notes.map((note) => checkQuorum(policy, note, new Date()))
  const wrong = checked
    .flatMap(({ problems }) => problems)
    .map(({ code, message }) => ({ code, message, file: 'witness' }))
  if (policy.quorum === 'none' || checked.some(({ ok }) => ok)) return wrong
  const message = 'no checkpoint was cosigned by as many witnesses as the policy asks for'
  return [...wrong, { code: 'WITNESS_QUORUM_MISSING', message, file: 'witness' }]
}

/** Moves corrupt objects and untrusted action records to `set-aside/`, where nothing reads them. */
function setAside(store: string, problems: readonly VerifyProblem[]): readonly string[] {
  const folder = join(store, 'set-aside')
  return problems
    .map((problem) => problem.file)
    .filter((file) => /^(objects|sealed|actions)\//.test(file))
    .flatMap((file) => {
      mkdirSync(folder, { recursive: true })
      const target = join(folder, file.replaceAll('/', '-'))
      try {
        renameSync(join(store, file), target)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw error
      }
      return [`${file} → set-aside/${basename(target)}`]
    })
}

function read(file: string, next: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SluiceError({ code: 'FILE_UNREADABLE', message: 'a file cannot be read', next, at: { file }, cause })
  }
}
