import { describe, expect, it } from 'vitest'
import { gpt2Config, llamaConfig, parameterCounts, parametersOf } from '../../../models/network/config.ts'
import { fromHuggingFaceConfig, toHuggingFaceConfig } from '../../../models/network/hugging-face.ts'
import { rotaryAngles } from '../../../models/network/rope.ts'

const SHAPE = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  max_position_embeddings: 128,
  vocab_size: 50,
}
const LLAMA = { model_type: 'llama', ...SHAPE }
const GPT2 = { model_type: 'gpt2', vocab_size: 50, n_embd: 16, n_layer: 1, n_head: 2, n_positions: 32 }
const IDS = { bos: 1, eos: 2, pad: 0 }

describe('fromHuggingFaceConfig', () => {
  it('reads a Llama config with nothing but its shape as Transformers would', () => {
    expect(fromHuggingFaceConfig(LLAMA)).toEqual({
      family: 'llama',
      vocabulary: 50,
      width: 64,
      hidden: 96,
      layers: 1,
      heads: 4,
      keyValueHeads: 4,
      headWidth: 16,
      context: 128,
      epsilon: 1e-6,
      norm: 'rms',
      feedForward: 'gated',
      activation: 'silu',
      positions: { kind: 'rotary', base: 10_000 },
      biases: { queryKeyValue: false, output: false, feedForward: false },
      queryKeyNorm: false,
      tied: false,
    })
  })

  it('reads a GPT-2 config with nothing but its shape as Transformers would', () => {
    expect(fromHuggingFaceConfig(GPT2)).toEqual(
      gpt2Config({ vocabulary: 50, width: 16, layers: 1, heads: 2, context: 32 }),
    )
  })

  it('reads rotary scaling under the keys of Transformers 4 and of 5 alike', () => {
    const scaling = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 }
    const older = { ...LLAMA, rope_theta: 5e5, rope_scaling: { rope_type: 'llama3', ...scaling } }
    const oldest = { ...LLAMA, rope_theta: 5e5, rope_scaling: { type: 'llama3', ...scaling } }
    const newer = { ...LLAMA, rope_parameters: { rope_type: 'llama3', rope_theta: 5e5, ...scaling } }
    const expected = {
      kind: 'rotary',
      base: 5e5,
      scaling: { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 32 },
    }
    for (const json of [older, oldest, newer]) expect(fromHuggingFaceConfig(json).positions).toEqual(expected)
  })

  it('takes a sliding window that is not in use or hides nothing', () => {
    for (const json of [
      { ...LLAMA, model_type: 'mistral', sliding_window: null },
      { ...LLAMA, model_type: 'mistral', sliding_window: 128 },
      { ...LLAMA, model_type: 'qwen2', sliding_window: 16, use_sliding_window: false },
      { ...LLAMA, model_type: 'qwen3', sliding_window: 16, layer_types: ['full_attention'] },
    ]) {
      expect(fromHuggingFaceConfig(json).layers).toBe(1)
    }
  })

  it.each([
    ['another kind of model', { model_type: 'gemma2' }, 'model_type is "gemma2"'],
    ['a name of the language itself', { model_type: 'constructor' }, 'model_type is "constructor"'],
    ['no kind of model', { model_type: undefined }, 'model_type is missing'],
    ['a window', { model_type: 'mistral', sliding_window: 64 }, 'sliding_window'],
    ['a window of Qwen2', { model_type: 'qwen2', sliding_window: 64, use_sliding_window: true }, 'sliding_window'],
    ['layers with windows', { layer_types: ['sliding_attention'] }, 'layer_types'],
    ['experts', { num_local_experts: 8 }, 'num_local_experts'],
    ['an unknown activation', { hidden_act: 'relu2' }, 'hidden_act is "relu2"'],
    ['an activation named as a method', { hidden_act: 'toString' }, 'hidden_act is "toString"'],
    ['quantized weights', { quantization_config: { quant_method: 'gptq' } }, 'quantization_config'],
    ['rotation of a part of each head', { partial_rotary_factor: 0.5 }, 'partial_rotary_factor'],
    ['the same in its new place', { rope_parameters: { partial_rotary_factor: 0.5 } }, 'partial_rotary_factor'],
    ['long-context rotation', { rope_scaling: { type: 'longrope', factor: 2 } }, 'longrope'],
    [
      'dynamic rotation beyond the first context',
      { rope_scaling: { type: 'dynamic', factor: 2, original_max_position_embeddings: 64 } },
      'dynamic',
    ],
    ['scaling without a factor', { rope_scaling: { type: 'linear' } }, 'rope_scaling.factor is missing'],
    ['a size that is no number', { hidden_size: '64' }, 'hidden_size is not a number'],
    ['a size that is no whole number', { num_hidden_layers: 1.5 }, 'num_hidden_layers'],
    ['heads that do not share keys evenly', { num_key_value_heads: 3 }, 'key-value heads'],
    ['heads of an odd width', { head_dim: 15 }, 'odd width'],
  ])('refuses by name: %s', (_, change, message) => {
    const read = (): unknown => fromHuggingFaceConfig({ ...LLAMA, ...change })
    expect(read).toThrow(message)
    expect(read).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }))
  })

  it.each([
    ['n_head', { n_head: 3 }],
    ['scale_attn_weights', { scale_attn_weights: false }],
    ['scale_attn_by_inverse_layer_idx', { scale_attn_by_inverse_layer_idx: true }],
    ['add_cross_attention', { add_cross_attention: true }],
    ['activation_function', { activation_function: 'relu' }],
  ])('refuses a GPT-2 by its %s', (name, change) => {
    const why = name === 'n_head' ? 'multiple of the number of heads' : name
    expect(() => fromHuggingFaceConfig({ ...GPT2, ...change })).toThrow(why)
  })
})

describe('toHuggingFaceConfig', () => {
  it('writes what is read back the same, and the keys in order', () => {
    const configs = [
      llamaConfig({ vocabulary: 50, width: 32, hidden: 48, layers: 2, heads: 4, context: 64 }),
      gpt2Config({ vocabulary: 50, width: 16, layers: 1, heads: 2, context: 32, activation: 'gelu', tied: false }),
      fromHuggingFaceConfig({ ...LLAMA, model_type: 'qwen2', num_key_value_heads: 2 }),
      fromHuggingFaceConfig({ ...LLAMA, model_type: 'qwen3', num_key_value_heads: 2, attention_bias: true }),
      fromHuggingFaceConfig({
        ...LLAMA,
        rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32, mscale: 0.7 },
      }),
      fromHuggingFaceConfig({ ...LLAMA, rope_scaling: { rope_type: 'dynamic', factor: 4 }, mlp_bias: true }),
    ]
    for (const config of configs) {
      const json = toHuggingFaceConfig(config, IDS)
      expect(fromHuggingFaceConfig(JSON.parse(JSON.stringify(json)))).toEqual(config)
      expect(Object.keys(json)).toEqual(Object.keys(json).sort())
    }
  })
})

describe('parametersOf', () => {
  it('names every parameter of published models: their counts are those of the cards', () => {
    const counts = (config: Parameters<typeof parametersOf>[0]): number => parameterCounts(config).all
    const gpt2 = gpt2Config({ vocabulary: 50_257, width: 768, layers: 12, heads: 12, context: 1024 })
    expect(counts(gpt2)).toBe(124_439_808)
    const smollm2 = { ...LLAMA, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, vocab_size: 49_152 }
    const heads = { num_attention_heads: 9, num_key_value_heads: 3, tie_word_embeddings: true }
    expect(counts(fromHuggingFaceConfig({ ...smollm2, ...heads }))).toBe(134_515_008)
    const qwen2 = { hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, vocab_size: 151_936 }
    const grouped = { num_attention_heads: 14, num_key_value_heads: 2, tie_word_embeddings: true }
    expect(counts(fromHuggingFaceConfig({ ...LLAMA, ...qwen2, ...grouped, model_type: 'qwen2' }))).toBe(494_032_768)
    const qwen3 = { hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, vocab_size: 151_936 }
    const wide = { num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, tie_word_embeddings: true }
    expect(counts(fromHuggingFaceConfig({ ...LLAMA, ...qwen3, ...wide, model_type: 'qwen3' }))).toBe(596_049_920)
  })

  it('counts a table as multiplied only where it is the head', () => {
    const shape = { vocabulary: 100, width: 8, hidden: 12, layers: 1, heads: 2, context: 16 }
    const block = 4 * 64 + 3 * 96
    expect(parameterCounts(llamaConfig(shape)).multiplied).toBe(block + 800)
    expect(parameterCounts(llamaConfig({ ...shape, tied: false })).multiplied).toBe(block + 800)
    expect(parameterCounts(gpt2Config({ ...shape, hidden: 12 })).multiplied).toBe(4 * 64 + 2 * 96 + 800)
  })

  it('puts all matrices before all vectors', () => {
    const kinds = parametersOf(gpt2Config({ vocabulary: 9, width: 4, layers: 2, heads: 2, context: 8 })).map(
      ({ kind }) => kind,
    )
    expect(kinds.lastIndexOf('matrix')).toBeLessThan(kinds.indexOf('vector'))
  })
})

describe('rotaryAngles', () => {
  it('keeps high frequencies of Llama 3.1, divides low ones and mixes those between', () => {
    const config = fromHuggingFaceConfig({
      ...LLAMA,
      head_dim: 128,
      max_position_embeddings: 131_072,
      rope_theta: 500_000,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    })
    const { frequencies } = rotaryAngles(config)
    const plain = Array.from({ length: 64 }, (_, i) => 500_000 ** (-i / 64))
    const ratios = plain.map((f, i) => frequencies[i]! / f)
    // 2π/f < 8192/4 up to i = 28 (28.2), 2π/f > 8192 from i = 35 on (34.98).
    expect(ratios.slice(0, 29).every((r) => Math.abs(r - 1) < 1e-6)).toBe(true)
    expect(ratios.slice(29, 35).every((r) => r < 1 && r > 1 / 8)).toBe(true)
    expect(ratios.slice(35).every((r) => Math.abs(r - 1 / 8) < 1e-6)).toBe(true)
  })
})
