import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalEvidence } from '../../policies/engine/canonical-evidence.ts'
import { decisionDigest } from '../../policies/engine/decide.ts'
import type { Verdict } from '../../policies/engine/decision.ts'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import type { Condition } from '../../policies/engine/schema.ts'
import { canonicalJson } from '../../util/json.ts'
import { decideRules, interval, judge, metric, rule } from './setup.ts'

const recall = (type: string, value: number | null, n = 200, low = value ?? 0, high = value ?? 1) =>
  metric('seeded_recall', value, { labels: { type }, n, interval: interval(low, high) })

type Row = readonly [string, Condition, readonly EvidenceMetric[], Verdict]

describe('one rule', () => {
  const share = (value: EvidenceMetric['value'], rest = {}) => [metric('share', value, rest)]
  const rows: readonly Row[] = [
    ['at_most holds on the limit', { metric: 'share', at_most: 0.1 }, share(0.1), 'pass'],
    ['at_most fails above it', { metric: 'share', at_most: 0.1 }, share(0.1000001), 'fail'],
    ['at_least holds on the limit', { metric: 'share', at_least: 0.1 }, share(0.1), 'pass'],
    ['at_least fails below it', { metric: 'share', at_least: 0.1 }, share(0.0999999), 'fail'],
    ['a range', { metric: 'share', at_least: 0.1, at_most: 0.2 }, share(0.15), 'pass'],
    ['outside of a range', { metric: 'share', at_least: 0.1, at_most: 0.2 }, share(0.25), 'fail'],
    ['equals a word', { metric: 'share', equals: 'CC0-1.0' }, share('CC0-1.0'), 'pass'],
    ['equals another word', { metric: 'share', equals: 'CC0-1.0' }, share('unknown'), 'fail'],
    ['equals a flag', { metric: 'share', equals: true }, share(true), 'pass'],
    ['a flag that is not so', { metric: 'share', equals: true }, share(false), 'fail'],
    ['a word where a flag is asked', { metric: 'share', equals: true }, share('true'), 'error'],
    ['one of', { metric: 'share', one_of: ['a', 'b'] }, share('b'), 'pass'],
    ['none of', { metric: 'share', one_of: ['a', 'b'] }, share('c'), 'fail'],
    ['NaN', { metric: 'share', at_most: 1 }, share(Number.NaN), 'error'],
    ['Infinity', { metric: 'share', at_least: 0 }, share(Number.POSITIVE_INFINITY), 'error'],
    ['NaN under equals', { metric: 'share', equals: 1 }, share(Number.NaN), 'error'],
    ['NaN where any value passes', { metric: 'share', present: true }, share(Number.NaN), 'error'],
    ['a word where a number is asked', { metric: 'share', at_most: 1 }, share('0'), 'error'],
    ['null', { metric: 'share', at_most: 1 }, share(null, { note: 'too few' }), 'no_evidence'],
    ['a metric that was renamed', { metric: 'share', at_most: 1 }, [metric('ratio', 0)], 'no_evidence'],
    ['a stage that did not report', { metric: 'bias.share', at_most: 1 }, share(0), 'no_evidence'],
    ['a bound without an interval', { metric: 'share', at_most: 1, bound: 'upper' }, share(0), 'no_evidence'],
    [
      'an upper bound',
      { metric: 'share', at_most: 0.2, bound: 'upper' },
      share(0.1, { interval: interval(0.05, 0.21) }),
      'fail',
    ],
    [
      'a lower bound',
      { metric: 'share', at_least: 0.05, bound: 'lower' },
      share(0.1, { interval: interval(0.05, 0.21) }),
      'pass',
    ],
    [
      'an interval upside down',
      { metric: 'share', at_most: 1, bound: 'upper' },
      share(0.1, { interval: interval(0.5, 0.2) }),
      'error',
    ],
    [
      'an interval with NaN',
      { metric: 'share', at_most: 1, bound: 'upper' },
      share(0.1, { interval: interval(0, Number.NaN) }),
      'error',
    ],
    ['min_n met exactly', { metric: 'share', at_most: 1, min_n: 30 }, share(0, { n: 30 }), 'pass'],
    ['min_n not met', { metric: 'share', at_most: 1, min_n: 30 }, share(0, { n: 29 }), 'no_evidence'],
    ['min_n without n', { metric: 'share', at_most: 1, min_n: 30 }, share(0), 'no_evidence'],
    ['n that is NaN', { metric: 'share', at_most: 1, min_n: 30 }, share(0, { n: Number.NaN }), 'error'],
    [
      'few, and the rule says so',
      { metric: 'share', at_most: 1, min_n: 30, if_few: 'not_applicable' },
      share(null, { n: 3 }),
      'not_applicable',
    ],
    ['few without n', { metric: 'share', at_most: 1, min_n: 30, if_few: 'not_applicable' }, share(null), 'no_evidence'],
    ['the same value twice', { metric: 'share', at_most: 1 }, [...share(0), ...share(0)], 'error'],
    [
      'several values and no word which',
      { metric: 'seeded_recall', at_least: 0 },
      [recall('A', 1), recall('B', 1)],
      'error',
    ],
    [
      'one of several values',
      { metric: 'seeded_recall', where: { type: 'B' }, at_least: 0.9 },
      [recall('A', 0), recall('B', 1)],
      'pass',
    ],
    [
      'a value that is not there',
      { metric: 'seeded_recall', where: { type: 'C' }, at_least: 0.9 },
      [recall('A', 1)],
      'no_evidence',
    ],
    [
      'every group',
      { metric: 'seeded_recall', for_each: 'type', at_least: 0.9 },
      [recall('A', 1), recall('B', 0.9)],
      'pass',
    ],
    [
      'one group of two',
      { metric: 'seeded_recall', for_each: 'type', at_least: 0.9 },
      [recall('A', 1), recall('B', 0.8)],
      'fail',
    ],
    [
      'a failing group beside an unknown one',
      { metric: 'seeded_recall', for_each: 'type', at_least: 0.9 },
      [recall('A', null), recall('B', 0.8)],
      'fail',
    ],
    [
      'a group that was not measured',
      { metric: 'seeded_recall', for_each: 'type', groups: ['A', 'B'], at_least: 0.9 },
      [recall('A', 1)],
      'no_evidence',
    ],
    ['a rule on a label that the values lack', { metric: 'share', for_each: 'type', at_most: 1 }, share(0), 'error'],
    ['no group', { metric: 'seeded_recall', for_each: 'type', at_least: 0.9 }, share(0), 'no_evidence'],
    [
      'no group, and the rule says so',
      { metric: 'seeded_recall', for_each: 'type', if_none: 'not_applicable', at_least: 0.9 },
      share(0),
      'not_applicable',
    ],
    [
      'no group because nothing was reported',
      { metric: 'seeded_recall', for_each: 'type', if_none: 'not_applicable', at_least: 0.9 },
      [],
      'no_evidence',
    ],
    [
      'another metric as the limit',
      { metric: 'share', at_most: { metric: 'chance' } },
      [...share(2), metric('chance', 2)],
      'pass',
    ],
    [
      'times and plus',
      { metric: 'share', at_most: { metric: 'chance', times: 1.5, plus: -1 } },
      [...share(2.1), metric('chance', 2)],
      'fail',
    ],
    ['a limit that was not measured', { metric: 'share', at_most: { metric: 'chance' } }, share(2), 'no_evidence'],
    [
      'a limit that is NaN',
      { metric: 'share', at_most: { metric: 'chance' } },
      [...share(2), metric('chance', Number.NaN)],
      'error',
    ],
    [
      'a limit per group',
      { metric: 'seeded_recall', for_each: 'type', at_least: { metric: 'floor' } },
      [
        recall('A', 0.5),
        metric('floor', 0.5, { labels: { type: 'A' } }),
        metric('floor', 1, { labels: { type: 'B' } }),
      ],
      'pass',
    ],
    [
      'all',
      {
        all: [
          { metric: 'share', at_most: 1 },
          { metric: 'none', at_most: 1 },
        ],
      },
      share(0),
      'no_evidence',
    ],
    [
      'any',
      {
        any: [
          { metric: 'share', at_most: 1 },
          { metric: 'none', at_most: 1 },
        ],
      },
      share(0),
      'pass',
    ],
    ['not', { not: { metric: 'share', at_most: 1 } }, share(0), 'fail'],
    ['not of the unknown', { not: { metric: 'none', at_most: 1 } }, share(0), 'no_evidence'],
  ]
  test.each(rows)('%s', (_, require, metrics, verdict) => {
    const result = judge(require, metrics)
    expect(result.verdict).toBe(verdict)
    expect(result.blocks).toBe(!['pass', 'not_applicable'].includes(verdict))
    expect(result.operands.length).toBeGreaterThan(0)
    expect(result.explanation).toMatch(/^Required: .+\. Found: .+\.$/)
  })
})

test('names the stage by its id, else by what it uses', () => {
  const metrics = [
    metric('share', 0.1, { stage: 'first', uses: 'redact' }),
    metric('share', 0.9, { stage: 'second', uses: 'redact' }),
    metric('share', 0.2, { stage: 'redact', uses: 'custom' }),
  ]
  expect(judge({ metric: 'second.share', at_most: 0.5 }, metrics).verdict).toBe('fail')
  expect(judge({ metric: 'redact.share', at_most: 0.5 }, metrics).operands.map((o) => o.value)).toEqual([0.2])
  expect(judge({ metric: 'share', at_most: 0.5 }, metrics).operands.map((o) => o.value)).toEqual([0.2])
  expect(judge({ metric: 'redact.share', at_most: 0.5 }, metrics.slice(0, 2))).toMatchObject({
    verdict: 'fail',
    operands: [{ metric: 'first.share' }, { metric: 'second.share', holds: false }],
  })
  const release = decideRules([rule({ metric: 'share', at_most: 1 })], metrics, {
    gate: 'release',
    uses: undefined as never,
  })
  expect(release.rules[0]!.verdict).toBe('no_evidence')
})

test('says in one sentence what was required and what was found', () => {
  const require: Condition = { metric: 'seeded_recall', for_each: 'type', at_least: 0.9, bound: 'lower', min_n: 100 }
  expect(judge(require, [recall('A', 0.97, 300, 0.95), recall('B', 0.9, 200, 0.85123456)]).explanation).toBe(
    'Required: lower bound of seeded_recall for each type at least 0.9 (n ≥ 100). Found: lower bound of redact.seeded_recall{type=B} = 0.8512 (n = 200).',
  )
  expect(
    judge(
      require,
      ['A', 'B', 'C', 'D'].map((type, i) => recall(type, 0.95, 300, 0.91 + i / 100)),
    ).explanation,
  ).toBe(
    'Required: lower bound of seeded_recall for each type at least 0.9 (n ≥ 100). Found: 4 comparisons, the closest lower bound of redact.seeded_recall{type=A} = 0.91 (n = 300).',
  )
  expect(judge(require, [recall('A', 1, 20)]).explanation).toBe(
    'Required: lower bound of seeded_recall for each type at least 0.9 (n ≥ 100). Found: redact.seeded_recall{type=A} has n = 20, too few observations.',
  )
})

test('only enforced rules of severity block or major block; shadow changes nothing', () => {
  const failing: Condition = { metric: 'share', at_most: 0 }
  const metrics = [metric('share', 1)]
  const outcome = (rest: object) => decideRules([rule(failing, rest)], metrics).outcome
  expect(outcome({ severity: 'block' })).toBe('block')
  expect(outcome({ severity: 'major' })).toBe('block')
  expect(outcome({ severity: 'minor' })).toBe('warn')
  expect(outcome({ severity: 'info' })).toBe('warn')
  expect(outcome({ severity: 'block', mode: 'warn' })).toBe('warn')
  expect(outcome({ severity: 'block', mode: 'shadow' })).toBe('pass')
  expect(decideRules([rule(failing, { mode: 'shadow' })], metrics).rules[0]).toMatchObject({
    verdict: 'fail',
    blocks: false,
  })
  expect(decideRules([], metrics).outcome).toBe('block')
})

test('a rule that is not yet in force only warns, and is in force from the first moment of its day', () => {
  const rules = [rule({ metric: 'share', at_most: 0 }, { effective: '2027-01-01' })]
  const at = (now: string) => decideRules(rules, [metric('share', 1)], { now: new Date(now) })
  expect(at('2026-12-31T23:59:59.999Z')).toMatchObject({ outcome: 'warn', rules: [{ mode: 'warn', blocks: false }] })
  expect(at('2026-12-31T23:59:59.999Z').rules[0]!.explanation).toContain('Only warns before 2027-01-01.')
  expect(at('2027-01-01T00:00:00.000Z')).toMatchObject({ outcome: 'block', rules: [{ mode: 'enforce', blocks: true }] })
})

test('`when` decides whether a rule applies, and what is not known blocks', () => {
  const when: Condition = { metric: 'kind', equals: 'chat' }
  const require: Condition = { metric: 'share', at_most: 0.5 }
  const verdict = (metrics: EvidenceMetric[]) => judge(require, metrics, { when }).verdict
  expect(verdict([metric('kind', 'chat'), metric('share', 1)])).toBe('fail')
  expect(verdict([metric('kind', 'document'), metric('share', 1)])).toBe('not_applicable')
  expect(verdict([metric('share', 0)])).toBe('no_evidence')
  expect(verdict([metric('kind', 4), metric('share', 0)])).toBe('error')
})

test('the whole decision', () => {
  const decision = decideRules(
    [
      rule(
        { metric: 'share', at_most: 0.1, bound: 'upper', min_n: 50 },
        { id: 'a', title: 'Share', refs: ['GDPR art. 25'] },
      ),
      rule({ metric: 'other', present: true }, { id: 'b', severity: 'minor' }),
    ],
    [metric('share', 0.05, { n: 400, interval: interval(0.03, 0.08) })],
  )
  expect(decision).toEqual({
    apiVersion: 'sluice/v1',
    kind: 'Decision',
    subject: { pipeline: '', uses: 'redact' },
    gate: 'redact',
    policies: [{ name: 'test', version: 1, digest: '0'.repeat(64) }],
    evidence: expect.stringMatching(/^[0-9a-f]{64}$/),
    waivers: '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',
    engine: 'sluice test',
    now: '2026-11-23T07:00:00.000Z',
    outcome: 'warn',
    counts: { pass: 1, fail: 0, error: 0, no_evidence: 1, not_applicable: 0, waived: 0 },
    rules: [
      {
        id: 'a',
        title: 'Share',
        severity: 'block',
        mode: 'enforce',
        verdict: 'pass',
        blocks: false,
        operands: [
          {
            metric: 'redact.share',
            value: 0.08,
            bound: 'upper',
            comparison: 'at_most',
            limit: 0.1,
            holds: true,
            n: 400,
          },
        ],
        explanation:
          'Required: upper bound of share at most 0.1 (n ≥ 50). Found: upper bound of redact.share = 0.08 (n = 400).',
        remediation: 'm',
        because: 'b',
        refs: ['GDPR art. 25'],
      },
      {
        id: 'b',
        title: 'R',
        severity: 'minor',
        mode: 'enforce',
        verdict: 'no_evidence',
        blocks: false,
        operands: [
          {
            metric: 'other',
            value: null,
            bound: 'point',
            comparison: 'present',
            limit: null,
            holds: null,
            note: 'not measured',
          },
        ],
        explanation: 'Required: other measured. Found: other has no usable value, not measured.',
        remediation: 'm',
        because: 'b',
        refs: [],
      },
    ],
  })
})

const anyValue = fc.oneof(fc.double(), fc.boolean(), fc.constantFrom('a', 'b'), fc.constant(null))
const anyMetric: fc.Arbitrary<EvidenceMetric> = fc
  .record({
    stage: fc.constantFrom('redact', 'other'),
    name: fc.constantFrom('x', 'y', 'z'),
    value: anyValue,
    n: fc.option(fc.oneof(fc.nat(300), fc.constant(Number.NaN)), { nil: undefined }),
    bounds: fc.option(fc.tuple(fc.double(), fc.double()), { nil: undefined }),
    group: fc.option(fc.constantFrom('A', 'B'), { nil: undefined }),
  })
  .map(({ stage, name, value, n, bounds, group }) => ({
    stage,
    uses: stage,
    name,
    value,
    ...(n === undefined ? {} : { n }),
    ...(bounds === undefined ? {} : { interval: interval(bounds[0], bounds[1]) }),
    ...(group === undefined ? {} : { labels: { g: group } }),
  }))

const { condition } = fc.letrec<{ leaf: Condition; condition: Condition }>((tie) => ({
  leaf: fc
    .record({
      metric: fc.constantFrom('x', 'y', 'other.z', 'nobody.x'),
      limit: fc.double({ noNaN: true, noDefaultInfinity: true, min: -2, max: 2 }),
      side: fc.constantFrom('at_most', 'at_least', 'other'),
      bound: fc.constantFrom<NonNullable<Condition['bound']>>('point', 'upper', 'lower'),
      for_each: fc.boolean(),
      min_n: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    })
    .map(({ metric, limit, side, bound, for_each, min_n }) => ({
      metric,
      bound,
      ...(side === 'other' ? { at_most: { metric: 'y', times: limit } } : { [side]: limit }),
      ...(for_each ? { for_each: 'g' } : {}),
      ...(min_n === undefined ? {} : { min_n }),
    })),
  condition: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('condition').map((not) => ({ not })),
  ),
}))

test('is total, and the order of the evidence changes no byte', () => {
  fc.assert(
    fc.property(
      condition,
      condition,
      fc.array(anyMetric, { maxLength: 8 }),
      fc.nat(),
      (when, require, metrics, turn) => {
        const rules = [rule(require, { id: 'a' }), rule(require, { id: 'b', when })]
        const decision = decideRules(rules, metrics)
        const cut = turn % (metrics.length + 1)
        const turned = [...metrics.slice(cut), ...metrics.slice(0, cut)].reverse()
        const again = decideRules(structuredClone(rules), turned)
        expect(canonicalJson(again)).toBe(canonicalJson(decision))
        expect(decisionDigest(again)).toBe(decisionDigest(decision))
        expect(Object.values(decision.counts).reduce((sum, n) => sum + n, 0)).toBe(2)
        const blocked = decision.rules.some((r) => !['pass', 'not_applicable'].includes(r.verdict))
        expect(decision.outcome).toBe(blocked ? 'block' : 'pass')
      },
    ),
    { numRuns: 500 },
  )
})

const number = fc.double({ min: 0, max: 1, noNaN: true })
const measured = fc.record({ a: number, b: number, c: number, n: fc.nat(400) }).map(({ a, b, c, n }) => {
  const [lower, value, upper] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
  return { lower, value, upper, n }
})

test('worse evidence never turns a failure into a pass', () => {
  fc.assert(
    fc.property(
      fc.record({
        at_most: number,
        bound: fc.constantFrom<NonNullable<Condition['bound']>>('point', 'upper', 'lower'),
        min_n: fc.integer({ min: 1, max: 400 }),
        combine: fc.constantFrom('one', 'all', 'any'),
      }),
      fc.array(measured, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      number,
      fc.constantFrom('larger', 'fewer', 'null', 'no interval', 'NaN', 'gone'),
      ({ at_most, bound, min_n, combine }, groups, pick, by, how) => {
        const leaf: Condition = {
          metric: 'harm',
          for_each: 'g',
          groups: groups.map((_, i) => `g${i}`),
          at_most,
          bound,
          min_n,
        }
        const second: Condition = { ...leaf, bound: 'upper' }
        const require = combine === 'one' ? leaf : combine === 'all' ? { all: [leaf, second] } : { any: [leaf, second] }
        const metrics = groups.map((m, i) =>
          metric('harm', m.value, { n: m.n, interval: interval(m.lower, m.upper), labels: { g: `g${i}` } }),
        )
        const worse = metrics.flatMap((m, i) => {
          if (i !== pick % metrics.length) return [m]
          if (how === 'gone') return []
          if (how === 'null') return [{ ...m, value: null }]
          if (how === 'NaN') return [{ ...m, value: Number.NaN }]
          if (how === 'fewer') return [{ ...m, n: Math.floor(m.n! * by) }]
          const { interval: was, ...rest } = m
          if (how === 'no interval') return [rest]
          const up = (x: number) => x + by
          return [{ ...m, value: up(m.value as number), interval: interval(up(was!.lower), up(was!.upper)) }]
        })
        if (judge(require, metrics).verdict !== 'pass') expect(judge(require, worse).verdict).not.toBe('pass')
      },
    ),
    { numRuns: 1000 },
  )
})

const canonicalText = (metrics: readonly EvidenceMetric[]): string =>
  Buffer.from(canonicalEvidence({ metrics })).toString('utf8')

test('the text of the evidence is canonical JSON', () => {
  fc.assert(
    fc.property(fc.array(anyMetric, { maxLength: 5 }), fc.string(), (metrics, note) => {
      const finite = (x: unknown) => typeof x !== 'number' || Number.isFinite(x)
      const plain = metrics
        .filter((m) => finite(m.value) && finite(m.n) && finite(m.interval?.lower) && finite(m.interval?.upper))
        .map((m) => ({ ...m, note, labels: { ...m.labels, z: note, 'a b': '"' } }))
      expect(canonicalText(plain)).toBe(`[${plain.map(canonicalJson).sort().join(',')}]`)
    }),
  )
  expect(canonicalText([metric('share', Number.NaN)])).toBe(
    '[{"name":"share","stage":"redact","uses":"redact","value":{"not_finite":"NaN"}}]',
  )
  expect(canonicalText([])).toBe('[]')
})

test('many metrics, alike for long or not at all, in any alphabet, are written and sorted as plain text would be', () => {
  const value = fc.oneof(
    fc.constantFrom(
      0,
      -0,
      1,
      10,
      100,
      1e21,
      1e-7,
      -1.5,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      null,
      true,
      'word',
      '',
      '1',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  const number = fc.constantFrom(0, 0.1, 0.12, 0.123456, 0.1234567, 0.95, 1, 2.5e-9)
  const metrics = (text: fc.Arbitrary<string>): fc.Arbitrary<EvidenceMetric[]> =>
    fc.array(
      fc.record(
        {
          stage: text,
          uses: text,
          name: text,
          value,
          labels: fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }),
          n: number,
          note: text,
          interval: fc.record({ level: number, lower: number, upper: number, method: fc.constant('wilson' as const) }),
        },
        { requiredKeys: ['stage', 'uses', 'name', 'value'] },
      ),
      { maxLength: 60, size: 'max' },
    )
  const words = fc.constantFrom(
    '',
    'a',
    'b',
    'ab',
    'a"',
    'a\\',
    'a\n',
    'a!',
    'a}',
    'a,{',
    '10',
    '9',
    '\u007f',
    'toJSON',
  )
  const others = fc.constantFrom('a', 'é', '\uffee', '😀', '\u2028')
  const check = (evidence: readonly EvidenceMetric[]): void => {
    expect(canonicalText(evidence)).toBe(`[${evidence.map(canonicalJson).sort().join(',')}]`)
  }
  fc.assert(fc.property(metrics(words), check), { numRuns: 400 })
  fc.assert(fc.property(metrics(fc.oneof(words, others)), check), { numRuns: 200 })
})

test('any change of the evidence changes its digest', () => {
  const base = metric('share', 0.1, { n: 10, interval: interval(0, 1), labels: { a: 'b' } })
  const changed: EvidenceMetric[] = [
    { ...base, value: 0.2 },
    { ...base, value: null },
    { ...base, value: Number.NaN },
    { ...base, value: 'NaN' },
    { ...base, n: 11 },
    { ...base, stage: 'other' },
    { ...base, uses: 'other' },
    { ...base, labels: { a: 'c' } },
    { ...base, interval: interval(0, 0.9) },
    { ...base, note: 'x' },
  ]
  const digests = [[base], ...changed.map((m) => [m]), [base, base], []].map(
    (metrics) => decideRules([rule({ metric: 'share', present: true })], metrics).evidence,
  )
  expect(new Set(digests).size).toBe(digests.length)
})
