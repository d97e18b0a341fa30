import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { MetricSpec } from '../../artifacts/metric.ts'
import { policyProblems } from '../../policies/engine/check.ts'
import { decide } from '../../policies/engine/decide.ts'
import { type LoadedPolicy, loadPolicies } from '../../policies/engine/load.ts'
import { policyCoverage } from '../../policies/engine/mutation.ts'
import { loadPolicyTest, runPolicyTest } from '../../policies/engine/policy-test.ts'
import { STAGES } from '../../stages/index.ts'
import { packageFile } from '../../util/package-root.ts'
import { NOW } from './setup.ts'

/** What each policy that ships is for: the gated stage, or none for a release. */
const GATES: Readonly<Record<string, string | undefined>> = {
  'baseline.yaml': undefined,
  'fairness.yaml': 'bias',
  'intake.yaml': 'ingest',
  'privacy.yaml': 'redact',
  'hipaa-safe-harbor.yaml': 'redact',
  'gdpr.yaml': 'redact',
  'safety.yaml': 'bias',
  'release.yaml': undefined,
  'monitoring.yaml': 'monitor',
}

let catalogue: ReadonlyMap<string, readonly MetricSpec[]>
const policies = new Map<string, LoadedPolicy>()

beforeAll(async () => {
  const stages = await Promise.all(
    Object.entries(STAGES).map(async ([uses, load]) => [uses, (await load()).metrics] as const),
  )
  catalogue = new Map(stages)
  for (const file of Object.keys(GATES)) policies.set(file, loadPolicies([packageFile(`policies/${file}`)])[0]!)
})

test('every policy that ships is listed here', () => {
  const files = readdirSync(packageFile('policies')).filter((name) => name.endsWith('.yaml'))
  expect(files.sort()).toEqual(Object.keys(GATES).sort())
})

describe.each(Object.keys(GATES))('%s', (file) => {
  test('asks only for what the stages report, with limits in range', () => {
    const policy = policies.get(file)!
    expect(policyProblems([policy], catalogue, GATES[file]).map((problem) => problem.message)).toEqual([])
    expect(`${policy.name}.yaml`).toBe(file)
    for (const rule of policy.rules) expect(rule.refs?.length, rule.id).toBeGreaterThan(0)
  })

  test('blocks where nothing was measured', () => {
    const policy = policies.get(file)!
    const gated = GATES[file]
    const decision = decide({
      gate: gated ?? 'release',
      ...(gated === undefined ? {} : { uses: gated }),
      policies: [policy],
      evidence: { metrics: [] },
      now: NOW,
      engine: 'test',
    })
    expect(decision.outcome).toBe('block')
    expect(decision.counts.no_evidence).toBe(policy.rules.length)
  })
})

describe.each(Object.keys(GATES))('the tests of %s', (file) => {
  test('hold, try every rule both ways, and notice every small mistake', () => {
    const table = loadPolicyTest(packageFile(`policies/tests/${file.replace('.yaml', '.test.yaml')}`))
    expect(table.policy.name).toBe(policies.get(file)!.name)
    expect(table.gate).toBe(GATES[file])
    expect(runPolicyTest(table)).toEqual([])
    const { neverPass, neverFail, survived } = policyCoverage(table)
    expect({ neverPass, neverFail, survived }).toEqual({ neverPass: [], neverFail: [], survived: [] })
  })

  test('are about metrics and labels that the stages report', () => {
    const table = loadPolicyTest(packageFile(`policies/tests/${file.replace('.yaml', '.test.yaml')}`))
    const given = table.cases.flatMap((one) => one.metrics)
    const strange = given.filter(({ uses, name, labels }) => {
      const spec = catalogue.get(uses)?.find((each) => each.name === name)
      return (
        Object.keys(labels ?? {})
          .sort()
          .join() !== [...(spec?.labels ?? [])].sort().join() || spec === undefined
      )
    })
    expect(strange.map(({ uses, name, labels }) => [uses, name, labels])).toEqual([])
  })
})

test('no rule id is used in two policies', () => {
  const ids = [...policies.values()].flatMap((policy) => policy.rules.map((rule) => rule.id))
  expect(new Set(ids).size).toBe(ids.length)
})
