import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { findAllowedSigner } from '../audit/allowed-signers.ts'
import { parseSshSignature, WAIVER_NAMESPACE } from '../audit/sshsig.ts'
import { loadPipeline, type Pipeline } from '../pipelines/engine/load.ts'
import { pipelineWaivers, waiverPlaces } from '../pipelines/engine/waivers.ts'
import { momentOf, WAIVER_SCHEMA, type Waiver } from '../policies/engine/waiver.ts'
import { APPROVED, REQUESTED, readWaiver, type WaiverFile, waiverEvidence } from '../policies/engine/waiver-files.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { canonicalJson } from '../util/json.ts'
import { validate } from '../util/yaml-document.ts'
import { positiveInteger } from './options.ts'
import { sshSign } from './ssh-sign.ts'

interface RequestFlags {
  readonly id: string
  readonly rule: readonly string[]
  readonly gate?: string
  readonly candidate?: string
  readonly everyPipeline?: boolean
  readonly reason: string
  readonly ticket: string
  readonly control: string
  readonly by: string
  readonly approver: string
  readonly from?: string
  readonly expires: string
  readonly maxUses?: number
  readonly breakGlass?: boolean
  readonly followUpOwner?: string
  readonly followUpDue?: string
  readonly key?: string
}

export function waiverCommand(program: Command): void {
  const waiver = program.command('waiver').description('ask for, approve and list waivers of policy rules')
  waiver
    .command('request')
    .description('write a waiver beside the pipeline and sign the request; it counts once somebody else approved it')
    .argument('<pipeline>', 'pipeline file')
    .requiredOption('--id <id>', 'id of the waiver, for example W-2026-007')
    .requiredOption('--rule <ids...>', 'rules that it waives')
    .option('--gate <id>', 'only at this gate: a stage, or release')
    .option('--candidate <digest>', 'only for this model')
    .option(
      '--every-pipeline',
      'for every pipeline that reads this folder; rules that block need a policy that allows it',
    )
    .requiredOption('--reason <text>', 'why the rule cannot be met')
    .requiredOption('--ticket <id>', 'where this is followed')
    .requiredOption('--control <text>', 'what is done instead, to keep the risk low')
    .requiredOption('--by <name>', 'who asks: a name of allowed_signers')
    .requiredOption('--approver <name>', 'who is to approve: another name of allowed_signers')
    .option('--from <day>', 'first day, YYYY-MM-DD (default: today)')
    .requiredOption('--expires <day>', 'last day, YYYY-MM-DD')
    .option('--max-uses <n>', 'decisions it may be used in', positiveInteger)
    .option('--break-glass', 'an emergency: also covers rules that could not be judged; needs a follow-up')
    .option('--follow-up-owner <name>', 'who looks at it again')
    .option('--follow-up-due <day>', 'by when; after that day the gate blocks')
    .option('--key <file>', 'SSH key to sign with (default: the one in ~/.ssh)')
    .action((pipeline: string, flags: RequestFlags) => {
      process.stdout.write(request(loadPipeline(pipeline), flags, new Date()))
    })
  waiver
    .command('approve')
    .description('read a waiver and sign it as the person it names as its approver')
    .argument('<pipeline>', 'pipeline file')
    .argument('<id>', 'id of the waiver')
    .option('--key <file>', 'SSH key to sign with (default: the one in ~/.ssh)')
    .action((pipeline: string, id: string, flags: { readonly key?: string }) => {
      process.stdout.write(approve(loadPipeline(pipeline), id, flags.key))
    })
  waiver
    .command('list')
    .description('list the waivers beside a pipeline, and whether each counts today')
    .argument('<pipeline>', 'pipeline file')
    .option('--json', 'print them as JSON')
    .action((pipeline: string, flags: { readonly json?: boolean }) => {
      process.stdout.write(list(loadPipeline(pipeline), new Date(), flags.json === true))
    })
}

function request(pipeline: Pipeline, flags: RequestFlags, now: Date): string {
  const { dir } = waiverPlaces(pipeline)
  const waiver: Waiver = {
    apiVersion: 'sluice/v1',
    kind: 'Waiver',
    id: flags.id,
    type: flags.breakGlass === true ? 'break_glass' : 'waiver',
    rules: [...flags.rule],
    subject: {
      pipeline: flags.everyPipeline === true ? '*' : pipeline.spec.name,
      ...(flags.gate === undefined ? {} : { gate: flags.gate }),
      ...(flags.candidate === undefined ? {} : { candidate: flags.candidate }),
    },
    reason: flags.reason,
    ticket: flags.ticket,
    compensating_control: flags.control,
    requested_by: flags.by,
    approved_by: flags.approver,
    not_before: flags.from ?? now.toISOString().slice(0, 10),
    expires: flags.expires,
    ...(flags.maxUses === undefined ? {} : { max_uses: flags.maxUses }),
    ...(flags.followUpOwner === undefined || flags.followUpDue === undefined
      ? {}
      : { follow_up: { owner: flags.followUpOwner, due: flags.followUpDue } }),
  }
  checkRequest(waiver)
  const file = join(dir, `${waiver.id}.json`)
  if (existsSync(file)) {
    throw new SluiceError({
      code: 'WAIVER_EXISTS',
      message: 'there is a waiver with this id already, and a signed document is not changed',
      next: 'choose another id',
      at: { file },
    })
  }
  const document = Buffer.from(canonicalJson(waiver), 'utf8')
  const signature = sshSign(document, WAIVER_NAMESPACE, flags.key)
  mustBe(pipeline, signature, waiver.requested_by, now)
  // The signature first: a waiver without one must never be seen.
  writeFileDurable(`${file}${REQUESTED}`, signature)
  writeFileDurable(file, document)
  return `${describe(waiver)}\nwritten to ${file}\nnext: ${waiver.approved_by} reads it and runs: sluice waiver approve ${pipeline.file} ${waiver.id}\n`
}

function checkRequest(waiver: Waiver): void {
  const problem = validate(WAIVER_SCHEMA, waiver)[0]?.message ?? requestProblem(waiver)
  if (problem === undefined) return
  throw new SluiceError({
    code: 'WAIVER_INVALID',
    message: `this request is not valid: ${problem}`,
    next: 'sluice waiver request --help says what each option takes',
  })
}

function requestProblem(waiver: Waiver): string | undefined {
  if (waiver.requested_by === waiver.approved_by) return 'who asks cannot also approve'
  const [from, until] = [momentOf(waiver.not_before), momentOf(waiver.expires)]
  if (from === undefined || until === undefined) return 'a day is written YYYY-MM-DD'
  if (until.end < from.start) return 'it ends before it begins'
  if (
    waiver.type === 'break_glass' &&
    (waiver.follow_up === undefined || momentOf(waiver.follow_up.due) === undefined)
  ) {
    return '--break-glass needs --follow-up-owner and --follow-up-due'
  }
  return undefined
}

function approve(pipeline: Pipeline, id: string, key: string | undefined): string {
  const { dir } = waiverPlaces(pipeline)
  const given = readWaiver(join(dir, `${id}.json`))
  const { waiver, document } = given
  const now = new Date()
  const { signers } = pipelineWaivers(pipeline)
  if (waiverEvidence(given, signers, now, 0).requested.state !== 'valid') {
    throw new SluiceError({
      code: 'WAIVER_NOT_REQUESTED',
      message: 'the request is not signed by the person it names, so there is nothing to approve',
      next: `${waiver.requested_by} must be in allowed_signers and have asked with: sluice waiver request`,
      at: { file: given.file },
    })
  }
  process.stderr.write(`${describe(waiver)}\n`)
  const signature = sshSign(document, WAIVER_NAMESPACE, key)
  mustBe(pipeline, signature, waiver.approved_by, now)
  writeFileDurable(`${given.file}${APPROVED}`, signature)
  return `approved by ${waiver.approved_by}: it counts from ${waiver.not_before} to ${waiver.expires}\n`
}

/** Nobody signs in another's name, and nothing is written that the next run would refuse. */
function mustBe(pipeline: Pipeline, armored: Buffer, principal: string, now: Date): void {
  const { publicKey } = parseSshSignature(armored.toString('utf8'))
  const { signers } = pipelineWaivers(pipeline)
  const answer = findAllowedSigner(signers ?? [], { principal, publicKey, namespace: WAIVER_NAMESPACE, at: now })
  if (answer.ok) return
  const why = {
    unknown: 'is not there',
    other_key: 'has another key there',
    namespace: 'may not sign waivers there (namespaces)',
    too_early: 'may not sign yet (valid-after)',
    too_late: 'may sign no more (valid-before)',
  }[answer.reason]
  throw new SluiceError({
    code: 'WAIVER_SIGNER_NOT_ALLOWED',
    message: `${principal} ${signers === undefined ? 'cannot be looked up: there is no allowed_signers file' : why}`,
    next: `a line of that file reads: ${principal} namespaces="${WAIVER_NAMESPACE},sluice-approval" ssh-ed25519 AAAA…`,
    at: { file: waiverPlaces(pipeline).signers },
  })
}

function list(pipeline: Pipeline, now: Date, json: boolean): string {
  const { waivers, signers } = pipelineWaivers(pipeline)
  const rows = waivers.map((file) => ({
    id: file.waiver.id,
    ...stateOf(file, waiverEvidence(file, signers, now, 0), now),
    waiver: file.waiver,
  }))
  if (json) return `${JSON.stringify(rows, null, 2)}\n`
  if (rows.length === 0) return `no waivers in ${waiverPlaces(pipeline).dir}\n`
  const width = Math.max(...rows.map(({ id }) => id.length))
  return rows
    .map(({ id, state, why, waiver }) => {
      const where = waiver.subject.gate === undefined ? '' : ` at ${waiver.subject.gate}`
      return `${id.padEnd(width)}  ${state.padEnd(8)}  ${waiver.rules.join(', ')}${where}, until ${waiver.expires}, approved by ${waiver.approved_by} (${waiver.ticket})${why === '' ? '' : `\n${' '.repeat(width + 2)}${why}`}\n`
    })
    .join('')
}

/** Only what can be said without a policy and a log; a run says the rest. */
function stateOf(file: WaiverFile, evidence: ReturnType<typeof waiverEvidence>, now: Date) {
  const { waiver } = file
  for (const [what, signature] of [
    ['request', evidence.requested],
    ['approval', evidence.approved],
  ] as const) {
    if (signature.state === 'missing') return { state: 'waiting', why: `the ${what} is not signed yet` }
    if (signature.state === 'invalid') return { state: 'broken', why: `the signature of the ${what} does not hold` }
    if (signature.state === 'not_allowed')
      return { state: 'broken', why: `the ${what} is signed by a key that is not pinned for its signer` }
  }
  if (evidence.same_person === true)
    return {
      state: 'broken',
      why: 'who asked and who approved are one person: allowed_signers has a key that both share',
    }
  const [from, until] = [momentOf(waiver.not_before), momentOf(waiver.expires)]
  if (from === undefined || until === undefined) return { state: 'broken', why: 'its dates are not days' }
  if (now.getTime() > until.end) return { state: 'expired', why: '' }
  if (now.getTime() < from.start) return { state: 'early', why: `begins on ${waiver.not_before}` }
  return { state: 'in force', why: '' }
}

function describe(waiver: Waiver): string {
  const { subject } = waiver
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['waiver', `${waiver.id}${waiver.type === 'break_glass' ? ' (breaks the glass)' : ''}`],
    ['rules', waiver.rules.join(', ')],
    [
      'for',
      `${subject.pipeline === '*' ? 'every pipeline' : `pipeline ${subject.pipeline}`}${subject.gate === undefined ? ', every gate' : `, gate ${subject.gate}`}${subject.candidate === undefined ? '' : `, model ${subject.candidate.slice(0, 12)}…`}`,
    ],
    ['because', waiver.reason],
    ['instead', waiver.compensating_control],
    ['ticket', waiver.ticket],
    ['asked by', waiver.requested_by],
    ['to approve', waiver.approved_by],
    [
      'in force',
      `${waiver.not_before} to ${waiver.expires}${waiver.max_uses === undefined ? '' : `, ${waiver.max_uses} uses`}`,
    ],
    ['again', waiver.follow_up === undefined ? undefined : `${waiver.follow_up.owner} by ${waiver.follow_up.due}`],
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(11)}${value}`])).join('\n')
}
