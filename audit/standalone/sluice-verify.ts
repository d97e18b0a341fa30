#!/usr/bin/env node
/**
 * sluice-verify: checks a release dossier of Sluice, a folder or its .tar, offline. Three files that import nothing
 * but Node, to be read in an evening and trusted for that. It shares no code with `sluice verify DOSSIER`; both must find the
 * same. It does not replay decisions (`sluice verify --replay` does). What each code means: docs/evidence.md.
 *
 *   sluice-verify DOSSIER [--key F]... [--checkpoint F]... [--witness F]... [--allowed-signers F] [--json]
 *
 * Exit: 0 all checks hold, 2 usage, 4 something does not hold.
 */
import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openDossier, pieces, places, readAll } from './files.ts'
import {
  type Any, type Checkpoint, exact, grew, hashList, included, isEntry, isObject, isRelease, isTime, jcs, leafOf, list, type NoteKey,
  noteKey, openBundle, openCheckpoint, openProof, parse, rootOf, sha,
} from './formats.ts'

const problems: { check: string; code: string; file: string }[] = []
let check = 'files'
const fail = (code: string, file = ''): undefined => void problems.push({ check, code, file })
const same = (a: readonly unknown[], b: readonly unknown[]): boolean => jcs(a as Any) === jcs(b as Any)

/** What a code begins with, by the beginning of the path. */
const KINDS =
  'audit/checkpoint CHECKPOINT audit/entries/ ENTRY audit/leaves LEAVES audit/plan.json PLAN audit/ LOG approvals/ APPROVAL ' +
  'attestations/ ATTESTATION bom.cdx.json BOM croissant.json CROISSANT data-statement.json DATA_STATEMENT ' +
  'decisions/ DECISION evidence/ EVIDENCE junit.xml JUNIT keys/ KEY lineage.ndjson LINEAGE model-card.md CARD ' +
  'model.sig MODEL_SIGNATURE model/ MODEL oscal-ar.json OSCAL policies/ POLICY report.html HTML report.sarif SARIF ' +
  'run.json RUN VERIFY.md GUIDE waivers/ WAIVER'
const KIND = KINDS.split(' ')
const kindOf = (path: string): string => path.endsWith('.tlog-proof')
  ? 'PROOF' : (KIND[KIND.findIndex((start, i) => i % 2 === 0 && path.startsWith(start)) + 1] ?? 'FILE')
const NEEDED =
  'audit/checkpoint audit/plan.json junit.xml keys/bundle.pub keys/ledger.pub keys/ledger.vkey lineage.ndjson ' +
  'model-card.md oscal-ar.json report.html report.sarif run.json VERIFY.md'
const SEALS = ['release.sigstore.json', 'audit/release.json-entry', 'audit/release.tlog-proof', 'audit/release.consistency']
const LATER = ['audit/cosignatures', 'audit/anchor.note', 'audit/anchor.tsq', 'audit/anchor.tsr']

let release: Any
let log: NoteKey
let bundlePem = ''
let bundleHint = ''
const files = new Map<string, Any>()
/** Paths whose bytes are those that the list says; the others are reported once and looked at no further. */
const good = new Set<string>()
const entries = new Map<number, Any>()
const doc = (path: string): Buffer | undefined => (good.has(path) ? readAll(path) : undefined)
const late = (path: string): Buffer | undefined => (places.has(path) ? readAll(path) : undefined)
const canonical = (path: string, code: string, spell = jcs): Any =>
  exact(doc(path), spell) ?? (good.has(path) ? fail(code, path) : undefined)
const below = (prefix: string): string[] => [...files.keys()].filter((path) => path.startsWith(prefix))
const must = (ok: boolean, code: string, file = ''): boolean => ok || fail(code, file) === true
/** Without an entry that was broken, what is missing cannot be told from what is not. */
const whole = (): boolean => release.entries.every((each: Any) => entries.has(each.seq))
const mine = (type: string): Any[] =>
  [...entries.values()].filter((each) => each.run === release.run && each.type === type)


function checkFiles(): void {
  for (const { path, sha256, bytes } of release.files) {
    const hash = createHash('sha256')
    files.set(path, { sha256, bytes })
    if (!must(places.has(path), `${kindOf(path)}_MISSING`, path)) continue
    const size = places.get(path)!.bytes
    if (size === bytes) pieces(path, (piece) => hash.update(piece))
    if (must(size === bytes && hash.digest('hex') === sha256, `${kindOf(path)}_CHANGED`, path)) good.add(path)
  }
  const model = release.candidate === undefined ? [] : ['bom.cdx.json', 'model.sig']
  for (const path of [...NEEDED.split(' '), ...model]) must(files.has(path), `${kindOf(path)}_MISSING`, path)
  const known = [...SEALS, ...LATER, 'release.json']
  for (const path of places.keys()) must(known.includes(path) || files.has(path), `${kindOf(path)}_UNLISTED`, path)
}

function checkKeys(trusted: KeyObject[]): boolean {
  const keys = ['ledger', 'bundle'].map((name, i) => {
    const [path, type] = [`keys/${name}.pub`, i === 0 ? 'ed25519' : 'ec']
    const pem = doc(path)?.toString()
    if (pem === undefined) return undefined
    try {
      const key = pem.startsWith('-----BEGIN PUBLIC KEY-----') ? createPublicKey(pem) : undefined
      const curve = i === 0 || key?.asymmetricKeyDetails?.namedCurve === 'prime256v1'
      const whole = key?.asymmetricKeyType === type && curve && key.export({ type: 'spki', format: 'pem' }) === pem
      if (!must(whole, 'KEY_MALFORMED', path)) return undefined
      const others = trusted.filter((each) => each.asymmetricKeyType === type)
      must(others.length === 0 || others.some((each) => each.equals(key!)), 'KEY_NOT_TRUSTED', path)
      return key
    } catch {
      return fail('KEY_MALFORMED', path)
    }
  })
  const named = noteKey(doc('keys/ledger.vkey')?.toString() ?? '', 1)
  const fits = keys[0] !== undefined && named?.key.equals(keys[0]) === true
  if (good.has('keys/ledger.vkey') && keys[0] !== undefined) must(fits, 'KEY_VERIFIER', 'keys/ledger.vkey')
  if (!fits || keys[1] === undefined) return false
  log = named
  bundlePem = doc('keys/bundle.pub')!.toString()
  bundleHint = sha(keys[1].export({ type: 'spki', format: 'der' }))
  return true
}

/** Every entry is in the tree; the tree grew to hold the entry of this release. Returns what is known of its roots. */
function checkLog(releaseBytes: Buffer): (size: number) => Buffer | undefined {
  const note = doc('audit/checkpoint')?.toString()
  const tree = note === undefined ? undefined : openCheckpoint(note, log)
  if (typeof tree === 'string') fail(`CHECKPOINT_${tree}`, 'audit/checkpoint')
  const base = typeof tree === 'object' ? tree : undefined
  let leaves = base === undefined ? undefined : doc('audit/leaves')
  const complete = leaves?.length === (base?.size ?? 0) * 32 && rootOf(leaves).equals(base!.root)
  if (leaves !== undefined && !must(complete, 'LEAVES_WRONG', 'audit/leaves')) leaves = undefined
  for (const { seq, file } of release.entries) {
    const [bytes, path] = [doc(file), file.replace('.json', '.tlog-proof')]
    const entry = exact(bytes)
    if (bytes !== undefined && must(isEntry(entry) && entry.seq === seq, 'ENTRY_MALFORMED', file)) entries.set(seq, entry)
    if (!must(files.has(file), 'ENTRY_MISSING', file) || !must(files.has(path), 'PROOF_MISSING', path)) continue
    if (base === undefined || !good.has(path)) continue
    const proof = openProof(doc(path)!)
    if (proof === undefined) fail('PROOF_MALFORMED', path)
    else if (!must(proof.note === note, 'PROOF_STALE', path) || !must(proof.index === seq, 'PROOF_OTHER_ENTRY', path)) continue
    else if (bytes !== undefined) must(included(leafOf(bytes), seq, base.size, proof.path, base.root), 'PROOF_WRONG', path)
  }
  check = 'release'
  const [bytes, proof, growth] = SEALS.slice(1).map(late)
  const built = exact(bytes)
  const seal = proof === undefined ? undefined : openProof(proof)
  const top = seal === undefined ? undefined : openCheckpoint(seal.note, log)
  const latest = typeof top === 'object' ? top : undefined
  if (bytes === undefined || proof === undefined || growth === undefined) fail('RELEASE_SEAL_MISSING')
  else if (!isEntry(built) || built.type !== 'release.built') fail('RELEASE_ENTRY_MALFORMED', SEALS[1])
  else if (seal === undefined || latest === undefined) fail('RELEASE_PROOF_MALFORMED', SEALS[2])
  else {
    const there = seal.index === built.seq && included(leafOf(bytes), built.seq, latest.size, seal.path, latest.root)
    if (must(there, 'RELEASE_PROOF_WRONG', SEALS[2])) {
      must(built.payload === sha(releaseBytes) && built.run === release.run, 'RELEASE_NOT_LOGGED', 'release.json')
      must(release.created <= built.ts && mine('run.finished').every((end) => end.ts <= release.created), 'RELEASE_TIME', 'release.json')
      const path = hashList(growth.toString())
      const grown = base === undefined || (path !== undefined && grew(base.size, latest.size, path, base.root, latest.root))
      must(grown, 'LOG_FORKED', SEALS[3])
    }
  }
  return (size) => {
    if (size === base?.size || size === latest?.size) return size === base?.size ? base.root : latest!.root
    return leaves !== undefined && size * 32 <= leaves.length ? rootOf(leaves.subarray(0, size * 32)) : undefined
  }
}

/** The run record is the logged one, and every planned stage ended once, as the record says. */
function checkRun(): Any {
  const [planned, finished] = [mine('run.planned'), mine('run.finished')]
  if (!whole() || !must(planned.length === 1 && finished.length === 1, 'RUN_ENDS')) return undefined
  for (let seq = planned[0].seq; seq < finished[0].seq; seq++) must(entries.has(seq), 'ENTRY_GAP', `audit/entries/${seq}.json`)
  const record = canonical('run.json', 'RUN_MALFORMED', (value) => `${JSON.stringify(JSON.parse(jcs(value)), null, 2)}\n`)
  if (record === undefined) return undefined
  const { ledger: _, ...logged } = record
  if (!must(sha(jcs(logged)) === finished[0].payload, 'RUN_NOT_LOGGED', 'run.json')) return undefined
  const { pipeline, stages, decisions } = record
  must(record.run === release.run && same([pipeline.name, pipeline.digest], [release.pipeline.name, release.pipeline.digest]), 'RUN_OTHER', 'run.json')
  const failed = record.error !== null || stages.some((each: Any) => each.error !== null)
  const blocked = decisions.some((each: Any) => each.decision.outcome === 'block')
  const outcome = failed ? 'errored' : blocked ? 'blocked' : 'passed'
  const said = jcs(finished[0].subject) === jcs({ exit: String(record.exit), outcome })
  must(record.outcome === outcome && said && (record.exit === 0) === (outcome === 'passed'), 'RUN_OUTCOME', 'run.json')
  const ready = outcome === 'passed' && record.release?.state === 'awaiting_review'
  must((ready || release.state === 'blocked') && (release.state === 'blocked') === (release.candidate === undefined), 'RELEASE_STATE', 'release.json')
  const plan = doc('audit/plan.json')
  if (plan !== undefined && must(sha(plan) === planned[0].payload, 'PLAN_NOT_LOGGED', 'audit/plan.json')) {
    must(same(list(exact(plan)?.stages).map((each) => each.id), stages.map((each: Any) => each.id)), 'RUN_STAGES', 'run.json')
  }
  const types: Any = { done: 'completed', gate_failed: 'completed cached', errored: 'errored completed cached' }
  for (const stage of stages) {
    const ends = ['completed', 'cached', 'skipped', 'errored'].flatMap((type) => mine(`stage.${type}`))
      .filter((each) => each.subject.stage === stage.id)
    if (!must(ends.length > 0, 'STAGE_NO_END', stage.id) || !must(ends.length === 1, 'STAGE_TWO_ENDS', stage.id)) continue
    const type = (types[stage.state] ?? stage.state).split(' ')
    if (!must(type.includes(ends[0].type.slice(6)), 'STAGE_STATE', stage.id) || stage.evaluation === null) continue
    const made: Any = { evaluation: stage.evaluation.digest, key: stage.key, stage: stage.id }
    for (const [port, ref] of Object.entries<Any>(stage.outputs)) made[`output.${port}`] = ref.digest
    if (!must(jcs(made) === jcs(ends[0].subject), 'STAGE_OUTPUTS', stage.id)) continue
    const computed = (each: Any): boolean => each.type === 'stage.completed' && jcs({ ...each.subject, stage: '' }) === jcs({ ...made, stage: '' })
    must([...entries.values()].some(computed), 'STAGE_NO_ORIGIN', stage.id)
  }
  return record
}

/** Each decision is the logged one, and what it judged is there. */
function checkDecisions(record: Any): void {
  const used = new Map<string, string>()
  let read = 0
  for (const { gate, digest } of release.decisions) {
    const path = `decisions/${gate}.json`
    if (!must(files.has(path), 'DECISION_MISSING', path)) continue
    must(files.get(path).sha256 === digest, 'DECISION_DIGEST', path)
    const decision = canonical(path, 'DECISION_MALFORMED')
    if (decision === undefined) continue
    if (!must(decision.gate === gate, 'DECISION_SWAPPED', path)) continue
    const logged = mine('gate.decided').filter((each) => each.subject.gate === gate)
    const ok = logged.length === 1 && logged[0].payload === digest && logged[0].subject.outcome === decision.outcome
    if (!must(ok || !whole(), 'DECISION_NOT_LOGGED', path)) continue
    read += 1
    const told = record?.decisions.filter((each: Any) => each.gate === gate) ?? []
    if (record !== undefined) must(told.length === 1 && told[0].digest === digest && jcs(told[0].decision) === jcs(decision), 'RUN_DECISION', path)
    const about = gate !== 'release' || release.candidate === undefined || decision.subject.candidate === release.candidate.model
    must(decision.subject.pipeline === release.pipeline.name && about, 'DECISION_SUBJECT', path)
    must(decision.outcome === 'block' || !decision.rules.some((rule: Any) => rule.blocks), 'DECISION_OUTCOME', path)
    for (const { name, version, digest: wanted } of decision.policies) {
      const file = `policies/${name}@${wanted.slice(0, 12)}.json`
      used.set(file, jcs({ digest: wanted, name, version }))
      if (!must(files.get(file)?.sha256 === wanted, 'DECISION_POLICY', file)) continue
      const policy = canonical(file, 'POLICY_MALFORMED')
      if (policy !== undefined) must(policy.name === name && policy.version === version, 'POLICY_OTHER', file)
    }
    must(files.get(`evidence/${gate}.waivers.json`)?.sha256 === decision.waivers, 'DECISION_WAIVERS', path)
    if (!must(files.get(`evidence/${gate}.json`)?.sha256 === decision.evidence, 'DECISION_EVIDENCE', path)) continue
    const evidence = canonical(`evidence/${gate}.json`, 'EVIDENCE_MALFORMED')
    if (evidence === undefined || record === undefined) continue
    const told2 = record.stages.flatMap((stage: Any) => stage.metrics.map((each: Any) => jcs({ ...each, stage: stage.id, uses: stage.uses })))
    must(list(evidence).every((each) => jcs(each).includes('"not_finite"') || told2.includes(jcs(each))), 'EVIDENCE_METRICS', `evidence/${gate}.json`)
  }
  const gates: string[] = release.decisions.map((each: Any) => each.gate)
  must(mine('gate.decided').every((each) => gates.includes(each.subject.gate)), 'DECISION_OMITTED')
  for (const path of below('decisions/')) must(gates.includes(path.slice(10, -5)), 'DECISION_UNKNOWN', path)
  for (const path of below('evidence/')) must(gates.includes(path.slice(9).replace(/(\.waivers)?\.json$/, '')), 'EVIDENCE_UNKNOWN', path)
  if (read < gates.length) return
  for (const path of below('policies/')) must(used.has(path), 'POLICY_UNUSED', path)
  must(same(release.policies.map(jcs).sort(), [...used.values()].sort()), 'RELEASE_POLICIES', 'release.json')
}

/** The model is the one that the run made, file by file, and its signature (OpenSSF model signing v1) covers it. */
function checkModel(record: Any): void {
  const { candidate } = release
  if (candidate === undefined) return void below('model/').map((path) => fail('MODEL_FILES', path))
  const { files: parts, sensitivity, model, stage } = candidate
  must(sha(jcs({ files: parts, kind: 'model', sensitivity })) === model, 'MODEL_MANIFEST', 'release.json')
  const there = below('model/').map((path) => [path.slice(6), files.get(path).sha256, files.get(path).bytes])
  must(same(there.map(jcs).sort(), parts.map((each: Any) => jcs([each.name, each.sha256, each.bytes])).sort()), 'MODEL_FILES', 'release.json')
  const made = record?.stages.find((each: Any) => each.id === stage)
  const told = record?.release?.candidate
  const own = told?.stage === stage && told.model.digest === model && Object.values<Any>(made?.outputs ?? {}).some((each) => each.digest === model)
  must(record === undefined || own, 'MODEL_OTHER', 'release.json')
  const bytes = doc('model.sig')
  const statement = bytes === undefined ? undefined : openBundle(bytes, bundlePem, sha(bundlePem))
  if (typeof statement === 'string') fail(`MODEL_SIGNATURE_${statement}`, 'model.sig')
  else if (statement !== undefined) {
    const { predicateType, predicate, subject } = statement
    const signed = list(predicate.resources)
    const listed = parts.map((each: Any) => jcs([each.name, 'sha256', each.sha256])).sort()
    must(predicateType === 'https://model_signing/signature/v1.0' && same(signed.map((each) => jcs([each.name, each.algorithm, each.digest])).sort(), listed), 'MODEL_SIGNATURE_FILES', 'model.sig')
    must(subject[0].digest.sha256 === sha(Buffer.from(signed.map((each) => each.digest).join(''), 'hex')), 'MODEL_SIGNATURE_ROOT', 'model.sig')
  }
}

/** Each attestation is signed, about something of this run, and says what the run record and the decisions say. */
function checkAttestations(record: Any): void {
  const stages: Any[] = record?.stages.filter((each: Any) => each.evaluation !== null) ?? []
  const made = (stage: Any): string[] => [...Object.values<Any>(stage.outputs), stage.evaluation].map((each) => each.digest)
  const known = new Set(stages.flatMap(made))
  const seen = new Set<string>()
  const digests = (items: Any): string[] => list(items).map((each) => each?.digest?.sha256 ?? each?.sha256)
  const holds = (type: string, p: Any, subjects: string[]): boolean => {
    const stage = stages.find((each) => each.id === (p.stage ?? p.buildDefinition?.externalParameters?.stage))
    const taken = record.decisions.find((each: Any) => each.gate === p.gate)
    seen.add(`${type} ${stage?.id ?? p.gate}`)
    if (type === 'https://slsa.dev/provenance/v1') {
      const { config, pipeline } = p.buildDefinition.externalParameters
      const right = stage !== undefined && same([...subjects].sort(), made(stage).sort()) && jcs(config) === jcs(stage.config)
      return right && pipeline === record.pipeline.name && p.runDetails.metadata.invocationId === `${record.run}/${stage.id}`
    }
    if (type === `${OWN}gate-decision/v1`) {
      const { outcome, counts, evidence } = taken?.decision ?? {}
      return p.run === record.run && p.decision.sha256 === taken?.digest && same([p.outcome, p.counts, p.evidence.sha256], [outcome, counts, evidence])
    }
    if (type === 'https://in-toto.io/attestation/test-result/v0.1') {
      const of = (rules: Any[], test: (rule: Any) => boolean): string[] => rules.filter(test).map((rule) => rule.id)
      return record.decisions.some(({ decision: { evidence, policies, rules } }: Any) => {
        const unmet = (rule: Any): boolean => ['fail', 'error', 'no_evidence'].includes(rule.verdict)
        const warned = [...of(rules, (rule) => unmet(rule) && !rule.blocks), ...of(rules, (rule) => rule.verdict === 'waived')]
        const [passed, failed] = [of(rules, (rule) => rule.verdict === 'pass'), of(rules, (rule) => unmet(rule) && rule.blocks)]
        const none = passed.length + warned.length + failed.length === 0
        const result = failed.length > 0 || none ? 'FAILED' : warned.length > 0 ? 'WARNED' : 'PASSED'
        const judged = [...policies.map((each: Any) => each.digest), evidence]
        return same([p.result, p.passedTests, p.warnedTests, p.failedTests, digests(p.configuration)], [result, passed, warned, failed, judged])
      })
    }
    if (type === `${OWN}redaction-report/v1`) return p.run === record.run && stage?.evaluation.digest === p.evaluation && same(digests(p.inputs), Object.values(stage.keyParts.inputs))
    if (type === `${OWN}data-statement/v1`) return p.run === record.run && p.pipeline.sha256 === record.pipeline.digest && same(digests(p.datasets), subjects)
    const kept = type === `${OWN}waiver/v1` ? 'waivers/' : type === `${OWN}approval/v1` ? 'approvals/' : '-'
    const paths = below(kept).filter((each) => files.get(each).sha256 === p.document?.sha256)
    if (kept === 'approvals/') return paths.some((path) => {
      if (!good.has(path)) return true
      const { role, verdict, release: asked, request } = exact(doc(path))
      const [, size, root] = request.checkpoint.split('\n')
      const sig = doc(`${path}.sig`)
      const candidate = { sha256: request.candidate.digest }
      return same([subjects, p], [[candidate.sha256], {
        document: p.document, signature: { sha256: files.get(`${path}.sig`).sha256 }, role, verdict, candidate, expires: request.expires,
        key: sig === undefined ? p.key : `SHA256:${createHash('sha256').update(sshKey(sig)).digest('base64').replace(/=+$/, '')}`,
        request: { sha256: asked }, checkpoint: { size: Number(size), root: Buffer.from(root, 'base64').toString('hex') },
        decisions: request.decisions.map((each: Any) => ({ gate: each.gate, sha256: each.digest })),
      }])
    })
    const used = record.decisions.flatMap(({ gate, digest, decision }: Any) => decision.rules
      .filter((rule: Any) => rule.waiver?.digest === p.document.sha256).map((rule: Any) => ({ gate, digest, rule })))
    const { id, type: kind, expires, ticket } = used[0].rule.waiver
    return paths.length > 0 && same([subjects, p.id, p.type, p.expires, p.ticket], [[p.document.sha256], id, kind, expires, ticket]) &&
      same(p.applied, used.map(({ gate, digest, rule }: Any) => ({ decision: digest, gate, rule: rule.id, verdict: rule.waived_verdict })))
  }
  for (const { file, sha256, predicateType } of release.attestations) {
    must(files.get(file)?.sha256 === sha256, 'ATTESTATION_LIST', file)
    const bytes = doc(file)
    const statement = bytes === undefined ? undefined : openBundle(bytes, bundlePem, bundleHint)
    if (typeof statement === 'string') fail(`ATTESTATION_${statement}`, file)
    if (!isObject(statement) || !must(statement.predicateType === predicateType, 'ATTESTATION_TYPE', file) || record === undefined) continue
    const subjects = digests(statement.subject)
    if (must(predicateType === `${OWN}waiver/v1` || subjects.every((each) => known.has(each)), 'ATTESTATION_SUBJECT', file)) {
      must(attempt(() => holds(predicateType, statement.predicate, subjects)), 'ATTESTATION_CLAIM', file)
    }
  }
  const listed = release.attestations.map((each: Any) => each.file)
  for (const path of below('attestations/')) must(listed.includes(path), 'ATTESTATION_LIST', path)
  if (below('attestations/').some((path) => !good.has(path)) || problems.some(({ code }) => code.startsWith('ATTESTATION_'))) return
  for (const { id } of stages) must(seen.has(`https://slsa.dev/provenance/v1 ${id}`), 'STAGE_NO_PROVENANCE', id)
  for (const { gate } of record?.decisions ?? []) must(seen.has(`${OWN}gate-decision/v1 ${gate}`), 'DECISION_NO_ATTESTATION', gate)
}
const OWN = 'https://sluice.local/attestation/'
const attempt = (act: () => boolean): boolean => {
  try {
    return act()
  } catch {
    return false
  }
}

/** The public key in a signature of OpenSSH, PROTOCOL.sshsig. */
function sshKey(armored: Buffer): Buffer {
  const wire = Buffer.from(armored.toString().replace(/-----.*-----|\s/g, ''), 'base64')
  return wire.subarray(14, 14 + wire.readUInt32BE(10))
}

/** What OpenSSH says of a signature over a listed file: undefined where it holds for this person at this time. */
function ssh(path: string, sig: string, signers: Buffer, who: string, space: string, at: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-verify-'))
  try {
    for (const [name, data] of [['sig', doc(sig)!], ['signers', signers]] as const) writeFileSync(join(folder, name), data)
    const run = (...args: string[]): Any => spawnSync('ssh-keygen', ['-Y', ...args, '-n', space, '-s', join(folder, 'sig')], { input: doc(path) })
    const [novalidate, time] = [run('check-novalidate'), `${at.replace(/\D/g, '').slice(0, 14)}Z`]
    if (novalidate.error !== undefined) return 'UNCHECKED'
    if (novalidate.status !== 0) return 'SIGNATURE'
    return run('verify', '-f', join(folder, 'signers'), '-I', who, '-O', `verify-time=${time}`).status === 0 ? undefined : 'SIGNER'
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** People: approvals bind this very release and are signed by who may; waivers that were judged are there, signed twice. */
function checkReview(record: Any, rootAt: (size: number) => Buffer | undefined, pinned: string | undefined): void {
  const digests = (items: Any): string[] => list(items).map((each) => each?.digest).sort()
  const [once, valid, path0] = [new Set<string>(), [] as Any[], 'approvals/allowed_signers']
  const taken = (what: string): boolean => once.has(what) || !once.add(what)
  const logged = (type: string): Any[] => [...entries.values()].filter((each) => each.type === type && each.run === release.run)
  const withdrawn = new Set(logged('review.withdrawn').map((each) => each.subject.document))
  const signers = doc(path0)
  if (pinned !== undefined && signers !== undefined) must(signers.toString() === pinned, 'SIGNERS_NOT_TRUSTED', path0)
  for (const path of below('approvals/').filter((each) => each.endsWith('.json'))) {
    const before = problems.length
    const approval = canonical(path, 'APPROVAL_MALFORMED')
    if (approval === undefined) continue
    const { request = {}, reviewer, role, nonce, created, opened } = approval
    const { requires = {} } = request
    const form = Object.keys(approval).sort().join(' ') === 'comment created kind nonce opened release request reviewer role v verdict withdraws' &&
      approval.v === 1 && approval.kind === 'Approval' && [reviewer, role, nonce, request.nonce].every((each) => typeof each === 'string' && each !== '') &&
      [created, request.created, request.expires].every((each) => typeof each === 'string' && isTime(each)) && Array.isArray(opened)
    if (!must(form, 'APPROVAL_MALFORMED', path)) continue
    if (!must(approval.verdict === 'approve', 'APPROVAL_VERDICT', path)) continue
    must(sha(jcs(request)) === approval.release, 'APPROVAL_REQUEST', path)
    const bound = [request.run, request.pipeline?.digest, request.candidate?.digest, digests(request.policies), digests(request.decisions)]
    const wanted = [release.run, release.pipeline.digest, release.candidate?.model, digests(release.policies), digests(release.decisions)]
    must(same(bound, wanted), 'APPROVAL_OTHER_RELEASE', path)
    must((valid[0]?.release ?? approval.release) === approval.release, 'APPROVAL_OTHER_REQUEST', path)
    must(request.expires >= release.created, 'APPROVAL_EXPIRED', path)
    must(created >= request.created && created <= request.expires, 'APPROVAL_TIME', path)
    if (signers !== undefined) must(sha(signers) === request.allowed_signers, 'APPROVAL_SIGNERS', path)
    const seen = typeof request.checkpoint === 'string' ? openCheckpoint(request.checkpoint, log) : 'MALFORMED'
    const known = ['audit/checkpoint', 'audit/leaves'].every((each) => !files.has(each) || good.has(each))
    const grown = typeof seen === 'object' && rootAt(seen.size)?.equals(seen.root) === true
    must(grown || (typeof seen === 'object' && !known), 'APPROVAL_CHECKPOINT', path)
    must(list(list(requires.roles).find((each) => each?.role === role)?.principals).includes(reviewer), 'APPROVAL_ROLE', path)
    const barred = list(requires.separation).map((each) => each?.name)
    must(!barred.includes(reviewer), 'APPROVAL_SELF', path)
    const [reading, read] = [list(requires.reading).flatMap((each) => list(each?.files)), new Set(opened.map((each: Any) => jcs(each)))]
    must(reading.every((each) => read.has(jcs(each))), 'APPROVAL_UNREAD', path)
    must(reading.every((each) => files.get(each?.path)?.sha256 === each?.sha256), 'APPROVAL_READING', path)
    if (whole()) must(logged('review.requested').some((each) => each.payload === approval.release), 'APPROVAL_NOT_REQUESTED', path)
    if (whole()) must(logged('review.approved').some((each) => each.payload === files.get(path).sha256), 'APPROVAL_NOT_LOGGED', path)
    must(!whole() || !withdrawn.has(files.get(path).sha256), 'APPROVAL_WITHDRAWN', path)
    must(!taken(`nonce ${nonce} ${reviewer}`), 'APPROVAL_REUSED', path)
    const sig = `${path}.sig`
    if (!must(files.has(sig), 'APPROVAL_UNSIGNED', path) || !good.has(sig) || signers === undefined) continue
    const by = (who: string, at: string): string | undefined => ssh(path, sig, signers, who, 'sluice-approval', at)
    const wrong = by(reviewer, created) ?? by(reviewer, release.created)
    if (wrong !== undefined) fail(`APPROVAL_${wrong}`, path)
    const key = sshKey(doc(sig)!).toString('base64')
    // ssh-keygen says who may use a key; only for what and when is taken out of the file before it is asked.
    const owners = Buffer.from(signers.toString().replace(/(namespaces|valid-after|valid-before)="[^"]*",?/gi, ''))
    if (wrong === undefined) must(!barred.some((name) => name !== reviewer && ssh(path, sig, owners, name, 'sluice-approval', created) === undefined), 'APPROVAL_SELF', path)
    const [person, sameKey] = [taken(`person ${reviewer}`), taken(`key ${key}`)]
    must(!person && !sameKey, 'APPROVAL_TWICE', path)
    if (problems.length === before) valid.push(approval)
  }
  if (release.state === 'approved' && record !== undefined && below('approvals/').every((path) => good.has(path))) {
    const wanted: Any[] = record.release.roles ?? [{ role: 'reviewer', quorum: record.release.quorum }]
    must(wanted.every(({ role, quorum }) => valid.filter((each) => each.role === role).length >= quorum), 'APPROVAL_QUORUM', 'release.json')
    const asked = list(valid[0]?.request.requires.roles)
    const agrees = (role: Any): boolean => asked.some((each) => Object.entries(role).every(([name, value]) => same([each?.[name]], [value])))
    if (valid.length > 0) must(asked.length === wanted.length && wanted.every(agrees), 'APPROVAL_ROLES', 'release.json')
    const stands = logged('review.rejected').some((each) => each.subject.request === valid[0]?.release && !withdrawn.has(each.payload))
    must(!stands, 'APPROVAL_REJECTED', 'release.json')
  }
  const judged = new Map<string, Any>()
  for (const { gate } of release.decisions) for (const each of list(exact(doc(`evidence/${gate}.waivers.json`)))) judged.set(each.digest, each)
  const documents = below('waivers/').filter((path) => path.endsWith('.json'))
  for (const path of documents) must(judged.has(files.get(path).sha256), 'WAIVER_UNKNOWN', path)
  const by = doc('waivers/allowed_signers')
  for (const [digest, { waiver, requested, approved }] of judged) {
    const path = documents.find((each) => files.get(each).sha256 === digest)
    if (!must(path !== undefined, 'WAIVER_ABSENT', String(waiver?.id)) || !good.has(path!)) continue
    must(jcs(waiver) === doc(path!)!.toString(), 'WAIVER_OTHER', path)
    for (const [end, state, who] of [['requested', requested.state, waiver.requested_by], ['approved', approved.state, waiver.approved_by]]) {
      const sig = `${path}.${end}.sig`
      if (state !== 'valid' || !must(files.has(sig), 'WAIVER_UNSIGNED', sig) || !good.has(sig) || by === undefined) continue
      const now = exact(doc(`decisions/${release.decisions[0].gate}.json`))?.now
      const wrong = ssh(path!, sig, by, who, 'sluice-waiver', now ?? release.created)
      if (wrong !== undefined) fail(`WAIVER_${wrong}`, sig)
    }
  }
}

/** What reports for machines say is what was decided. */
function checkReports(record: Any): void {
  if (record === undefined) return
  const rules = record.decisions.flatMap(({ gate, decision }: Any) => decision.rules.map((rule: Any) => [gate, rule.id, rule.verdict]))
  const json = (path: string, code: string, holds: (value: Any) => boolean): void => {
    const bytes = doc(path)
    if (bytes !== undefined) must(attempt(() => holds(parse(bytes))), code, path)
  }
  json('report.sarif', 'SARIF_FIGURES', (value) => same(value.runs[0].results.map((each: Any) => [each.ruleId, each.properties.verdict]),
    rules.map(([gate, id, verdict]: string[]) => [`${gate}/${id}`, verdict])))
  json('oscal-ar.json', 'OSCAL_FIGURES', (value) => same(
    value['assessment-results'].results.flatMap((result: Any) => list(result.findings)).map((each: Any) =>
      [each.target['target-id'], each.props.find((prop: Any) => prop.name === 'verdict').value]),
    rules.filter((each: string[]) => each[2] !== 'not_applicable').map(([gate, id, verdict]: string[]) => [`${gate}.${id}`, verdict])))
  const suites = /<testsuite name="gate ([^"]*)"[^>]* tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g
  const wanted = record.decisions.map(({ gate, decision: { counts: c, rules: r } }: Any) =>
    [gate, r.length, c.fail, c.error + c.no_evidence, c.not_applicable + c.waived].map(String))
  const junit = doc('junit.xml')?.toString()
  if (junit !== undefined) must(same([...junit.matchAll(suites)].map((each) => each.slice(1)), wanted), 'JUNIT_FIGURES', 'junit.xml')
  const parts = release.candidate === undefined ? [] : [release.candidate.model, ...release.candidate.files.map((each: Any) => each.sha256)]
  json('bom.cdx.json', 'BOM_MODEL', (value) => parts.every((each: string) => jcs(value).includes(`"content":"${each}"`)))
  json('data-statement.json', 'DATA_STATEMENT_RUN', (value) => value.run === record.run && value.pipeline.digest === record.pipeline.digest)
  const events = doc('lineage.ndjson')?.toString()
  const outputs = record.stages.flatMap((stage: Any) => Object.values<Any>(stage.outputs).map((each) => each.digest))
  const told = (text: string): boolean => text.trim().split('\n').every((line) => isObject(parse(Buffer.from(line)))) &&
    [record.run, ...outputs].every((each) => text.includes(each))
  if (events !== undefined) must(attempt(() => told(events)), 'LINEAGE_RUN', 'lineage.ndjson')
}

/** What others saw: checkpoints kept elsewhere, witnesses, a time stamp. True where one of them covers the whole run. */
function checkOutside(rootAt: (size: number) => Buffer | undefined, given: Options): boolean {
  const end = mine('run.finished')[0]?.seq ?? Number.POSITIVE_INFINITY
  const covered = (note: string, code: string, file: string): Checkpoint | undefined => {
    const seen = openCheckpoint(note, log)
    if (typeof seen === 'string') return fail(`${code}_OTHER_KEY`, file)
    if (!must(rootAt(seen.size) !== undefined, `${code}_NOT_COMPARABLE`, file)) return undefined
    return must(rootAt(seen.size)!.equals(seen.root), `${code}_FORKED`, file) ? seen : undefined
  }
  let outside = false
  for (const text of given.checkpoints) {
    const notes = text.match(/[^\n]+\n\d+\n[^\n]+\n\n(?:\u2014 [^\n]+\n)+/g) ?? [text]
    outside = notes.map((each) => covered(each, 'OUTSIDE', '')).some((seen) => seen !== undefined && seen.size > end) || outside
  }
  const cosigned = late('audit/cosignatures')?.toString()
  const seen = cosigned === undefined ? undefined : covered(cosigned, 'COSIGNATURE', 'audit/cosignatures')
  for (const line of given.witnesses) {
    const witness = noteKey(line, 4)
    const own = seen?.lines.filter(({ name, data }) => name === witness?.name && data.subarray(0, 4).equals(witness.hash)) ?? []
    if (!must(witness !== undefined && own.length > 0, 'COSIGNATURE_MISSING', 'audit/cosignatures')) continue
    const holds = own.every(({ data }) => data.length === 76 && verify(null, Buffer.from(`cosignature/v1\ntime ${data.readBigUInt64BE(4)}\n${seen!.text}`), witness!.key, data.subarray(12)))
    if (must(holds, 'COSIGNATURE_WRONG', 'audit/cosignatures') && seen!.size > end) outside = true
  }
  const stamped = late('audit/anchor.note')?.toString()
  const anchored = stamped === undefined ? undefined : covered(stamped, 'ANCHOR', 'audit/anchor.note')
  if (given.ca !== undefined && must(stamped !== undefined && places.has('audit/anchor.tsr'), 'ANCHOR_MISSING', 'audit/anchor.tsr')) {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-verify-'))
    writeFileSync(join(folder, 'tsr'), late('audit/anchor.tsr')!)
    const asked = spawnSync('openssl', ['ts', '-verify', '-digest', sha(stamped!), '-in', join(folder, 'tsr'), '-CAfile', given.ca])
    rmSync(folder, { recursive: true })
    if (must(asked.status === 0, asked.error === undefined ? 'ANCHOR_WRONG' : 'ANCHOR_UNCHECKED', 'audit/anchor.tsr') && (anchored?.size ?? 0) > end) outside = true
  }
  return outside
}

/** All checks in order. Returns the assurance level, or nothing where something does not hold. */
function verifyDossier(root: string, given: Options): string {
  for (const seen of [files, good, entries]) seen.clear()
  problems.length = 0
  check = 'files'
  openDossier(root, fail)
  if (problems.some(({ code }) => code === 'TAR_MALFORMED')) return ''
  if (!must(places.has('release.json'), 'RELEASE_MISSING', 'release.json')) return ''
  const bytes = readAll('release.json')
  release = exact(bytes)
  if (!must(attempt(() => isRelease(release)), 'RELEASE_MALFORMED', 'release.json')) return ''
  checkFiles()
  check = 'keys'
  if (!checkKeys(given.keys.map((pem) => createPublicKey(pem)))) return ''
  check = 'log'
  const rootAt = checkLog(bytes)
  check = 'run'
  const record = checkRun()
  check = 'decisions'
  checkDecisions(record)
  check = 'release'
  checkSignature(bytes)
  check = 'model'
  checkModel(record)
  check = 'attestations'
  checkAttestations(record)
  check = 'review'
  checkReview(record, rootAt, given.signers)
  check = 'reports'
  checkReports(record)
  check = 'outside'
  const outside = checkOutside(rootAt, given)
  if (problems.length > 0) return ''
  const signed = given.keys.length > 0 || given.checkpoints.length > 0
  return signed ? (outside ? 'externally witnessed' : 'signed') : 'self-attested'
}

/** The signed result is about this release.json and this model, and says only what the files show. */
function checkSignature(releaseBytes: Buffer): void {
  const path = 'release.sigstore.json'
  const bytes = late(path)
  if (bytes === undefined) return void fail('RELEASE_SIGNATURE_MISSING', path)
  const statement = openBundle(bytes, bundlePem, bundleHint)
  if (typeof statement === 'string') return void fail(`RELEASE_SIGNATURE_${statement}`, path)
  const { candidate, state, decisions } = release
  const wanted = [sha(releaseBytes), ...(candidate === undefined ? [] : [candidate.model])]
  must(same(statement.subject.map((each: Any) => each.digest.sha256), wanted), 'RELEASE_SUBJECT', path)
  const word = (text: string): string => `SLUICE_${text.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`
  const passed = decisions.filter(({ gate }: Any) => ['pass', 'warn'].includes(exact(doc(`decisions/${gate}.json`))?.outcome))
  const unread = decisions.some(({ gate }: Any) => exact(doc(`decisions/${gate}.json`)) === undefined)
  const true_ = [...passed.map(({ gate }: Any) => word(`gate ${gate}`)), ...(candidate ? [word('model signed')] : []), ...(state === 'approved' ? [word('review approved')] : [])]
  const claimed = list(statement.predicate.properties)
  must(statement.predicateType === 'https://in-toto.io/attestation/svr/v0.2' && (unread || claimed.every((each) => true_.includes(each))), 'RELEASE_CLAIM', path)
}

type Options = { keys: string[]; checkpoints: string[]; witnesses: string[]; signers: string | undefined; ca: string | undefined }

/** @returns the exit code */
export function main(args: string[]): number {
  const { values, positionals } = parseArgs({
    args, allowPositionals: true,
    options: {
      key: { type: 'string', multiple: true }, checkpoint: { type: 'string', multiple: true }, 'tsa-ca': { type: 'string' },
      witness: { type: 'string', multiple: true }, 'allowed-signers': { type: 'string' }, json: { type: 'boolean' },
    },
  })
  const [dossier] = positionals
  if (dossier === undefined || positionals.length !== 1) throw new Error('give one dossier: a folder, or its .tar')
  const read = (file: string): string => readFileSync(file, 'utf8')
  const signers = values['allowed-signers']
  const level = verifyDossier(dossier, {
    keys: (values.key ?? []).map(read), checkpoints: (values.checkpoint ?? []).map(read), witnesses: (values.witness ?? []).map(read),
    signers: signers === undefined ? undefined : read(signers), ca: values['tsa-ca'],
  })
  if (values.json === true) console.log(JSON.stringify({ ok: level !== '', assurance: level, problems }))
  else {
    for (const { check: name, code, file } of problems) console.log(`FAILED  ${name.padEnd(13)} ${code} ${file}`)
    console.log(level === '' ? `FAILED  ${problems.length} problems` : `ok      assurance: ${level}; decisions were not replayed`)
  }
  return level === '' ? 4 : 0
}

// Not where a test reads this file to call `main` itself.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2))
  } catch (error) {
    console.error(`sluice-verify: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 2
  }
}
