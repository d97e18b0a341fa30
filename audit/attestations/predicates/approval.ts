import { type Static, Type } from '../../../util/schema-type.ts'
import { Count, claimOf, ownPredicate, Sha256, Time, Word } from '../schema.ts'
import type { Claim } from '../statement.ts'

/**
 * That a person's signed verdict was counted. The subject is the model. The verdict itself is the document and its SSH
 * signature; this says which they were and what they bind. The key stands for the person, who is named nowhere here.
 */
export const APPROVAL = ownPredicate(
  'approval',
  Type.Object({
    document: Type.Object({ sha256: Sha256 }),
    signature: Type.Object({ sha256: Sha256 }, { description: 'digest of the SSH signature file' }),
    key: Type.String({ pattern: '^SHA256:[A-Za-z0-9+/]{43}$', description: 'fingerprint as ssh-keygen -l prints it' }),
    role: Word,
    verdict: Type.Union([Type.Literal('approve'), Type.Literal('reject')]),
    request: Type.Object({ sha256: Sha256 }),
    candidate: Type.Object({ sha256: Sha256 }),
    decisions: Type.Array(Type.Object({ gate: Word, sha256: Sha256 })),
    checkpoint: Type.Object({ size: Count, root: Sha256 }),
    expires: Time,
  }),
)

export function approval(given: Static<typeof APPROVAL.schema>): Claim {
  return claimOf(APPROVAL, given)
}
