import { decode, type ScoredEntity, type Thresholds } from './decode.ts'
import { type Encoded, encode } from './encode.ts'
import type { Entity, Example, Source } from './example.ts'
import { encodeModel } from './export.ts'
import { WordTypes } from './features.ts'
import { type Agreement, agreement } from './metrics.ts'
import { type Parameters, SHAPE } from './network.ts'
import { type Scores, TaggerSession } from './session.ts'

/** Labelled texts with what the network says of them. */
export interface Scored {
  readonly example: Example
  readonly encoded: Encoded
  readonly scores: Scores
}

/** The scores of examples by the network as it ships: its table in 8 bits. */
export async function scoreExamples(
  parameters: Parameters,
  examples: readonly Example[],
  source: Source,
): Promise<readonly Scores[]> {
  const session = await TaggerSession.open(encodeModel(SHAPE, parameters, {}, source), SHAPE)
  const words = new WordTypes()
  const scores = await session.score(examples.map(({ text }) => encode(text, words)))
  await session.close()
  return scores
}

/** Examples with scores that were computed elsewhere. */
export function scored(examples: readonly Example[], scores: readonly Scores[]): readonly Scored[] {
  const words = new WordTypes()
  return examples.map((example, i) => ({ example, encoded: encode(example.text, words), scores: scores[i]! }))
}

/** Agreement at thresholds. */
export function agreementAt(texts: readonly Scored[], thresholds: Thresholds, type: Entity['type']): Agreement {
  const found: readonly (readonly ScoredEntity[])[] = texts.map(({ encoded, scores }) =>
    decode(encoded, scores, thresholds),
  )
  return agreement(
    texts.map(({ example }) => example),
    found,
    type,
  )
}

/** Share of a type's threshold from which a name goes on. */
const GO_ON = 0.5
/** Share of the sentences without a person in which one may be marked. */
export const CLEAN_LIMIT = 0.02
/** Part of `CLEAN_LIMIT` that thresholds are set for, since other text is not quite like this. */
const MARGIN = 0.95

/**
 * The threshold for persons: best F2 where at most `CLEAN_LIMIT` of the sentences without a person are flagged. Those for
 * places and organisations: best F2 where at most three times as many are.
 */
export function chooseThresholds(texts: readonly Scored[]): Thresholds {
  const steps = Array.from({ length: 78 }, (_, i) => 0.2 + i / 100)
  const types = ['PERSON', 'LOCATION', 'ORGANIZATION'] as const
  const [person, place, organisation] = types.map((type) => {
    const limit = (type === 'PERSON' ? CLEAN_LIMIT : 3 * CLEAN_LIMIT) * MARGIN
    let best = { threshold: steps.at(-1)!, f2: -1 }
    for (const threshold of steps) {
      const { f2, clean, cleanFlagged } = agreementAt(texts, allAt(threshold), type)
      if (cleanFlagged <= limit * clean && f2 > best.f2) best = { threshold, f2 }
    }
    return Number(best.threshold.toFixed(2))
  })
  return { begin: [person!, place!, organisation!], goOn: [person! * GO_ON, place! * GO_ON, organisation! * GO_ON] }
}

function allAt(threshold: number): Thresholds {
  const goOn = threshold * GO_ON
  return { begin: [threshold, threshold, threshold], goOn: [goOn, goOn, goOn] }
}
