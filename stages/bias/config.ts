import { type Static, Type } from '../../util/schema-type.ts'
import { TOXICITY_MANIFEST } from '../toxicity/config.ts'
import { AXES } from './lexicon.ts'

export const BiasConfig = Type.Object(
  {
    axes: Type.Array(Type.Enum(AXES), {
      default: [...AXES],
      minItems: 1,
      uniqueItems: true,
      description: 'Demographic axes to look at.',
    }),
    toxic_at: Type.Number({
      default: TOXICITY_MANIFEST.thresholds.toxicity.value,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Toxicity score from which a record counts as toxic. The default ships with the toxicity model.',
    }),
    min_n: Type.Integer({
      default: 30,
      minimum: 5,
      description:
        'Fewest records that mention a group, and fewest that do not, for a comparison. Below: not enough evidence.',
    }),
    alpha: Type.Number({
      default: 0.05,
      exclusiveMinimum: 0,
      maximum: 0.5,
      description: 'Chance of any false finding over all comparisons of all groups together (Bonferroni).',
    }),
  },
  { additionalProperties: false },
)

export type BiasConfig = Static<typeof BiasConfig>
