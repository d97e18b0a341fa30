import { type Static, Type } from '../../../util/schema-type.ts'
import { Count, claimOf, ownPredicate, Sha256, Time, Word } from '../schema.ts'
import type { Claim } from '../statement.ts'

/**
 * That a data subject was erased from a store. The subject of the statement is their keyed id: no data, and no way back
 * without the key of the store.
 */
export const ERASURE = ownPredicate(
  'erasure',
  Type.Object({
    when: Time,
    engine: Word,
    field: Type.String({ minLength: 1, maxLength: 128, description: 'member of meta that the id is made from' }),
    reason: Word,
    ticket: Type.Optional(Word),
    records: Type.Integer({ minimum: 0, description: 'distinct records; a row that could not be read counts as one' }),
    erased: Type.Array(
      Type.Object({
        sha256: Sha256,
        sensitivity: Type.Enum(['raw', 'redacted']),
        kind: Type.Enum(['rows', 'columns', 'document', 'other']),
        rows: Type.Integer({ minimum: 0, description: 'rows of the subject; documents have none' }),
        of: Type.Integer({ minimum: 0, description: 'rows of everybody in the object' }),
      }),
    ),
    scrubbed: Type.Object({
      actions: Type.Integer({ minimum: 0, description: 'action records removed' }),
      runs: Type.Array(Word, { description: 'runs whose record and reports lost what they quoted' }),
    }),
    models: Type.Array(
      Type.Object({
        sha256: Sha256,
        runs: Type.Array(Word),
        releases: Type.Array(Type.Object({ run: Word, state: Word, log: Type.Array(Word) })),
        to_do: Type.Literal('retrain_or_audit_again'),
      }),
      { description: 'models that learnt from the subject: erasing data does not take it out of weights' },
    ),
    searched: Type.Object({ objects: Count, unread: Count, shredded: Count }),
    left: Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
      description: 'files of the store that quote the subject and were left alone',
    }),
    unparsed_rows: Type.Enum(['searched_by_word', 'not_searched']),
    beyond: Type.Array(Word, { description: 'what an erasure in a store never reaches' }),
  }),
)

export function erasure(done: Static<typeof ERASURE.schema>): Claim {
  return claimOf(ERASURE, done)
}
