import type { KeyObject } from 'node:crypto'
import { checkApprovals } from './check-approvals.ts'
import { checkAttestations } from './check-attestations.ts'
import { checkDecisions } from './check-decisions.ts'
import { checkFiles } from './check-files.ts'
import { checkKeys } from './check-keys.ts'
import { checkLaterLog } from './check-later-log.ts'
import { checkLog } from './check-log.ts'
import { checkOutside, type Outside } from './check-outside.ts'
import { checkReports } from './check-reports.ts'
import { checkRun } from './check-run.ts'
import { checkModel, checkReleaseSignature } from './check-signatures.ts'
import { checkWaivers } from './check-waivers.ts'
import { type Dossier, doc } from './dossier.ts'
import { CHECKS, type CheckName, type Finding, openFindings } from './findings.ts'
import { policyFile, type ReleaseDocument } from './release-document.ts'
import type { DecisionDocument } from './run-document.ts'
import { openSource } from './source.ts'

/** How far to believe a release whose checks all hold. There is no higher level without proof of a hardware key. */
export type Assurance = 'self-attested' | 'signed' | 'externally witnessed'

export interface DossierReport {
  readonly ok: boolean
  /** `null` where something does not hold. */
  readonly assurance: Assurance | null
  /** What would have to be given for the next level. */
  readonly next: string | null
  readonly checks: readonly { readonly name: CheckName; readonly title: string; readonly state: CheckState }[]
  readonly findings: readonly Finding[]
  readonly more: number
  /** What was read, where there is a `release.json` of its form. Believe it only if `ok`. */
  readonly release: Pick<ReleaseDocument, 'id' | 'run' | 'created' | 'state'> | null
  readonly files: number
  readonly entries: number
}

export type CheckState = 'ok' | 'failed' | 'not made'

/** All that a decision was made from, as it lies in the dossier. */
export interface ReplayInput {
  readonly decision: Buffer
  readonly evidence: Buffer
  readonly waivers: Buffer
  readonly policies: readonly Buffer[]
}

export interface VerifyDossierOptions extends Partial<Outside> {
  /** Public keys of the log (Ed25519) and of the attestations (P-256) that are trusted. */
  readonly keys?: readonly KeyObject[]
  /** Folder of a newer state of the log, to learn whether the release was revoked since. */
  readonly laterLog?: string
  /** The text of the allowed signers that are trusted. */
  readonly allowedSigners?: string
  /** Makes a decision again and returns its bytes: policies are above this room, so the caller brings it. */
  readonly replay?: (input: ReplayInput) => Promise<string> | string
}

/**
 * Verifies a dossier, a folder or its `.tar`: no store, no network, no key but public ones. Everything in it is taken for
 * hostile. Throws `DOSSIER_UNREADABLE` where there is none; never for what it holds.
 */
export async function verifyDossier(path: string, options: VerifyDossierOptions = {}): Promise<DossierReport> {
  const findings = openFindings()
  const source = openSource(path, findings.in('files'))
  const made = new Set<CheckName>(['files'])
  let dossier: Dossier | undefined
  let covered = false
  try {
    dossier = checkFiles(source, findings)
    const keys = dossier === undefined ? undefined : checkKeys(dossier, options.keys ?? [])
    if (dossier !== undefined) made.add('keys')
    if (dossier !== undefined && keys !== undefined) {
      for (const [name] of CHECKS) if (name !== 'replay') made.add(name)
      const log = checkLog(dossier, keys.log)
      const record = checkRun(dossier, log)
      checkDecisions(dossier, log, record)
      checkReleaseSignature(dossier, keys)
      checkModel(dossier, keys, record)
      checkAttestations(dossier, keys, record)
      checkApprovals(dossier, keys.log, log, record, options.allowedSigners)
      checkWaivers(dossier)
      checkReports(dossier, record)
      const { checkpoints = [], witnesses = [], authorities, now = new Date() } = options
      const outside = { checkpoints, witnesses, now, ...(authorities === undefined ? {} : { authorities }) }
      covered = checkOutside(dossier, keys.log, log, outside)
      if (options.laterLog !== undefined) checkLaterLog(dossier, keys.log, log, options.laterLog)
      if (options.replay !== undefined) {
        made.add('replay')
        await checkReplay(dossier, options.replay)
      }
    }
  } finally {
    source.close()
  }
  const ok = findings.list.length === 0
  const assurance = ok ? level(options, covered) : null
  return {
    ok,
    assurance,
    next: assurance === null ? null : NEXT[assurance],
    checks: CHECKS.map(([name, title]) => ({ name, title, state: stateOf(name, made, findings.list) })),
    findings: findings.list,
    more: findings.more,
    release: dossier === undefined ? null : summaryOf(dossier.release),
    files: source.files.size,
    entries: dossier?.release.entries.length ?? 0,
  }
}

/**
 * Witnesses and time stamps say that a log was seen, not whose it is: without a key or a checkpoint of one's own, an
 * attacker could have his log witnessed.
 */
function level(options: VerifyDossierOptions, covered: boolean): Assurance {
  const known = (options.keys ?? []).length > 0 || (options.checkpoints ?? []).length > 0
  if (!known) return 'self-attested'
  return covered ? 'externally witnessed' : 'signed'
}

const NEXT: Readonly<Record<Assurance, string | null>> = {
  'self-attested': 'the keys are those in the dossier; give the keys that you know with --key',
  signed:
    'whoever holds the keys could have written all of it; give a checkpoint kept elsewhere (--checkpoint), a witness (--witness) or a time stamping authority (--tsa-ca) that saw this run',
  'externally witnessed': null,
}

function stateOf(name: CheckName, made: ReadonlySet<CheckName>, list: readonly Finding[]): CheckState {
  if (list.some(({ check }) => check === name)) return 'failed'
  return made.has(name) ? 'ok' : 'not made'
}

function summaryOf({ id, run, created, state }: ReleaseDocument): DossierReport['release'] {
  return { id, run, created, state }
}

/** Makes each decision again from what lies in the dossier, and compares the bytes. */
async function checkReplay(dossier: Dossier, replay: NonNullable<VerifyDossierOptions['replay']>): Promise<void> {
  const report = dossier.findings.in('replay')
  for (const { gate } of dossier.release.decisions) {
    const path = `decisions/${gate}.json`
    const decision = doc(dossier, path)
    const evidence = doc(dossier, `evidence/${gate}.json`)
    const waivers = doc(dossier, `evidence/${gate}.waivers.json`)
    // What is not there or not intact was reported where it belongs.
    if (decision === undefined || evidence === undefined || waivers === undefined) continue
    try {
      const named = (JSON.parse(decision.toString('utf8')) as DecisionDocument).policies
      const policies = named.map((policy) => doc(dossier, policyFile(policy)))
      if (policies.some((policy) => policy === undefined)) continue
      const again = await replay({ decision, evidence, waivers, policies: policies as readonly Buffer[] })
      if (again !== decision.toString('utf8')) report('REPLAY_DIFFERS', path)
    } catch {
      report('REPLAY_FAILED', path)
    }
  }
}
