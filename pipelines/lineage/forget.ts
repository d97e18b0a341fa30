import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addForgotten, type ForgottenSubject } from '../../artifacts/forgotten.ts'
import { getModel } from '../../artifacts/model.ts'
import type { Sensitivity } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { putTombstone, readTombstones, type Tombstone } from '../../artifacts/tombstone.ts'
import { actionRecordPath } from '../../audit/action-record.ts'
import type { Statement } from '../../audit/attestations/statement.ts'
import type { Keys } from '../../audit/keys.ts'
import type { Ledger } from '../../audit/ledger.ts'
import { acquireLock } from '../../audit/lock.ts'
import { sha256 } from '../../util/digest.ts'
import { fsyncDir, writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import { abandonedRuns, loadRun, runDir } from '../engine/history.ts'
import { loggedRecord, type RunRecord } from '../engine/run-record.ts'
import { modelsOf } from './ancestry.ts'
import { erasureStatement } from './certificate.ts'
import { collectRows } from './collect.ts'
import { type History, readHistory } from './executions.ts'
import { type Quotes, quotesOf } from './quotes.ts'
import { findQuotes, type QuotingDocuments } from './residue.ts'
import { type Search, search } from './search.ts'
import { type Trace, traceRecords } from './trace.ts'

export interface ForgetOptions {
  /** A short word that goes into log, tombstones and certificate. */
  readonly reason: string
  readonly ticket?: string
  readonly now: () => Date
  /** Puts the subject on the list although the store has no record of them. */
  readonly ahead?: boolean
  readonly onProgress?: (doing: string, done: number) => void
  /** Signs the certificate; without it the certificate is stored as it is, and the log vouches for its digest. */
  readonly sign?: (statement: Statement) => Promise<string>
}

/** What contains a subject and what is to become of it. */
export interface ForgetPlan {
  readonly trace: Trace
  /** Objects that are there and will be erased: shards and measures of records, and documents that quote them. */
  readonly erase: readonly {
    readonly digest: string
    readonly sensitivity: Sensitivity
    readonly kind: Tombstone['kind']
    readonly bytes: number
  }[]
  readonly documents: QuotingDocuments
}

export interface Forgotten extends ForgetPlan {
  /** Digest of the certificate in the store. */
  readonly certificate: string
  readonly statement: Statement
  /** Digest of the signed bundle in the store, where a signer was given. */
  readonly bundle: string | undefined
  /** False where everything had been done before: then the certificate is the earlier one. */
  readonly changed: boolean
}

/** What would be done. Changes nothing but the index. @throws SluiceError `SUBJECT_UNKNOWN` */
export function planForget(store: Store, keys: Keys, subject: ForgottenSubject, options: ForgetOptions): ForgetPlan {
  return survey(store, keys, subject, options).plan
}

/**
 * Erases a data subject from a store. The order is what makes it safe to be killed: intent into the log, suppression list,
 * then what quotes the records, then the records themselves (their texts are needed to find the quotes), then the check,
 * the certificate, and the entry that says that it is done. Running it again finishes what a killed one began.
 *
 * @throws SluiceError `SUBJECT_UNKNOWN`; `STORE_BUSY` while a run is under way; `FORGET_RESIDUE` (exit 4) where something is left
 */
export async function forgetSubject(
  store: Store,
  keys: Keys,
  ledger: Ledger,
  subject: ForgottenSubject,
  options: ForgetOptions,
): Promise<Forgotten> {
  const held = acquireLock(join(store.root, 'forget.lock'), { timeoutMs: 0 })
  try {
    refuseRuns(store.root)
    const { plan, quotes, skip } = survey(store, keys, subject, options)
    const earlier = lastCertificate(store, ledger, subject.subject)
    if (earlier !== undefined && isNothing(plan)) return { ...plan, ...earlier, changed: false }

    const run = `forget-${subject.subject.slice(0, 12)}`
    const base = {
      subject: subject.subject,
      reason: options.reason,
      ...(options.ticket === undefined ? {} : { ticket: options.ticket }),
    }
    ledger.append([{ type: 'subject.forget.planned', run, subject: { ...base, objects: String(plan.erase.length) } }])
    addForgotten(store, subject)
    // A run that began before the list was there may still be reading the sources: it must not go on writing.
    refuseRuns(store.root)
    eraseQuotes(store, ledger, plan, quotes)
    eraseObjects(store, plan, subject, options)
    for (const folder of ['work', 'tmp']) rmSync(join(store.root, folder), { recursive: true, force: true })

    const after = survey(store, keys, subject, { ...options, ahead: true })
    const left = residueOf(after.plan, findQuotes(store, quotes, skip))
    if (left > 0) throw residue(left)
    const documents = [...readTombstones(store.root)].filter(
      (tombstone) => tombstone.kind === 'document' && tombstone.subject === subject.subject,
    )
    const { trace } = after.plan
    const statement = erasureStatement({ subject, options, trace, documents, scrubbed: plan.documents })
    const bundle = options.sign === undefined ? undefined : store.put(await options.sign(statement), 'redacted').sha256
    const { sha256: certificate } = store.putJson(statement, 'redacted')
    const tombstones = trace.objects.length + documents.length
    ledger.append([
      {
        type: 'subject.forgotten',
        run,
        subject: { ...base, objects: String(tombstones), certificate, ...(bundle === undefined ? {} : { bundle }) },
        payload: certificate,
      },
    ])
    return { ...plan, trace, certificate, statement, bundle, changed: true }
  } finally {
    held.release()
  }
}

interface Survey {
  readonly plan: ForgetPlan
  readonly quotes: Quotes
  /** Digests of what is no document. */
  readonly skip: ReadonlySet<string>
}

function survey(store: Store, keys: Keys, subject: ForgottenSubject, options: ForgetOptions): Survey {
  const ids = [subject.subject, ...(subject.loose === undefined ? [] : [subject.loose])]
  const found = search(store, { subjects: ids }, (n) => options.onProgress?.('searching', n))
  const history = readHistory(store, keys)
  if (found.records.size === 0 && options.ahead !== true) throw unknownSubject(subject.field)
  const trace = traceRecords(store, history, found)
  const { records, rows } = collectRows(store, found)
  const quotes = quotesOf(records, rows, subject.field)
  const skip = modelFiles(store, history)
  const documents = findQuotes(store, quotes, skip)
  return { plan: { trace, erase: eraseList(store, found, documents), documents }, quotes, skip }
}

/** Files of models are no documents: a tokenizer has words of everybody, and the model is reported as a whole. */
function modelFiles(store: Store, history: History): ReadonlySet<string> {
  const skip = new Set<string>()
  for (const model of modelsOf(history)) {
    if (!store.has({ sha256: model, sensitivity: 'redacted' })) continue
    for (const { sha256 } of getModel(store, { digest: model }).files) skip.add(sha256)
  }
  return skip
}

function eraseList(store: Store, found: Search, documents: QuotingDocuments): ForgetPlan['erase'] {
  const shards = found.hits
    .filter(({ erased, kind }) => !erased && kind !== 'other')
    .map(({ digest, sensitivity, kind }) => ({ digest, sensitivity, kind: kind as 'rows' | 'columns' }))
  const known = new Set(shards.map(({ digest, sensitivity }) => `${digest}.${sensitivity}`))
  const quoting = documents.objects
    .filter(({ digest, sensitivity }) => !known.has(`${digest}.${sensitivity}`))
    .map((name) => ({ ...name, kind: 'document' as const }))
  // Documents first, records last: the texts of the records find the documents.
  const order = { document: 0, columns: 1, rows: 2 }
  return [...quoting, ...shards]
    .sort((a, b) => order[a.kind] - order[b.kind])
    .map((each) => ({ ...each, bytes: statSync(objectFile(store.root, each)).size }))
}

function objectFile(root: string, { digest, sensitivity }: { digest: string; sensitivity: Sensitivity }): string {
  return join(root, sensitivity === 'raw' ? 'sealed' : 'objects', digest.slice(0, 2), digest.slice(2))
}

/** Run records lose what they quote, and the log says which digest took the place of which. */
function eraseQuotes(store: Store, ledger: Ledger, { documents }: ForgetPlan, quotes: Quotes): void {
  for (const { run, reports } of documents.runs) {
    const folder = runDir(store.root, run)
    for (const report of reports) remove(join(folder, report))
    const before = loadRun(store.root, run)
    const after = quotes.without(before as unknown as Json) as unknown as RunRecord
    const digests = { before: sha256(loggedRecord(before)), after: store.put(loggedRecord(after), 'redacted').sha256 }
    if (digests.before === digests.after) continue
    ledger.append([{ type: 'run.scrubbed', run, subject: digests, payload: digests.after }])
    writeFileDurable(join(folder, 'run.json'), `${JSON.stringify(after, null, 2)}\n`)
  }
  for (const key of documents.actions) remove(actionRecordPath(join(store.root, 'actions'), key))
}

function eraseObjects(store: Store, plan: ForgetPlan, { subject }: ForgottenSubject, options: ForgetOptions): void {
  let done = 0
  for (const { digest, sensitivity, kind, bytes } of plan.erase) {
    const when = options.now().toISOString()
    putTombstone(store.root, { v: 1, object: digest, sensitivity, bytes, kind, when, reason: options.reason, subject })
    remove(objectFile(store.root, { digest, sensitivity }))
    done += 1
    options.onProgress?.('erasing', done)
  }
}

function remove(file: string): void {
  rmSync(file, { force: true })
  fsyncDir(dirname(file))
}

/** Runs that are under way: they hold rows in memory and write them. */
function refuseRuns(root: string): void {
  const folder = join(root, 'open')
  const open = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  const dead = new Set(abandonedRuns(root).map((run) => `${run}.json`))
  if (open.every((name) => dead.has(name))) return
  throw new SluiceError({
    code: 'STORE_BUSY',
    message: 'a run is under way in this store, and would write what is being erased',
    next: 'wait until it has ended, then run the same command again',
    transient: true,
  })
}

function isNothing({ erase, documents }: ForgetPlan): boolean {
  return erase.length + documents.actions.length + documents.runs.length === 0
}

function residueOf(plan: ForgetPlan, documents: QuotingDocuments): number {
  return plan.erase.length + documents.objects.length + documents.actions.length + documents.runs.length
}

/** The certificate of an erasure that was finished, by the log. */
function lastCertificate(
  store: Store,
  ledger: Ledger,
  subject: string,
): Pick<Forgotten, 'certificate' | 'statement' | 'bundle'> | undefined {
  let last: { readonly certificate: string; readonly bundle: string | undefined } | undefined
  for (const entry of ledger.entries()) {
    if (entry.type !== 'subject.forgotten' || entry.subject['subject'] !== subject) continue
    last = { certificate: entry.payload ?? '', bundle: entry.subject['bundle'] }
  }
  if (last === undefined) return undefined
  const bytes = readFileSync(store.path(last.certificate), 'utf8')
  return { ...last, statement: JSON.parse(bytes) as Statement }
}

function unknownSubject(field: string): SluiceError {
  return new SluiceError({
    code: 'SUBJECT_UNKNOWN',
    message: `no record of this store has this value in meta.${field}`,
    next: 'check the value and --field (values are compared exactly); to keep somebody out who is not in yet: --ahead',
  })
}

function residue(left: number): SluiceError {
  return new SluiceError({
    code: 'FORGET_RESIDUE',
    message: `${left} objects or documents of the subject are still there after the erasure`,
    next: 'run the same command again; if it says the same, look for what wrote to the store meanwhile',
    exit: 4,
  })
}
