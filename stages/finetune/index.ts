import type { Problem, WholeStage } from '../stage.ts'
import { FinetuneConfig } from './config.ts'
import { FINETUNE_METRICS } from './summary.ts'

/**
 * Trains a small causal language model from scratch: tokenizer, forward, backward and AdamW, in Node. See
 * docs/training.md.
 */
export const finetune: WholeStage<typeof FinetuneConfig> = {
  kind: 'whole',
  name: 'finetune',
  version: 2,
  summary: "Trains a small language model on the assistant's turns and writes it as a Hugging Face folder.",
  config: FinetuneConfig,
  takes: {
    train: { kind: 'dataset', description: 'Conversations or texts to learn from.' },
    valid: { kind: 'dataset', description: 'Held-out rows: they choose which parameters are kept.' },
  },
  gives: {
    model: { kind: 'model', description: 'config.json, model.safetensors, tokenizer.json and their settings.' },
  },
  metrics: FINETUNE_METRICS,
  check(config) {
    const problems: Problem[] = []
    if (config.width % (2 * config.heads) !== 0) {
      problems.push({
        code: 'FINETUNE_WIDTH',
        message: `width ${config.width} is not a multiple of 2 · heads (${2 * config.heads})`,
        next: `try width ${Math.ceil(config.width / (2 * config.heads)) * 2 * config.heads}`,
        path: ['width'],
      })
    }
    if (config.batch_tokens < config.context) {
      problems.push({
        code: 'FINETUNE_BATCH',
        message: `batch_tokens ${config.batch_tokens} is smaller than one sequence of ${config.context} tokens`,
        next: 'raise batch_tokens, or lower context',
        path: ['batch_tokens'],
      })
    }
    return problems
  },
  async run(config, inputs, context) {
    const { runFinetune } = await import('./run.ts')
    return runFinetune(config, inputs, context)
  },
}
