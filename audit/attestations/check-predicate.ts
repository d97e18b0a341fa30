import { APPROVAL } from './predicates/approval.ts'
import { DATA_STATEMENT } from './predicates/data-statement.ts'
import { GATE_DECISION } from './predicates/gate-decision.ts'
import { REDACTION_REPORT } from './predicates/redaction-report.ts'
import { SLSA_PROVENANCE } from './predicates/slsa-provenance.ts'
import { SVR } from './predicates/svr.ts'
import { TEST_RESULT } from './predicates/test-result.ts'
import { WAIVER } from './predicates/waiver.ts'
import { type PredicateKind, schemaProblem } from './schema.ts'
import type { Claim } from './statement.ts'

/** Every kind of predicate that a dossier holds. */
export const PREDICATE_KINDS: readonly PredicateKind[] = [
  SLSA_PROVENANCE,
  TEST_RESULT,
  SVR,
  REDACTION_REPORT,
  GATE_DECISION,
  WAIVER,
  APPROVAL,
  DATA_STATEMENT,
]

/** What is wrong with the predicate of a statement, `undefined` where nothing is. A type that is not known is wrong too. */
export function predicateProblem({ predicateType, predicate }: Claim): string | undefined {
  const kind = PREDICATE_KINDS.find(({ type }) => type === predicateType)
  return kind === undefined ? 'the type of the predicate is not known' : schemaProblem(kind, predicate)
}
