import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { getModel } from '../../artifacts/model.ts'
import type { Store } from '../../artifacts/store.ts'
import { openStore } from '../../artifacts/store.ts'
import { signStatement } from '../../audit/attestations/bundle.ts'
import {
  type AttestationItem,
  type Candidate,
  policyFile,
  type ReleaseState,
} from '../../audit/dossier/release-document.ts'
import { writeTar } from '../../audit/dossier/tar.ts'
import type { Signer } from '../../audit/keys/signer.ts'
import type { Keys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { signModel } from '../../audit/model-signing.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { notBefore } from '../../pipelines/engine/waivers.ts'
import { sha256, sha256FileSync } from '../../util/digest.ts'
import { ensureDir, fsyncDir } from '../../util/durable.ts'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { writeReports } from '../index.ts'
import { findEvidence, leavesOf } from './log-evidence.ts'
import { witnessEvidence } from './outside-evidence.ts'
import { approvalStatements, waiverStatements } from './personal-statements.ts'
import { dossierFiles, type Sealed, sealDossier, writeEntries, writeInto } from './seal.ts'
import { type NamedStatement, runStatements } from './statements.ts'
import { renderVerifyGuide } from './verify-guide.ts'

/** What reviewers said, as they signed it: exact bytes. */
export interface ReviewFiles {
  readonly approvals: readonly {
    readonly id: string
    readonly document: Uint8Array
    readonly signature: Uint8Array
  }[]
  readonly allowedSigners: Uint8Array
  /** The quorum was met: the caller checked, and the verifiers check again. */
  readonly approved: boolean
}

export interface BuildOptions {
  /** Folder of the store. */
  readonly store: string
  /** Folder to make. It must not be there yet, or be empty. */
  readonly out: string
  readonly keys: Keys
  readonly signer: Signer
  readonly now: () => Date
  /** Build also what is not to be released, to look into it. `release.json` says so. */
  readonly allowBlocked?: boolean
  readonly review?: ReviewFiles
}

export interface BuiltDossier extends Sealed {
  readonly folder: string
}

/**
 * Builds the dossier of a run: everything that a stranger needs to check the release, in one folder. All or nothing: it
 * is made beside `out` and renamed.
 *
 * @throws SluiceError `RELEASE_NONE`, `RELEASE_BLOCKED` (exit 1), `RELEASE_MODEL_SEALED`, `DOSSIER_EXISTS`,
 * `RUN_NOT_LOGGED`, `STAGE_NOT_LOGGED`, `EVIDENCE_NOT_KEPT` (exit 4).
 */
export async function buildDossier(record: RunRecord, options: BuildOptions): Promise<BuiltDossier> {
  const out = resolve(options.out)
  const state = releaseState(record, options)
  if (existsSync(out) && readdirSync(out).length > 0) throw exists(out)
  ensureDir(dirname(out))
  const folder = mkdtempSync(join(dirname(out), `.${basename(out)}.tmp-`))
  try {
    const sealed = await fill(folder, record, state, options)
    rmSync(out, { recursive: true, force: true })
    renameSync(folder, out)
    fsyncDir(dirname(out))
    return { ...sealed, folder: out }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw toSluiceError(error, 'building the dossier')
  }
}

/** Writes a dossier as an archive. The same dossier always gives the same bytes. */
export function archiveDossier(folder: string, target: string, name: string): { readonly sha256: string } {
  if (existsSync(target)) throw exists(target)
  const temporary = `${target}.tmp-${process.pid}`
  rmSync(temporary, { force: true })
  const files = dossierFiles(folder)
  try {
    writeTar(
      temporary,
      files.map(({ path, bytes }) => ({ path: `${name}/${path}`, file: join(folder, path), bytes })),
    )
    renameSync(temporary, target)
    fsyncDir(dirname(resolve(target)))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw toSluiceError(error, 'writing the archive')
  }
  return { sha256: sha256FileSync(target).sha256 }
}

function releaseState(record: RunRecord, options: BuildOptions): ReleaseState {
  const { release } = record
  if (release === null) {
    throw new SluiceError({
      code: 'RELEASE_NONE',
      message: 'the pipeline of this run has no `release`, so there is nothing to build',
      next: 'add `release: { candidate: STAGE, gate: POLICY }` to the pipeline file and run it',
    })
  }
  if (release.state === 'awaiting_review' && record.outcome === 'passed') {
    return options.review?.approved === true ? 'approved' : 'unreviewed'
  }
  if (options.allowBlocked === true) return 'blocked'
  throw new SluiceError({
    code: 'RELEASE_BLOCKED',
    message: `this run did not end with a release candidate: it is ${release.state}, its outcome ${record.outcome}`,
    next: 'see its report; to build a dossier of what was blocked, to look into it, add --allow-blocked',
    exit: 1,
  })
}

async function fill(folder: string, record: RunRecord, state: ReleaseState, options: BuildOptions): Promise<Sealed> {
  const { keys, signer } = options
  const store = openStore(options.store)
  const ledger = openLedger(`${options.store}/ledger`, keys, { now: options.now })
  const evidence = findEvidence(ledger, record)
  const policies = writeDecisions(folder, record, store)
  writeWaivers(folder, record, store)
  writeReview(folder, options.review)
  writeInto(folder, 'audit/plan.json', kept(store, evidence.planned.payload ?? '', 'the plan of the run'))
  const candidate = state === 'blocked' ? undefined : writeModel(folder, record, store)
  if (candidate !== undefined)
    writeInto(folder, 'model.sig', await signModel(join(folder, 'model'), signer, { name: 'model' }))
  await writeReports(record, folder, options.store)
  const statements = [
    ...runStatements(record),
    ...waiverStatements(record),
    ...approvalStatements(options.review?.approvals ?? []),
  ]
  const attestations = await writeAttestations(folder, statements, signer)
  writeInto(folder, 'keys/ledger.pub', keys.publicKeyPem)
  writeInto(folder, 'keys/ledger.vkey', `${keys.noteVerifier}\n`)
  writeInto(folder, 'keys/bundle.pub', signer.publicKeyPem)
  const entries = writeEntries(folder, ledger, evidence.entries)
  const since = ledger.size
  const leaves = leavesOf(ledger)
  if (leaves !== undefined) writeInto(folder, 'audit/leaves', leaves)
  const outside = witnessEvidence(options.store, ledger.size, evidence.finished.seq)
  for (const [path, data] of outside) writeInto(folder, path, data)
  const draft = {
    v: 1 as const,
    kind: 'Release' as const,
    id: `${record.pipeline.name}.${record.run}`,
    created: notBefore(options.now(), ledger).toISOString(),
    run: record.run,
    pipeline: { name: record.pipeline.name, digest: record.pipeline.digest },
    ...(candidate === undefined ? {} : { candidate }),
    state,
    decisions: record.decisions.map(({ gate, digest }) => ({ gate, digest })),
    policies,
    attestations,
    entries,
  }
  const guide = {
    approvals: options.review?.approvals.map(({ id, document }) => ({ id, reviewer: reviewerOf(document) })) ?? [],
    waivers: (record.waivers?.documents ?? []).length > 0,
    anchored: outside.some(([path]) => path === 'audit/anchor.tsr'),
  }
  writeInto(folder, 'VERIFY.md', renderVerifyGuide(draft, guide))
  return sealDossier(folder, draft, {
    signer,
    ledger,
    since,
    keep: (text) => void store.put(text, 'redacted'),
  })
}

/** Decisions as they were logged, and all that they judged. Returns the policies, each once. */
function writeDecisions(
  folder: string,
  record: RunRecord,
  store: Store,
): readonly { readonly name: string; readonly version: number; readonly digest: string }[] {
  const policies = new Map<string, { name: string; version: number; digest: string }>()
  for (const { gate, digest, decision } of record.decisions) {
    writeInto(folder, `decisions/${gate}.json`, kept(store, digest, 'a decision'))
    writeInto(folder, `evidence/${gate}.json`, kept(store, decision.evidence, 'the evidence of a decision'))
    writeInto(folder, `evidence/${gate}.waivers.json`, kept(store, decision.waivers, 'the waivers of a decision'))
    for (const policy of decision.policies) policies.set(policy.digest, { ...policy })
  }
  const sorted = [...policies.values()].sort((a, b) => (policyFile(a) < policyFile(b) ? -1 : 1))
  for (const policy of sorted) writeInto(folder, policyFile(policy), kept(store, policy.digest, 'a policy'))
  return sorted
}

/** The waivers that lay beside the pipeline, each with its signatures, and who might sign them. */
function writeWaivers(folder: string, record: RunRecord, store: Store): void {
  const { documents = [], allowedSigners } = record.waivers ?? {}
  for (const { id, document, signatures } of documents) {
    writeInto(folder, `waivers/${id}.json`, kept(store, document, 'a waiver'))
    for (const [end, digest] of Object.entries(signatures)) {
      writeInto(folder, `waivers/${id}.json${end}`, kept(store, digest, 'the signature of a waiver'))
    }
  }
  if (documents.length > 0 && allowedSigners !== undefined) {
    writeInto(folder, 'waivers/allowed_signers', kept(store, allowedSigners, 'the file of those who may sign'))
  }
}

function writeReview(folder: string, review: ReviewFiles | undefined): void {
  if (review === undefined) return
  writeInto(folder, 'approvals/allowed_signers', review.allowedSigners)
  for (const { id, document, signature } of review.approvals) {
    writeInto(folder, `approvals/${id}.json`, document)
    writeInto(folder, `approvals/${id}.json.sig`, signature)
  }
}

/** Who signed, for the command that checks it. */
function reviewerOf(document: Uint8Array): string {
  return (JSON.parse(Buffer.from(document).toString('utf8')) as { readonly reviewer: string }).reviewer
}

function writeModel(folder: string, record: RunRecord, store: Store): Candidate | undefined {
  const candidate = record.release?.candidate
  if (candidate === undefined) return undefined
  const model = getModel(store, candidate.model)
  if (model.sensitivity === 'raw' || model.files.some(({ sensitivity }) => sensitivity === 'raw')) {
    throw new SluiceError({
      code: 'RELEASE_MODEL_SEALED',
      message: 'the model was trained on raw data, so it stays sealed in the store and cannot be released',
      next: 'train on the output of a redact stage',
      exit: 1,
    })
  }
  mkdirSync(join(folder, 'model'))
  for (const file of model.files) store.exportTo(file.sha256, join(folder, 'model', file.name))
  return {
    stage: candidate.stage,
    model: candidate.model.digest,
    sensitivity: 'redacted',
    files: model.files.map(({ name, sha256: sha, bytes }) => ({ name, sha256: sha, bytes, sensitivity: 'redacted' })),
  }
}

async function writeAttestations(
  folder: string,
  statements: readonly NamedStatement[],
  signer: Signer,
): Promise<readonly AttestationItem[]> {
  const items: AttestationItem[] = []
  for (const [i, { name, statement }] of statements.entries()) {
    const file = `attestations/${String(i + 1).padStart(2, '0')}-${name}.sigstore.json`
    const text = await signStatement(statement, signer)
    writeInto(folder, file, text)
    items.push({ file, sha256: sha256(text), predicateType: statement.predicateType })
  }
  return items
}

/** A document of the store by its digest, checked. */
function kept(store: Store, digest: string, what: string): Buffer {
  try {
    return store.get({ sha256: digest, sensitivity: 'redacted' })
  } catch (cause) {
    throw new SluiceError({
      code: 'EVIDENCE_NOT_KEPT',
      message: `${what} is not in the store, or was changed there`,
      next: 'run the pipeline again (what is cached stays cached), then build the release of that run',
      exit: 4,
      cause,
    })
  }
}

function exists(file: string): SluiceError {
  return new SluiceError({
    code: 'DOSSIER_EXISTS',
    message: 'there is something at the place of the output already, and it is not overwritten',
    next: 'choose another place with --out, or move it away',
    at: { file },
  })
}
