import { add, mul, silu } from '../graph/elementwise.ts'
import type { Graph, Value } from '../graph/graph.ts'
import { concat, gatherRows, reshape, split, transpose } from '../graph/layout.ts'
import { matmul } from '../graph/linear.ts'
import { attention, rmsNorm, rotary, rotaryTables } from '../graph/neural.ts'
import { product, ShapeError } from '../graph/shape.ts'
import type { NetworkConfig } from './config.ts'
import { elements, parametersOf } from './config.ts'

/** The parameters by name, as values of a graph. */
export type Weights = (name: string) => Value

/** Keys and values of earlier positions, [batch, heads, past, D], for one layer. */
export interface LayerCache {
  readonly keys: Value
  readonly values: Value
}

export interface ForwardInputs {
  /** int32 [batch, sequence]. */
  readonly ids: Value
  /** int64: [1] with the position of the first token, or [batch, sequence]. */
  readonly positions: Value
  /** Broadcast to [batch, heads, sequence, keys]: 0 where a token may look, else very negative. */
  readonly mask: Value
  /** One entry per layer. Where given, the tokens also look at these; `mask` covers them first. */
  readonly past?: readonly LayerCache[]
}

export interface ForwardOutputs {
  /** After the last norm, [batch·sequence, width]; times the embedding table it gives the logits. */
  readonly hidden: Value
  /** Keys and values of the tokens given, by layer: what a cache takes in. */
  readonly added: readonly LayerCache[]
}

/** Cuts a flat vector θ into the parameters of the network. */
export function unpackWeights(theta: Value, config: NetworkConfig): Weights {
  const specs = parametersOf(config)
  const pieces = split(theta, specs.map(elements), 0)
  const byName = new Map(specs.map((spec, i) => [spec.name, reshape(pieces[i]!, spec.shape)]))
  return (name) => {
    const value = byName.get(name)
    if (value === undefined) throw new ShapeError(`the network has no parameter ${name}`)
    return value
  }
}

/** Adds the network to a graph (Touvron et al. 2023: pre-norm, rotary positions, SwiGLU, no biases). */
export function forward(graph: Graph, config: NetworkConfig, weights: Weights, inputs: ForwardInputs): ForwardOutputs {
  const { width, heads, epsilon } = config
  const table = weights('model.embed_tokens.weight')
  const type = table.type === 'float64' ? 'float64' : 'float32'
  const angles = rotaryTables(graph, type, config.context, width / heads, config.ropeBase)
  const [batch, sequence] = inputs.ids.shape
  const tokens = product([batch!, sequence!])
  const added: LayerCache[] = []

  const linear = (x: Value, name: string): Value => matmul(x, weights(name), { transB: true })
  const toHeads = (x: Value): Value => transpose(reshape(x, [batch!, sequence!, heads, width / heads]), [0, 2, 1, 3])
  const turned = (x: Value): Value => rotary(reshape(x, [batch!, sequence!, width]), heads, angles, inputs.positions)

  let x = reshape(gatherRows(table, inputs.ids), [tokens, width])
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`
    const normed = rmsNorm(x, weights(`${prefix}.input_layernorm.weight`), epsilon)
    const q = toHeads(turned(linear(normed, `${prefix}.self_attn.q_proj.weight`)))
    let keys = toHeads(turned(linear(normed, `${prefix}.self_attn.k_proj.weight`)))
    let values = toHeads(linear(normed, `${prefix}.self_attn.v_proj.weight`))
    added.push({ keys, values })
    const past = inputs.past?.[layer]
    if (past !== undefined) {
      keys = concat([past.keys, keys], 2, 'keys')
      values = concat([past.values, values], 2, 'keys')
    }
    const mixed = reshape(transpose(attention(q, keys, values, inputs.mask), [0, 2, 1, 3]), [tokens, width])
    x = add(x, linear(mixed, `${prefix}.self_attn.o_proj.weight`))
    const again = rmsNorm(x, weights(`${prefix}.post_attention_layernorm.weight`), epsilon)
    const gate = silu(linear(again, `${prefix}.mlp.gate_proj.weight`))
    const inner = mul(gate, linear(again, `${prefix}.mlp.up_proj.weight`))
    x = add(x, linear(inner, `${prefix}.mlp.down_proj.weight`))
  }
  return { hidden: rmsNorm(x, weights('model.norm.weight'), epsilon), added }
}
