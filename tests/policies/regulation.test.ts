import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Verdict } from '../../policies/engine/decision.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { loadRegulation, loadRegulationFacts, shippedRegulations } from '../../policies/engine/load-regulations.ts'
import { assessRegulation, type ClauseStatus, type RegulationEvidence } from '../../policies/engine/regulation.ts'
import type { EvidenceWanted, RegulationFacts, RegulationPack } from '../../policies/engine/regulation-schema.ts'
import { STAGES } from '../../stages/index.ts'
import { SluiceError } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'

type Clause = RegulationPack['clauses'][number]

function pack(clause: Partial<Clause>): RegulationPack {
  const { name, facts, ...rest } = loadRegulation('ccpa')
  return {
    ...rest,
    name: 'p',
    facts: { ...facts, here: 'Are we here?' },
    clauses: [{ id: '1', text: 't', binds: 'b', needs: 'all', otherwise: 'no_evidence', not_covered: 'n', ...clause }],
  }
}

function ran(verdicts: Readonly<Record<string, Verdict>>, gone: readonly string[] = []): RegulationEvidence {
  return {
    rules: Object.entries(verdicts).map(([id, verdict]) => ({ id, gate: 'g', verdict, digest: `d-${id}` })),
    metrics: [{ stages: ['clean', 'redact'], name: 'spans', digest: 'm' }],
    documents: [{ name: 'model-card', digest: 'c' }],
    log: [{ type: 'checkpoint', digest: 'l' }],
    resolves: (digest) => !gone.includes(digest),
  }
}

function facts(declared: Readonly<Record<string, boolean>>): RegulationFacts {
  return { apiVersion: 'sluice/v1', kind: 'RegulationFacts', owner: 'legal', as_of: '2026-11-01', facts: declared }
}

const status = (clause: Partial<Clause>, evidence: RegulationEvidence, declared?: RegulationFacts): ClauseStatus =>
  assessRegulation(pack(clause), declared, evidence).clauses[0]!.status

describe('the status of a clause', () => {
  const one: Partial<Clause> = { evidence: [{ rule: 'a' }] }
  const two: Partial<Clause> = { evidence: [{ rule: 'a' }, { rule: 'b' }] }

  // The naive design: a rule that did not fail is a control that works.
  test.each<readonly [string, Readonly<Record<string, Verdict>>, ClauseStatus]>([
    ['passed', { a: 'pass' }, 'met'],
    ['failed', { a: 'fail' }, 'not_met'],
    ['did not run', { other: 'pass' }, 'no_evidence'],
    ['did not apply', { a: 'not_applicable' }, 'no_evidence'],
    ['had no evidence', { a: 'no_evidence' }, 'no_evidence'],
    ['could not be judged', { a: 'error' }, 'no_evidence'],
    ['was waived', { a: 'waived' }, 'partial'],
  ])('whose only rule %s', (_, verdicts, expected) => {
    expect(status(one, ran(verdicts))).toBe(expected)
  })

  test.each<readonly [string, Verdict, Verdict, ClauseStatus, ClauseStatus]>([
    ['pass and pass', 'pass', 'pass', 'met', 'met'],
    ['pass and fail', 'pass', 'fail', 'not_met', 'met'],
    ['pass and waived', 'pass', 'waived', 'partial', 'met'],
    ['pass and no evidence', 'pass', 'no_evidence', 'partial', 'met'],
    ['waived and no evidence', 'waived', 'no_evidence', 'partial', 'partial'],
    ['waived and fail', 'waived', 'fail', 'not_met', 'not_met'],
    ['no evidence twice', 'no_evidence', 'not_applicable', 'no_evidence', 'no_evidence'],
  ])('with two rules, %s, that needs all or any', (_, a, b, all, any) => {
    expect([status(two, ran({ a, b })), status({ ...two, needs: 'any' }, ran({ a, b }))]).toEqual([all, any])
  })

  test('with the same rule in two gates takes the worse one', () => {
    const evidence = ran({ a: 'pass' })
    const rules = [...evidence.rules, { id: 'a', gate: 'h', verdict: 'fail' as const, digest: 'e' }]
    expect(status(one, { ...evidence, rules })).toBe('not_met')
    expect(status(one, { ...evidence, rules: rules.map((rule) => ({ ...rule, verdict: 'pass' as const })) })).toBe(
      'met',
    )
  })

  test('is met only while the bytes behind every piece of evidence are there', () => {
    const wanted: readonly EvidenceWanted[] = [
      { rule: 'a' },
      { metric: 'redact.spans' },
      { document: 'model-card' },
      { log: 'checkpoint' },
    ]
    const clause: Partial<Clause> = { evidence: [...wanted] }
    expect(status(clause, ran({ a: 'pass' }))).toBe('met')
    expect(['d-a', 'm', 'c', 'l'].map((digest) => status(clause, ran({ a: 'pass' }, [digest])))).toEqual(
      wanted.map(() => 'partial'),
    )
    expect(wanted.map((piece) => status({ evidence: [piece] }, ran({ a: 'pass' }, ['d-a', 'm', 'c', 'l'])))).toEqual(
      wanted.map(() => 'no_evidence'),
    )
    expect(status({ evidence: [{ metric: 'clean.spans' }] }, ran({}))).toBe('met')
    expect(status({ evidence: [{ metric: 'redact.other' }], otherwise: 'not_met' }, ran({}))).toBe('not_met')
  })

  test('depends on facts that somebody declared; what nobody declared needs a person', () => {
    const clause: Partial<Clause> = { ...one, applies_when: ['here'] }
    const evidence = ran({ a: 'pass' })
    expect(status(clause, evidence)).toBe('needs_human')
    expect(status(clause, evidence, facts({}))).toBe('needs_human')
    expect(status(clause, evidence, facts({ here: true }))).toBe('met')
    const no = assessRegulation(pack(clause), facts({ here: false }), evidence).clauses[0]!
    expect([no.status, no.because]).toEqual(['out_of_scope', 'Declared by legal (2026-11-01): no to “Are we here?”.'])
  })

  test('that only a person can judge is never met, and a failed rule of it stays failed', () => {
    const clause: Partial<Clause> = { ...one, needs_human: 'judge it' }
    expect(status(clause, ran({ a: 'pass' }))).toBe('needs_human')
    expect(status(clause, ran({ a: 'fail' }))).toBe('not_met')
    expect(status(clause, ran({}))).toBe('no_evidence')
    expect(status({ needs_human: 'judge it' }, ran({}))).toBe('needs_human')
    expect(status({ ...one, out_of_scope: 'not here' }, ran({ a: 'pass' }))).toBe('out_of_scope')
  })
})

describe.each(shippedRegulations())('the pack %s', (name) => {
  const loaded = loadRegulation(name)
  const yes = facts(Object.fromEntries(Object.keys(loaded.facts).map((fact) => [fact, true])))
  const pieces = loaded.clauses.flatMap(({ evidence = [] }) => evidence)
  const whole = (gone?: EvidenceWanted): RegulationEvidence => {
    const there = pieces.filter((piece) => JSON.stringify(piece) !== JSON.stringify(gone))
    return {
      rules: there.flatMap(({ rule: id }) =>
        id === undefined ? [] : [{ id, gate: 'g', verdict: 'pass', digest: id }],
      ),
      metrics: there.flatMap(({ metric }) => {
        const [stage, metricName] = metric?.split('.') ?? []
        return metricName === undefined ? [] : [{ stages: [stage!], name: metricName, digest: metric! }]
      }),
      documents: there.flatMap(({ document }) =>
        document === undefined ? [] : [{ name: document, digest: document }],
      ),
      log: there.flatMap(({ log }) => (log === undefined ? [] : [{ type: log, digest: log }])),
      resolves: () => true,
    }
  }

  test('asks only for rules that ship and metrics that the stages report', async () => {
    const files = readdirSync(packageFile('policies')).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
    const rules = loadPolicies(files.map((file) => `sluice:${file}`)).flatMap((policy) =>
      policy.rules.map(({ id }) => id),
    )
    const metrics = await Promise.all(
      Object.entries(STAGES).map(async ([uses, load]) => (await load()).metrics.map((spec) => `${uses}.${spec.name}`)),
    )
    const known = new Set([...rules, ...metrics.flat()])
    expect(pieces.flatMap(({ rule, metric }) => rule ?? metric ?? []).filter((each) => !known.has(each))).toEqual([])
    expect([loaded.name, loaded.as_of]).toEqual([name, '2026-11-28'])
  })

  test('every clause that can be met leaves `met` when any one piece of its evidence is gone', () => {
    const all = assessRegulation(loaded, yes, whole())
    const met = all.clauses.filter((clause) => clause.status === 'met').map(({ id }) => id)
    const left = loaded.clauses
      .filter(({ id }) => met.includes(id))
      .flatMap(({ id, evidence = [], needs }) =>
        (needs === 'any' ? [] : evidence).map((piece) => {
          const after = assessRegulation(loaded, yes, whole(piece)).clauses.find((clause) => clause.id === id)!
          return [id, JSON.stringify(piece), after.status]
        }),
      )
    expect(left.filter(([, , after]) => after === 'met')).toEqual([])
    // Nothing there, nothing met; nothing declared, nothing met that depends on it.
    const nothing = { rules: [], metrics: [], documents: [], log: [], resolves: () => true }
    expect(assessRegulation(loaded, yes, nothing).counts.met).toBe(0)
    if (Object.keys(loaded.facts).length > 0) expect(assessRegulation(loaded, undefined, whole()).counts.met).toBe(0)
  })

  test('says whom each clause binds and what is not shown, and never the word', () => {
    const text = readFileSync(packageFile(`policies/regulations/${name}.yaml`), 'utf8')
    expect(text).not.toMatch(/complian/i)
    expect(loaded.clauses.every((clause) => clause.not_covered.length > 5)).toBe(true)
  })
})

test('the packs that ship', () => {
  expect(shippedRegulations()).toEqual([
    'ccpa',
    'colorado-sb26-189',
    'eu-ai-act',
    'gdpr',
    'iso-42001-5259',
    'nist-ai-rmf',
    'nyc-ll144',
  ])
})

test('no pack makes a pass mark of a ratio', () => {
  const ll144 = loadRegulation('nyc-ll144')
  expect(ll144.clauses.flatMap(({ evidence = [] }) => evidence.filter(({ rule }) => rule !== undefined))).toEqual([])
  const limits = JSON.stringify(loadPolicies(['sluice:fairness'])[0]!.rules.map(({ require }) => require))
  expect(limits).not.toContain('0.8')
})

describe('files', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-regulation-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const refused = (act: () => unknown): readonly unknown[] => {
    try {
      act()
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      return [error.code, error.message, error.next, error.at?.line]
    }
    return []
  }
  const written = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const text = (): string => readFileSync(packageFile('policies/regulations/ccpa.yaml'), 'utf8')

  test.each<readonly [string, (text: string) => string, readonly unknown[]]>([
    [
      'a fact that the pack does not ask for',
      (from) => from.replace('applies_when: [ccpa_business]', 'applies_when: [ccpa_busines]'),
      ['REGULATION_INVALID', 'the pack asks for no fact `ccpa_busines`', undefined],
    ],
    [
      'evidence of two kinds at once',
      (from) => from.replace('{ metric: redact.spans }', '{ metric: redact.spans, rule: a }'),
      ['REGULATION_INVALID', 'needs exactly one of rule, metric, document, log', undefined],
    ],
    [
      'a clause that is there twice',
      (from) => from.replace('id: "Opt-out"', 'id: "Automated decisions"'),
      ['REGULATION_INVALID', 'the clause `Automated decisions` is there twice', undefined],
    ],
    [
      'a status that there is not',
      (from) => from.replace('    not_covered: "The assessment."', '    otherwise: met\n    not_covered: "x"'),
      ['REGULATION_INVALID'],
    ],
  ])('a pack with %s is refused with its place', (_, change, expected) => {
    const changed = change(text())
    expect(changed).not.toBe(text())
    const error = refused(() => loadRegulation(written('p.yaml', changed)))
    expect(error.slice(0, expected.length)).toEqual(expected)
    expect(error[3]).toBeGreaterThan(10)
  })

  test('a pack or a fact with a slip in its name is refused with the nearest one', () => {
    expect(refused(() => loadRegulation('eu-ai-akt'))).toEqual([
      'REGULATION_UNKNOWN',
      'no regulation pack `eu-ai-akt` ships',
      'did you mean `eu-ai-act`?',
      undefined,
    ])
    const head = 'apiVersion: sluice/v1\nkind: RegulationFacts\nowner: legal\nas_of: 2026-11-01\n'
    expect(refused(() => loadRegulationFacts(written('f.yaml', `${head}facts: { eu_high_rsk: true }\n`), []))).toEqual([
      'REGULATION_FACTS_UNKNOWN_FACT',
      'no pack asks for the fact `eu_high_rsk`',
      'did you mean `eu_high_risk`?',
      5,
    ])
    expect(refused(() => loadRegulationFacts(written('e.yaml', ''), []))[0]).toBe('REGULATION_FACTS_INVALID')
    expect(refused(() => loadRegulationFacts(written('y.yaml', `${head}facts: { eu_high_risk: 1 }\n`), []))[0]).toBe(
      'REGULATION_FACTS_INVALID',
    )
  })
})
