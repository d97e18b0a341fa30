import type { Sha256 } from '../../util/digest.ts'
import { type Static, Type } from '../../util/schema-type.ts'

const Identity = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$',
  description: 'A principal of the pinned allowed_signers file.',
})
const Text = Type.String({ minLength: 3, maxLength: 2000 })
const Moment = Type.String({
  description: '`YYYY-MM-DD` (UTC; the whole day counts) or `YYYY-MM-DDTHH:MM:SSZ`.',
})

/**
 * A decision of people to let a release through although a rule is not met: what for, how long, why, and who answers.
 * Every key is there in every document, so that nobody can leave out the awkward one.
 */
export const WAIVER_SCHEMA = Type.Object(
  {
    apiVersion: Type.Literal('sluice/v1'),
    kind: Type.Literal('Waiver'),
    id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', description: 'Unique; appears in every report.' }),
    type: Type.Union([Type.Literal('waiver'), Type.Literal('break_glass')], {
      description: '`break_glass` also covers the verdict `error`, and forces a follow-up.',
    }),
    rules: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }), {
      minItems: 1,
      maxItems: 20,
      uniqueItems: true,
      description: 'Rule ids. There is no `*`.',
    }),
    subject: Type.Object(
      {
        pipeline: Type.String({
          minLength: 1,
          description: 'Name of the pipeline, or `*` where the policy allows that.',
        }),
        gate: Type.Optional(Type.String({ minLength: 1, description: 'Only this gate: a stage id, or `release`.' })),
        candidate: Type.Optional(
          Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Only this model (release gate only).' }),
        ),
      },
      { additionalProperties: false },
    ),
    reason: Text,
    ticket: Type.String({ minLength: 1, maxLength: 200 }),
    compensating_control: Text,
    requested_by: Identity,
    approved_by: Identity,
    not_before: Moment,
    expires: Moment,
    max_uses: Type.Optional(Type.Integer({ minimum: 1, description: 'Decisions it may be used in.' })),
    follow_up: Type.Optional(
      Type.Object(
        { owner: Identity, due: Moment, closed: Type.Optional(Moment) },
        { additionalProperties: false, description: 'Required for `break_glass`: who looks at it again, and by when.' },
      ),
    ),
  },
  { additionalProperties: false },
)

/** A waiver file. */
export type Waiver = Static<typeof WAIVER_SCHEMA>

/** What checking one signature over the exact bytes of a waiver came to. */
export type WaiverSignature =
  | { readonly state: 'valid'; readonly principal: string; readonly key: string }
  | { readonly state: 'missing' | 'invalid' | 'not_allowed' }

/**
 * A waiver as a decision sees it: the document, the digest of its bytes, what its two signatures are worth (checked with
 * the pinned allowed_signers), and how often the log says it was used before.
 */
export interface WaiverEvidence {
  readonly waiver: Waiver
  readonly digest: Sha256
  readonly requested: WaiverSignature
  readonly approved: WaiverSignature
  /** Present where `allowed_signers` has a key that both names share: they are one person, whichever keys were used. */
  readonly same_person?: true
  readonly uses: number
}

/** First and last millisecond of a moment; `undefined` where it is not one. A day counts from its start to its end, UTC. */
export function momentOf(text: string): { readonly start: number; readonly end: number } | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text)
  if (!day && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/.test(text)) return undefined
  const start = Date.parse(day ? `${text}T00:00:00.000Z` : text)
  // `Date.parse` takes February 30th for March 2nd.
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(text.slice(0, 19))) return undefined
  return { start, end: day ? start + DAY_MS - 1 : start }
}

export const DAY_MS = 86_400_000
