/** The kinds of causal language models that can be built, by the `model_type` of their `config.json`. */
export type Family = 'gpt2' | 'llama' | 'qwen2' | 'qwen3'

/** How rotary angles are stretched for contexts longer than those of the first training. */
export type RopeScaling =
  /** All frequencies divided (Chen et al. 2023). */
  | { readonly kind: 'linear'; readonly factor: number }
  /** The base grows with sequences beyond `context`; up to there nothing changes, and longer ones are refused here. */
  | { readonly kind: 'dynamic'; readonly factor: number }
  /** Low frequencies divided, high ones kept, a line between (Llama 3.1). */
  | {
      readonly kind: 'llama3'
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalContext: number
    }
  /** A ramp over the dimensions, and larger attention scores (Peng et al. 2023). */
  | {
      readonly kind: 'yarn'
      readonly factor: number
      readonly originalContext: number
      readonly betaFast: number
      readonly betaSlow: number
      /** Multiplies cosine and sine. */
      readonly attentionFactor: number
      /** Rounds the ends of the ramp outwards to whole dimensions. */
      readonly truncate: boolean
    }

export type Positions =
  | { readonly kind: 'learned' }
  | { readonly kind: 'rotary'; readonly base: number; readonly scaling?: RopeScaling }

/** The shape of a causal language model: pre-norm blocks of attention and feed-forward. */
export interface NetworkConfig {
  readonly family: Family
  readonly vocabulary: number
  /** Width of the residual stream. */
  readonly width: number
  /** Width inside the feed-forward block. */
  readonly hidden: number
  readonly layers: number
  /** Heads of the queries. */
  readonly heads: number
  /** Heads of keys and values: `heads / keyValueHeads` queries share one (Ainslie et al. 2023). */
  readonly keyValueHeads: number
  readonly headWidth: number
  /** Longest sequence, in tokens. */
  readonly context: number
  /** ε of the norms. */
  readonly epsilon: number
  readonly norm: 'rms' | 'layer'
  /** `gated`: down(act(gate(x)) · up(x)); `plain`: down(act(up(x))). */
  readonly feedForward: 'gated' | 'plain'
  readonly activation: 'silu' | 'gelu' | 'gelu_tanh'
  readonly positions: Positions
  readonly biases: { readonly queryKeyValue: boolean; readonly output: boolean; readonly feedForward: boolean }
  /** RMSNorm of each query's and each key's head before the rotation (Qwen3). */
  readonly queryKeyNorm: boolean
  /** The head multiplies by the embedding table. */
  readonly tied: boolean
}

export interface ParameterSpec {
  /** Name in Hugging Face's checkpoints, as `state_dict` of the causal language model gives it. */
  readonly name: string
  readonly shape: readonly number[]
  /** Weight decay is for matrices; biases and gains of norms are vectors. */
  readonly kind: 'matrix' | 'vector'
  /** Of linear layers: y = x·Wᵀ for `out_in`, y = x·W for `in_out` (GPT-2's Conv1D). */
  readonly layout?: 'out_in' | 'in_out'
}

/** A small network of the Llama family, as `finetune` trains it from scratch: no grouped heads, no biases, tied. */
export function llamaConfig(
  shape: Pick<NetworkConfig, 'vocabulary' | 'width' | 'hidden' | 'layers' | 'heads' | 'context'> &
    Partial<NetworkConfig>,
): NetworkConfig {
  return {
    family: 'llama',
    keyValueHeads: shape.heads,
    headWidth: shape.width / shape.heads,
    epsilon: 1e-5,
    norm: 'rms',
    feedForward: 'gated',
    activation: 'silu',
    positions: { kind: 'rotary', base: 10_000 },
    biases: { queryKeyValue: false, output: false, feedForward: false },
    queryKeyNorm: false,
    tied: true,
    ...shape,
  }
}

/** A network of the GPT-2 family: learned positions, LayerNorm and biases everywhere (Radford et al. 2019). */
export function gpt2Config(
  shape: Pick<NetworkConfig, 'vocabulary' | 'width' | 'layers' | 'heads' | 'context'> & Partial<NetworkConfig>,
): NetworkConfig {
  return {
    family: 'gpt2',
    hidden: 4 * shape.width,
    keyValueHeads: shape.heads,
    headWidth: shape.width / shape.heads,
    epsilon: 1e-5,
    norm: 'layer',
    feedForward: 'plain',
    activation: 'gelu_tanh',
    positions: { kind: 'learned' },
    biases: { queryKeyValue: true, output: true, feedForward: true },
    queryKeyNorm: false,
    tied: true,
    ...shape,
  }
}

/** Every parameter in the order of the flat vector θ: all matrices, then all vectors. */
export function parametersOf(config: NetworkConfig): readonly ParameterSpec[] {
  const specs = config.family === 'gpt2' ? gpt2Parameters(config) : llamaParameters(config)
  return [...specs.filter(({ kind }) => kind === 'matrix'), ...specs.filter(({ kind }) => kind === 'vector')]
}

/** Name of the table of token embeddings. */
export function embeddingName(config: NetworkConfig): string {
  return config.family === 'gpt2' ? 'transformer.wte.weight' : 'model.embed_tokens.weight'
}

/** Name of the [vocabulary, width] table that turns hidden states into logits. */
export function headName(config: NetworkConfig): string {
  return config.tied ? embeddingName(config) : 'lm_head.weight'
}

/** Number of elements of a parameter. */
export function elements(spec: ParameterSpec): number {
  return spec.shape.reduce((product, size) => product * size, 1)
}

/** All parameters, and those that take part in matrix products (the N of 6·N·tokens). */
export function parameterCounts(config: NetworkConfig): { readonly all: number; readonly multiplied: number } {
  const head = headName(config)
  let all = 0
  let multiplied = 0
  for (const spec of parametersOf(config)) {
    all += elements(spec)
    // Tables are read by index; a tied one is multiplied as the head on the way out.
    if (spec.layout !== undefined || spec.name === head) multiplied += elements(spec)
  }
  return { all, multiplied }
}

function llamaParameters(config: NetworkConfig): readonly ParameterSpec[] {
  const { vocabulary, width, hidden, biases } = config
  const queries = config.heads * config.headWidth
  const keys = config.keyValueHeads * config.headWidth
  const linear = (name: string, out: number, input: number, bias: boolean): readonly ParameterSpec[] => [
    { name: `${name}.weight`, shape: [out, input], kind: 'matrix', layout: 'out_in' },
    ...(bias ? [vector(`${name}.bias`, out)] : []),
  ]
  const block = (layer: number): readonly ParameterSpec[] => {
    const at = `model.layers.${layer}`
    return [
      ...linear(`${at}.self_attn.q_proj`, queries, width, biases.queryKeyValue),
      ...linear(`${at}.self_attn.k_proj`, keys, width, biases.queryKeyValue),
      ...linear(`${at}.self_attn.v_proj`, keys, width, biases.queryKeyValue),
      ...linear(`${at}.self_attn.o_proj`, width, queries, biases.output),
      ...(config.queryKeyNorm
        ? ['q_norm', 'k_norm'].map((name) => vector(`${at}.self_attn.${name}.weight`, config.headWidth))
        : []),
      ...linear(`${at}.mlp.gate_proj`, hidden, width, biases.feedForward),
      ...linear(`${at}.mlp.up_proj`, hidden, width, biases.feedForward),
      ...linear(`${at}.mlp.down_proj`, width, hidden, biases.feedForward),
      vector(`${at}.input_layernorm.weight`, width),
      vector(`${at}.post_attention_layernorm.weight`, width),
    ]
  }
  return [
    table('model.embed_tokens.weight', vocabulary, width),
    ...Array.from({ length: config.layers }, (_, layer) => block(layer)).flat(),
    vector('model.norm.weight', width),
    ...(config.tied ? [] : linear('lm_head', vocabulary, width, false)),
  ]
}

function gpt2Parameters(config: NetworkConfig): readonly ParameterSpec[] {
  const { vocabulary, width, hidden } = config
  const linear = (name: string, input: number, out: number): readonly ParameterSpec[] => [
    { name: `${name}.weight`, shape: [input, out], kind: 'matrix', layout: 'in_out' },
    vector(`${name}.bias`, out),
  ]
  const norm = (name: string): readonly ParameterSpec[] => [
    vector(`${name}.weight`, width),
    vector(`${name}.bias`, width),
  ]
  const block = (layer: number): readonly ParameterSpec[] => {
    const at = `transformer.h.${layer}`
    return [
      ...norm(`${at}.ln_1`),
      ...linear(`${at}.attn.c_attn`, width, 3 * width),
      ...linear(`${at}.attn.c_proj`, width, width),
      ...norm(`${at}.ln_2`),
      ...linear(`${at}.mlp.c_fc`, width, hidden),
      ...linear(`${at}.mlp.c_proj`, hidden, width),
    ]
  }
  return [
    table('transformer.wte.weight', vocabulary, width),
    table('transformer.wpe.weight', config.context, width),
    ...Array.from({ length: config.layers }, (_, layer) => block(layer)).flat(),
    ...norm('transformer.ln_f'),
    ...(config.tied
      ? []
      : [{ name: 'lm_head.weight', shape: [vocabulary, width], kind: 'matrix', layout: 'out_in' } as const]),
  ]
}

function table(name: string, rows: number, columns: number): ParameterSpec {
  return { name, shape: [rows, columns], kind: 'matrix' }
}

function vector(name: string, size: number): ParameterSpec {
  return { name, shape: [size], kind: 'vector' }
}
