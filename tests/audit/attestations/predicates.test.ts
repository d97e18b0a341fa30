import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { PREDICATE_KINDS, predicateProblem } from '../../../audit/attestations/check-predicate.ts'
import { approval } from '../../../audit/attestations/predicates/approval.ts'
import { dataStatement } from '../../../audit/attestations/predicates/data-statement.ts'
import { gateDecision } from '../../../audit/attestations/predicates/gate-decision.ts'
import { redactionReport } from '../../../audit/attestations/predicates/redaction-report.ts'
import { slsaProvenance } from '../../../audit/attestations/predicates/slsa-provenance.ts'
import { svr } from '../../../audit/attestations/predicates/svr.ts'
import { testResult } from '../../../audit/attestations/predicates/test-result.ts'
import { waiver } from '../../../audit/attestations/predicates/waiver.ts'
import type { Claim } from '../../../audit/attestations/statement.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

const CLAIMS: Readonly<Record<string, Claim>> = {
  slsa: slsaProvenance({
    run: 'run-1',
    stage: 'clean',
    uses: 'redact',
    version: 3,
    config: { types: ['EMAIL'] },
    seed: 7,
    pipeline: { name: 'support', digest: A },
    inputs: [{ name: 'ingest/out', digest: B }],
    models: [{ name: 'ner', digest: A }],
    code: { name: '@acme/sluice', version: '0.1.0', digest: B },
    started: '2026-01-02T03:04:05.000Z',
    finished: '2026-01-02T03:04:06.000Z',
    environment: { node: 'v20.20.0', cores: 2 },
    byproducts: [{ name: 'evaluation', digest: A }],
  }),
  test: testResult({ configuration: [{ name: 'privacy', digest: A }], passed: ['p1'], warned: ['w1'], failed: [] }),
  svr: svr({
    time: '2026-01-02T03:04:05Z',
    policies: [{ name: 'privacy', digest: A }],
    properties: [
      { name: 'gate privacy', passed: true },
      { name: 'gate bias', passed: false },
      { name: 'approved', passed: true },
      { name: 'approved', passed: false },
    ],
  }),
  redaction: redactionReport({
    run: 'run-1',
    stage: 'clean',
    stageVersion: 3,
    config: { sha256: A },
    inputs: [{ name: 'ingest/out', sha256: B }],
    rows: { in: 10, kept: 8, dropped: 1, quarantined: 1 },
    found: { EMAIL: 4 },
    metrics: [
      { name: 'seeded_recall', labels: { type: 'EMAIL' }, value: 0.99, n: 500, lower: 0.98, upper: 1 },
      { name: 'residual', value: null },
    ],
    evaluation: A,
    limits: ['only seeded values are counted'],
  }),
  gate: gateDecision({
    run: 'run-1',
    gate: 'privacy',
    outcome: 'waived',
    decision: { sha256: A },
    evidence: { sha256: B },
    waivers: { sha256: A },
    policies: [{ name: 'privacy', version: 2, sha256: B }],
    engine: 'sluice/1',
    decidedAt: '2026-01-02T03:04:05.678Z',
    counts: { pass: 3, waived: 1 },
    rules: [{ id: 'privacy.recall', severity: 'block', mode: 'enforce', verdict: 'waived', blocks: false }],
  }),
  waiver: waiver({
    id: 'W-1',
    document: { sha256: A },
    type: 'waiver',
    expires: '2026-03-01',
    ticket: 'GOV-12',
    applied: [{ gate: 'privacy', rule: 'privacy.recall', verdict: 'fail', decision: B }],
  }),
  approval: approval({
    document: { sha256: A },
    signature: { sha256: B },
    key: `SHA256:${'k'.repeat(43)}`,
    role: 'reviewer',
    verdict: 'approve',
    request: { sha256: A },
    candidate: { sha256: B },
    decisions: [{ gate: 'privacy', sha256: A }],
    checkpoint: { size: 12, root: B },
    expires: '2026-02-02T00:00:00Z',
  }),
  data: dataStatement({
    run: 'run-1',
    pipeline: { name: 'support', sha256: A },
    purpose: 'answer support questions',
    sources: [{ id: 'tickets', uri: 'data/*.jsonl', licence: null, lawfulBasis: 'contract', contains: ['names'] }],
    datasets: [{ stage: 'curate', sha256: B, rows: 10 }],
  }),
}

describe('a predicate', () => {
  it('of each kind fits its schema, and the schema compiles with a stock validator', () => {
    expect(
      Object.values(CLAIMS)
        .map(({ predicateType }) => predicateType)
        .sort(),
    ).toEqual(PREDICATE_KINDS.map(({ type }) => type).sort())
    for (const claim of Object.values(CLAIMS)) {
      expect([claim.predicateType, predicateProblem(claim)]).toEqual([claim.predicateType, undefined])
      const { schema } = PREDICATE_KINDS.find(({ type }) => type === claim.predicateType)!
      const check = new Ajv({ strict: false }).compile(JSON.parse(JSON.stringify(schema)) as object)
      expect(check(claim.predicate)).toBe(true)
    }
  })

  it('of a kind of ours is refused with any member missing or added', () => {
    for (const claim of Object.values(CLAIMS).filter((each) => each.predicateType.includes('sluice.local'))) {
      for (const name of Object.keys(claim.predicate)) {
        const { [name]: _, ...rest } = claim.predicate
        const wrong = predicateProblem({ ...claim, predicate: rest })
        if (name === 'ticket') expect(wrong).toBeUndefined()
        else expect([claim.predicateType, name, typeof wrong]).toEqual([claim.predicateType, name, 'string'])
      }
      expect(predicateProblem({ ...claim, predicate: { ...claim.predicate, note: 'x' } })).toMatch(/does not fit/)
    }
  })

  it('of a published kind is refused without a member that its format requires, and keeps members we do not know', () => {
    const required: Readonly<Record<string, readonly string[]>> = {
      slsa: [
        'buildDefinition',
        'buildDefinition.buildType',
        'buildDefinition.externalParameters',
        'runDetails',
        'runDetails.builder',
        'runDetails.builder.id',
      ],
      test: ['result', 'configuration'],
      svr: ['verifier', 'verifier.id', 'verifier.policies', 'timeCreated', 'properties'],
    }
    for (const [name, paths] of Object.entries(required)) {
      const claim = CLAIMS[name]!
      for (const path of paths) expect([path, typeof predicateProblem(without(claim, path))]).toEqual([path, 'string'])
      expect(predicateProblem({ ...claim, predicate: { ...claim.predicate, extra: 1 } })).toBeUndefined()
    }
    expect(predicateProblem({ ...CLAIMS['svr']!, predicateType: 'https://in-toto.io/attestation/svr/v9' })).toBe(
      'the type of the predicate is not known',
    )
  })

  it('that cannot be made stops its maker and does not show the value', () => {
    const make = (): Claim =>
      redactionReport({ ...(CLAIMS['redaction']!.predicate as Parameters<typeof redactionReport>[0]), run: '' })
    expect(make).toThrow(expect.objectContaining({ code: 'ATTESTATION_INVALID', exit: 5 }))
    expect(() => svr({ time: 'yesterday', policies: [], properties: [] })).toThrow(/timeCreated/)
    expect(() => svr({ time: 'yesterday', policies: [], properties: [] })).not.toThrow(/yesterday/)
  })
})

describe('what the published predicates say', () => {
  it('provenance: parameters, inputs with digests, the program, the times', () => {
    expect(CLAIMS['slsa']).toEqual({
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: 'https://sluice.local/build/stage/v1',
          externalParameters: { pipeline: 'support', stage: 'clean', uses: 'redact', config: { types: ['EMAIL'] } },
          internalParameters: { seed: 7, stageVersion: 3, environment: { node: 'v20.20.0', cores: 2 } },
          resolvedDependencies: [
            { name: 'support', digest: { sha256: A }, annotations: { role: 'pipeline' } },
            { name: 'ingest/out', digest: { sha256: B }, annotations: { role: 'input' } },
            { name: 'ner', digest: { sha256: A }, annotations: { role: 'model' } },
            {
              name: '@acme/sluice',
              uri: 'pkg:npm/%40acme/sluice@0.1.0',
              digest: { sha256: B },
              annotations: { role: 'program' },
            },
          ],
        },
        runDetails: {
          builder: { id: 'https://sluice.local/builder/v1', version: { '@acme/sluice': '0.1.0' } },
          metadata: {
            invocationId: 'run-1/clean',
            startedOn: '2026-01-02T03:04:05.000Z',
            finishedOn: '2026-01-02T03:04:06.000Z',
          },
          byproducts: [{ name: 'evaluation', digest: { sha256: A } }],
        },
      },
    })
  })

  it('verification: only what passed, and nothing that also failed', () => {
    expect(CLAIMS['svr']!.predicate['properties']).toEqual(['SLUICE_GATE_PRIVACY'])
  })

  it('test result: a failed test decides, then a warning; no test at all has failed', () => {
    const result = (passed: string[], warned: string[], failed: string[]): unknown =>
      testResult({ configuration: [], passed, warned, failed }).predicate['result']
    expect([
      result(['a'], [], []),
      result(['a'], ['b'], []),
      result(['a'], ['b'], ['c']),
      result([], [], ['c']),
      result([], [], []),
    ]).toEqual(['PASSED', 'WARNED', 'FAILED', 'FAILED', 'FAILED'])
  })
})

it('docs/attestations.md names every predicate type and every member of ours', () => {
  const text = readFileSync(`${PACKAGE_ROOT}/docs/attestations.md`, 'utf8')
  for (const { type, schema } of PREDICATE_KINDS) {
    const members = type.includes('sluice.local')
      ? Object.keys((schema as unknown as { properties: object }).properties)
      : []
    const missing = [type, ...members.map((name) => `\`${name}\``)].filter((word) => !text.includes(word))
    expect([type, missing]).toEqual([type, []])
  }
})

function without(claim: Claim, path: string): Claim {
  const copy = structuredClone(claim) as { predicateType: string; predicate: Record<string, unknown> }
  const names = path.split('.')
  const last = names.pop()!
  const parent = names.reduce((at, name) => at[name] as Record<string, unknown>, copy.predicate)
  delete parent[last]
  return copy as Claim
}
