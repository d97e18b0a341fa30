import { type Static, Type } from '../../../util/schema-type.ts'
import { claimOf, ownPredicate, Sha256, Word } from '../schema.ts'
import type { Claim } from '../statement.ts'

/**
 * That a waiver changed a verdict. The subject is its document, which says who asked, who approved and why; persons have
 * no place here.
 */
export const WAIVER = ownPredicate(
  'waiver',
  Type.Object({
    id: Word,
    document: Type.Object({ sha256: Sha256 }),
    type: Type.Union([Type.Literal('waiver'), Type.Literal('break_glass')]),
    expires: Word,
    ticket: Type.Optional(Word),
    applied: Type.Array(
      Type.Object({
        gate: Word,
        rule: Word,
        verdict: Type.Enum(['fail', 'error', 'no_evidence'], {
          description: 'what the verdict would have been',
        }),
        decision: Sha256,
      }),
      { minItems: 1 },
    ),
  }),
)

export function waiver(used: Static<typeof WAIVER.schema>): Claim {
  return claimOf(WAIVER, used)
}
