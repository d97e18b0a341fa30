import { type Static, Type } from '../../util/schema-type.ts'

const Name = Type.String({ pattern: '^[a-z][a-z0-9-]*$', description: 'Lower-case letters, digits and hyphens.' })

const Source = Type.Object(
  {
    uri: Type.String({ minLength: 1, description: 'Path or glob, relative to the pipeline file.' }),
    licence: Type.Optional(Type.String({ description: 'Licence of the data, as an SPDX id or in words.' })),
    lawful_basis: Type.Optional(
      Type.String({
        description:
          'Why the data may be processed: consent, contract, legal_obligation, vital_interests, public_task, legitimate_interests, synthetic or not_personal',
      }),
    ),
    purpose: Type.Optional(Type.String({ description: 'What the data was collected for and may be used for.' })),
    contains: Type.Optional(
      Type.Array(Type.String(), { description: 'Kinds of personal data that are expected in it.' }),
    ),
  },
  { additionalProperties: false },
)

const Gate = Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
  description: 'Policy file(s), relative to the pipeline file, or `sluice:NAME` for one that ships.',
})

const Needs = Type.Union(
  [Type.Array(Type.String()), Type.Record(Type.String(), Type.String({ description: '`stage` or `stage.port`' }))],
  { description: 'Stages whose outputs this one takes: a list, or input port → `stage` or `stage.port`.' },
)

const StageEntry = Type.Object(
  {
    uses: Type.String({
      minLength: 1,
      description: 'A stage that ships, a package (`@acme/stage`) or a module (`./stage.js`).',
    }),
    needs: Type.Optional(Needs),
    with: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "The stage's own config." })),
    gate: Type.Optional(Gate),
    retry: Type.Optional(
      Type.Object(
        {
          attempts: Type.Integer({
            minimum: 1,
            maximum: 10,
            default: 3,
            description: 'Tries in all, for transient errors only.',
          }),
          backoff_ms: Type.Integer({
            minimum: 0,
            maximum: 600_000,
            default: 500,
            description: 'First wait; doubles each time.',
          }),
        },
        { additionalProperties: false },
      ),
    ),
    resources: Type.Optional(
      Type.Object(
        { jobs: Type.Optional(Type.Integer({ minimum: 1, description: 'Most worker threads this stage may use.' })) },
        { additionalProperties: false },
      ),
    ),
    because: Type.Optional(Type.String({ description: 'Why the stage is configured as it is.' })),
  },
  { additionalProperties: false },
)

const Person = Type.String({
  pattern: '^[^\\s,"*?!]+$',
  description: 'A name as `allowed_signers` has it.',
})

const ReviewerRole = Type.Object(
  {
    role: Type.String({ pattern: '^[a-z][a-z0-9-]*$', description: 'What they answer for: privacy, model-risk.' }),
    principals: Type.Array(Person, { minItems: 1, description: 'Names of `allowed_signers`.' }),
    quorum: Type.Integer({ minimum: 1, description: 'How many different persons of them must approve.' }),
  },
  { additionalProperties: false },
)

export const PipelineSchema = Type.Object(
  {
    apiVersion: Type.Literal('sluice/v1'),
    kind: Type.Literal('Pipeline'),
    name: Name,
    purpose: Type.String({ minLength: 1, description: 'What the tuned model is for.' }),
    owner: Type.String({ minLength: 1, description: 'Who answers for it.' }),
    seed: Type.Integer({ minimum: 0, maximum: 4_294_967_295, default: 0, description: 'Root of all randomness.' }),
    sources: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_-]*$' }), Source)),
    waivers: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Folder of waivers, relative to the pipeline file. Default: `waivers`.',
      }),
    ),
    allowed_signers: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Who may sign waivers and approvals: an OpenSSH allowed_signers file, relative to the pipeline file. Default: `allowed_signers`.',
      }),
    ),
    regulations: Type.Optional(
      Type.Object(
        {
          packs: Type.Array(Type.String({ minLength: 1 }), {
            minItems: 1,
            uniqueItems: true,
            description: 'Laws and standards that the reports list evidence for: packs that ship, or paths.',
          }),
          facts: Type.Optional(
            Type.String({ minLength: 1, description: 'File of declared facts, relative to the pipeline file.' }),
          ),
        },
        { additionalProperties: false, description: 'Evidence for laws and standards, in the reports.' },
      ),
    ),
    stages: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]*$' }), StageEntry, { minProperties: 1 }),
    release: Type.Optional(
      Type.Object(
        {
          candidate: Type.String({ description: 'Stage whose model is released.' }),
          gate: Gate,
          reviewers: Type.Optional(
            Type.Array(Type.Union([ReviewerRole, Type.String({ minLength: 1 })]), {
              description: 'Who may approve: names, or roles with the names and the quorum of each.',
            }),
          ),
          quorum: Type.Integer({
            minimum: 0,
            default: 1,
            description: 'How many must approve, where `reviewers` is a list of names.',
          }),
          expires_days: Type.Integer({
            minimum: 1,
            maximum: 365,
            default: 14,
            description: 'How long a request for review is open.',
          }),
          required_reading: Type.Optional(
            Type.Array(Type.String(), {
              uniqueItems: true,
              description:
                'What each reviewer must have opened: report, summary, decisions, evidence, policies, waivers, redaction, evaluation, model-card, data-statement, bom, oscal, sarif, junit, lineage, croissant.',
            }),
          ),
          separation: Type.Boolean({
            default: true,
            description: 'Who submits the release, and the authors, may not approve it.',
          }),
          authors: Type.Optional(
            Type.Array(Person, { description: 'Who wrote the pipeline and its policies: they may not approve.' }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

export type PipelineFile = Static<typeof PipelineSchema>
export type StageEntryFile = Static<typeof StageEntry>
