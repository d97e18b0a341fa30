import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { CLAUSE_WORDS, countText, namedRegulations } from '../../reports/regulations.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { containedIn } from '../support/contained.ts'
import {
  digests,
  filesBelow,
  grep,
  type JsonRun,
  removeFolder,
  runJson,
  sluice,
  states,
  workFolder,
} from '../support/sluice.ts'

/** The main job, as `npm start` runs it, on a copy of its files; then the same again with small changes. */
let dir = ''
let first: JsonRun

const PIPELINE = 'pipelines/support-assistant.yaml'
const run = (args: readonly string[] = []): Promise<JsonRun> => runJson([PIPELINE, ...args], dir)
const edit = (file: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(join(dir, file), 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`${file} has no ${from}`)
  writeFileSync(join(dir, file), changed)
}
const all = (record: RunRecord | undefined, state: string): unknown =>
  Object.fromEntries((record?.stages ?? []).map((stage) => [stage.id, state]))

beforeAll(async () => {
  dir = workFolder('main')
  for (const folder of ['pipelines', 'policies', 'examples/support-tickets']) {
    cpSync(join(PACKAGE_ROOT, folder), join(dir, folder), {
      recursive: true,
      filter: (source) => !/\.ts$/.test(source),
    })
  }
  first = await run()
}, 400_000)
afterAll(() => removeFolder(dir))

describe('the main job', () => {
  it('ends with all stages done, every gate passed and a release candidate, exit 0', () => {
    expect(first.stderr).toBe('')
    expect(states(first.record)).toEqual(all(first.record, 'done'))
    expect(first.record?.stages.map((stage) => stage.uses)).toEqual([
      'ingest',
      'redact',
      'toxicity',
      'bias',
      'curate',
      'finetune',
      'evaluate',
      'monitor',
    ])
    expect(
      first.record?.decisions.flatMap(({ decision }) =>
        decision.rules.filter((rule) => rule.blocks).map((rule) => rule.id),
      ),
    ).toEqual([])
    expect(first.record?.release?.state).toBe('awaiting_review')
    expect([first.code, first.record?.exit]).toEqual([0, 0])
  })

  it('conserves rows at every stage that moves rows', () => {
    for (const { id, rows } of first.record?.stages ?? []) {
      if (rows !== null) expect(rows.in, id).toBe(rows.kept + rows.dropped + rows.quarantined + rows.joined)
    }
  })

  it('teaches the model: held-out perplexity far below the untrained one', () => {
    const metric = (name: string): number =>
      first.record!.stages.find((stage) => stage.id === 'finetune')!.metrics.find((each) => each.name === name)!
        .value as number
    expect(metric('valid_perplexity')).toBeLessThan(metric('untrained_valid_perplexity') / 20)
  })

  it('leaves reports and a model folder in Hugging Face layout', () => {
    const folder = join(dir, '.sluice/runs', first.record!.run)
    for (const file of [
      'report.html',
      'run.json',
      'junit.xml',
      'report.sarif',
      'model-card.md',
      'model/config.json',
      'model/model.safetensors',
      'model/tokenizer.json',
      'model/README.md',
    ]) {
      expect(existsSync(join(folder, file)), file).toBe(true)
    }
  })

  it('lists which clauses of laws and standards have evidence, whose bytes it found, and which a person has to judge', () => {
    const results = namedRegulations(first.record!)
    expect(results.map(({ pack }) => pack)).toEqual(['gdpr', 'nist-ai-rmf'])
    for (const { pack, counts } of results) {
      expect(counts.met, pack).toBeGreaterThan(2)
      expect(counts.needs_human, pack).toBeGreaterThan(0)
      expect(counts.not_met, pack).toBe(0)
    }
    const html = readFileSync(join(dir, '.sluice/runs', first.record!.run, 'report.html'), 'utf8')
    for (const result of results) expect(html).toContain(countText(result, CLAUSE_WORDS))
  })

  it('leaves no personal value of the sample data in any artifact, log or report', () => {
    const gold = readFileSync(join(dir, 'examples/support-tickets/gold.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const values = new Set<string>()
    for (const row of gold) {
      for (const span of row.spans as { type: string; value: string }[]) {
        if (
          ['EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'US_SSN', 'API_KEY', 'URL_CREDENTIALS', 'MAC', 'IP'].includes(
            span.type,
          )
        )
          values.add(span.value)
      }
    }
    expect(values.size).toBeGreaterThan(1000)
    const found = filesBelow(join(dir, '.sluice')).flatMap((file) => containedIn(readFileSync(file), values))
    expect(found).toEqual([])
  })

  it('verifies', async () => {
    const { code, stdout } = await sluice(['verify'], dir)
    expect(stdout).toContain('intact')
    expect(code).toBe(0)
  })
})

describe('the main job again', () => {
  it('is all cached, with the same digests', async () => {
    const second = await run()
    expect(states(second.record)).toEqual(all(second.record, 'cached'))
    expect(digests(second.record)).toEqual(digests(first.record))
    expect(second.code).toBe(0)
  })

  it('a policy that must fail does: exit 1, what depends on it skipped, the report says what to do; no stage reruns', async () => {
    edit('policies/safety.yaml', /at_most: [\d.]+/, 'at_most: 0')
    const blocked = await run()
    expect(blocked.code).toBe(1)
    const gates = blocked
      .record!.decisions.filter(({ decision }) => decision.outcome === 'block')
      .map(({ gate }) => gate)
    expect(gates.length).toBeGreaterThan(0)
    const got = blocked.record!.stages
    expect(got.every((stage) => ['cached', 'gate_failed', 'skipped'].includes(stage.state))).toBe(true)
    const failed = got.find((stage) => stage.state === 'gate_failed')!
    expect(got.filter((stage) => stage.needs.includes(failed.id)).map((stage) => stage.reason)).toEqual(
      got.filter((stage) => stage.needs.includes(failed.id)).map(() => `gate of ${failed.id} blocks`),
    )
    const html = readFileSync(join(dir, '.sluice/runs', blocked.record!.run, 'report.html'), 'utf8')
    const rule = blocked.record!.decisions.flatMap(({ decision }) => decision.rules).find((each) => each.blocks)!
    expect(html).toContain(rule.id)
    expect(
      grep(join(dir, '.sluice/runs', blocked.record!.run), [rule.remediation.slice(0, 40)]).length,
    ).toBeGreaterThan(0)
    cpSync(join(PACKAGE_ROOT, 'policies/safety.yaml'), join(dir, 'policies/safety.yaml'))
  })

  it('a changed config reruns that stage and what depends on it, and explain says so', async () => {
    edit(PIPELINE, /(\n {2}monitor:\n(?: {4}.*\n)*? {4}with:\n)/, '$1      alpha: 0.01\n')
    const changed = await run()
    expect(states(changed.record)).toEqual({ ...(all(changed.record, 'cached') as object), monitor: 'done' })
    const { stdout } = await sluice(['explain', 'monitor'], dir)
    expect(stdout).toMatch(/because config\.alpha: 0.05 → 0.01/)
  })
})
