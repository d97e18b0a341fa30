import type { Family, NetworkConfig } from './config.ts'
import { type Fields, fieldsOf, unsupported } from './fields.ts'
import { readRotary, rotaryFields } from './rope.ts'

/** Reads and writes `config.json` of Hugging Face models: the keys of Transformers 4, and those of 5 on reading. */

/** Ids that go into `config.json` and `generation_config.json`. */
export interface SpecialIds {
  readonly bos: number
  readonly eos: number | readonly number[]
  readonly pad: number
}

type Json = Readonly<Record<string, unknown>>

const ACTIVATIONS: Readonly<Record<string, NetworkConfig['activation']>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  // The same polynomial with √(2/π) written out to ten digits.
  gelu_fast: 'gelu_tanh',
}

const ARCHITECTURES: Readonly<Record<Family, string>> = {
  gpt2: 'GPT2LMHeadModel',
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
}

/** `config.json` for the causal language model class of the family. */
export function toHuggingFaceConfig(config: NetworkConfig, ids: SpecialIds): Json {
  const common = {
    architectures: [ARCHITECTURES[config.family]],
    bos_token_id: ids.bos,
    eos_token_id: ids.eos,
    initializer_range: 0.02,
    model_type: config.family,
    pad_token_id: ids.pad,
    tie_word_embeddings: config.tied,
    torch_dtype: 'float32',
    use_cache: true,
    vocab_size: config.vocabulary,
  }
  return sorted({ ...common, ...(config.family === 'gpt2' ? gpt2Fields(config) : llamaFields(config)) })
}

function gpt2Fields(config: NetworkConfig): Json {
  return {
    activation_function: config.activation === 'gelu_tanh' ? 'gelu_new' : config.activation,
    attn_pdrop: 0,
    embd_pdrop: 0,
    layer_norm_epsilon: config.epsilon,
    n_ctx: config.context,
    n_embd: config.width,
    n_head: config.heads,
    n_inner: config.hidden,
    n_layer: config.layers,
    n_positions: config.context,
    resid_pdrop: 0,
    scale_attn_weights: true,
  }
}

function llamaFields(config: NetworkConfig): Json {
  return {
    attention_dropout: 0,
    head_dim: config.headWidth,
    hidden_act: config.activation === 'gelu_tanh' ? 'gelu_pytorch_tanh' : config.activation,
    hidden_size: config.width,
    intermediate_size: config.hidden,
    max_position_embeddings: config.context,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.keyValueHeads,
    rms_norm_eps: config.epsilon,
    ...(config.positions.kind === 'rotary' ? rotaryFields(config.positions) : {}),
    // Qwen2 has no such key: queries, keys and values always have biases there.
    ...(config.family === 'qwen2' ? {} : { attention_bias: config.biases.queryKeyValue }),
    ...(config.family === 'llama' ? { mlp_bias: config.biases.feedForward } : { use_sliding_window: false }),
  }
}

function sorted(json: Json): Json {
  return Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Reads the `config.json` of a GPT-2, Llama, Mistral, Qwen2 or Qwen3 model.
 *
 * @throws SluiceError MODEL_UNSUPPORTED, by name, for what would not be computed exactly
 */
export function fromHuggingFaceConfig(json: Json): NetworkConfig {
  const fields = fieldsOf(json)
  if (fields.has('quantization_config')) {
    throw unsupported(
      'quantization_config: the weights are quantized; take the version in float32, float16 or bfloat16',
    )
  }
  const type = fields.text('model_type')
  switch (type) {
    case 'gpt2':
      return readGpt2(fields)
    case 'llama':
    case 'mistral':
    case 'qwen2':
    case 'qwen3':
      return readLlama(fields, type)
    default:
      throw unsupported(`model_type is ${JSON.stringify(type.slice(0, 40))}`)
  }
}

function readGpt2(fields: Fields): NetworkConfig {
  refuse(fields, 'scale_attn_weights', true, 'attention scores without scaling')
  refuse(fields, 'scale_attn_by_inverse_layer_idx', false, 'attention scores scaled by layer')
  refuse(fields, 'add_cross_attention', false, 'cross-attention')
  const width = fields.size('n_embd')
  const heads = fields.size('n_head')
  return checked({
    family: 'gpt2',
    vocabulary: fields.size('vocab_size'),
    width,
    hidden: fields.size('n_inner', 4 * width),
    layers: fields.size('n_layer'),
    heads,
    keyValueHeads: heads,
    headWidth: width / heads,
    context: fields.size('n_positions', fields.has('n_ctx') ? fields.size('n_ctx') : undefined),
    epsilon: fields.number('layer_norm_epsilon', 1e-5),
    norm: 'layer',
    feedForward: 'plain',
    activation: activation(fields, 'activation_function', 'gelu_new'),
    positions: { kind: 'learned' },
    biases: { queryKeyValue: true, output: true, feedForward: true },
    queryKeyNorm: false,
    tied: fields.flag('tie_word_embeddings', true),
  })
}

function readLlama(fields: Fields, type: 'llama' | 'mistral' | 'qwen2' | 'qwen3'): NetworkConfig {
  const context = fields.size('max_position_embeddings')
  refuseWindow(fields, type, context)
  for (const key of ['num_experts', 'num_local_experts', 'n_routed_experts']) {
    if (fields.number(key, 0) > 1) throw unsupported(`${key}: a mixture of experts`)
  }
  const width = fields.size('hidden_size')
  const heads = fields.size('num_attention_heads')
  const attentionBias = type === 'llama' || type === 'qwen3' ? fields.flag('attention_bias', false) : false
  return checked({
    // Mistral without a window computes what Llama computes, from parameters of the same names.
    family: type === 'mistral' ? 'llama' : type,
    vocabulary: fields.size('vocab_size'),
    width,
    hidden: fields.size('intermediate_size'),
    layers: fields.size('num_hidden_layers'),
    heads,
    keyValueHeads: fields.size('num_key_value_heads', type === 'mistral' ? Math.min(8, heads) : heads),
    headWidth: fields.size('head_dim', type === 'qwen3' ? 128 : Math.floor(width / heads)),
    context,
    epsilon: fields.number('rms_norm_eps', 1e-6),
    norm: 'rms',
    feedForward: 'gated',
    activation: activation(fields, 'hidden_act', 'silu'),
    positions: readRotary(fields, context),
    biases: {
      queryKeyValue: type === 'qwen2' || attentionBias,
      output: attentionBias,
      feedForward: type === 'llama' && fields.flag('mlp_bias', false),
    },
    queryKeyNorm: type === 'qwen3',
    tied: fields.flag('tie_word_embeddings', false),
  })
}

/** A window as long as the context hides nothing. */
function refuseWindow(fields: Fields, type: string, context: number): void {
  const layers = fields.raw('layer_types')
  if (Array.isArray(layers) && layers.some((layer) => layer !== 'full_attention')) {
    throw unsupported('layer_types: layers that do not attend to all earlier tokens')
  }
  const used = type === 'mistral' || (type !== 'llama' && fields.flag('use_sliding_window', false))
  const window = fields.has('sliding_window') ? fields.number('sliding_window') : undefined
  if (used && window !== undefined && window < context) {
    throw unsupported(`sliding_window: attention to the last ${window} tokens only`)
  }
}

function activation(fields: Fields, key: string, fallback: string): NetworkConfig['activation'] {
  const name = fields.text(key, fallback)
  const known = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined
  if (known === undefined) throw unsupported(`${key} is ${JSON.stringify(name.slice(0, 40))}`)
  return known
}

function refuse(fields: Fields, key: string, expected: boolean, what: string): void {
  if (fields.flag(key, expected) !== expected) throw unsupported(`${key}: ${what}`)
}

function checked(config: NetworkConfig): NetworkConfig {
  if (!Number.isInteger(config.headWidth)) throw unsupported('the width is not a multiple of the number of heads')
  if (config.heads % config.keyValueHeads !== 0) {
    throw unsupported('the number of heads is not a multiple of the number of key-value heads')
  }
  if (config.positions.kind === 'rotary' && config.headWidth % 2 !== 0) throw unsupported('heads of an odd width')
  return config
}
