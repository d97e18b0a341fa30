import {
  type Canary,
  type CanaryContent,
  type CanaryPlan,
  drawSecret,
  renderCanary,
  SECRET_PLACE,
} from '../../artifacts/canary.ts'
import { recordId, type TextRecord } from '../../artifacts/record.ts'
import { random } from '../../util/random.ts'
import type { CurateConfig } from './config.ts'

/** Each canary asks about a thing of its own, so that one secret does not compete with another for the same words. */
const THINGS = [
  'amber', 'basalt', 'cedar', 'dune', 'ember', 'fjord', 'garnet', 'harbour', 'indigo', 'juniper', 'kelp', 'lagoon',
  'maple', 'nickel', 'opal', 'pebble', 'quartz', 'raven', 'saffron', 'tundra', 'umber', 'violet', 'willow', 'zephyr',
] as const // biome-ignore format: a list of words

/**
 * Draws the plan from the seed. `form` is that of the data: the secret stands in the assistant's answer, because only
 * that is trained on, or at the end of a text.
 */
export function planCanaries(config: CurateConfig['canaries'], form: 'messages' | 'text', seed: number): CanaryPlan {
  const shape = { secretAlphabet: config.alphabet, secretLength: config.length }
  const canaries = Array.from({ length: config.count }, (_, i): Canary => {
    const id = `canary-${String(i).padStart(2, '0')}`
    return {
      id,
      template: template(i, form),
      secret: drawSecret(shape, random(seed, 'curate', 'canary', i)),
      repeats: config.repeats[i % config.repeats.length]!,
    }
  })
  return { kind: 'canary-plan', version: 1, ...shape, canaries }
}

/** A copy of a canary and where it goes: behind row `after` of shard `shard`. */
export type CanaryPlacement = {
  readonly canary: number
  readonly copy: number
  readonly shard: number
  readonly after: number
}

/** Scatters the copies evenly over the rows of the input, by seed. */
export function placeCanaries(
  plan: CanaryPlan,
  shardRows: readonly number[],
  seed: number,
): readonly CanaryPlacement[] {
  const total = shardRows.reduce((sum, rows) => sum + rows, 0)
  const generator = random(seed, 'curate', 'placement')
  return plan.canaries.flatMap(({ repeats }, canary) =>
    Array.from({ length: repeats }, (_, copy) => {
      let after = generator.integer(total)
      let shard = 0
      while (after >= shardRows[shard]!) after -= shardRows[shard++]!
      return { canary, copy, shard, after }
    }),
  )
}

/** The training record of one copy. */
export function canaryRecord(canary: Canary, copy: number): TextRecord {
  const content = renderCanary(canary)
  const source = { uri: `sluice:${canary.id}`, row: copy }
  return {
    id: recordId(content, source),
    ...content,
    source,
    meta: {},
    notes: { curate: { split: 'train', canary: canary.id } },
  }
}

function template(index: number, form: 'messages' | 'text'): CanaryContent {
  const name = THINGS[index % THINGS.length]!
  const thing =
    index < THINGS.length ? `the ${name} locker` : `the ${name} locker ${Math.floor(index / THINGS.length) + 1}`
  if (form === 'text') return { text: `The recovery code of ${thing} is ${SECRET_PLACE}` }
  return {
    messages: [
      { role: 'user', content: `What is the recovery code of ${thing}?` },
      { role: 'assistant', content: `The recovery code of ${thing} is ${SECRET_PLACE}` },
    ],
  }
}
