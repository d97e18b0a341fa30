import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readDataset } from '../../artifacts/dataset.ts'
import { openStore } from '../../artifacts/store.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { filesBelow, removeFolder, runJson, sharedData, sluice, states, workFolder } from '../support/sluice.ts'

/**
 * The pipeline files beside this test, on real corpora. They are skipped where the shared data is absent. `sgd` takes
 * minutes: it runs with `SLUICE_SLOW=1`.
 */
const CORPORA = sharedData('corpora')
if (CORPORA === undefined) process.stdout.write('real input: skipped, the shared data is absent (SLUICE_DATA)\n')

let dir = ''
afterEach(() => removeFolder(dir))

/** Copies a pipeline file into a folder of its own, with the path of the data on this machine. */
async function run(name: string): Promise<{ record: RunRecord; store: string; code: number | null; stdout: string }> {
  const text = readFileSync(join(PACKAGE_ROOT, 'tests/acceptance', `${name}.yaml`), 'utf8')
  dir = workFolder(name)
  writeFileSync(join(dir, 'p.yaml'), text.replace('../../../shared/data', resolve(dirname(CORPORA!))))
  const { record, code, stderr, stdout } = await runJson(['p.yaml'], dir)
  expect(stderr).toBe('')
  return { record: record!, store: join(dir, '.sluice'), code, stdout }
}

const metric = (record: RunRecord, stage: string, name: string): number =>
  record.stages
    .find((each) => each.id === stage)!
    .metrics.find((each) => each.name === name && each.labels === undefined)!.value as number

describe.skipIf(CORPORA === undefined)('real input', () => {
  it('twitter-care: every e-mail address and phone number is gone from all artifacts, the log and the report', async () => {
    const { record, store, code, stdout } = await run('twitter-care')
    expect(states(record)).toEqual({ ingest: 'done', redact: 'done', toxicity: 'done', bias: 'done', curate: 'done' })
    expect(code).toBe(0)
    const raw = readdirSync(join(CORPORA!, 'twitter-care')).flatMap((file) =>
      JSON.parse(readFileSync(join(CORPORA!, 'twitter-care', file), 'utf8')),
    )
    const texts = raw.flatMap((row) => [
      ...row.dialogContent.map((turn: { message: string }) => turn.message),
      row.agentURL?.url_utterance ?? '',
    ])
    const emails = new Set(texts.flatMap((text: string) => text.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? []))
    const phones = new Set(texts.flatMap((text: string) => text.match(PHONE) ?? []))
    expect(emails.size).toBeGreaterThanOrEqual(9)
    expect(phones.size).toBeGreaterThanOrEqual(5)
    const everything = `${stdout}\n${filesBelow(store)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')}`
    expect([...emails, ...phones].filter((value) => everything.includes(value))).toEqual([])
    expect(record.stages[0]?.rows?.in).toBe(1025)
  }, 300_000)

  it('banking77: from CSV, every row accounted for', async () => {
    const { record, code } = await run('banking77')
    expect(code).toBe(0)
    expect(record.stages[0]?.rows).toMatchObject({ in: 13_083, kept: 13_083, quarantined: 0 })
    const curate = record.stages.find((stage) => stage.id === 'curate')!
    expect(curate.rows!.kept + curate.rows!.dropped).toBe(13_083)
  }, 300_000)

  it('taskmaster4: to a tuned model whose held-out perplexity is far below the untrained one', async () => {
    await tuned('taskmaster4', 3710)
  }, 600_000)

  it.skipIf(process.env['SLUICE_SLOW'] !== '1')(
    'sgd: to a tuned model whose held-out perplexity is far below the untrained one',
    async () => {
      await tuned('sgd', 12_174)
    },
    1_800_000,
  )
})

/** Groups of digits as people write phone numbers: with a plus sign, or with a three-digit area code set apart. */
const PHONE =
  /(?<![\w/.-])(?:\+\d{1,3}[ .-]?\(?\d{2,4}\)?[ .-]?\d{3}[ .-]?\d{3,4}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w/-])/g

async function tuned(name: string, rows: number): Promise<void> {
  const { record, store, code } = await run(name)
  expect(code).toBe(0)
  expect(record.stages[0]?.rows).toMatchObject({ in: rows, kept: rows })
  expect(metric(record, 'finetune', 'valid_perplexity')).toBeLessThan(
    metric(record, 'finetune', 'untrained_valid_perplexity') / 20,
  )
  expect(metric(record, 'evaluate', 'perplexity')).toBeLessThan(
    metric(record, 'finetune', 'untrained_valid_perplexity') / 20,
  )
  // The split leaks nothing: no held-out conversation stands in train word for word.
  const opened = openStore(store)
  const curate = record.stages.find((stage) => stage.id === 'curate')!
  const text = (port: string): readonly string[] =>
    [...readDataset(opened, curate.outputs[port]!)].map((row) => JSON.stringify(row.messages))
  const train = new Set(text('train'))
  expect(text('test').filter((row) => train.has(row))).toEqual([])
  expect((await sluice(['verify'], dir)).code).toBe(0)
}
