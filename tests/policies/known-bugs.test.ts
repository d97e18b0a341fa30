import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllowedSigners } from '../../audit/allowed-signers.ts'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { decideReview, type SignedVerdict } from '../../audit/review/decide-review.ts'
import { type ReviewRequest, requestDigest } from '../../audit/review/documents.ts'
import { WAIVER_NAMESPACE } from '../../audit/sshsig.ts'
import { notBefore } from '../../pipelines/engine/waivers.ts'
import { type MetricCatalogue, policyProblems } from '../../policies/engine/check.ts'
import type { Decision } from '../../policies/engine/decision.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import type { Condition, Rule } from '../../policies/engine/schema.ts'
import { WAIVER_SCHEMA, type Waiver, type WaiverEvidence } from '../../policies/engine/waiver.ts'
import { waiverEvidence } from '../../policies/engine/waiver-files.ts'
import { gateExit } from '../../reports/gate.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { canonicalJson } from '../../util/json.ts'
import { validate } from '../../util/yaml-document.ts'
import { sshKey } from '../support/ssh-key.ts'
import { decideRules, interval, judge, metric, NOW, rule } from './setup.ts'

/**
 * Bugs that other gates had (../shared/facts/policy-gates.md names the reports), each with the design that has it, in a line or
 * two, and what must come out. A row fails if ours gives anything else, and if the naive design would have passed it too:
 * then the row shows nothing.
 */
interface Bug {
  readonly bug: string
  readonly naive: () => unknown
  readonly ours: () => unknown
  readonly wanted: unknown
}

const WAIVER: Waiver = {
  apiVersion: 'sluice/v1',
  kind: 'Waiver',
  id: 'W-1',
  type: 'waiver',
  rules: ['r'],
  subject: { pipeline: 'desk' },
  reason: 'the vendor mends it next week',
  ticket: 'SEC-12',
  compensating_control: 'a person reads every output',
  requested_by: 'ana',
  approved_by: 'ben',
  not_before: '2026-11-01',
  expires: '2026-11-23',
}
const signed = (change: Partial<Waiver> = {}, rest: Partial<WaiverEvidence> = {}): WaiverEvidence => {
  const waiver = { ...WAIVER, ...change }
  return {
    waiver,
    digest: sha256(canonicalJson(waiver)),
    requested: { state: 'valid', principal: waiver.requested_by, key: `key of ${waiver.requested_by}` },
    approved: { state: 'valid', principal: waiver.approved_by, key: `key of ${waiver.approved_by}` },
    uses: 0,
    ...rest,
  }
}
const SHARE: Condition = { metric: 'share', at_most: 0.1 }
const HIGH = [metric('share', 0.5)]
const gate = (waivers: readonly WaiverEvidence[], now = NOW, more: Partial<Rule> = {}): Decision =>
  decideRules([rule(SHARE, more)], HIGH, { pipeline: 'desk', waivers, now })
const said = ({ outcome, findings = [] }: Decision): readonly string[] => [outcome, ...findings.map(({ code }) => code)]

const rows = (bugs: readonly Bug[]): void => {
  test.each(bugs)('$bug', ({ naive, ours, wanted }) => {
    expect(ours()).toEqual(wanted)
    expect(naive()).not.toEqual(wanted)
  })
}

describe('metrics and rules', () => {
  const verdict = (require: Condition, metrics = HIGH): string => judge(require, metrics).verdict
  const passes = (fine: boolean): string => (fine ? 'pass' : 'fail')
  rows([
    {
      bug: 'NaN is not greater than a limit, so it passes',
      naive: () => passes(!((judge(SHARE, [metric('share', Number.NaN)]).operands[0]?.value as number) > 0.1)),
      ours: () => verdict(SHARE, [metric('share', Number.NaN)]),
      wanted: 'error',
    },
    {
      bug: 'null is zero in a comparison, so what was not measured passes',
      naive: () => passes((null as unknown as number) <= 0.1),
      ours: () => verdict(SHARE, [metric('share', null)]),
      wanted: 'no_evidence',
    },
    {
      bug: 'a stage renames a metric, and the rule that asks for it finds no violation any more',
      naive: () => passes(![metric('ratio', 0.5)].some(({ name, value }) => name === 'share' && Number(value) > 0.1)),
      ours: () => verdict(SHARE, [metric('ratio', 0.5)]),
      wanted: 'no_evidence',
    },
    {
      bug: 'a rule about every group, where a group is missing: every one of none is fine',
      naive: () => passes(([] as number[]).every((share) => share <= 0.1)),
      ours: () => [
        verdict({ metric: 'share', for_each: 'group', at_most: 0.1 }, [metric('other', 1)]),
        verdict({ metric: 'share', for_each: 'group', groups: ['women', 'men'], at_most: 0.1 }, [
          metric('share', 0, { labels: { group: 'men' } }),
        ]),
      ],
      wanted: ['no_evidence', 'no_evidence'],
    },
    {
      bug: 'two values for one metric: the first is taken',
      naive: () => passes([metric('share', 0), metric('share', 1)][0]!.value === 0),
      ours: () => verdict(SHARE, [metric('share', 0), metric('share', 1)]),
      wanted: 'error',
    },
    {
      bug: 'three of three is a share of 1, so it passes for one that asks for proof',
      naive: () => passes(3 / 3 >= 0.9),
      ours: () =>
        verdict({ metric: 'recall', at_least: 0.9, bound: 'lower' }, [
          metric('recall', 1, { n: 3, interval: interval(0.29, 1) }),
        ]),
      wanted: 'fail',
    },
    {
      bug: 'an expression that throws gives an error object, which is true',
      naive: () => passes(Boolean(new Error('no such overload'))),
      ours: () => verdict({ cel: "values('share')[7].value > 0.1" }),
      wanted: 'error',
    },
    {
      bug: 'a gate without a rule has no violation, so the control is met',
      naive: () => ([] as boolean[]).every(Boolean) && 'pass',
      ours: () => decideRules([], HIGH).outcome,
      wanted: 'block',
    },
    {
      bug: 'the exit code counts failures, and what could not be judged is none',
      naive: () => {
        const { counts } = decideRules([rule(SHARE)], [])
        return counts.fail > 0 ? 1 : 0
      },
      ours: () => gateExit(decideRules([rule(SHARE)], [])),
      wanted: 1,
    },
    {
      bug: 'a rule that is tried out says nothing',
      naive: () => undefined,
      ours: () => judge(SHARE, HIGH, { mode: 'shadow' }).would_block,
      wanted: true,
    },
  ])
})

describe('policy files', () => {
  const CATALOGUE: MetricCatalogue = new Map([
    ['redact', [{ name: 'share', unit: 'ratio', better: 'lower', description: 'a share' }]],
  ])
  const inFolder = <T>(files: Readonly<Record<string, string>>, act: (dir: string) => T): T | string => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-bugs-'))
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
      return act(dir)
    } catch (error) {
      if (error instanceof SluiceError) return error.code
      throw error
    } finally {
      rmSync(dir, { recursive: true })
    }
  }
  const policy = (name: string, limit: string, head = ''): string =>
    `apiVersion: sluice/v1\nkind: Policy\nname: ${name}\nversion: 1\ntitle: T\n${head}rules:\n  - { id: r, title: R, severity: block, require: { metric: share, at_most: ${limit} }, because: b, remediation: m }\n`
  rows([
    {
      bug: 'a share of 75, where 75 % was meant: everything is below it',
      naive: () => [0, 0.5, 1].filter((share) => share > 75).map(() => 'OUT_OF_RANGE'),
      ours: () =>
        inFolder({ 'p.yaml': policy('p', '75') }, (baseDir) =>
          policyProblems(loadPolicies(['./p.yaml'], { baseDir }), CATALOGUE, 'redact').map(({ code }) => code),
        ),
      wanted: ['OUT_OF_RANGE'],
    },
    {
      bug: 'a child policy overwrites the limit of its parent',
      naive: () => ({ ...{ at_most: 0.1 }, ...{ at_most: 0.9 } }).at_most,
      ours: () =>
        inFolder(
          { 'a.yaml': policy('a', '0.1'), 'b.yaml': policy('b', '0.9', 'extends: [./a.yaml]\n') },
          (baseDir) => loadPolicies(['./b.yaml'], { baseDir })[0]!.rules,
        ),
      wanted: 'POLICY_LOOSENS',
    },
  ])
})

describe('waivers', () => {
  const DAY_END = new Date('2026-11-23T23:59:59.999Z')
  const NEXT_DAY = new Date('2026-11-24T00:00:00.000Z')
  const until = (expires: string, now: Date): string => (new Date(expires) > now ? 'waived' : 'block')
  rows([
    {
      bug: 'the day on which it ends is cut off at its first moment, or lasts a day longer',
      naive: () => [until('2026-11-23', DAY_END), until('2026-11-23', NEXT_DAY)],
      ours: () => [gate([signed()], DAY_END).outcome, gate([signed()], NEXT_DAY).outcome],
      wanted: ['waived', 'block'],
    },
    {
      bug: 'a date that is none is never before now, so it never ends',
      naive: () => (new Date('never') < NOW ? ['block', 'WAIVER_EXPIRED'] : ['waived']),
      ours: () => said(gate([signed({ expires: 'never' })])),
      wanted: ['block', 'WAIVER_INVALID'],
    },
    {
      bug: 'February 30th is March 2nd',
      naive: () => [until('2027-02-30T00:00:00', NOW)],
      ours: () => said(gate([signed({ expires: '2027-02-30' })])),
      wanted: ['block', 'WAIVER_INVALID'],
    },
    {
      bug: 'those that ended are left out, and for months nobody sees it',
      naive: () => [
        'block',
        ...[signed()].filter(({ waiver }) => new Date(waiver.expires) > NEXT_DAY).map(() => 'WAIVER_EXPIRED'),
      ],
      ours: () => said(gate([signed()], NEXT_DAY)),
      wanted: ['block', 'WAIVER_EXPIRED'],
    },
    {
      bug: '`*` for rules matches every rule',
      naive: () => ['*'].some((pattern) => new RegExp(`^${pattern.replace('*', '.*')}$`).test('r')),
      ours: () => validate(WAIVER_SCHEMA, { ...WAIVER, rules: ['*'] }).length === 0,
      wanted: false,
    },
    {
      bug: '`*` for pipelines covers a rule that blocks',
      naive: () => (['*', 'desk'].includes('*') ? ['waived'] : ['block', 'WAIVER_BEYOND_POLICY']),
      ours: () => said(gate([signed({ subject: { pipeline: '*' }, expires: '2026-12-31' })])),
      wanted: ['block', 'WAIVER_BEYOND_POLICY'],
    },
    {
      bug: 'an empty list of rules exempts all of them',
      naive: () => [].length === 0,
      ours: () => validate(WAIVER_SCHEMA, { ...WAIVER, rules: [] }).length === 0,
      wanted: false,
    },
    {
      bug: 'a waived rule counts as passed',
      naive: () => 'pass',
      ours: () => gate([signed()]).outcome,
      wanted: 'waived',
    },
    {
      bug: 'an option that changes what runs leaves no trace',
      naive: () => said(decideRules([rule(SHARE)], [metric('share', 0)])),
      ours: () => said(decideRules([rule(SHARE)], [metric('share', 0)], { bypasses: ['--force redact'] })),
      wanted: ['warn', 'BYPASS'],
    },
  ])

  test('a clock that was set back revives none: decisions are never earlier than the log', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-bugs-'))
    try {
      const ledger = openLedger(join(dir, 'ledger'), openKeys(join(dir, 'keys')), { now: () => NEXT_DAY })
      ledger.append([{ type: 'run.started', run: 'r1', subject: {} }])
      const setBack = new Date('2026-11-20T00:00:00.000Z')
      expect(gate([signed()], setBack).outcome).toBe('waived')
      expect(said(gate([signed()], notBefore(setBack, ledger)))).toEqual(['block', 'WAIVER_EXPIRED'])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('one person who is two', () => {
  /** Two keys and two names; the second key stands beside both. */
  const SIGNERS = parseAllowedSigners(
    [
      `ana ${sshKey('one').line}`,
      `ana,ana-work ${sshKey('two').line}`,
      `ben ${sshKey('ben').line}`,
      `ben-too ${sshKey('ben').line}`,
    ].join('\n'),
  )
  const checked = (asks: readonly [string, string], approves: readonly [string, string]): WaiverEvidence => {
    const waiver = { ...WAIVER, requested_by: asks[0], approved_by: approves[0] }
    const document = Buffer.from(canonicalJson(waiver))
    const sign = (key: string): Buffer => sshKey(key).sign(document, WAIVER_NAMESPACE)
    const file = { file: 'W-1.json', waiver, document, digest: sha256(document) }
    return waiverEvidence({ ...file, requested: sign(asks[1]), approved: sign(approves[1]) }, SIGNERS, NOW, 0)
  }
  const refused = ['block', 'WAIVER_SELF_APPROVED']
  rows([
    {
      bug: 'who asks approves with a second key',
      naive: () => (sshKey('one').line === sshKey('two').line ? refused : ['waived']),
      ours: () => said(gate([checked(['ana', 'one'], ['ana', 'two'])])),
      wanted: refused,
    },
    {
      bug: 'who asks approves under a second name, with a second key that is theirs too',
      naive: () =>
        'ana' === ('ana-work' as string) || sshKey('one').line === sshKey('two').line ? refused : ['waived'],
      ours: () => said(gate([checked(['ana', 'one'], ['ana-work', 'two'])])),
      wanted: refused,
    },
    {
      bug: 'who asks approves under a second name, with the same key',
      naive: () => ('ben' === ('ben-too' as string) ? refused : ['waived']),
      ours: () => said(gate([checked(['ben', 'ben'], ['ben-too', 'ben'])])),
      wanted: refused,
    },
  ])

  test('two people are two', () => {
    expect(said(gate([checked(['ana', 'two'], ['ben', 'ben'])], new Date('2026-11-05T00:00:00Z')))).toEqual(['waived'])
  })
})

describe('approvals', () => {
  const SIGNERS = Buffer.from(`cy ${sshKey('cy').line}\ndan ${sshKey('dan').line}\n`)
  const REQUEST: ReviewRequest = {
    v: 1,
    kind: 'ReviewRequest',
    id: 'r1.abc',
    run: 'r1',
    pipeline: { name: 'desk', digest: sha256('pipeline') },
    candidate: { stage: 'train', digest: sha256('model') },
    decisions: [{ gate: 'release', outcome: 'pass', digest: sha256('decision') }],
    policies: [{ name: 'p', version: 1, digest: sha256('policy') }],
    waivers: [],
    checkpoint: 'log\n7\nroot\n\nsignature\n',
    allowed_signers: sha256(SIGNERS),
    requires: { roles: [{ role: 'privacy', principals: ['cy'], quorum: 1 }], reading: [], separation: [] },
    submitted_by: 'dan',
    created: '2026-11-01T00:00:00.000Z',
    expires: '2026-12-15T00:00:00.000Z',
    nonce: '0'.repeat(32),
  }
  const approve = (request: ReviewRequest): SignedVerdict => {
    const document = Buffer.from(
      canonicalJson({
        v: 1,
        kind: 'Approval',
        verdict: 'approve',
        reviewer: 'cy',
        role: 'privacy',
        release: requestDigest(request),
        request,
        opened: [],
        comment: null,
        withdraws: null,
        created: '2026-11-03T00:00:00.000Z',
        nonce: '1'.repeat(32),
      }),
    )
    return { document, signature: sshKey('cy').sign(document) }
  }
  const state = (request: ReviewRequest, verdict: SignedVerdict): string =>
    decideReview(request, [verdict], NOW, SIGNERS).state
  /** Signed by the right person, for a request of this name. */
  const byName = ({ id }: ReviewRequest, { document }: SignedVerdict): string =>
    (JSON.parse(Buffer.from(document).toString()) as { request: { id: string } }).request.id === id
      ? 'approved'
      : 'waiting'
  const given = approve(REQUEST)
  const swapped: readonly (readonly [string, ReviewRequest])[] = [
    ['the policy is swapped', { ...REQUEST, policies: [{ name: 'p', version: 1, digest: sha256('another policy') }] }],
    ['the model is swapped', { ...REQUEST, candidate: { stage: 'train', digest: sha256('another model') } }],
    [
      'a decision is swapped',
      { ...REQUEST, decisions: [{ gate: 'release', outcome: 'pass', digest: sha256('other') }] },
    ],
    ['the log is rewritten', { ...REQUEST, checkpoint: 'log\n7\nother\n\nsignature\n' }],
    ['it is asked for again, and the approval is used a second time', { ...REQUEST, nonce: '2'.repeat(32) }],
  ]
  rows(
    swapped.map(([what, request]) => ({
      bug: `after the approval ${what}`,
      naive: () => [byName(REQUEST, given), byName(request, given)],
      ours: () => [state(REQUEST, given), state(request, given)],
      wanted: ['approved', 'waiting'],
    })),
  )
})
