import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decision, Finding, Verdict } from '../../policies/engine/decision.ts'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import type { Rule } from '../../policies/engine/schema.ts'
import type { Waiver, WaiverEvidence } from '../../policies/engine/waiver.ts'
import { momentOf } from '../../policies/engine/waiver.ts'
import { canonicalJson } from '../../util/json.ts'
import { decideRules, metric, NOW, rule } from './setup.ts'

const WAIVER: Waiver = {
  apiVersion: 'sluice/v1',
  kind: 'Waiver',
  id: 'W-1',
  type: 'waiver',
  rules: ['r'],
  subject: { pipeline: 'support', gate: 'redact' },
  reason: 'the vendor mends the recognizer next week',
  ticket: 'SEC-12',
  compensating_control: 'a person reads every output',
  requested_by: 'ana',
  approved_by: 'ben',
  not_before: '2026-11-01',
  expires: '2026-12-31',
}

const signed = (change: Partial<Waiver> = {}, rest: Partial<WaiverEvidence> = {}): WaiverEvidence => {
  const waiver = { ...WAIVER, ...change }
  return {
    waiver,
    digest: 'd'.repeat(64),
    requested: { state: 'valid', principal: waiver.requested_by, key: `key-of-${waiver.requested_by}` },
    approved: { state: 'valid', principal: waiver.approved_by, key: `key-of-${waiver.approved_by}` },
    uses: 0,
    ...rest,
  }
}

const FAILS: readonly EvidenceMetric[] = [metric('share', 0.5)]
const gate = (
  waivers: readonly WaiverEvidence[],
  metrics = FAILS,
  rest: Partial<Rule> = {},
  more: Partial<Parameters<typeof decideRules>[2]> = {},
): Decision =>
  decideRules([rule({ metric: 'share', at_most: 0.1 }, rest)], metrics, { pipeline: 'support', waivers, ...more })
const said = (decision: Decision) => [
  decision.outcome,
  decision.rules[0]!.verdict,
  ...(decision.findings ?? []).map((finding) => finding.code),
]

test('a waiver that is in order turns a failure into `waived`, never into a pass, and names itself', () => {
  const decision = gate([signed()])
  expect(decision.outcome).toBe('waived')
  expect(decision.counts).toMatchObject({ waived: 1, pass: 0, fail: 0 })
  expect(decision.rules[0]).toMatchObject({
    verdict: 'waived',
    waived_verdict: 'fail',
    blocks: false,
    waiver: { id: 'W-1', approved_by: 'ben', requested_by: 'ana', ticket: 'SEC-12', expires: '2026-12-31' },
  })
  expect(decision.rules[0]!.explanation).toMatch(/Waived until 2026-12-31 by W-1 \(SEC-12\)\.$/)
})

type Row = readonly [string, WaiverEvidence, readonly [Decision['outcome'], Verdict, ...Finding['code'][]]]
const blocked = (code: Finding['code']) => ['block', 'fail', code] as const

describe('a waiver does not count', () => {
  const rows: readonly Row[] = [
    ['after its last day', signed({ expires: '2026-11-22' }), blocked('WAIVER_EXPIRED')],
    ['after its last second', signed({ expires: '2026-11-23T06:59:59Z' }), blocked('WAIVER_EXPIRED')],
    ['before its first day', signed({ not_before: '2026-11-24' }), blocked('WAIVER_NOT_YET')],
    ['with a day that is not in the calendar', signed({ expires: '2027-02-30' }), blocked('WAIVER_INVALID')],
    ['with a date that is not one', signed({ expires: 'never' }), blocked('WAIVER_INVALID')],
    ['with a date of another zone', signed({ expires: '2026-12-31T00:00:00+02:00' }), blocked('WAIVER_INVALID')],
    [
      'that ends before it begins',
      signed({ not_before: '2026-11-20', expires: '2026-11-10' }),
      blocked('WAIVER_INVALID'),
    ],
    ['longer than the policy allows', signed({ expires: '2027-12-31' }), blocked('WAIVER_BEYOND_POLICY')],
    ['approved by who asked for it', signed({ approved_by: 'ana' }), blocked('WAIVER_SELF_APPROVED')],
    [
      'approved by the same key under another name',
      signed({}, { approved: { state: 'valid', principal: 'ben', key: 'key-of-ana' } }),
      blocked('WAIVER_SELF_APPROVED'),
    ],
    ['without an approval', signed({}, { approved: { state: 'missing' } }), blocked('WAIVER_UNSIGNED')],
    ['without a signed request', signed({}, { requested: { state: 'missing' } }), blocked('WAIVER_UNSIGNED')],
    ['whose bytes were changed', signed({}, { approved: { state: 'invalid' } }), blocked('WAIVER_SIGNATURE_BAD')],
    [
      'signed by a key that nobody pinned',
      signed({}, { approved: { state: 'not_allowed' } }),
      blocked('WAIVER_SIGNER_NOT_ALLOWED'),
    ],
    [
      'signed by another than it names',
      signed({}, { approved: { state: 'valid', principal: 'eve', key: 'key-of-eve' } }),
      blocked('WAIVER_SIGNER_NOT_ALLOWED'),
    ],
    ['that was used up', signed({ max_uses: 2 }, { uses: 2 }), blocked('WAIVER_USED_UP')],
    [
      'for every pipeline, for a rule that blocks',
      signed({ subject: { pipeline: '*' } }),
      blocked('WAIVER_BEYOND_POLICY'),
    ],
    ['for another pipeline', signed({ subject: { pipeline: 'sales' } }), ['block', 'fail']],
    ['for another gate', signed({ subject: { pipeline: 'support', gate: 'release' } }), ['block', 'fail']],
    ['for another model', signed({ subject: { pipeline: 'support', candidate: 'c'.repeat(64) } }), ['block', 'fail']],
    ['for another rule', signed({ rules: ['other'] }), ['block', 'fail']],
    ['that breaks the glass without a follow-up', signed({ type: 'break_glass' }), blocked('WAIVER_INVALID')],
  ]
  test.each(rows)('%s', (_, waiver, expected) => {
    expect(said(gate([waiver]))).toEqual(expected)
  })

  test('where two have the same id', () => {
    const decision = gate([signed(), signed({ reason: 'another text' }, { digest: 'e'.repeat(64) })])
    expect(said(decision)).toEqual(['block', 'fail', 'WAIVER_INVALID', 'WAIVER_INVALID'])
  })

  test('where the policy lets nobody waive the rule', () => {
    expect(said(gate([signed()], FAILS, { waivable: false }))).toEqual(['block', 'fail', 'WAIVER_BEYOND_POLICY'])
  })
})

describe('a waiver counts', () => {
  test('on its last day, to the last millisecond, and not one later', () => {
    const at = (now: string) => said(gate([signed({ expires: '2026-11-30' })], FAILS, {}, { now: new Date(now) }))
    expect(at('2026-11-30T23:59:59.999Z')).toEqual(['waived', 'waived', 'WAIVER_EXPIRING'])
    expect(at('2026-12-01T00:00:00.000Z')).toEqual(['block', 'fail', 'WAIVER_EXPIRED'])
  })

  test('from the first millisecond of its first day', () => {
    const at = (now: string) => said(gate([signed({ not_before: '2026-11-24' })], FAILS, {}, { now: new Date(now) }))
    expect(at('2026-11-23T23:59:59.999Z')).toEqual(['block', 'fail', 'WAIVER_NOT_YET'])
    expect(at('2026-11-24T00:00:00.000Z')).toEqual(['waived', 'waived'])
  })

  test('for every pipeline where the policy says so', () => {
    const decision = gate(
      [signed({ subject: { pipeline: '*' } })],
      FAILS,
      {},
      {
        policies: [
          {
            name: 'test',
            version: 1,
            digest: '0'.repeat(64),
            rules: [rule({ metric: 'share', at_most: 0.1 })],
            waivers: { any_pipeline: true },
          },
        ],
      },
    )
    expect(said(decision)).toEqual(['waived', 'waived'])
  })

  test('for missing evidence, but for broken evidence only where the glass was broken', () => {
    const glass = signed({ type: 'break_glass', follow_up: { owner: 'ana', due: '2026-12-01' } })
    const broken = [metric('share', Number.NaN)]
    expect(said(gate([signed()], [metric('other', 0)]))).toEqual(['waived', 'waived'])
    expect(said(gate([signed()], broken))).toEqual(['block', 'error', 'WAIVER_UNUSED'])
    expect(said(gate([glass], broken))).toEqual(['waived', 'waived', 'BREAK_GLASS'])
  })
})

test('a waiver that nothing needs is reported as unused', () => {
  expect(said(gate([signed()], [metric('share', 0)]))).toEqual(['pass', 'pass', 'WAIVER_UNUSED'])
})

test('a broken glass blocks from the day on which nobody looked at it again', () => {
  const glass = (closed?: string) =>
    signed({
      type: 'break_glass',
      follow_up: { owner: 'ana', due: '2026-11-22', ...(closed === undefined ? {} : { closed }) },
    })
  const passes = [metric('share', 0)]
  expect(said(gate([glass()], passes))).toEqual(['block', 'pass', 'FOLLOW_UP_OVERDUE', 'WAIVER_UNUSED'])
  expect(said(gate([glass('2026-11-20')], passes))).toEqual(['pass', 'pass', 'WAIVER_UNUSED'])
  // A day that has not come closes nothing.
  expect(said(gate([glass('2026-11-25')], passes))).toEqual(['block', 'pass', 'FOLLOW_UP_OVERDUE', 'WAIVER_UNUSED'])
})

test('every option that changes what runs is a finding, and the gate no clean pass', () => {
  const decision = gate([], [metric('share', 0)], {}, { bypasses: ['--force redact'] })
  expect(decision.outcome).toBe('warn')
  expect(decision.findings).toEqual([
    { code: 'BYPASS', about: '--force redact', message: 'this run was started with an option that changes what runs' },
  ])
})

test('rules that only warn or are tried out say what they would have blocked', () => {
  expect(gate([], FAILS, { mode: 'shadow' })).toMatchObject({
    outcome: 'pass',
    rules: [{ would_block: true, blocks: false }],
  })
  expect(gate([], FAILS, { mode: 'warn' })).toMatchObject({
    outcome: 'warn',
    rules: [{ would_block: true, blocks: false }],
  })
  expect(gate([], [metric('share', 0)], { mode: 'shadow' }).rules[0]).not.toHaveProperty('would_block')
})

test('the order of the waivers changes nothing, and a waiver never makes a gate stricter than without it', () => {
  const state = fc.constantFrom<WaiverEvidence['approved']>(
    { state: 'valid', principal: 'ben', key: 'key-of-ben' },
    { state: 'missing' },
    { state: 'invalid' },
    { state: 'not_allowed' },
  )
  const day = fc.constantFrom('2026-10-01', '2026-11-22', '2026-11-23', '2026-11-24', '2026-12-31', '2026-02-30', 'x')
  const waiver = fc
    .record({ id: fc.constantFrom('W-1', 'W-2', 'W-3'), from: day, to: day, approved: state, uses: fc.nat(2) })
    .map(({ id, from, to, approved, uses }, i = 0) =>
      signed({ id, not_before: from, expires: to, max_uses: 2 }, { approved, uses, digest: `${id}${from}${to}${i}` }),
    )
  fc.assert(
    fc.property(fc.array(waiver, { maxLength: 4 }), fc.double({ min: 0, max: 1, noNaN: true }), (waivers, value) => {
      const metrics = [metric('share', value)]
      const one = gate(waivers, metrics)
      expect(canonicalJson(gate([...waivers].reverse(), metrics))).toBe(canonicalJson(one))
      const none = gate([], metrics)
      if (!none.rules[0]!.blocks) expect(one.rules[0]!.blocks).toBe(false)
      if (none.rules[0]!.verdict === 'pass') expect(one.rules[0]!.verdict).toBe('pass')
      // What no waiver in order covers stays blocked.
      if (one.rules[0]!.verdict === 'waived') {
        const { id } = one.rules[0]!.waiver!
        const used = waivers.filter((each) => each.waiver.id === id)
        expect(used.length).toBe(1)
        expect(used[0]!.approved.state).toBe('valid')
        expect(momentOf(used[0]!.waiver.expires)!.end).toBeGreaterThanOrEqual(NOW.getTime())
      }
    }),
    { numRuns: 300 },
  )
})
