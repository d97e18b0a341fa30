import { SluiceError } from '../../util/errors.ts'

/** The shape of a Llama-style network: RMSNorm, rotary positions, SwiGLU, tied embeddings. */
export interface NetworkConfig {
  readonly vocabulary: number
  /** Width of the residual stream. */
  readonly width: number
  /** Width inside the feed-forward block. */
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  /** Longest sequence, in tokens. */
  readonly context: number
  readonly ropeBase: number
  readonly epsilon: number
}

/** Ids that go into `config.json` and `generation_config.json`. */
export interface SpecialIds {
  readonly bos: number
  readonly eos: number
  readonly pad: number
}

export interface ParameterSpec {
  /** Name in Hugging Face's Llama checkpoints. Matrices are [out, in], as there. */
  readonly name: string
  readonly shape: readonly number[]
  /** Weight decay is for matrices; gains of norms are vectors. */
  readonly kind: 'matrix' | 'vector'
}

/** Every parameter in the order of the flat vector θ: all matrices, then all vectors. */
export function parametersOf(config: NetworkConfig): readonly ParameterSpec[] {
  const { vocabulary, width: d, hidden, layers } = config
  const matrices: ParameterSpec[] = [matrix('model.embed_tokens.weight', vocabulary, d)]
  const vectors: ParameterSpec[] = []
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'o_proj']) {
      matrices.push(matrix(`${prefix}.self_attn.${name}.weight`, d, d))
    }
    matrices.push(matrix(`${prefix}.mlp.gate_proj.weight`, hidden, d))
    matrices.push(matrix(`${prefix}.mlp.up_proj.weight`, hidden, d))
    matrices.push(matrix(`${prefix}.mlp.down_proj.weight`, d, hidden))
    vectors.push(vector(`${prefix}.input_layernorm.weight`, d))
    vectors.push(vector(`${prefix}.post_attention_layernorm.weight`, d))
  }
  vectors.push(vector('model.norm.weight', d))
  return [...matrices, ...vectors]
}

/** Number of elements of a parameter. */
export function elements(spec: ParameterSpec): number {
  return spec.shape.reduce((product, size) => product * size, 1)
}

/** All parameters, and those that take part in matrix products (the N of 6·N·tokens). */
export function parameterCounts(config: NetworkConfig): { readonly all: number; readonly multiplied: number } {
  let all = 0
  let multiplied = 0
  for (const spec of parametersOf(config)) {
    all += elements(spec)
    // The embedding table is read by index on the way in, but multiplied as the tied head on the way out.
    if (spec.kind === 'matrix') multiplied += elements(spec)
  }
  return { all, multiplied }
}

/** `config.json` for `LlamaForCausalLM`. */
export function toHuggingFaceConfig(config: NetworkConfig, ids: SpecialIds): Readonly<Record<string, unknown>> {
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: ids.bos,
    eos_token_id: ids.eos,
    head_dim: config.width / config.heads,
    hidden_act: 'silu',
    hidden_size: config.width,
    initializer_range: 0.02,
    intermediate_size: config.hidden,
    max_position_embeddings: config.context,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.heads,
    pad_token_id: ids.pad,
    rms_norm_eps: config.epsilon,
    rope_scaling: null,
    rope_theta: config.ropeBase,
    tie_word_embeddings: true,
    torch_dtype: 'float32',
    use_cache: true,
    vocab_size: config.vocabulary,
  }
}

/**
 * Reads back a `config.json` that `toHuggingFaceConfig` wrote.
 *
 * @throws SluiceError MODEL_UNSUPPORTED where it describes another architecture
 */
export function fromHuggingFaceConfig(json: Readonly<Record<string, unknown>>): NetworkConfig {
  const number = (key: string): number => {
    const value = json[key]
    if (typeof value !== 'number') throw unsupported(`${key} is not a number`)
    return value
  }
  const expected: Readonly<Record<string, unknown>> = {
    model_type: 'llama',
    hidden_act: 'silu',
    tie_word_embeddings: true,
    rope_scaling: null,
    num_key_value_heads: json['num_attention_heads'],
    head_dim: number('hidden_size') / number('num_attention_heads'),
    attention_bias: false,
    mlp_bias: false,
  }
  for (const [key, value] of Object.entries(expected)) {
    if (json[key] !== value) throw unsupported(`${key} is not ${String(value)}`)
  }
  return {
    vocabulary: number('vocab_size'),
    width: number('hidden_size'),
    hidden: number('intermediate_size'),
    layers: number('num_hidden_layers'),
    heads: number('num_attention_heads'),
    context: number('max_position_embeddings'),
    ropeBase: number('rope_theta'),
    epsilon: number('rms_norm_eps'),
  }
}

function unsupported(why: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_UNSUPPORTED',
    message: `config.json describes a model that cannot be run here: ${why}`,
    next: 'use a model that `sluice` trained',
  })
}

function matrix(name: string, rows: number, columns: number): ParameterSpec {
  return { name, shape: [rows, columns], kind: 'matrix' }
}

function vector(name: string, size: number): ParameterSpec {
  return { name, shape: [size], kind: 'vector' }
}
