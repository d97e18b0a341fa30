import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../artifacts/store.ts'
import { policyCommand } from '../../cli/policy.ts'
import { runDir } from '../../pipelines/engine/history.ts'
import { type RunOptions, runPipeline } from '../../pipelines/engine/run.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import type { RegulationResult } from '../../policies/engine/regulation.ts'
import { renderHtml } from '../../reports/html/render.tsx'
import { renderOscal } from '../../reports/oscal.ts'
import { namedRegulations } from '../../reports/regulations.ts'
import { SluiceError } from '../../util/errors.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { removeFolder, workFolder } from '../support/sluice.ts'

/** Past runs decided again, and evidence for laws, on three real runs: 12 of 23 rows are even, and 1 of 1. */
const rule = (id: string, most: number): string => `  - id: ${id}
    title: Few rows are even
    severity: block
    require: { metric: even_share, at_most: ${most} }
    remediation: give odd rows
    because: a test of the engine
`
const policy = (rules: string, name = 'even'): string =>
  `apiVersion: sluice/v1\nkind: Policy\nname: ${name}\nversion: 1\ntitle: Rows are balanced\nrules:\n${rules}`
const pipeline = (rows: number): string => `apiVersion: sluice/v1
kind: Pipeline
name: engine
purpose: tests
owner: tests
seed: 1
regulations: { packs: [./law.yaml], facts: facts.yaml }
stages:
  lines: { uses: ./lines.mjs, with: { rows: ${rows}, per_task: 5 }, gate: [policy.yaml, other.yaml] }
`
const LAW = `apiVersion: sluice/v1
kind: RegulationPack
name: law
version: 3
instrument: Law of Rows
jurisdiction: Testland
as_of: 2026-11-01
caveats: [made up]
sources: [{ title: Law of Rows, url: https://law.example/, checked: memory }]
facts: { counts_rows: Do we count rows? , sells_rows: Do we sell rows? }
clauses:
  - id: s. 1
    text: Few rows are even.
    binds: everybody
    applies_when: [counts_rows]
    evidence: [{ rule: even-share }, { metric: lines.even_share }, { document: data-statement }, { log: checkpoint }]
    not_covered: odd rows
  - { id: s. 2, text: Rows are sold fairly., binds: sellers, applies_when: [sells_rows], needs_human: look, not_covered: all }
  - { id: s. 3, text: Rows are kept., binds: everybody, evidence: [{ rule: rows-kept }, { log: checkpoint }], not_covered: x }
  - { id: s. 4, text: Each gate is in the log., binds: everybody, evidence: [{ log: gate.decided }], not_covered: x }
`
const FACTS = `apiVersion: sluice/v1
kind: RegulationFacts
owner: legal <script>
as_of: 2026-11-02
facts: { counts_rows: true, sells_rows: false }
`

let dir: string
const records: RunRecord[] = []
const run = (options: Partial<RunOptions> = {}): Promise<RunRecord> =>
  runPipeline(join(dir, 'p.yaml'), { store: join(dir, 'store'), jobs: 2, ...options })

beforeAll(async () => {
  dir = workFolder('policy-evidence', {
    'policy.yaml': policy(rule('even-share', 0.6)),
    'other.yaml': policy(rule('even-never', 0.99), 'other'),
    'law.yaml': LAW,
    'facts.yaml': FACTS,
    'strict.yaml': policy(`${rule('even-share', 0.5)}${rule('even-more', 0.9)}`),
    'loose.yaml': policy(rule('even-share', 1)),
    'new.yaml': policy(rule('even-new', 0.1), 'new'),
  })
  cpSync(join(PACKAGE_ROOT, 'tests/support/stages/lines.mjs'), join(dir, 'lines.mjs'))
  for (const [i, rows] of [23, 1, 23].entries()) {
    writeFileSync(join(dir, 'p.yaml'), pipeline(rows))
    records.push(await run({ now: () => new Date(`2026-11-2${i}T12:00:00.000Z`) }))
  }
})
afterAll(() => removeFolder(dir))

/** What the command prints, in this process. */
async function sluicePolicy(...args: readonly string[]): Promise<string> {
  const program = new Command().exitOverride()
  policyCommand(program)
  let printed = ''
  const write = process.stdout.write
  process.stdout.write = (text: string | Uint8Array) => {
    printed += String(text)
    return true
  }
  try {
    await program.parseAsync(['node', 'sluice', 'policy', ...args, '--store', join(dir, 'store')])
  } finally {
    process.stdout.write = write
  }
  return printed
}

describe('sluice policy backtest', () => {
  const [first, second, third] = ['first', 'second', 'third'] as const
  const named = (text: string): string =>
    records.reduce((all, record, i) => all.replaceAll(record.run, [first, second, third][i]!), text)

  it('tells which runs a stricter policy would have blocked, and by what', async () => {
    expect(records.map(({ decisions }) => decisions[0]!.decision.outcome)).toEqual(['pass', 'block', 'pass'])
    expect(named(await sluicePolicy('backtest', join(dir, 'strict.yaml')))).toBe(`first  lines: pass → block
    even-share: pass → fail, which blocks
    even-more: absent → pass
second  lines: block, as before
    even-more: absent → fail, which blocks
third  lines: pass → block
    even-share: pass → fail, which blocks
    even-more: absent → pass
even on 3 of 3 past decisions: would have blocked 2 of 2 that went on, and let go on 0 of 1 that blocked
`)
  })

  it('keeps the other policies of the gate: what they blocked stays blocked', async () => {
    expect(
      named(await sluicePolicy('backtest', join(dir, 'loose.yaml'), '--runs', '2')),
    ).toBe(`second  lines: block, as before
    even-share: fail → pass, which blocks no more
third  lines: pass, as before
even on 2 of 2 past decisions: would have blocked 0 of 1 that went on, and let go on 0 of 1 that blocked
`)
  })

  it('asks a policy that no gate had besides those it had, where the gate is named', async () => {
    const { totals, results } = JSON.parse(
      await sluicePolicy('backtest', join(dir, 'new.yaml'), '--gate', 'lines', '--all', '--json'),
    )
    expect(totals).toEqual({ decided: 3, not_replayable: 0, went_on: 2, would_block: 2, blocked: 1, would_go_on: 0 })
    expect(results[0].changed).toEqual([
      { rule: 'even-new', before: 'absent', after: 'fail', blocked: false, blocks: true },
    ])
  })

  it('refuses to say nothing: no gate asked it, no such gate', async () => {
    const error = await sluicePolicy('backtest', join(dir, 'new.yaml')).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(SluiceError)
    const { code, message, next } = error as SluiceError
    expect([code, message, next]).toEqual([
      'BACKTEST_EMPTY',
      'none of 3 runs asked a policy `new`',
      'name a gate with --gate: lines',
    ])
    await expect(sluicePolicy('backtest', join(dir, 'new.yaml'), '--gate', 'release')).rejects.toThrow(/no.* decision/)
  })
})

describe('evidence for a law', () => {
  const coverage = async (record: RunRecord, ...more: readonly string[]): Promise<readonly RegulationResult[]> =>
    JSON.parse(await sluicePolicy('coverage', record.run, '--pack', join(dir, 'law.yaml'), '--json', ...more)).results
  const statuses = ([result]: readonly RegulationResult[]): readonly string[] =>
    result!.clauses.map(({ status }) => status)

  it('is what the run left, with the facts that the pipeline names', async () => {
    const [result] = await coverage(records[2]!)
    expect(statuses([result!])).toEqual(['met', 'out_of_scope', 'partial', 'met'])
    expect(result!.facts).toEqual({ owner: 'legal <script>', as_of: '2026-11-02' })
    expect(result!.clauses[0]!.evidence.map(({ status, digests }) => [status, digests?.length])).toEqual([
      ['met', 1],
      ['met', 1],
      ['met', 1],
      ['met', 1],
    ])
    // The run that the rule blocked.
    expect(statuses(await coverage(records[1]!))).toEqual(['not_met', 'out_of_scope', 'partial', 'met'])
    expect(await coverage(records[2]!, '--facts', join(dir, 'facts.yaml'))).toEqual([result])
  })

  it('is in the reports of the pipeline that names it, where the log of a later moment is not known', () => {
    const named = namedRegulations(records[2]!)
    expect(statuses(named)).toEqual(['met', 'out_of_scope', 'partial', 'no_evidence'])
    const html = renderHtml(records[2]!)
    expect(html).toContain('id="regulations"')
    expect(html).toContain('4 clauses: no evidence 1, a part of the evidence 1, evidence found 1, out of scope 1')
    expect(html).toContain('declared by legal &lt;script&gt;')
    const results = JSON.parse(renderOscal(records[2]!))['assessment-results'].results
    expect(results.map((each: { title: string }) => each.title).at(-1)).toBe('Evidence for Law of Rows')
    expect(results.at(-1).findings).toBeUndefined()
    const { regulations: _, ...without } = records[2]!
    expect(renderHtml(without)).not.toContain('id="regulations"')
  })

  it('is not what a changed decision says', () => {
    const [taken] = records[1]!.decisions
    const rules = taken!.decision.rules.map((each) => ({ ...each, verdict: 'pass' as const }))
    const changed = { ...records[1]!, decisions: [{ ...taken!, decision: { ...taken!.decision, rules } }] }
    expect(statuses(namedRegulations(changed))[0]).toBe('partial')
  })

  it('never prints the word that only an authority could', async () => {
    const pages = ['docs/regulations.md', 'docs/policies.md'].map((file) =>
      readFileSync(join(PACKAGE_ROOT, file), 'utf8'),
    )
    const texts = [
      await sluicePolicy('coverage'),
      await sluicePolicy('coverage', '--json'),
      await sluicePolicy('coverage', records[2]!.run, '--pack', join(dir, 'law.yaml')),
      renderHtml(records[2]!),
      renderOscal(records[2]!),
      ...pages,
    ]
    expect(texts.map((text) => text.match(/\w*complian\w*/gi) ?? [])).toEqual(texts.map(() => []))
    expect(texts[0]).toContain('Regulation (EU) 2016/679')
  })

  it('leaves `met` once the bytes behind it are gone', async () => {
    const record = records[0]!
    const store = openStore(join(dir, 'store'))
    const evaluation = record.stages[0]!.evaluation!.digest
    expect(statuses(await coverage(record))[0]).toBe('met')
    rmSync(store.path(evaluation))
    expect(statuses(await coverage(record))[0]).toBe('partial')
    rmSync(store.path(record.decisions[0]!.digest))
    const [clause] = (await coverage(record))[0]!.clauses
    expect(clause!.evidence.map(({ status }) => status)).toEqual(['no_evidence', 'no_evidence', 'met', 'met'])
  })

  it('and a past run whose evidence is gone cannot be decided again, and counts for neither', async () => {
    rmSync(openStore(join(dir, 'store')).path(records[0]!.decisions[0]!.decision.evidence))
    const text = await sluicePolicy('backtest', join(dir, 'strict.yaml'))
    expect(text).toContain('cannot be decided again: its evidence, waivers or policies are not whole in the store')
    writeFileSync(join(runDir(join(dir, 'store'), records[1]!.run), 'run.json'), '{')
    const { totals, unreadable } = JSON.parse(await sluicePolicy('backtest', join(dir, 'strict.yaml'), '--json'))
    expect([totals.decided + totals.not_replayable, unreadable]).toEqual([2, [records[1]!.run]])
  })
})
