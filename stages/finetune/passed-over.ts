import type { Problem, StageUse } from '../stage.ts'
import { type FinetuneConfig, methodOf } from './config.ts'

type Field = keyof FinetuneConfig

/** What a provider is asked, or what decides which rows it gets; `dp` has an error of its own. */
type Honoured = 'trainer' | 'remote' | 'validation_rows' | 'empty_turns' | 'dp'

const ITS_NETWORK = 'take it out: the network is that of `remote.model`'
const ITS_STEPS = 'take it out: the provider decides how its steps go'
const ITS_ROWS = 'take it out: what is too long is up to the provider; shorten rows before'
const ITS_MACHINE = 'take it out: it is a setting of training on this machine'

/** Each field that the protocol of a provider has no words for, and what to do. A new field must take its place here. */
const PROVIDER_DECIDES: Readonly<Record<Exclude<Field, Honoured>, string>> = {
  peft: ITS_MACHINE,
  base: 'name the model in `remote.model`',
  method: 'take it out: the provider chooses what is trained',
  lora: 'take it out: the provider chooses what is trained',
  merged: 'take it out: the model stays with the provider',
  layers: ITS_NETWORK,
  width: ITS_NETWORK,
  hidden: ITS_NETWORK,
  heads: ITS_NETWORK,
  vocabulary: ITS_NETWORK,
  context: ITS_ROWS,
  epochs: 'say it as `remote.epochs`, a whole number',
  batch_tokens: 'say it as `remote.batch_size`, in rows',
  micro_tokens: ITS_MACHINE,
  learning_rate: 'say it as `remote.learning_rate_multiplier`, a factor of what the provider would take',
  schedule: ITS_STEPS,
  warmup: ITS_STEPS,
  final_rate: ITS_STEPS,
  weight_decay: ITS_STEPS,
  clip_norm: ITS_STEPS,
  loss_on: 'take it out: providers train what the assistant says',
  packing: 'take it out: the provider packs as it likes',
  template_date: 'take it out: the template is the provider’s',
  over_length: ITS_ROWS,
  evaluations: 'take it out: the provider decides when it measures',
  patience: 'take it out: the provider decides when it ends',
  threads: ITS_MACHINE,
  recompute: ITS_MACHINE,
  low_memory: ITS_MACHINE,
  checkpoint_seconds: ITS_MACHINE,
}

/** Fields that are written for a provider and that it cannot be held to, whatever value they have. */
export function passedOverByProvider({ written }: StageUse): readonly Problem[] {
  return Object.entries(PROVIDER_DECIDES)
    .filter(([field]) => Object.hasOwn(written, field))
    .map(([field, next]) => ({
      code: 'FINETUNE_PROVIDER_DECIDES',
      message: `${field} cannot be asked of a provider`,
      next,
      path: [field],
    }))
}

/** Fields that are written and mean nothing beside others: whoever wrote them expects something of them. */
export function passedOver(config: FinetuneConfig, { written }: StageUse): readonly Problem[] {
  const idle: readonly (readonly [boolean, readonly Field[], string, string])[] = [
    [true, ['remote'], 'no provider is asked', 'take `trainer: openai-compatible`, or take it out'],
    [config.trainer !== 'peft', ['peft'], 'Python is not asked', 'take `trainer: peft`, or take it out'],
    [
      config.base !== '',
      ['layers', 'width', 'hidden', 'heads', 'vocabulary'],
      'a base brings its own network and words',
      'take it out, or take `base` out to train a new network',
    ],
    [config.base === '', ['template_date'], 'a new network has no template that asks for the day', 'take it out'],
    [
      methodOf(config) === 'full',
      ['lora', 'merged'],
      'all parameters are trained, so there is no adapter',
      'take it out, or take `method: lora` with a base',
    ],
  ]
  return idle.flatMap(([applies, fields, why, next]) =>
    fields
      .filter((field) => applies && Object.hasOwn(written, field))
      .map((field) => ({
        code: 'FINETUNE_PASSED_OVER',
        message: `${field} would change nothing: ${why}`,
        next,
        path: [field],
      })),
  )
}
