import type { NetworkConfig, ParameterSpec } from '../../network/config.ts'
import { halvesToInterleaved, interleavedToHalves, transposed } from '../rotary-rows.ts'

/** Names of GGUF tensors (llama.cpp, `gguf-py/gguf/constants.py`) for those of Hugging Face. */
const WHOLE: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.ln_f': 'output_norm',
}

const IN_BLOCK: Readonly<Record<string, string>> = {
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  ln_1: 'attn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  ln_2: 'ffn_norm',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
}

/** The GGUF name of a parameter. */
export function ggufName(parameter: string): string {
  const [, stem, ending] = /^(.*)\.(weight|bias)$/.exec(parameter) ?? []
  const block = /^(?:model\.layers|transformer\.h)\.(\d+)\.(.+)$/.exec(stem ?? '')
  const name = block === null ? WHOLE[stem ?? ''] : IN_BLOCK[block[2]!]
  if (name === undefined) throw new RangeError(`parameter ${parameter} has no name in GGUF`)
  return block === null ? `${name}.${ending}` : `blk.${block[1]}.${name}.${ending}`
}

/** The shape of a parameter in GGUF, outermost axis first: linear layers are always [out, in] there. */
export function ggufShape(spec: ParameterSpec): readonly number[] {
  return spec.layout === 'in_out' ? [...spec.shape].reverse() : spec.shape
}

/** From the layout of GGUF to that of `parametersOf`. */
export function fromGgufLayout(data: Float32Array, spec: ParameterSpec, network: NetworkConfig): Float32Array {
  if (spec.layout === 'in_out') return transposed(data, spec.shape[1]!, spec.shape[0]!)
  return isTurned(spec, network) ? interleavedToHalves(data, spec.shape[0]!, network.headWidth) : data
}

/** From the layout of `parametersOf` to that of GGUF. */
export function toGgufLayout(data: Float32Array, spec: ParameterSpec, network: NetworkConfig): Float32Array {
  if (spec.layout === 'in_out') return transposed(data, spec.shape[0]!, spec.shape[1]!)
  return isTurned(spec, network) ? halvesToInterleaved(data, spec.shape[0]!, network.headWidth) : data
}

/** GGUF's `llama` has interleaved rotary rows; `qwen2` and `qwen3` have them as Hugging Face does. */
function isTurned(spec: ParameterSpec, network: NetworkConfig): boolean {
  return network.family === 'llama' && /\.self_attn\.[qk]_proj\./.test(spec.name)
}
