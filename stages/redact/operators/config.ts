import { Type } from 'typebox'

const closed = { additionalProperties: false } as const

export const OperatorSchema = Type.Object(
  {
    operator: Type.Union(
      [
        Type.Literal('replace'),
        Type.Literal('mask'),
        Type.Literal('redact'),
        Type.Literal('keep'),
        Type.Literal('pseudonym'),
      ],
      {
        description:
          'replace: `<EMAIL>`. mask: dots for letters and digits. redact: taken out. keep: left as it is, but counted. pseudonym: `<PERSON_7f3a91c2>`, the same for the same value in the whole dataset.',
      },
    ),
    keep_last: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4,
        default: 0,
        description: 'For mask: letters or digits that stay readable at the end, never more than a third of the value.',
      }),
    ),
  },
  closed,
)

export const SecretSchema = Type.Union(
  [
    Type.Object({ store: Type.String({ description: 'Name of a secret that the store makes on first use.' }) }, closed),
    Type.Object({ env: Type.String({ description: 'Environment variable that holds the secret.' }) }, closed),
    Type.Object({ file: Type.String({ description: 'File that holds the secret.' }) }, closed),
  ],
  {
    default: { store: 'pseudonym' },
    description:
      'Key of the pseudonyms (HMAC-SHA-256). Another key gives other pseudonyms. Its fingerprint is part of the stage key.',
  },
)

/** Whether any type's operator needs the pseudonym key. */
export function usesPseudonyms(config: {
  readonly operators: Readonly<Record<string, { readonly operator: string }>>
}): boolean {
  return Object.values(config.operators).some((operator) => operator.operator === 'pseudonym')
}
