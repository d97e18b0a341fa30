import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Static } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDataset } from '../../artifacts/dataset.ts'
import type { ForgottenSubject } from '../../artifacts/forgotten.ts'
import { readForgotten } from '../../artifacts/forgotten.ts'
import { openStore, type Store } from '../../artifacts/store.ts'
import { looseId, subjectId } from '../../artifacts/subject.ts'
import { signStatement, verifyBundle } from '../../audit/attestations/bundle.ts'
import type { ERASURE } from '../../audit/attestations/predicates/erasure.ts'
import { openBundleSigner } from '../../audit/keys/signer.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { verifyStore } from '../../audit/verify-store.ts'
import { loadRun } from '../../pipelines/engine/history.ts'
import { runPipeline } from '../../pipelines/engine/run.ts'
import { loggedRecord, type RunRecord } from '../../pipelines/engine/run-record.ts'
import { ancestryOf } from '../../pipelines/lineage/ancestry.ts'
import { readHistory } from '../../pipelines/lineage/executions.ts'
import { type Forgotten, forgetSubject, planForget } from '../../pipelines/lineage/forget.ts'
import { recordKey } from '../../pipelines/lineage/index-file.ts'
import { search, storeObjects } from '../../pipelines/lineage/search.ts'
import { type Trace, traceRecords } from '../../pipelines/lineage/trace.ts'
import { writeReports } from '../../reports/index.ts'
import { sha256 } from '../../util/digest.ts'
import { filesBelow, removeFolder, workFolder } from '../support/sluice.ts'

/** Sentences that only rows of one customer have: what must be gone afterwards. */
const CANARIES = ['the purple heron ate my router', 'forty brass kettles arrived instead', 'my blinking teapot never']

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: lineage
purpose: tests
owner: tests
seed: 3
sources:
  desk: { uri: desk.jsonl, licence: Apache-2.0, lawful_basis: synthetic }
stages:
  ingest: { uses: ingest, with: { meta: [customer.id, plan], shard: { rows: 12 } } }
  redact: { uses: redact, needs: [ingest], with: { names: false, tagger: false, seeding: { share: 0 } } }
  toxicity: { uses: toxicity, needs: [redact], with: { thresholds: { toxicity: 0.000001 } } }
  curate:
    uses: curate
    needs: [toxicity]
    with: { split: { valid: 0.2, test: 0.1 }, canaries: { count: 2, repeats: [1] } }
  finetune:
    uses: finetune
    needs: [curate]
    with: { layers: 1, width: 16, heads: 1, context: 256, vocabulary: 320, epochs: 0.2, batch_tokens: 512 }
`

function row(n: number, customer: string, text: string): string {
  return JSON.stringify({
    customer: { id: customer },
    plan: 'Professional',
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: `We noted: ${words(n, 5000)}` },
    ],
  })
}

/** Sentences that share no words, so that none of them is a near-duplicate. */
function words(n: number, from: number): string {
  const word = (x: number): string =>
    ((x * 7919) % 456_976).toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[Number(d)]!)
  return Array.from({ length: 9 }, (_, i) => word(n * 31 + from + i * 1009)).join(' ')
}

function source(): string {
  const rows: string[] = []
  for (let n = 0; n < 24; n++) {
    if (n === 5) rows.push(row(n, 'C-777001', `${CANARIES[0]} and I am cross, you stupid idiots ${words(n, 0)}`))
    else if (n === 21) rows.push(row(n, 'C-777001', `${CANARIES[1]} and I am still cross ${words(n, 0)}`))
    else rows.push(row(n, `C-1000${String(n).padStart(2, '0')}`, words(n, 0)))
  }
  // Two of their rows are broken: one as JSON, one only for its roles.
  rows.push(`{"customer":{"id":"C-777001"},"messages":[{"role":"user","content":"${CANARIES[2]} wor`)
  rows.push(JSON.stringify({ customer: { id: 'C-777001' }, messages: [{ role: 'nobody', content: CANARIES[2] }] }))
  return `${rows.join('\n')}\n`
}

let dir: string
let store: Store
let first: RunRecord
let subject: ForgottenSubject

beforeAll(async () => {
  dir = workFolder('lineage', { 'p.yaml': PIPELINE, 'desk.jsonl': source() })
  first = await run()
  store = openStore(root())
  subject = {
    subject: subjectId(store, 'customer.id', 'C-777001'),
    field: 'customer.id',
    loose: looseId(store, 'C-777001'),
  }
}, 120_000)
afterAll(() => removeFolder(dir))

const root = (): string => join(dir, 'store')
async function run(): Promise<RunRecord> {
  const record = await runPipeline(join(dir, 'p.yaml'), { store: root(), jobs: 1 })
  await writeReports(record, join(root(), 'runs', record.run))
  return record
}
const keys = (): ReturnType<typeof openKeys> => openKeys(join(root(), 'keys'))
const ledger = (): ReturnType<typeof openLedger> => openLedger(join(root(), 'ledger'), keys())
const stage = (record: RunRecord, id: string): RunRecord['stages'][number] =>
  record.stages.find((each) => each.id === id)!
const traceOf = (wanted: Parameters<typeof search>[1]): Trace =>
  traceRecords(store, readHistory(store, keys()), search(store, wanted))
const traceSubject = (): Trace => traceOf({ subjects: [subject.subject, subject.loose!] })
const summary = (trace: Trace): unknown =>
  trace.stages.map(({ uses, datasets, dropped, quarantined }) => [
    uses,
    datasets.reduce((sum, { rows }) => sum + rows, 0),
    dropped,
    quarantined,
  ])
const NOW = new Date('2026-11-28T12:00:00.000Z')
const options = (changes: object = {}): Parameters<typeof forgetSubject>[4] => {
  const signer = openBundleSigner(join(root(), 'keys'))
  return {
    reason: 'erasure_request',
    ticket: 'PRIV-7',
    now: () => NOW,
    sign: (statement) => signStatement(statement, signer),
    ...changes,
  }
}

/** Every file of the store, sealed objects opened. */
function* contents(): Generator<readonly [string, Buffer]> {
  for (const file of filesBelow(root())) yield [file, readFileSync(file)]
  for (const { digest, sensitivity } of storeObjects(root()))
    if (sensitivity === 'raw') yield [`sealed ${digest}`, store.get({ sha256: digest, sensitivity })]
}
const holding = (texts: readonly string[]): readonly string[] =>
  [...contents()].filter(([, bytes]) => texts.some((text) => bytes.includes(text))).map(([file]) => file)

async function problems(): Promise<readonly string[]> {
  const pem = keys().publicKeyPem
  const log = verifyLedger(join(root(), 'ledger'), pem, { earlier: [first.ledger!.checkpoint] })
  const objects = await verifyStore(root(), pem, { payloads: log.payloads })
  return [...log.problems, ...objects.problems].map(({ code, file }) => `${code} ${file}`)
}

describe('lineage', () => {
  it('traces a subject through all stages to the model', () => {
    expect(stage(first, 'finetune').error).toBe(null)
    const trace = traceSubject()
    expect(summary(trace)).toEqual([
      ['ingest', 2, 0, 2],
      ['redact', 2, 0, 0],
      ['toxicity', 2, 0, 0],
      ['curate', 2, 0, 0],
      ['finetune', 0, 0, 0],
    ])
    expect(trace.records).toBe(4)
    expect(trace.models.map(({ digest }) => digest)).toEqual([stage(first, 'finetune').outputs['model']!.digest])
    expect(trace.searched).toMatchObject({ unread: 0, shredded: 0 })
    expect(trace.unplaced).toBe(0)
    expect(JSON.stringify(trace)).not.toContain('C-777001')
  })

  it('traces a record by its id, and a second time from the index alone', () => {
    const [record] = [...readDataset(store, stage(first, 'ingest').outputs['data']!)]
    const wanted = { records: [recordKey(store, record!.id.slice(0, 16))] }
    const trace = traceOf(wanted)
    expect(trace.records).toBe(1)
    expect(traceOf(wanted)).toEqual(trace)
    expect(traceOf({ records: [recordKey(store, '0'.repeat(16))] }).records).toBe(0)
  })

  it('goes back from a model to its sources', () => {
    const model = stage(first, 'finetune').outputs['model']!.digest
    const { stages, sources, bases } = ancestryOf(store, readHistory(store, keys()), model)
    expect(stages.map(({ uses }) => uses)).toEqual(['ingest', 'redact', 'toxicity', 'curate', 'finetune'])
    expect(stages[0]!.outputs[0]!.rows).toBe(24)
    expect(sources.map(({ id }) => id)).toEqual(['desk'])
    expect(bases).toEqual([])
    expect(() => ancestryOf(store, readHistory(store, keys()), 'f'.repeat(64))).toThrow('no stage of this store')
  })

  it('refuses a subject that nobody has, and says so', () => {
    const nobody = { subject: subjectId(store, 'customer.id', 'C-0'), field: 'customer.id' }
    expect(() => planForget(store, keys(), nobody, options())).toThrow('no record of this store has this value')
  })

  it('a dry run erases nothing', () => {
    expect(holding(CANARIES).length).toBeGreaterThan(2)
    const before = filesBelow(join(root(), 'objects')).length
    const plan = planForget(store, keys(), subject, options())
    expect(plan.erase.filter(({ kind }) => kind === 'rows').length).toBeGreaterThan(4)
    expect(filesBelow(join(root(), 'objects')).length).toBe(before)
    expect(existsSync(join(root(), 'forgotten'))).toBe(false)
  })

  it('a killed erasure leaves an intent, and the same command finishes it', async () => {
    for (const at of [1, 2, 4]) {
      let erased = 0
      const killed = forgetSubject(store, keys(), ledger(), subject, {
        ...options(),
        onProgress: (doing) => {
          if (doing === 'erasing' && ++erased === at) throw new Error('killed')
        },
      })
      await expect(killed).rejects.toThrow('killed')
    }
    // Until it is finished the store says so: a tombstone may stand before its object is gone, never the other way round.
    expect([...ledger().entries()].at(-1)!.type).toMatch(/^(run\.scrubbed|subject\.forget\.planned)$/)
    expect(readForgotten(root()).map(({ subject: id }) => id)).toEqual([subject.subject])
  })

  let done: Forgotten
  const claimed = (): Static<typeof ERASURE.schema> => done.statement.predicate as never
  it('forgets: no byte of their texts is left, sealed or not, and the store is whole', async () => {
    done = await forgetSubject(store, keys(), ledger(), subject, options())
    expect(done.changed).toBe(true)
    expect(holding([...CANARIES, 'C-777001'])).toEqual([])
    expect(await problems()).toEqual([])
    const scrubbed = [...ledger().entries()].filter(({ type }) => type === 'run.scrubbed')
    expect(scrubbed.map((entry) => [entry.run, entry.payload])).toEqual([
      [first.run, sha256(loggedRecord(loadRun(root(), first.run)))],
    ])
    expect(scrubbed[0]!.subject['before']).toBe(sha256(loggedRecord(first)))
    const { size } = ledger()
    const last = [...ledger().entries(size - 1)][0]!
    expect(last).toMatchObject({
      type: 'subject.forgotten',
      payload: done.certificate,
      subject: { subject: subject.subject, ticket: 'PRIV-7', certificate: done.certificate },
    })
  })

  it('the certificate is signed and lists tombstones, models and what it cannot reach', () => {
    const predicate = claimed()
    const bundle = store.get({ sha256: done.bundle!, sensitivity: 'redacted' }).toString('utf8')
    const signer = openBundleSigner(join(root(), 'keys'))
    expect(verifyBundle(bundle, signer.publicKeyPem)).toEqual(done.statement)
    expect(predicate).toMatchObject({ records: 4, searched: { unread: 0 }, unparsed_rows: 'searched_by_word' })
    expect(predicate.models.map(({ sha256, to_do }) => [sha256, to_do])).toEqual([
      [stage(first, 'finetune').outputs['model']!.digest, 'retrain_or_audit_again'],
    ])
    expect(predicate.erased.filter(({ kind }) => kind === 'rows').length).toBeGreaterThan(4)
    expect(predicate.erased.some(({ kind }) => kind === 'columns')).toBe(true)
    expect(predicate.beyond).toContain('source_files')
    expect(JSON.stringify(done)).not.toContain('C-777001')
  })

  it('still tells afterwards which model learnt from them', () => {
    const trace = traceSubject()
    expect(trace.models).toHaveLength(1)
    expect(trace.objects.every(({ erased }) => erased)).toBe(true)
  })

  it('a second time changes nothing and gives the same certificate', async () => {
    const { size } = ledger()
    const again = await forgetSubject(store, keys(), ledger(), subject, options())
    expect(again).toMatchObject({ changed: false, certificate: done.certificate, bundle: done.bundle })
    expect(ledger().size).toBe(size)
  })

  it('what was erased and comes back is found, and so is a list that someone took away', async () => {
    const rows = claimed().erased.find(({ kind }) => kind === 'rows')!
    const folder = join(root(), rows.sensitivity === 'raw' ? 'sealed' : 'objects', rows.sha256.slice(0, 2))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, rows.sha256.slice(2)), 'back')
    expect((await problems()).map((problem) => problem.split(' ')[0])).toContain('TOMBSTONED_PRESENT')
    rmSync(join(folder, rows.sha256.slice(2)))
    const list = readFileSync(join(root(), 'forgotten'))
    rmSync(join(root(), 'forgotten'))
    expect(await problems()).toEqual(['FORGOTTEN_BROKEN forgotten'])
    expect((await run()).stages[0]!.error).toMatchObject({ code: 'FORGOTTEN_BROKEN', exit: 4 })
    writeFileSync(join(root(), 'forgotten'), list)
    expect(await problems()).toEqual([])
  })

  it('the next run leaves their rows out, counted, though the source still has them', async () => {
    const second = await run()
    expect(second.stages.map(({ id, state }) => [id, state])).toEqual([
      ['ingest', 'done'],
      ['redact', 'done'],
      ['toxicity', 'done'],
      ['curate', 'done'],
      ['finetune', 'done'],
    ])
    expect(stage(second, 'ingest').rows).toMatchObject({ in: 26, kept: 22, dropped: 4, quarantined: 0 })
    expect(stage(second, 'ingest').dropped).toEqual({ forgotten: 4 })
    expect(holding([...CANARIES, 'C-777001'])).toEqual([])
    expect(traceSubject().models).toHaveLength(1)
    expect(await problems()).toEqual([])
    const others = [...readDataset(store, stage(second, 'ingest').outputs['data']!)]
    expect(others).toHaveLength(22)
  }, 60_000)
})
