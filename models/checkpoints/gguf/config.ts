import type { NetworkConfig } from '../../network/config.ts'
import { fromHuggingFaceConfig } from '../../network/hugging-face.ts'
import { type GgufFile, type GgufScalar, unsupportedGguf } from './container.ts'
import { llama3FromFactors } from './rope-factors.ts'

/**
 * The network that a GGUF file describes. Its metadata is put as a `config.json`, so that what cannot be computed is
 * refused by the same rules as there.
 *
 * @throws SluiceError GGUF_UNSUPPORTED, MODEL_UNSUPPORTED
 */
export function networkOfGguf(file: GgufFile, place: string): NetworkConfig {
  const architecture = file.metadata.get('general.architecture')
  if (architecture === 'gpt2') return fromHuggingFaceConfig(gpt2Json(file, place))
  if (architecture === 'llama' || architecture === 'qwen2' || architecture === 'qwen3') {
    return fromHuggingFaceConfig(llamaJson(file, architecture, place))
  }
  throw unsupportedGguf(place, `its architecture is ${JSON.stringify(String(architecture).slice(0, 40))}`)
}

function gpt2Json(file: GgufFile, place: string): Readonly<Record<string, unknown>> {
  const value = reader(file, 'gpt2', place)
  return {
    model_type: 'gpt2',
    vocab_size: file.tensors.get('token_embd.weight')?.shape[0],
    n_embd: value('embedding_length'),
    n_inner: value('feed_forward_length'),
    n_layer: value('block_count'),
    n_head: value('attention.head_count'),
    n_positions: value('context_length'),
    layer_norm_epsilon: value('attention.layer_norm_epsilon'),
    tie_word_embeddings: isTied(file),
  }
}

function llamaJson(file: GgufFile, type: string, place: string): Readonly<Record<string, unknown>> {
  const value = reader(file, type, place)
  const width = value('embedding_length')
  const heads = value('attention.head_count')
  const headWidth = value('attention.key_length') ?? Number(width) / Number(heads)
  for (const key of ['attention.value_length', 'rope.dimension_count']) {
    const size = value(key)
    if (size !== undefined && size !== headWidth) throw unsupportedGguf(place, `${key} is not the width of a head`)
  }
  return {
    // Mistral is a `llama` there; only as itself is its window heeded.
    model_type: type === 'llama' && value('attention.sliding_window') !== undefined ? 'mistral' : type,
    vocab_size: file.tensors.get('token_embd.weight')?.shape[0],
    hidden_size: width,
    intermediate_size: value('feed_forward_length'),
    num_hidden_layers: value('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: value('attention.head_count_kv') ?? heads,
    head_dim: headWidth,
    max_position_embeddings: value('context_length'),
    rms_norm_eps: value('attention.layer_norm_rms_epsilon'),
    rope_theta: value('rope.freq_base'),
    rope_scaling: scalingJson(file, value, Number(headWidth), place),
    hidden_act: 'silu',
    attention_bias: type !== 'qwen2' && file.tensors.has('blk.0.attn_q.bias'),
    mlp_bias: file.tensors.has('blk.0.ffn_gate.bias'),
    num_local_experts: value('expert_count'),
    tie_word_embeddings: isTied(file),
    sliding_window: value('attention.sliding_window'),
    use_sliding_window: value('attention.sliding_window') !== undefined,
  }
}

type Read = (key: string) => GgufScalar | undefined

function scalingJson(file: GgufFile, value: Read, headWidth: number, place: string): unknown {
  const base = Number(value('rope.freq_base') ?? 10_000)
  if (file.tensors.has('rope_freqs.weight')) {
    const scaling = llama3FromFactors(file.read('rope_freqs.weight').data, base, headWidth)
    if (scaling === undefined) throw unsupportedGguf(place, 'its rotary factors are of no known kind')
    return {
      rope_type: 'llama3',
      factor: scaling.factor,
      low_freq_factor: scaling.lowFrequencyFactor,
      high_freq_factor: scaling.highFrequencyFactor,
      original_max_position_embeddings: scaling.originalContext,
    }
  }
  const kind = value('rope.scaling.type')
  if (kind === undefined || kind === 'none') {
    const linear = value('rope.scale_linear')
    return linear === undefined || linear === 1 ? undefined : { rope_type: 'linear', factor: linear }
  }
  if (kind === 'yarn') {
    const attention = value('rope.scaling.attn_factor')
    if (attention !== undefined && attention !== 1) throw unsupportedGguf(place, 'rope.scaling.attn_factor is not 1')
  }
  return {
    rope_type: kind,
    factor: value('rope.scaling.factor'),
    original_max_position_embeddings: value('rope.scaling.original_context_length'),
    beta_fast: value('rope.scaling.yarn_beta_fast'),
    beta_slow: value('rope.scaling.yarn_beta_slow'),
  }
}

/** A single value of the architecture's; float32 as the shortest decimal that gives it, as `config.json` would have it. */
function reader(file: GgufFile, architecture: string, place: string): Read {
  return (key) => {
    const value = file.metadata.get(`${architecture}.${key}`)
    if (typeof value !== 'object') return typeof value === 'number' ? shortest(value) : value
    // One value per layer; where all are equal it is one.
    const [first] = value
    if (value.some((each) => each !== first)) throw unsupportedGguf(place, `${key} differs between layers`)
    return first
  }
}

function shortest(x: number): number {
  if (Number.isInteger(x) || Math.fround(x) !== x) return x
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(x.toPrecision(digits))
    if (Math.fround(candidate) === x) return candidate
  }
  return x
}

/** No head, or one with the bytes of the embedding table. */
function isTied(file: GgufFile): boolean {
  const head = file.tensors.get('output.weight')
  const table = file.tensors.get('token_embd.weight')
  if (head === undefined) return true
  if (table === undefined || head.type !== table.type || head.bytes !== table.bytes) return false
  return Buffer.compare(file.raw('output.weight'), file.raw('token_embd.weight')) === 0
}
