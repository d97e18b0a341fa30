import type { Store } from '../../artifacts/store.ts'
import type { Decision, Verdict } from '../../policies/engine/decision.ts'
import type { LoadedPolicy } from '../../policies/engine/load.ts'
import { replayDecision } from '../../policies/engine/replay.ts'
import { canonicalJson } from '../../util/json.ts'
import type { RunRecord } from './run-record.ts'

/** What a past gate would have said, had it asked another policy. */
export interface BacktestResult {
  readonly run: string
  readonly pipeline: string
  readonly gate: string
  readonly before: Decision['outcome']
  /** `undefined` where its inputs are not in the store any more, or are not what they were. */
  readonly after: Decision['outcome'] | undefined
  /** Rules that would have said something else. `absent`: the rule is only in the other policy. */
  readonly changed: readonly {
    readonly rule: string
    readonly before: Verdict | 'absent'
    readonly after: Verdict | 'absent'
    /** Whether it stopped the run, and would have. */
    readonly blocked: boolean
    readonly blocks: boolean
  }[]
  readonly note?: string
}

/**
 * Decides the past decisions of a run again, each on its own stored evidence, with its own waivers and at its own moment, with
 * `policy` in the place of the policy of that name; where there is none of that name, `policy` is asked besides.
 *
 * @param gate only the decisions of this gate. Without it: those of every gate that asked a policy of that name.
 */
export function backtestRun(
  record: RunRecord,
  policy: LoadedPolicy,
  store: Store,
  gate: string | undefined,
): readonly BacktestResult[] {
  return record.decisions
    .filter((taken) =>
      gate === undefined ? taken.decision.policies.some(({ name }) => name === policy.name) : taken.gate === gate,
    )
    .map(({ gate: name, decision }) => {
      const about = { run: record.run, pipeline: record.pipeline.name, gate: name, before: decision.outcome }
      const again = decideAgain(decision, policy, store)
      return again === undefined
        ? {
            ...about,
            after: undefined,
            changed: [],
            note: 'its evidence, waivers or policies are not whole in the store',
          }
        : { ...about, after: again.outcome, changed: changes(decision, again) }
    })
}

function decideAgain(decision: Decision, policy: LoadedPolicy, store: Store): Decision | undefined {
  // Records of older versions do not say what was judged.
  if ((decision as Partial<Decision>).subject === undefined) return undefined
  const bytes = (sha256: string): Uint8Array => store.get({ sha256, sensitivity: 'redacted' })
  const given = Buffer.from(policy.canonical)
  const replaced = decision.policies.some(({ name }) => name === policy.name)
  try {
    const policies = decision.policies.map(({ name, digest }) => (name === policy.name ? given : bytes(digest)))
    const text = replayDecision({
      decision: Buffer.from(canonicalJson(decision)),
      evidence: bytes(decision.evidence),
      waivers: bytes(decision.waivers),
      policies: replaced ? policies : [...policies, given],
    })
    return JSON.parse(text) as Decision
  } catch {
    // Not stored (older versions kept no evidence), or changed since: nothing can be said of it.
    return undefined
  }
}

function changes(before: Decision, after: Decision): BacktestResult['changed'] {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]))
  const now = new Map(after.rules.map((rule) => [rule.id, rule]))
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((rule) => {
    const one = old.get(rule)
    const other = now.get(rule)
    const blocked = one?.blocks ?? false
    const blocks = other?.blocks ?? false
    return one?.verdict === other?.verdict && blocked === blocks
      ? []
      : [{ rule, before: one?.verdict ?? 'absent', after: other?.verdict ?? 'absent', blocked, blocks }]
  })
}
