import { sha256 } from '../../util/digest.ts'
import { canonicalJson, type Json } from '../../util/json.ts'
import type { AllowedSigner } from '../allowed-signers.ts'
import type { PublicKey } from '../note.ts'
import { APPROVAL_NAMESPACE } from '../sshsig.ts'
import { openCheckpoint } from './check-log.ts'
import { checkSignature, mayUseKey, readSigners } from './check-signer.ts'
import { type JsonObject, listOf, objectOf, parseCanonical, textOf } from './documents.ts'
import { below, type Dossier, type DossierLog, doc, ownEntries } from './dossier.ts'
import { isTime } from './release-document.ts'
import type { RunDocument } from './run-document.ts'

const SIGNERS = 'approvals/allowed_signers'

/**
 * Approvals bind this very release, each person once, signed by who may; the quorum of each role holds where the release
 * claims it. This repeats in its own words what `decideReview` decided when the release was promoted.
 */
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
  const context: Context = { key, log, signers, signersText, once: new Set() }
  const valid: Approval[] = []
  for (const path of below(dossier, 'approvals/').filter((each) => each.endsWith('.json'))) {
    const { approval, problems } = examine(dossier, path, context)
    for (const code of problems) report(code, path)
    if (approval !== undefined && problems.length === 0) valid.push(approval)
  }
  // An approval that was damaged was reported; that it is then missing need not be said again.
  const intact = below(dossier, 'approvals/').every((path) => dossier.intact.has(path))
  if (dossier.release.state === 'approved' && record !== undefined && intact) checkQuorum(dossier, log, record, valid)
}

interface Context {
  readonly key: PublicKey
  readonly log: DossierLog
  /** `undefined` where the file was reported or is not there. */
  readonly signers: readonly AllowedSigner[] | undefined
  readonly signersText: string | undefined
  /** Requests, nonces, persons and keys that were seen. */
  readonly once: Set<string>
}

/** An approval as it was read, and the codes of what is wrong with it. */
interface Examined {
  readonly approval?: Approval
  readonly problems: readonly string[]
}

function examine(dossier: Dossier, path: string, context: Context): Examined {
  const bytes = doc(dossier, path)
  if (bytes === undefined) return { problems: [] }
  const approval = readApproval(bytes)
  if (approval === undefined) return { problems: ['APPROVAL_MALFORMED'] }
  if (approval.verdict !== 'approve') return { problems: ['APPROVAL_VERDICT'] }
  const problems = [
    ...bindingProblems(dossier, approval, context),
    ...rightProblems(dossier, approval),
    ...logProblems(dossier, approval, sha256(bytes), context.log),
  ]
  const { reviewer } = approval
  if (taken(context.once, `nonce ${approval.nonce} ${reviewer}`)) problems.push('APPROVAL_REUSED')
  const sig = `${path}.sig`
  if (!dossier.listed.has(sig)) return { problems: [...problems, 'APPROVAL_UNSIGNED'] }
  const armored = doc(dossier, sig)?.toString('utf8')
  // What is not intact was reported where it belongs; an approval whose signature cannot be checked does not count.
  if (armored === undefined || context.signers === undefined) return { problems }
  const who = { principal: reviewer, namespace: APPROVAL_NAMESPACE }
  const moments = [approval.created, dossier.release.created].map((at) => ({ ...who, at: new Date(at) }))
  const [checked, now] = moments.map((each) => checkSignature(armored, bytes, context.signers!, each)) as [
    ReturnType<typeof checkSignature>,
    ReturnType<typeof checkSignature>,
  ]
  const wrong = checked.problem ?? now.problem
  if (wrong !== undefined) problems.push(`APPROVAL_${wrong}`)
  const barred = listOf(approval.requires['separation']).map((each) => textOf(objectOf(each)['name']))
  const own = checked.publicKey
  const { signers } = context
  if (own !== undefined && barred.some((name) => name !== reviewer && mayUseKey(name, own, signers))) {
    problems.push('APPROVAL_SELF')
  }
  const person = taken(context.once, `person ${reviewer}`)
  const sameKey = own !== undefined && taken(context.once, `key ${own.toString('hex')}`)
  if (person || sameKey) problems.push('APPROVAL_TWICE')
  return { approval, problems }
}

interface Approval {
  readonly verdict: string
  readonly reviewer: string
  readonly role: string
  readonly release: string
  readonly nonce: string
  readonly created: string
  readonly opened: readonly Json[]
  readonly request: JsonObject
  readonly requires: JsonObject
}

const MEMBERS = 'comment created kind nonce opened release request reviewer role v verdict withdraws'

function readApproval(bytes: Buffer): Approval | undefined {
  const value = objectOf(parseCanonical(bytes))
  const request = objectOf(value['request'])
  const word = (name: string): string => textOf(value[name])
  const whole = Object.keys(value).sort().join(' ') === MEMBERS && value['v'] === 1 && value['kind'] === 'Approval'
  const named = [word('reviewer'), word('role'), word('nonce'), textOf(request['nonce'])].every((each) => each !== '')
  const times = [word('created'), textOf(request['created']), textOf(request['expires'])].every(isTime)
  if (!whole || !named || !times || !Array.isArray(value['opened'])) return undefined
  return {
    verdict: word('verdict'),
    reviewer: word('reviewer'),
    role: word('role'),
    release: word('release'),
    nonce: word('nonce'),
    created: word('created'),
    opened: listOf(value['opened']),
    request,
    requires: objectOf(request['requires']),
  }
}

/** It is about this release and nothing else. */
function bindingProblems(dossier: Dossier, approval: Approval, context: Context): string[] {
  const { release } = dossier
  const { request } = approval
  const problems: string[] = []
  if (sha256(canonicalJson(request)) !== approval.release) problems.push('APPROVAL_REQUEST')
  const bound = [
    textOf(request['run']),
    textOf(objectOf(request['pipeline'])['digest']),
    textOf(objectOf(request['candidate'])['digest']),
    digests(request['policies']),
    digests(request['decisions']),
  ]
  const { run, pipeline, candidate } = release
  const wanted = [run, pipeline.digest, candidate?.model ?? '', digests(release.policies), digests(release.decisions)]
  if (canonicalJson(bound) !== canonicalJson(wanted)) problems.push('APPROVAL_OTHER_RELEASE')
  const first = [...context.once].find((each) => each.startsWith('request '))
  if (first === undefined) context.once.add(`request ${approval.release}`)
  else if (first !== `request ${approval.release}`) problems.push('APPROVAL_OTHER_REQUEST')
  const expires = textOf(request['expires'])
  if (expires < release.created) problems.push('APPROVAL_EXPIRED')
  if (approval.created > expires || approval.created < textOf(request['created'])) problems.push('APPROVAL_TIME')
  const { signersText } = context
  if (signersText !== undefined && sha256(signersText) !== request['allowed_signers']) problems.push('APPROVAL_SIGNERS')
  const seen = openCheckpoint(textOf(request['checkpoint']), context.key)
  const comparable = ['audit/checkpoint', 'audit/leaves'].every(
    (path) => !dossier.listed.has(path) || dossier.intact.has(path),
  )
  const grown = typeof seen !== 'string' && context.log.rootAt(seen.size)?.equals(seen.root) === true
  if (typeof seen === 'string' || (comparable && !grown)) {
    problems.push('APPROVAL_CHECKPOINT')
  }
  return problems
}

/** Its reviewer has the role, had no part in the work, and had read what was to be read, as it lies here. */
function rightProblems(dossier: Dossier, { reviewer, role, opened, requires }: Approval): string[] {
  const problems: string[] = []
  const mine = listOf(requires['roles'])
    .map(objectOf)
    .find((each) => each['role'] === role)
  if (!listOf(mine?.['principals']).includes(reviewer)) problems.push('APPROVAL_ROLE')
  if (listOf(requires['separation']).some((each) => objectOf(each)['name'] === reviewer)) problems.push('APPROVAL_SELF')
  const files = listOf(requires['reading']).flatMap((each) => listOf(objectOf(each)['files']))
  const seen = new Set(opened.map((each) => canonicalJson(each)))
  if (files.some((each) => !seen.has(canonicalJson(each)))) problems.push('APPROVAL_UNREAD')
  const isHere = (each: Json): boolean =>
    dossier.listed.get(textOf(objectOf(each)['path']))?.sha256 === objectOf(each)['sha256']
  if (!files.every(isHere)) problems.push('APPROVAL_READING')
  return problems
}

function logProblems(dossier: Dossier, approval: Approval, digest: string, log: DossierLog): string[] {
  if (!log.whole) return []
  const has = (type: string, payload: string): boolean =>
    ownEntries(dossier, log, type).some((entry) => entry.payload === payload)
  const withdrawn = ownEntries(dossier, log, 'review.withdrawn').some(({ subject }) => subject['document'] === digest)
  return [
    ...(has('review.requested', approval.release) ? [] : ['APPROVAL_NOT_REQUESTED']),
    ...(has('review.approved', digest) ? [] : ['APPROVAL_NOT_LOGGED']),
    ...(withdrawn ? ['APPROVAL_WITHDRAWN'] : []),
  ]
}

/** As many as each role needs, of the roles that the run asked for, and no rejection that stands. */
function checkQuorum(dossier: Dossier, log: DossierLog, record: RunDocument, valid: readonly Approval[]): void {
  const report = dossier.findings.in('review')
  const [first] = valid
  const { quorum = Number.POSITIVE_INFINITY, roles } = record.release ?? {}
  const wanted = roles ?? [{ role: 'reviewer', quorum }]
  const count = (role: string): number => valid.filter((each) => each.role === role).length
  if (wanted.some((each) => !(count(each.role) >= each.quorum))) report('APPROVAL_QUORUM', 'release.json')
  if (first === undefined) return
  const asked = listOf(first.requires['roles']).map(objectOf)
  const same = wanted.every((role) =>
    asked.some((each) =>
      Object.entries(role).every(([name, value]) => canonicalJson(each[name]) === canonicalJson(value)),
    ),
  )
  if (!same || asked.length !== wanted.length) report('APPROVAL_ROLES', 'release.json')
  const taken = new Set(ownEntries(dossier, log, 'review.withdrawn').map(({ subject }) => subject['document']))
  const stands = ownEntries(dossier, log, 'review.rejected').some(
    ({ subject, payload }) => subject['request'] === first.release && !taken.has(payload ?? ''),
  )
  if (stands) report('APPROVAL_REJECTED', 'release.json')
}

function digests(items: unknown): readonly string[] {
  return listOf(items as Json)
    .map((each) => textOf(objectOf(each)['digest']))
    .sort()
}

/** True where it was there before; puts it there. */
function taken(seen: Set<string>, what: string): boolean {
  const before = seen.has(what)
  seen.add(what)
  return before
}
