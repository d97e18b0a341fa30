import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { checkWaivers } from '../pipelines/engine/waivers.ts'
import type { Measured, MetricsFormat } from '../policies/adapters/adapter.ts'
import { METRICS_FORMATS } from '../policies/adapters/formats.ts'
import { policyProblems } from '../policies/engine/check.ts'
import { decide, decisionDigest } from '../policies/engine/decide.ts'
import { type LoadedPolicy, loadPolicies } from '../policies/engine/load.ts'
import { checkPolicyLock, readPolicyLock } from '../policies/engine/lock.ts'
import { isFileRef } from '../policies/engine/refs.ts'
import type { WaiverEvidence } from '../policies/engine/waiver.ts'
import { readWaiverFolder, waiverEvidence } from '../policies/engine/waiver-files.ts'
import { type GateResult, gateExit, renderGate } from '../reports/gate.ts'
import { summaryLine } from '../reports/verdict.ts'
import { sha256 } from '../util/digest.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'
import { VERSION } from '../util/package-root.ts'
import { problemsToError } from '../util/yaml-document.ts'
import { replayGate, writeGate } from './gate-folder.ts'
import { styles, wantsColor } from './terminal/colour.ts'
import { gateLines } from './terminal/lines.ts'

interface Flags {
  readonly metrics?: string
  readonly format: MetricsFormat
  readonly gate?: string
  readonly pipeline?: string
  readonly lock?: string
  readonly waivers?: string
  readonly allowedSigners?: string
  readonly json?: boolean
  readonly sarif?: boolean
  readonly junit?: boolean
  readonly github?: boolean
  readonly out?: string
  readonly replay?: string
}

/** Views of which one is printed instead of the text. */
const VIEWS = ['json', 'sarif', 'junit', 'github'] as const

export function gateCommand(program: Command): void {
  const view = (name: (typeof VIEWS)[number], what: string): Option =>
    new Option(`--${name}`, what).conflicts(VIEWS.filter((other) => other !== name) as unknown as string[])
  program
    .command('gate')
    .description('judge the metrics of any tool by policies: promptfoo, garak, lm-eval, or a metrics file of your own')
    .argument('[policies...]', 'policies: a path, sluice:NAME, npm:PACKAGE/path.yaml or git:FOLDER@COMMIT#path.yaml')
    .option('--metrics <file>', 'what was measured')
    .addOption(
      new Option('--format <name>', 'whose file it is').choices(Object.keys(METRICS_FORMATS)).default('sluice'),
    )
    .option(
      '--gate <name>',
      'name of the gate; a bare metric in a policy is one of this stage (default: the format, or release)',
    )
    .option('--pipeline <name>', 'name of the pipeline that waivers are for')
    .option('--lock <dir>', 'folder with the sluice.lock that pins these policies: another one is refused')
    .option('--waivers <dir>', 'folder of signed waivers; needs --allowed-signers and --pipeline')
    .option('--allowed-signers <file>', 'who may sign waivers')
    .addOption(view('json', 'print the decision as JSON'))
    .addOption(view('sarif', 'print SARIF 2.1.0'))
    .addOption(view('junit', 'print JUnit XML'))
    .addOption(view('github', 'print GitHub workflow commands (annotations) for what did not pass'))
    .option('--out <dir>', 'write the decision, all that it was made from, and its reports into a folder')
    .addOption(
      new Option('--replay <dir>', 'make the decision of a folder of --out again and compare the bytes').conflicts([
        'metrics',
        'lock',
        'waivers',
        'out',
      ]),
    )
    .action((policies: readonly string[], flags: Flags) => {
      const result = flags.replay === undefined ? judge(policies, flags, new Date()) : replayGate(flags.replay)
      process.stdout.write(print(result, flags))
      process.exitCode = gateExit(result.decision)
    })
}

function judge(refs: readonly string[], flags: Flags, now: Date): GateResult {
  if (refs.length === 0 || flags.metrics === undefined) {
    throw new SluiceError({
      code: 'GATE_INCOMPLETE',
      message: refs.length === 0 ? 'no policy was named' : 'no metrics were named',
      next: 'sluice gate POLICY... --metrics FILE',
    })
  }
  const policies = loadPolicies(refs)
  if (flags.lock !== undefined) checkLocked(flags.lock, refs, policies)
  const bytes = readMetrics(flags.metrics)
  const measured = METRICS_FORMATS[flags.format](bytes, { file: flags.metrics })
  const gate = flags.gate ?? (flags.format === 'sluice' ? 'release' : flags.format)
  const uses = gate === 'release' ? undefined : gate
  checkAgainst(policies, measured, uses)
  const waivers = givenWaivers(flags, policies, gate, now)
  const decision = decide({
    gate,
    ...(uses === undefined ? {} : { uses }),
    policies,
    evidence: { metrics: measured.metrics },
    pipeline: flags.pipeline ?? '',
    waivers,
    now,
    engine: `sluice ${VERSION}`,
  })
  const result = { decision, digest: decisionDigest(decision), sluice: VERSION }
  if (flags.out !== undefined) {
    const metrics = { format: flags.format, digest: sha256(bytes) }
    writeGate(flags.out, { result, policies, evidence: { metrics: measured.metrics }, waivers, metrics })
  }
  return result
}

/** Names of files are relative to the folder of the command here, and to that of the lock in the lock. */
function checkLocked(dir: string, refs: readonly string[], policies: readonly LoadedPolicy[]): void {
  const lock = readPolicyLock(dir)
  if (lock === undefined) {
    throw new SluiceError({
      code: 'LOCK_MISSING',
      message: 'there is no sluice.lock in this folder',
      next: 'name the folder of the pipeline whose lock it is, or write one: sluice policy lock PIPELINE',
      at: { file: dir },
      exit: 4,
    })
  }
  refs.forEach((ref, i) => {
    checkPolicyLock(lock, isFileRef(ref) ? resolve(ref) : ref, dir, policies[i]!)
  })
}

function readMetrics(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new SluiceError({
      code: 'METRICS_UNREADABLE',
      message: `the file cannot be read (${toSluiceError(cause, 'reading a file').code})`,
      next: 'check the path, and whether the tool that should have written it ended well',
      at: { file },
      cause,
    })
  }
}

/** A slip in a policy is told before anything is judged. What a tool may report besides its catalogue is left to the verdict. */
function checkAgainst(policies: readonly LoadedPolicy[], measured: Measured, gated: string | undefined): void {
  const problems = policyProblems(policies, measured.catalogue, gated).filter(
    ({ code }) => !(measured.open && code === 'UNKNOWN_METRIC'),
  )
  if (problems.length === 0) return
  throw problemsToError(
    problems.filter(({ at }) => at.file === problems[0]!.at.file),
    'POLICY',
  )
}

function givenWaivers(
  { waivers, allowedSigners, pipeline }: Flags,
  policies: readonly LoadedPolicy[],
  gate: string,
  now: Date,
): readonly WaiverEvidence[] {
  if (waivers === undefined) return []
  if (allowedSigners === undefined || pipeline === undefined) {
    throw new SluiceError({
      code: 'GATE_INCOMPLETE',
      message: '--waivers says nothing without the people who may sign and the pipeline they are for',
      next: 'add --allowed-signers FILE and --pipeline NAME',
    })
  }
  const folder = readWaiverFolder(waivers, allowedSigners)
  const own = folder.waivers.filter(({ waiver }) => waiver.subject.gate === gate)
  checkWaivers({ ...folder, waivers: own }, { spec: { name: pipeline } }, [{ id: gate, gate: policies }], policies)
  const rules = new Set(policies.flatMap((policy) => policy.rules.map(({ id }) => id)))
  const limited = folder.waivers.find(
    ({ waiver }) =>
      waiver.max_uses !== undefined &&
      [undefined, gate].includes(waiver.subject.gate) &&
      ['*', pipeline].includes(waiver.subject.pipeline) &&
      waiver.rules.some((id) => rules.has(id)),
  )
  if (limited !== undefined) {
    throw new SluiceError({
      code: 'WAIVER_USES_UNKNOWN',
      message: 'this waiver may be used a number of times, and without a log nobody counts them',
      next: 'ask for one without --max-uses, or make the gate a stage of a pipeline',
      at: { file: limited.file },
    })
  }
  return folder.waivers.map((file) => waiverEvidence(file, folder.signers, now, 0))
}

function print(result: GateResult, flags: Flags): string {
  if (flags.json === true) return `${JSON.stringify(result.decision, null, 2)}\n`
  if (flags.sarif === true) return renderGate('sarif', result)
  if (flags.junit === true) return renderGate('junit', result)
  if (flags.github === true) return renderGate('annotations', result)
  const { decision, digest } = result
  const page = {
    style: styles(wantsColor(process.env, process.stdout.isTTY === true)),
    columns: process.stdout.columns ?? 100,
    names: 0,
  }
  return [
    ...gateLines(page, decision.gate, decision),
    ...(flags.replay === undefined ? [] : ['  made again from its inputs: the same, byte for byte']),
    `${summaryLine(decision.counts)} · decision ${digest.slice(0, 12)} · exit ${gateExit(decision)}`,
    '',
  ].join('\n')
}
