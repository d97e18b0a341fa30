import type { LoraConfig } from '../../../models/lora/modules.ts'
import { gpt2Config, llamaConfig, type NetworkConfig } from '../../../models/network/config.ts'

export const TINY_GPT2 = gpt2Config({ vocabulary: 48, width: 16, layers: 2, heads: 2, context: 32 })

/** Grouped heads and an untied head, so that no two layers have the same shape by accident. */
export const TINY_LLAMA = llamaConfig({
  vocabulary: 48,
  width: 16,
  hidden: 24,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  context: 32,
  tied: false,
})

export const TINY_QWEN2: NetworkConfig = {
  ...TINY_LLAMA,
  family: 'qwen2',
  biases: { queryKeyValue: true, output: false, feedForward: false },
  tied: true,
}

export function loraConfig(overrides: Partial<LoraConfig> = {}): LoraConfig {
  return { rank: 3, alpha: 6, targets: ['q_proj', 'v_proj'], rslora: false, dropout: 0, ...overrides }
}
