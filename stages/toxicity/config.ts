import { readFileSync } from 'node:fs'
import type { ToxicityHead } from '../../models/toxicity/heads.ts'
import { packageFile } from '../../util/package-root.ts'
import { type Static, Type } from '../../util/schema-type.ts'

/** Thresholds that ship with the model: each lets through a stated share of clean held-out texts. */
export interface ShippedThreshold {
  readonly value: number
  readonly false_positive_rate: number
  /** Clean held-out texts that it was measured on. */
  readonly n: number
}

interface Manifest {
  readonly sha256: string
  readonly thresholds: Readonly<Record<ToxicityHead, ShippedThreshold>>
}

/** What the trainer wrote beside the model. */
export const TOXICITY_MANIFEST: Manifest = JSON.parse(
  readFileSync(packageFile('models/weights/toxicity/model.json'), 'utf8'),
)

const threshold = (head: ToxicityHead) =>
  Type.Number({
    default: TOXICITY_MANIFEST.thresholds[head].value,
    exclusiveMinimum: 0,
    maximum: 1,
    description: `Probability of ${head} from which a message counts as flagged, 0 to 1 (not a percentage).`,
  })

/** Thresholds of all heads, by head. */
export const HeadThresholds = Type.Object(
  {
    toxicity: threshold('toxicity'),
    severe_toxicity: threshold('severe_toxicity'),
    obscene: threshold('obscene'),
    threat: threshold('threat'),
    insult: threshold('insult'),
    identity_attack: threshold('identity_attack'),
  },
  {
    additionalProperties: false,
    default: {},
    description:
      'From which probability each head flags. The defaults ship with the model and are explained in its card.',
  },
)

export const ToxicityConfig = Type.Object(
  {
    thresholds: HeadThresholds,
    tool_arguments: Type.Boolean({
      default: true,
      description: 'Score the arguments of tool calls with the message that makes the call.',
    }),
    samples: Type.Boolean({
      default: true,
      description:
        'Keep a few excerpts of flagged messages for the report. Never kept where the input is not redacted.',
    }),
  },
  { additionalProperties: false },
)

export type ToxicityConfig = Static<typeof ToxicityConfig>
