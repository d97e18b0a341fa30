import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { wordPieceTokenizer, writeTinyModel } from '../models/token-classification/tiny-models.ts'
import { start } from '../support/sluice.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-label-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function sluice(
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, ended } = start(args, folder)
  child.stdin!.end(input)
  const { code, stdout, stderr } = await ended
  return { code, stdout, stderr }
}

const LINES = [
  '{"text":"Hello <PERSON>, write to <EMAIL>"}',
  '{"text":"Lily Chen has left"}',
  '{"text":"order <PHONE> \\u001b[31mlate"}',
]
writeTinyModel(join(folder, 'ner'), {
  tokenizer: wordPieceTokenizer(['zorblatt', 'met']),
  labels: ['O', 'B-PER', 'I-PER'],
  rule: (token) => (token === 'zorblatt' ? 'B-PER' : 'O'),
})
writeFileSync(join(folder, 'clean.jsonl'), `${LINES.join('\n')}\n`)

describe('sluice redact label', () => {
  it('asks, writes each answer, goes on later, and reports', async () => {
    const labels = join(folder, 'clean.jsonl.labels.jsonl')
    const first = await sluice(['redact', 'label', 'clean.jsonl'], 'n\nq\n')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('1 of 3 labelled in clean.jsonl.labels.jsonl')
    // Escapes of the data do not reach the terminal.
    expect(first.stdout).not.toContain('\u001b')
    // What a crash leaves: half a line.
    appendFileSync(labels, '{"kind":"label","id":"x')
    const second = await sluice(
      ['redact', 'label', 'clean.jsonl'],
      'm\nPERSON\n\nLily Chen\n\n\nm\nperson\n\n\n\n\nu\no\n\n\n\n',
    )
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout).toContain('3 of 3 labelled')
    const lines = readFileSync(labels, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'labels',
      'label',
      'label',
      'label',
      'undo',
      'label',
    ])
    expect(lines.join()).not.toContain('Lily')
    expect(statSync(labels).mode & 0o077).toBe(0)

    const report = await sluice(['redact', 'label', 'clean.jsonl', '--report', '--metrics', 'metrics.json'])
    expect(report).toMatchObject({ code: 0, stderr: '' })
    expect(report.stdout).toContain('labels by first: 3 judged, 0 skipped, of a sample of 3 from 3')
    const { metrics } = JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'))
    expect(metrics.map(({ name, stage }: { name: string; stage: string }) => `${stage}.${name}`)).toEqual([
      'redact-label.labelled_records',
      'redact-label.residual_record_rate',
      'redact-label.residual_values_per_1000',
      'redact-label.residual_values_per_1000',
      'redact-label.over_redaction_rate',
    ])
  })

  it('refuses labels of another sample or another labeller', async () => {
    const other = await sluice(['redact', 'label', 'clean.jsonl', '--size', '2'], 'q\n')
    expect({ code: other.code, said: other.stderr.split('\n')[0] }).toEqual({
      code: 2,
      said: 'clean.jsonl.labels.jsonl: LABELS_DIFFER: the labels are of another sample: another file, run, seed or size',
    })
    const second = await sluice(['redact', 'label', 'clean.jsonl', '--labeller', 'second'], 'q\n')
    expect(second.stderr).toContain('by another labeller (first)')
  })

  it('tells how far two labellers agree', async () => {
    await sluice(['redact', 'label', 'clean.jsonl', '--labels', 'a.jsonl'], 'n\nn\nm\nPERSON\n\n\n\n\n\n')
    await sluice(
      ['redact', 'label', 'clean.jsonl', '--labels', 'b.jsonl', '--labeller', 'second'],
      'n\nn\nm\nEMAIL\n\n\n\n\n\n',
    )
    const { stdout } = await sluice(['redact', 'label', '--labels', 'a.jsonl', 'b.jsonl', '--report'])
    expect(stdout).toContain('first and second: same on 3 of 3, Cohen’s kappa 1.00')
  })

  it('says what is missing', async () => {
    expect((await sluice(['redact', 'label'])).stderr).toContain('BAD_OPTION: nothing to label')
    expect((await sluice(['redact', 'label', 'nowhere.jsonl'])).stderr).toContain('FILE_UNREADABLE')
    expect((await sluice(['redact', 'label', 'nowhere.jsonl', '--report'])).stderr).toContain('LABELS_UNREADABLE')
  })

  it('redacts a raw file first where it is asked to', async () => {
    writeFileSync(join(folder, 'raw.txt'), 'write to ada@example.org\nplease\n\nsecond paragraph\n')
    const { stdout } = await sluice(['redact', 'label', 'raw.txt', '--redact', '--size', '5'], 'n\nn\n\n')
    expect(stdout).toContain('write to <EMAIL>\nplease')
    expect(stdout).not.toContain('ada@')
    expect(stdout).toContain('2 of 2 labelled')
  })
})

const PIPELINE = `
apiVersion: sluice/v1
kind: Pipeline
name: labels
purpose: a test
owner: tests
seed: 1
sources:
  a: { uri: data.jsonl, licence: own, lawful_basis: synthetic, purpose: a test, contains: [names] }
stages:
  ingest:
    uses: ingest
    with: { meta: [city] }
  redact:
    uses: redact
    needs: [ingest]
    with:
      tagger: false
      models: [{ path: ./ner }]
      fields: { meta.city: { keep: true, because: few people live in a city alone } }
      quasi_identifiers: { fields: [meta.city], k: 2 }
`

describe('a run with a model of the company’s own', () => {
  it('redacts what only the model knows, measures groups, and its records can be labelled', {
    timeout: 180_000,
  }, async () => {
    writeFileSync(join(folder, 'pipeline.yaml'), PIPELINE)
    writeFileSync(
      join(folder, 'data.jsonl'),
      ['Rome', 'Rome', 'Ulm'].map((city) => `{"text":"met zorblatt","city":"${city}"}\n`).join(''),
    )
    const run = await sluice(['run', 'pipeline.yaml'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const labelled = await sluice(['redact', 'label', '--run', 'last', '--labels', 'run.jsonl'], 'n\nn\ns\n\n')
    expect(labelled.stdout.match(/met <PERSON>/g)).toHaveLength(3)
    const report = await sluice(['redact', 'label', '--run', 'last', '--labels', 'run.jsonl', '--report'])
    expect(report.stdout).toContain('something left: 0 of 2 records, 0.00 % (0.00–84.19 %)')
    const [id] = readdirSync(join(folder, '.sluice', 'runs'))
    const record = JSON.parse(readFileSync(join(folder, '.sluice', 'runs', id!, 'run.json'), 'utf8')) as RunRecord
    const { metrics, keyParts } = record.stages.find(({ uses }) => uses === 'redact')!
    expect(metrics.find(({ name }) => name === 'k_anonymity_min')?.value).toBe(1)
    expect(metrics.find(({ name }) => name === 'records_below_k')?.value).toBeCloseTo(1 / 3)
    expect((keyParts!['pins'] as Record<string, string>)['models.0']).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('sluice redact review', () => {
  writeFileSync(join(folder, 'review.yaml'), 'tagger: false\nmodels: [{ path: ner }]\n')
  writeFileSync(join(folder, 'raw.jsonl'), '{"text":"met nobody"}\n{"text":"we met zorblatt at ada@example.org"}\n')

  it('lists places by row, offsets and types, without any text in files and pipes', async () => {
    const { code, stdout, stderr } = await sluice([
      'redact',
      'review',
      'raw.jsonl',
      '--config',
      'review.yaml',
      '--out',
      'queue.jsonl',
    ])
    expect(code).toBe(0)
    expect(stderr).toBe('1 disagreements in 2 items among rules, model:ner; 1 shown\n')
    const written = readFileSync(join(folder, 'queue.jsonl'), 'utf8')
    expect(JSON.parse(written)).toMatchObject({
      id: '1',
      path: 'text',
      start: 7,
      end: 15,
      kind: 'one_sided',
      seen: 1,
      views: [
        { source: 'rules', type: null },
        { source: 'model:ner', type: 'PERSON' },
      ],
    })
    expect(`${stdout}${written}`).not.toContain('zorblatt')
  })

  it('gives excerpts on request, with what else was found masked', async () => {
    const { stdout } = await sluice(['redact', 'review', 'raw.jsonl', '--config', 'review.yaml', '--with-text'])
    expect(stdout).toContain('we met ⟦zorblatt⟧ at •••@•••••••.•••')
  })

  it('needs somebody besides the rules', async () => {
    writeFileSync(join(folder, 'rules.yaml'), 'tagger: false\n')
    const { code, stderr } = await sluice(['redact', 'review', 'raw.jsonl', '--config', 'rules.yaml'])
    expect({ code, said: stderr.split(':')[0] }).toEqual({ code: 2, said: 'REDACT_NO_SECOND_LOOK' })
  })
})
