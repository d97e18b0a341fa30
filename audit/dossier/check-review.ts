import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson, type Json } from '../../util/json.ts'
import { type AllowedSigner, findAllowedSigner, parseAllowedSigners } from '../allowed-signers.ts'
import type { PublicKey } from '../note.ts'
import { APPROVAL_NAMESPACE, parseSshSignature, WAIVER_NAMESPACE } from '../sshsig.ts'
import { openCheckpoint } from './check-log.ts'
import { type JsonObject, listOf, objectOf, parseCanonical, textOf } from './documents.ts'
import { below, type Dossier, type DossierLog, doc } from './dossier.ts'
import { isTime } from './release-document.ts'
import type { RunDocument } from './run-document.ts'

const SIGNERS = 'approvals/allowed_signers'

/** Approvals bind this very release, each person once, signed by who may; the quorum holds where the release claims it. */
export function checkApprovals(
  dossier: Dossier,
  key: PublicKey,
  log: DossierLog,
  record: RunDocument | undefined,
  pinned: string | undefined,
): void {
  const report = dossier.findings.in('review')
  const signersText = doc(dossier, SIGNERS)?.toString('utf8')
  if (pinned !== undefined && signersText !== undefined && pinned !== signersText)
    report('SIGNERS_NOT_TRUSTED', SIGNERS)
  const signers = signersText === undefined ? undefined : readSigners(signersText)
  const once = new Set<string>()
  let valid = 0
  for (const path of below(dossier, 'approvals/').filter((each) => each.endsWith('.json'))) {
    const problems = approvalProblems(dossier, path, { key, log, signers, once })
    if (problems === undefined) continue
    for (const code of problems) report(code, path)
    if (problems.length === 0) valid += 1
  }
  const { release } = dossier
  if (release.state === 'approved' && record !== undefined && !(valid >= (record.release?.quorum ?? Infinity))) {
    report('APPROVAL_QUORUM', 'release.json')
  }
}

interface ApprovalContext {
  readonly key: PublicKey
  readonly log: DossierLog
  /** `undefined` where the file was reported or is not there. */
  readonly signers: readonly AllowedSigner[] | undefined
  /** Nonces, persons and keys that were seen. */
  readonly once: Set<string>
}

/** Codes of what is wrong with an approval; `undefined` where a file of it was reported already. */
function approvalProblems(dossier: Dossier, path: string, context: ApprovalContext): readonly string[] | undefined {
  const bytes = doc(dossier, path)
  if (bytes === undefined) return undefined
  const approval = readApproval(bytes)
  if (approval === undefined) return ['APPROVAL_MALFORMED']
  const { request, reviewer, nonce } = approval
  if (approval.verdict !== 'approve') return ['APPROVAL_VERDICT']
  const { release } = dossier
  const problems: string[] = []
  if (sha256(canonicalJson(request)) !== approval.release) problems.push('APPROVAL_REQUEST')
  const bound = [candidateOf(request['candidate']), digests(request['policies']), digests(request['decisions'])]
  const wanted = [release.candidate?.model ?? '', digests(release.policies), digests(release.decisions)]
  if (canonicalJson(bound) !== canonicalJson(wanted)) problems.push('APPROVAL_OTHER_RELEASE')
  if (textOf(request['expires']) < release.created) problems.push('APPROVAL_EXPIRED')
  const seen = openCheckpoint(textOf(request['checkpoint']), context.key)
  if (typeof seen === 'string' || context.log.rootAt(seen.size)?.equals(seen.root) !== true) {
    problems.push('APPROVAL_CHECKPOINT')
  }
  const logged = [...context.log.entries.values()].some(
    ({ type, payload }) => type === 'review.approved' && payload === sha256(bytes),
  )
  if (!logged) problems.push('APPROVAL_NOT_LOGGED')
  if (taken(context.once, `nonce ${nonce} ${reviewer}`)) problems.push('APPROVAL_REUSED')
  const sig = `${path}.sig`
  if (!dossier.listed.has(sig)) return [...problems, 'APPROVAL_UNSIGNED']
  const armored = doc(dossier, sig)?.toString('utf8')
  if (armored === undefined || context.signers === undefined) return problems.length > 0 ? problems : undefined
  const checked = checkSignature(armored, bytes, context.signers, {
    principal: reviewer,
    namespace: APPROVAL_NAMESPACE,
    at: new Date(release.created),
  })
  if ('problem' in checked) problems.push(`APPROVAL_${checked.problem}`)
  const person = taken(context.once, `person ${reviewer}`)
  const sameKey = checked.key !== undefined && taken(context.once, `key ${checked.key}`)
  if (person || sameKey) problems.push('APPROVAL_TWICE')
  return problems
}

interface Approval {
  readonly verdict: string
  readonly reviewer: string
  readonly release: string
  readonly nonce: string
  readonly request: JsonObject
}

function readApproval(bytes: Buffer): Approval | undefined {
  const value = objectOf(parseCanonical(bytes))
  const request = objectOf(value['request'])
  const { reviewer, verdict, release } = value
  const names = Object.keys(value).sort().join(' ')
  const whole =
    names === 'kind release request reviewer role v verdict' && value['v'] === 1 && value['kind'] === 'Approval'
  const times = isTime(textOf(request['expires']))
  if (!whole || !times || typeof reviewer !== 'string' || typeof request['nonce'] !== 'string') return undefined
  return { verdict: textOf(verdict), reviewer, release: textOf(release), nonce: request['nonce'], request }
}

function candidateOf(value: Json | undefined): string {
  return textOf(value) || textOf(objectOf(value)['digest']) || textOf(objectOf(value)['model'])
}

function digests(items: unknown): readonly string[] {
  return listOf(items as Json)
    .map((each) => textOf(each) || textOf(objectOf(each)['digest']))
    .sort()
}

/** True where it was there before; puts it there. */
function taken(seen: Set<string>, what: string): boolean {
  const before = seen.has(what)
  seen.add(what)
  return before
}

function readSigners(text: string): readonly AllowedSigner[] {
  try {
    return parseAllowedSigners(text)
  } catch (error) {
    // A file that cannot be read allows nobody: each signature then fails.
    if (error instanceof SluiceError) return []
    throw error
  }
}

type Checked = { readonly key?: string } | { readonly key?: string; readonly problem: 'SIGNATURE' | 'SIGNER' }

function checkSignature(
  armored: string,
  message: Buffer,
  signers: readonly AllowedSigner[],
  who: { readonly principal: string; readonly namespace: string; readonly at: Date },
): Checked {
  try {
    const signature = parseSshSignature(armored)
    const key = signature.fingerprint
    if (signature.namespace !== who.namespace || !signature.verify(message)) return { key, problem: 'SIGNATURE' }
    const answer = findAllowedSigner(signers, { ...who, publicKey: signature.publicKey })
    return answer.ok ? { key } : { key, problem: 'SIGNER' }
  } catch (error) {
    if (error instanceof SluiceError) return { problem: 'SIGNATURE' }
    throw error
  }
}

/** Every waiver that a decision saw is here as it saw it, and the signatures that counted hold; no other is here. */
export function checkWaivers(dossier: Dossier): void {
  const report = dossier.findings.in('review')
  const documents = below(dossier, 'waivers/').filter((path) => path.endsWith('.json'))
  const judged = new Map<string, JsonObject>()
  let now = dossier.release.created
  for (const { gate } of dossier.release.decisions) {
    const decision = objectOf(canonicalOf(dossier, `decisions/${gate}.json`))
    for (const each of listOf(canonicalOf(dossier, `evidence/${gate}.waivers.json`)).map(objectOf)) {
      judged.set(textOf(each['digest']), each)
      now = textOf(decision['now']) || now
    }
  }
  for (const path of documents) {
    if (!judged.has(dossier.listed.get(path)!.sha256)) report('WAIVER_UNKNOWN', path)
  }
  const text = doc(dossier, 'waivers/allowed_signers')?.toString('utf8')
  const signers = text === undefined ? undefined : readSigners(text)
  for (const [digest, seen] of judged) {
    const path = documents.find((each) => dossier.listed.get(each)?.sha256 === digest)
    const waiver = objectOf(seen['waiver'])
    if (path === undefined) report('WAIVER_ABSENT', textOf(waiver['id']))
    else checkWaiver(dossier, path, seen, signers, new Date(now))
  }
}

function canonicalOf(dossier: Dossier, path: string): Json | undefined {
  const bytes = doc(dossier, path)
  return bytes === undefined ? undefined : parseCanonical(bytes)
}

function checkWaiver(
  dossier: Dossier,
  path: string,
  seen: JsonObject,
  signers: readonly AllowedSigner[] | undefined,
  at: Date,
): void {
  const report = dossier.findings.in('review')
  const bytes = doc(dossier, path)
  if (bytes === undefined) return
  const waiver = objectOf(seen['waiver'])
  if (canonicalJson(waiver) !== bytes.toString('utf8')) report('WAIVER_OTHER', path)
  for (const [end, member] of [
    ['requested', 'requested_by'],
    ['approved', 'approved_by'],
  ] as const) {
    if (objectOf(seen[end])['state'] !== 'valid') continue
    const sig = `${path}.${end}.sig`
    if (!dossier.listed.has(sig)) report('WAIVER_UNSIGNED', sig)
    const armored = doc(dossier, sig)?.toString('utf8')
    if (armored === undefined || signers === undefined) continue
    const who = { principal: textOf(waiver[member]), namespace: WAIVER_NAMESPACE, at }
    const checked = checkSignature(armored, bytes, signers, who)
    if ('problem' in checked) report(`WAIVER_${checked.problem}`, sig)
  }
}
