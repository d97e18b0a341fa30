import { type Static, Type } from '../../../util/schema-type.ts'
import { Count, claimOf, ownPredicate, Sha256, Word } from '../schema.ts'
import type { Claim } from '../statement.ts'

/** Where the data came from and on what ground. The subjects are the datasets that the model was trained on. */
export const DATA_STATEMENT = ownPredicate(
  'data-statement',
  Type.Object({
    run: Word,
    pipeline: Type.Object({ name: Word, sha256: Sha256 }),
    purpose: Type.String(),
    sources: Type.Array(
      Type.Object({
        id: Word,
        uri: Word,
        licence: Type.Union([Word, Type.Null()], { description: '`null`: the pipeline file does not say' }),
        lawfulBasis: Type.Union([Word, Type.Null()]),
        contains: Type.Array(Word),
      }),
    ),
    datasets: Type.Array(Type.Object({ stage: Word, sha256: Sha256, rows: Type.Union([Count, Type.Null()]) })),
    document: Type.Optional(Type.Object({ sha256: Sha256 }, { description: 'digest of data-statement.json' })),
  }),
)

export function dataStatement(stated: Static<typeof DATA_STATEMENT.schema>): Claim {
  return claimOf(DATA_STATEMENT, stated)
}
