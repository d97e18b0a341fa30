import { Type } from '../../../util/schema-type.ts'
import { PACK_NAMES } from './pack-names.ts'

const closed = { additionalProperties: false } as const
const owner = Type.String({ minLength: 1, description: 'Who answers for it: a team or a role, no name.' })
const expires = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  description: 'Last day on which it counts (ISO date). After it nothing runs until somebody renews or removes it.',
})

/** The fields of the config that are about packs. docs/redaction-packs.md explains them. */
export const PACK_FIELDS = {
  pack: Type.Optional(
    Type.Enum([...PACK_NAMES], {
      description:
        'Ready-made config for the list of a law. Its values stand where this config has none of its own; `types` adds to its types. A field that loosens it must be among `pack_exceptions`.',
    }),
  ),
  pack_exceptions: Type.Array(
    Type.Object(
      {
        what: Type.String({
          minLength: 1,
          description: 'The field that loosens the pack: `types.URL`, `operators.AGE`.',
        }),
        owner,
        reason: Type.String({ minLength: 1, description: 'Why.' }),
        expires,
      },
      closed,
    ),
    { default: [], description: 'Where this config is looser than its pack, and who answers for it.' },
  ),
  pack_statements: Type.Array(
    Type.Object(
      {
        what: Type.String({ minLength: 1, description: 'What is stated: `P`, `actual-knowledge`, `key-kept-apart`.' }),
        owner,
        statement: Type.String({ minLength: 1, description: 'What was looked at, and what was found.' }),
        expires,
      },
      closed,
    ),
    {
      default: [],
      description:
        'What people state that no program can see (docs/redaction-packs.md lists the keys). Policies ask for it; a report gives it as stated, never as measured.',
    },
  ),
}
