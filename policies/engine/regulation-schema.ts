import { type Static, Type } from '../../util/schema-type.ts'

const closed = { additionalProperties: false } as const
const factId = '^[a-z][a-z0-9_]{0,63}$'

const Evidence = Type.Object(
  {
    rule: Type.Optional(Type.String({ description: 'A rule that passed in a gate of the run.' })),
    metric: Type.Optional(Type.String({ description: '`STAGE.METRIC` that was measured, whatever its value.' })),
    document: Type.Optional(
      Type.Enum(['data-statement', 'model-card'], { description: 'A document that is made from the run record.' }),
    ),
    log: Type.Optional(
      Type.String({ description: '`checkpoint`: the signed log of the run; else the type of an entry about the run.' }),
    ),
  },
  { ...closed, description: 'Exactly one of `rule`, `metric`, `document`, `log`.' },
)

const Clause = Type.Object(
  {
    id: Type.String({ minLength: 1, description: 'As the instrument numbers it.' }),
    text: Type.String({ minLength: 1, description: 'What it asks, in our own words.' }),
    binds: Type.String({ minLength: 1, description: 'Whom it binds.' }),
    applies_when: Type.Optional(
      Type.Array(Type.String({ pattern: factId }), { description: 'Facts that must all be declared true.' }),
    ),
    evidence: Type.Optional(Type.Array(Evidence, { description: 'What counts as evidence for it.' })),
    needs: Type.Enum(['all', 'any'], { default: 'all', description: 'Whether all of the evidence is needed.' }),
    otherwise: Type.Enum(['no_evidence', 'not_met'], {
      default: 'no_evidence',
      description: 'Status where none of the evidence is there.',
    }),
    needs_human: Type.Optional(
      Type.String({ minLength: 1, description: 'What only a person can judge: all evidence together is not enough.' }),
    ),
    out_of_scope: Type.Optional(Type.String({ minLength: 1, description: 'Why nothing here can be evidence for it.' })),
    not_covered: Type.String({ minLength: 1, description: 'What the evidence does not show.' }),
  },
  closed,
)

/** The JSON Schema of a regulation pack. */
export const REGULATION_SCHEMA = Type.Object(
  {
    apiVersion: Type.Literal('sluice/v1'),
    kind: Type.Literal('RegulationPack'),
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
    version: Type.Integer({ minimum: 1 }),
    instrument: Type.String({ minLength: 1 }),
    jurisdiction: Type.String({ minLength: 1 }),
    as_of: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Day on which the pack was written.' }),
    caveats: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'What is not sure about this pack, for readers of its results.',
    }),
    sources: Type.Array(
      Type.Object(
        {
          title: Type.String({ minLength: 1 }),
          url: Type.String({ pattern: '^https://' }),
          checked: Type.Enum(['official', 'secondary', 'memory'], {
            description: 'Whether the official text, another text or only memory stands behind the pack.',
          }),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    facts: Type.Record(Type.String({ pattern: factId }), Type.String({ minLength: 1 }), {
      description: 'Fact → the question that somebody has to answer, with yes or no.',
    }),
    clauses: Type.Array(Clause, { minItems: 1 }),
  },
  closed,
)

/** The JSON Schema of declared facts. */
export const REGULATION_FACTS_SCHEMA = Type.Object(
  {
    apiVersion: Type.Literal('sluice/v1'),
    kind: Type.Literal('RegulationFacts'),
    owner: Type.String({ minLength: 1, description: 'Who answers for these facts.' }),
    as_of: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    facts: Type.Record(Type.String({ pattern: factId }), Type.Boolean(), {
      description: 'Fact → yes or no. What is not declared is open, and its clauses need a person.',
    }),
  },
  closed,
)

export type RegulationPack = Static<typeof REGULATION_SCHEMA>
export type RegulationClause = Static<typeof Clause>
export type RegulationFacts = Static<typeof REGULATION_FACTS_SCHEMA>
export type EvidenceWanted = Static<typeof Evidence>
