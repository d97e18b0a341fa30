import { type Static, Type } from '../../../util/schema-type.ts'
import { Count, claimOf, ownPredicate, Sha256, Word } from '../schema.ts'
import type { Claim } from '../statement.ts'

/** What redaction did to the data, in counts: no text and no value. The subject is the redacted dataset. */
export const REDACTION_REPORT = ownPredicate(
  'redaction-report',
  Type.Object({
    run: Word,
    stage: Word,
    stageVersion: Type.Integer({ minimum: 0 }),
    config: Type.Object({ sha256: Sha256 }, { description: 'digest of the canonical JSON of the configuration' }),
    inputs: Type.Array(Type.Object({ name: Word, sha256: Sha256 }), { description: 'the datasets before' }),
    rows: Type.Object({ in: Count, kept: Count, dropped: Count, quarantined: Count }),
    found: Type.Record(Type.String(), Count, { description: 'type of personal data → findings' }),
    metrics: Type.Array(
      Type.Object({
        name: Word,
        labels: Type.Optional(Type.Record(Type.String(), Type.String())),
        value: Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]),
        n: Type.Optional(Count),
        lower: Type.Optional(Type.Number()),
        upper: Type.Optional(Type.Number()),
      }),
      { description: 'what was measured of it; `null`: could not be measured' },
    ),
    evaluation: Type.Union([Sha256, Type.Null()], { description: 'digest of the stored evidence' }),
    limits: Type.Array(Type.String(), { description: 'what the measurement cannot say' }),
  }),
)

export function redactionReport(report: Static<typeof REDACTION_REPORT.schema>): Claim {
  return claimOf(REDACTION_REPORT, report)
}
