import { loraModules } from '../../models/lora/modules.ts'
import { environmentPins } from '../../models/trainers/peft/environment.ts'
import { peftTrainer } from '../../models/trainers/peft/peft.ts'
import { scriptDigest } from '../../models/trainers/peft/script.ts'
import { checkRemote } from '../../models/trainers/remote/config.ts'
import { SluiceError } from '../../util/errors.ts'
import { runtimePin } from '../runtime-pin.ts'
import type { Lack, PlanContext, Problem, StageUse, WholeStage } from '../stage.ts'
import type { FoundBase } from './base.ts'
import { findBase } from './base.ts'
import { FinetuneConfig, methodOf } from './config.ts'
import { loraOf } from './job.ts'
import { passedOver, passedOverByProvider } from './passed-over.ts'
import { remoteConfig } from './provider.ts'
import { FINETUNE_METRICS } from './summary.ts'

/**
 * Tunes a causal language model, or trains a small one from scratch: tokenizer, forward, backward and AdamW, in Node. See
 * docs/training.md.
 */
export const finetune: WholeStage<typeof FinetuneConfig> = {
  kind: 'whole',
  name: 'finetune',
  version: 7,
  summary: "Tunes a language model on the assistant's turns, by LoRA or whole, and writes it as a Hugging Face folder.",
  config: FinetuneConfig,
  takes: {
    train: { kind: 'dataset', description: 'Conversations or texts to learn from.' },
    valid: { kind: 'dataset', description: 'Held-out rows: they choose which parameters are kept.' },
  },
  gives: {
    model: {
      kind: 'model',
      description: 'config.json, model.safetensors, tokenizer.json and their settings; the adapter in `adapter/`.',
    },
  },
  metrics: FINETUNE_METRICS,
  pins(config, context): Readonly<Record<string, string>> {
    // A provider reads no `base` and computes with what it has.
    if (config.trainer === 'openai-compatible') return {}
    return {
      ...(config.base === '' ? {} : { base: findBase(config.base, context).digest }),
      // What Python gives back is checked by our own engine too.
      ...runtimePin(),
      ...(config.trainer === 'peft' ? { trainer_script: scriptDigest(), ...environmentPins(context.storeRoot) } : {}),
    }
  },
  check(config, context, use) {
    if (config.trainer === 'openai-compatible') return checkProvider(config, context, use)
    return [
      ...passedOver(config, use),
      ...(config.base === '' ? checkNew(config) : checkBase(config, context)),
      ...checkPrivacy(config),
      ...(config.trainer === 'peft' ? checkPython(config, context) : []),
    ]
  },
  lacks(config): Readonly<Record<string, Lack>> {
    if (config.trainer === 'openai-compatible') {
      return {
        model: {
          what: 'weights',
          because: 'stays with its provider (`trainer: openai-compatible`)',
          next: 'tune it on this machine (`trainer: sluice` or `peft`)',
        },
      }
    }
    if (methodOf(config) === 'full' || config.merged) return {}
    return {
      model: {
        what: 'weights',
        because: 'is written as an adapter alone (`merged: false`)',
        next: 'take `merged: true` there',
      },
    }
  },
  async run(config, inputs, context) {
    const { runFinetune } = await import('./run.ts')
    return runFinetune(config, inputs, context)
  },
}

function checkNew(config: FinetuneConfig): readonly Problem[] {
  const problems: Problem[] = []
  if (methodOf(config) === 'lora') {
    problems.push({
      code: 'FINETUNE_NO_BASE',
      message: 'LoRA trains factors beside a base model, and none is named',
      next: 'name one: `base: sluice:base`, a model of `sluice models list`, or a path; or take `method: full`',
      path: ['method'],
    })
  }
  if (config.width % (2 * config.heads) !== 0) {
    problems.push({
      code: 'FINETUNE_WIDTH',
      message: `width ${config.width} is not a multiple of 2 · heads (${2 * config.heads})`,
      next: `try width ${Math.ceil(config.width / (2 * config.heads)) * 2 * config.heads}`,
      path: ['width'],
    })
  }
  return [...problems, ...checkBatch(config, config.context)]
}

function checkBase(config: FinetuneConfig, context: PlanContext): readonly Problem[] {
  let base: FoundBase
  try {
    base = findBase(config.base, context)
  } catch (error) {
    return [problemOf(error, ['base'])]
  }
  const problems = [...checkBatch(config, Math.min(config.context, base.network.context))]
  if (methodOf(config) === 'lora') {
    try {
      loraModules(base.network, loraOf(config, base.network))
    } catch (error) {
      problems.push(problemOf(error, ['lora', 'targets']))
    }
  }
  return problems
}

function checkPython(config: FinetuneConfig, context: PlanContext): readonly Problem[] {
  const problems: Problem[] = peftTrainer
    .check({ ...config.peft, dp: config.dp !== undefined })
    .map(({ path, ...problem }) => ({ ...problem, path: path?.[0] === 'dp' ? ['dp'] : ['peft', ...(path ?? [])] }))
  if (config.base === '') {
    problems.push({
      code: 'FINETUNE_NO_BASE',
      message: 'the Python trainer tunes a base, and none is named',
      next: 'name one in `base`, or take `trainer: sluice`',
      path: ['trainer'],
    })
  }
  if (config.low_memory) {
    problems.push({
      code: 'FINETUNE_LOW_MEMORY',
      message: 'low_memory is a setting of the own engine',
      next: 'take it out, or take `trainer: sluice`; `recompute` saves memory in both',
      path: ['low_memory'],
    })
  }
  if (config.packing !== 'none') {
    problems.push({
      code: 'FINETUNE_PACKING',
      message: 'the Python trainer does not pack rows',
      next: 'take `packing: none`',
      path: ['packing'],
    })
  }
  try {
    environmentPins(context.storeRoot)
  } catch (error) {
    problems.push(problemOf(error, ['trainer']))
  }
  return problems
}

function checkProvider(config: FinetuneConfig, context: PlanContext, use: StageUse): readonly Problem[] {
  const { remote, dp } = config
  if (remote === undefined) {
    return [
      {
        code: 'FINETUNE_NO_PROVIDER',
        message: 'no provider is named',
        next: 'give `remote: { base_url, key, model }`',
        path: ['trainer'],
      },
    ]
  }
  const found = checkRemote(remoteConfig(remote, context.baseDir)).map(({ path, ...problem }) => ({
    ...problem,
    path: ['remote', ...(path ?? [])],
  }))
  const problems: Problem[] = [...found, ...passedOverByProvider(use)]
  if (dp !== undefined) {
    problems.push({
      code: 'TRAINER_NO_DP',
      message: 'a provider cannot be held to differential privacy',
      next: "train with Sluice's own engine, or leave out dp",
      path: ['dp'],
    })
  }
  return problems
}

function checkBatch(config: FinetuneConfig, context: number): readonly Problem[] {
  return (['batch_tokens', 'micro_tokens'] as const).flatMap((field) =>
    config[field] >= context || (field === 'micro_tokens' && config[field] === 0)
      ? []
      : [
          {
            code: 'FINETUNE_BATCH',
            message: `${field} ${config[field]} is smaller than one sequence of ${context} tokens`,
            next: `raise ${field}, or lower context`,
            path: [field],
          },
        ],
  )
}

function checkPrivacy({ dp, packing }: FinetuneConfig): readonly Problem[] {
  if (dp === undefined) return []
  const problems: Problem[] = []
  if (packing !== 'none') {
    problems.push({
      code: 'FINETUNE_DP_PACKING',
      message: 'with differential privacy each row must stay the row of its unit',
      next: 'take `packing: none`',
      path: ['packing'],
    })
  }
  if ((dp.unit === 'person') !== (dp.person !== '')) {
    problems.push({
      code: 'FINETUNE_DP_PERSON',
      message:
        dp.unit === 'person'
          ? 'the unit is a person, and no field names one'
          : '`person` is set, but the unit is a conversation',
      next: 'set `unit: person` and `person:` to a key of the rows’ meta (ingest: `meta`), or neither',
      path: ['dp', 'person'],
    })
  }
  return problems
}

function problemOf(error: unknown, path: readonly string[]): Problem {
  if (!(error instanceof SluiceError)) throw error
  return { code: error.code, message: error.message, ...(error.next === undefined ? {} : { next: error.next }), path }
}
