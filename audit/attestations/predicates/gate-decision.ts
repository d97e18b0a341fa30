import { type Static, Type } from '../../../util/schema-type.ts'
import { Count, claimOf, ownPredicate, Sha256, Time, Word } from '../schema.ts'
import type { Claim } from '../statement.ts'

/** What a gate decided and from what. The subjects are the outputs of the stage that it guards. */
export const GATE_DECISION = ownPredicate(
  'gate-decision',
  Type.Object({
    run: Word,
    gate: Word,
    outcome: Type.Enum(['pass', 'warn', 'waived', 'block']),
    decision: Type.Object({ sha256: Sha256 }, { description: 'digest of the whole decision, as it is in the log' }),
    evidence: Type.Object({ sha256: Sha256 }),
    waivers: Type.Object({ sha256: Sha256 }),
    policies: Type.Array(Type.Object({ name: Word, version: Type.Integer(), sha256: Sha256 })),
    engine: Word,
    decidedAt: Time,
    counts: Type.Record(Type.String(), Count, { description: 'verdict → rules' }),
    rules: Type.Array(Type.Object({ id: Word, severity: Word, mode: Word, verdict: Word, blocks: Type.Boolean() })),
  }),
)

export function gateDecision(decision: Static<typeof GATE_DECISION.schema>): Claim {
  return claimOf(GATE_DECISION, decision)
}
