import { describe, expect, test } from 'vitest'
import type { Metric } from '../../../../artifacts/metric.ts'
import { Tally } from '../../../../artifacts/tally.ts'
import { decide } from '../../../../policies/engine/decide.ts'
import type { Decision } from '../../../../policies/engine/decision.ts'
import { loadPolicies } from '../../../../policies/engine/load.ts'
import { redactConfig } from '../../../../stages/redact/configured.ts'
import { redact } from '../../../../stages/redact/index.ts'
import { PACK_NAMES, type PackName } from '../../../../stages/redact/packs/pack-names.ts'
import { packOf } from '../../../../stages/redact/packs/packs.ts'
import { packageFile } from '../../../../util/package-root.ts'
import { clopperPearson } from '../../../../util/statistics.ts'

const policies = Object.fromEntries(
  PACK_NAMES.map((name) => [name, loadPolicies([packageFile(`policies/${name}.yaml`)])[0]!]),
)

/** What the stage itself says when every value that was tried was found, and everything was stated. */
function best(name: PackName): readonly Metric[] {
  const tally = new Tally()
  for (const type of packOf({ pack: name })!.fields.seeding.types) {
    tally.category('seeded', type, 60)
    tally.category('seeded_full', type, 60)
  }
  const statements = packOf({ pack: name })!.statements.map(({ key }) => ({
    what: key,
    owner: 'privacy office',
    statement: 'Looked at.',
    expires: '2027-01-01',
  }))
  return redact.summarize!(tally, redactConfig({ pack: name, pack_statements: statements })).metrics
}

function judge(name: PackName, metrics: readonly Metric[]): Decision {
  return decide({
    gate: 'redact',
    uses: 'redact',
    policies: [policies[name]!],
    evidence: { metrics: metrics.map((metric) => ({ ...metric, stage: 'redact', uses: 'redact' })) },
    now: new Date('2026-11-28T12:00:00Z'),
    engine: 'test',
  })
}

/** The evidence with some metrics replaced, found by name and labels. */
function but(metrics: readonly Metric[], ...changed: readonly Metric[]): readonly Metric[] {
  const key = ({ name, labels }: Metric): string => JSON.stringify([name, labels ?? {}])
  const given = new Map(changed.map((metric) => [key(metric), metric]))
  for (const name of given.keys()) expect(metrics.map(key)).toContain(name)
  return metrics.map((metric) => given.get(key(metric)) ?? metric)
}

function recall(identifier: string, full: number, n: number): Metric {
  const value = n === 0 ? null : full / n
  return {
    name: 'identifier_recall',
    labels: { identifier },
    n,
    value,
    ...(n === 0 ? {} : { interval: clopperPearson(full, n) }),
  }
}

function people(full: number, n: number): Metric {
  return { ...recall('', full, n), name: 'seeded_recall', labels: { type: 'PERSON' } }
}

const kept = (identifier: string): Metric => ({ name: 'identifier_kept', labels: { identifier }, value: 1 })
const unstated = (what: string): Metric => ({ name: 'pack_statement', labels: { what }, value: false })
const exceptions: Metric = { name: 'pack_exceptions', value: 1 }

type Case = readonly [rule: string, worse: Metric, verdict: 'fail' | 'no_evidence', outcome: 'block' | 'warn']

const HIPAA: readonly Case[] = [
  ['hipaa-pack', { name: 'pack', value: 'gdpr' }, 'fail', 'block'],
  ['hipaa-each-identifier', recall('A', 60, 90), 'fail', 'block'],
  ['hipaa-each-identifier', recall('R', 39, 39), 'no_evidence', 'block'],
  ['hipaa-each-identifier', recall('M', 0, 0), 'no_evidence', 'block'],
  ['hipaa-people', people(60, 90), 'fail', 'block'],
  ['hipaa-people', people(39, 39), 'no_evidence', 'block'],
  ['hipaa-formed-identifiers', recall('H', 38, 40), 'fail', 'block'],
  ['hipaa-formed-identifiers', recall('E', 30, 30), 'no_evidence', 'block'],
  ['hipaa-dates', recall('C', 80, 100), 'fail', 'block'],
  ['hipaa-nothing-kept', kept('F'), 'fail', 'block'],
  ['hipaa-exceptions', exceptions, 'fail', 'warn'],
  ['hipaa-stated-biometric', unstated('P'), 'fail', 'warn'],
  ['hipaa-stated-photographs', unstated('Q'), 'fail', 'warn'],
  ['hipaa-stated-characteristics', unstated('R'), 'fail', 'warn'],
  ['hipaa-stated-actual-knowledge', unstated('actual-knowledge'), 'fail', 'warn'],
]

const GDPR: readonly Case[] = [
  ['gdpr-pack', { name: 'pack', value: 'hipaa-safe-harbor' }, 'fail', 'block'],
  ['gdpr-identifiers', recall('name', 60, 90), 'fail', 'block'],
  ['gdpr-identifiers', recall('online', 39, 39), 'no_evidence', 'block'],
  ['gdpr-formed-identifiers', recall('contact', 80, 90), 'fail', 'block'],
  ['gdpr-special-words', recall('origin-politics-religion', 12, 24), 'fail', 'block'],
  ['gdpr-nothing-kept', kept('name'), 'fail', 'block'],
  ['gdpr-exceptions', exceptions, 'fail', 'warn'],
  ['gdpr-stated-special-categories', unstated('special-categories'), 'fail', 'warn'],
  ['gdpr-stated-key', unstated('key-kept-apart'), 'fail', 'warn'],
]

describe.each([
  ['hipaa-safe-harbor', HIPAA],
  ['gdpr', GDPR],
] as const)('%s', (name, cases) => {
  test('every rule passes on the best evidence there can be', () => {
    const decision = judge(name, best(name))
    expect(decision.rules.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(
      policies[name]!.rules.map(({ id }) => `${id} pass`),
    )
    expect(decision.outcome).toBe('pass')
  })

  test.each(cases)('%s does not pass on %o', (rule, worse, verdict, outcome) => {
    const decision = judge(name, but(best(name), worse))
    expect(decision.rules.find(({ id }) => id === rule)!.verdict).toBe(verdict)
    expect(decision.outcome).toBe(outcome)
  })

  test('every rule has a case that fails', () => {
    expect([...new Set(cases.map(([rule]) => rule))]).toEqual(policies[name]!.rules.map(({ id }) => id))
  })

  test('an identifier that is not reported at all blocks', () => {
    const [rule] = name === 'gdpr' ? ['gdpr-identifiers'] : ['hipaa-each-identifier']
    const identifier = name === 'gdpr' ? 'location' : 'K'
    const less = best(name).filter(({ labels }) => labels?.['identifier'] !== identifier)
    expect(judge(name, less).rules.find(({ id }) => id === rule)!.verdict).toBe('no_evidence')
  })

  test('without the pack nothing passes', () => {
    const metrics = redact.summarize!(new Tally(), redactConfig()).metrics
    expect(judge(name, metrics).counts).toMatchObject({ pass: 0, fail: 0, no_evidence: policies[name]!.rules.length })
  })
})
