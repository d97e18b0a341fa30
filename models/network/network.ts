import { attention } from '../graph/attention.ts'
import { causalAttention } from '../graph/causal-attention.ts'
import { add, mul, silu } from '../graph/elementwise.ts'
import { gelu, geluTanh } from '../graph/gelu.ts'
import type { Graph, Value } from '../graph/graph.ts'
import { concat, gatherRows, reshape, split, transpose } from '../graph/layout.ts'
import { affine, matmul } from '../graph/linear.ts'
import { layerNorm, rmsNorm } from '../graph/norm.ts'
import type { ExternalData } from '../graph/onnx.ts'
import { recomputed } from '../graph/recompute.ts'
import { placesFrom, type RotaryTables, rotary, rotaryTables } from '../graph/rotary.ts'
import { product, type Shape, ShapeError } from '../graph/shape.ts'
import { swiGlu } from '../graph/swiglu.ts'
import type { NetworkConfig, ParameterSpec } from './config.ts'
import { elements, embeddingName, headName, parametersOf } from './config.ts'
import { rotaryAngles } from './rope.ts'

/** The parameters by name, as values of a graph. */
export interface Weights {
  (name: string): Value
  /** The matrices of layers over one input as one matrix [all outputs, inputs], where they lie side by side. */
  readonly joined?: (names: readonly string[]) => Value | undefined
}

/**
 * What a linear layer gives, changed: LoRA adds its product here. `modules` are names of parameters without `.weight`;
 * of several layers over one input `output` has the outputs side by side.
 */
export type Adapt = (modules: readonly string[], input: Value, output: Value) => Value

/** Keys and values of earlier positions, [batch, key-value heads, past, D], for one layer. */
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

export interface ForwardOptions {
  readonly adapt?: Adapt
  /** The graph takes gradients too: activations are then computed together with their slopes. */
  readonly trained?: boolean
  /**
   * Keeps only each block's input for the backward pass and computes the rest again: less memory, a third more work.
   * The graph gets a scalar input `zero`, to be fed 0; `added` stays empty.
   */
  readonly recompute?: boolean
  /**
   * Attention in so many blocks of queries (see `causalAttention`): the mask must hide whatever is after a token.
   * Without effect where there is a cache.
   */
  readonly queryBlocks?: number
  /** Keep the probabilities of these blocks for the backward pass instead of computing them again. */
  readonly keepProbabilities?: boolean
}

export interface ForwardOutputs {
  /** After the last norm, [batch·sequence, width]; times the head's table it gives the logits. */
  readonly hidden: Value
  /** Keys and values of the tokens given, by layer: what a cache takes in. */
  readonly added: readonly LayerCache[]
}

/** Cuts a flat vector θ into the parameters of the network. */
export function unpackWeights(theta: Value, config: NetworkConfig): Weights {
  return unpackParameters(theta, parametersOf(config))
}

/** Cuts a flat vector into parameters that lie in it one after the other. */
export function unpackParameters(theta: Value, specs: readonly ParameterSpec[]): Weights {
  const pieces = split(theta, specs.map(elements), 0)
  const byName = new Map(specs.map((spec, i) => [spec.name, reshape(pieces[i]!, spec.shape)]))
  return (name) => {
    const value = byName.get(name)
    if (value === undefined) throw new ShapeError(`the network has no parameter ${name}`)
    return value
  }
}

/**
 * The parameters as inputs of the graph, each under its own name, declared when it is first used. Fed weights are read
 * in place; stored in the model they would be copied, and packed once more for each product.
 */
export function frozenWeights(graph: Graph, config: NetworkConfig, type: 'float32' | 'float64' = 'float32'): Weights {
  return inputWeights(graph, parametersOf(config), type)
}

/** Where parameters lie in a file, by name. */
export type StoredPlaces = ReadonlyMap<string, ExternalData>

/** The same with those that lie in a file as constants. */
export function storedWeights(graph: Graph, config: NetworkConfig, places: StoredPlaces): Weights {
  const specs = new Map(parametersOf(config).map((spec) => [spec.name, spec]))
  const inputs = frozenWeights(graph, config)
  const constants = new Map<string, Value>()
  const constant = (key: string, shape: readonly number[], place: ExternalData): Value => {
    const value = constants.get(key) ?? graph.stored(key, shape, place)
    constants.set(key, value)
    return value
  }
  const weight = (name: string): Value => {
    const place = places.get(name)
    return place === undefined ? inputs(name) : constant(name, specs.get(name)!.shape, place)
  }
  return Object.assign(weight, {
    joined(names: readonly string[]) {
      const place = joinedPlace(names.map((name) => places.get(name)))
      const layers = names.map((name) => specs.get(name)!)
      if (place === undefined || layers.some(({ layout }) => layout !== 'out_in')) return undefined
      const outputs = layers.reduce((sum, { shape }) => sum + shape[0]!, 0)
      return constant(names.join(' '), [outputs, layers[0]!.shape[1]!], place)
    },
  })
}

/** The place of all, where each begins at the end of the one before. */
function joinedPlace(places: readonly (ExternalData | undefined)[]): ExternalData | undefined {
  const [first] = places
  if (first === undefined) return undefined
  let length = 0
  for (const place of places) {
    if (place?.location !== first.location || place.offset !== first.offset + length) return undefined
    length += place.length
  }
  return { ...first, length }
}

/** The same for any list of parameters. */
export function inputWeights(
  graph: Graph,
  specs: readonly ParameterSpec[],
  type: 'float32' | 'float64' = 'float32',
): Weights {
  const shapes = new Map(specs.map(({ name, shape }) => [name, shape]))
  const inputs = new Map<string, Value>()
  return (name) => {
    const known = inputs.get(name)
    if (known !== undefined) return known
    const shape = shapes.get(name)
    if (shape === undefined) throw new ShapeError(`the network has no parameter ${name}`)
    const value = graph.input(name, type, shape)
    inputs.set(name, value)
    return value
  }
}

/** The [vocabulary, width] table that turns `hidden` into logits. */
export function headTable(config: NetworkConfig, weights: Weights): Value {
  return weights(headName(config))
}

/** Adds the network to a graph: pre-norm blocks of attention and feed-forward, and a last norm. */
export function forward(
  graph: Graph,
  config: NetworkConfig,
  weights: Weights,
  inputs: ForwardInputs,
  options: ForwardOptions = {},
): ForwardOutputs {
  const [batch, sequence] = inputs.ids.shape
  const layers = blockLayers(config, weights, options)
  const added: LayerCache[] = []
  const table = weights(embeddingName(config))
  const embedded = gatherRows(table, inputs.ids)
  let tables: RotaryTables | undefined
  let x: Value
  if (config.positions.kind === 'learned') {
    const single = inputs.positions.shape.length === 1
    const places = single ? placesFrom(inputs.ids, inputs.positions) : inputs.positions
    // Places counted from the first are all different.
    x = add(embedded, gatherRows(weights('transformer.wpe.weight'), places, single))
  } else {
    const type = table.type === 'float64' ? 'float64' : 'float32'
    const { frequencies, attentionFactor } = rotaryAngles(config)
    tables = rotaryTables(graph, type, inputs.ids, inputs.positions, frequencies, attentionFactor)
    x = embedded
  }
  x = reshape(x, [product([batch!, sequence!]), config.width])

  const attend = attentionOf(config, layers, inputs, tables, options)
  const zero = options.recompute === true ? graph.input('zero', x.type, []) : undefined
  for (let layer = 0; layer < config.layers; layer++) {
    const block = (from: Value, keep: (cache: LayerCache) => void): Value => {
      const middle = add(from, attend(layers.norm(from, layer, 0), layer, keep))
      return add(middle, layers.feedForward(layers.norm(middle, layer, 1), layer))
    }
    x =
      zero === undefined ? block(x, (cache) => added.push(cache)) : recomputed(x, zero, (from) => block(from, () => {}))
  }
  return { hidden: layers.lastNorm(x), added }
}

/** The layers of a block, by the names that the family gives to their parameters. */
interface BlockLayers {
  norm(x: Value, layer: number, which: 0 | 1): Value
  /** Queries, keys and values of a layer, [tokens, heads·D] each, or all three side by side. */
  queryKeyValue(x: Value, layer: number): readonly Value[]
  /** Norms of single heads, where the family has them; x is [batch, heads, sequence, D]. */
  headNorm(x: Value, layer: number, which: 'q' | 'k'): Value
  output(x: Value, layer: number): Value
  feedForward(x: Value, layer: number): Value
  lastNorm(x: Value): Value
}

function blockLayers(config: NetworkConfig, weights: Weights, { adapt, trained = false }: ForwardOptions): BlockLayers {
  const gpt2 = config.family === 'gpt2'
  const norm = (x: Value, name: string): Value =>
    config.norm === 'layer'
      ? layerNorm(x, weights(`${name}.weight`), weights(`${name}.bias`), config.epsilon)
      : rmsNorm(x, weights(`${name}.weight`), config.epsilon)
  const linear = (x: Value, module: string, bias: boolean): Value => {
    const weight = weights(`${module}.weight`)
    const y = bias ? affine(x, weight, weights(`${module}.bias`), !gpt2) : matmul(x, weight, { transB: !gpt2 })
    return adapt === undefined ? y : adapt([module], x, y)
  }
  /** Several layers over one input: as one where their matrices are. */
  const linears = (x: Value, modules: readonly string[], bias: boolean): readonly Value[] => {
    const weight = modules.length === 1 ? undefined : weights.joined?.(modules.map((module) => `${module}.weight`))
    if (weight === undefined) return modules.map((module) => linear(x, module, bias))
    const biasOf = (): Value =>
      concat(
        modules.map((module) => weights(`${module}.bias`)),
        0,
      )
    const y = bias ? affine(x, weight, biasOf(), true) : matmul(x, weight, { transB: true })
    return [adapt === undefined ? y : adapt(modules, x, y)]
  }
  const activate = (x: Value): Value =>
    config.activation === 'gelu_tanh' ? geluTanh(x, trained) : { silu, gelu }[config.activation](x)
  const gated = (gate: Value, up: Value): Value =>
    config.activation === 'silu' ? swiGlu(gate, up, trained) : mul(activate(gate), up)
  const at = (layer: number): string => (gpt2 ? `transformer.h.${layer}` : `model.layers.${layer}`)
  const { biases } = config
  const names = gpt2
    ? { norms: ['ln_1', 'ln_2'], qkv: ['attn.c_attn'], output: 'attn.c_proj', up: 'mlp.c_fc', down: 'mlp.c_proj' }
    : {
        norms: ['input_layernorm', 'post_attention_layernorm'],
        qkv: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
        output: 'self_attn.o_proj',
        up: 'mlp.up_proj',
        down: 'mlp.down_proj',
      }
  return {
    norm: (x, layer, which) => norm(x, `${at(layer)}.${names.norms[which]}`),
    queryKeyValue(x, layer) {
      const modules = names.qkv.map((name) => `${at(layer)}.${name}`)
      return linears(x, modules, biases.queryKeyValue)
    },
    headNorm(x, layer, which) {
      if (!config.queryKeyNorm) return x
      const rows = reshape(x, [product(x.shape.slice(0, 3)), config.headWidth])
      return reshape(norm(rows, `${at(layer)}.self_attn.${which}_norm`), x.shape)
    },
    output: (x, layer) => linear(x, `${at(layer)}.${names.output}`, biases.output),
    feedForward(x, layer) {
      const up = linear(x, `${at(layer)}.${names.up}`, biases.feedForward)
      const inner =
        config.feedForward === 'gated'
          ? gated(linear(x, `${at(layer)}.mlp.gate_proj`, biases.feedForward), up)
          : activate(up)
      return linear(inner, `${at(layer)}.${names.down}`, biases.feedForward)
    },
    lastNorm: (x) => norm(x, gpt2 ? 'transformer.ln_f' : 'model.norm'),
  }
}

/** Attention of one layer over the tokens, and over the cache where there is one. */
function attentionOf(
  config: NetworkConfig,
  layers: BlockLayers,
  inputs: ForwardInputs,
  tables: RotaryTables | undefined,
  { queryBlocks: blocks = 1, keepProbabilities = false, recompute = false }: ForwardOptions,
) {
  const { heads, keyValueHeads, headWidth } = config
  const [batch, sequence] = inputs.ids.shape as [Shape[number], Shape[number]]
  const tokens = product([batch, sequence])
  const toHeads = (x: Value, count: number): Value =>
    transpose(reshape(x, [batch, sequence, count, headWidth]), [0, 2, 1, 3])
  const placed = (x: Value, layer: number, which: 'q' | 'k'): Value => {
    const normed = layers.headNorm(x, layer, which)
    return tables === undefined ? normed : rotary(normed, tables)
  }
  const counts = [heads, keyValueHeads, keyValueHeads]
  const ofHeads = (x: Value, layer: number): readonly [Value, Value, Value] => {
    const outputs = layers.queryKeyValue(x, layer)
    // All three side by side take one transposition.
    const [q, k, v] =
      outputs.length === 1
        ? split(toHeads(outputs[0]!, heads + 2 * keyValueHeads), counts, 1)
        : outputs.map((output, i) => toHeads(output, counts[i]!))
    return [placed(q!, layer, 'q'), placed(k!, layer, 'k'), v!]
  }
  return (x: Value, layer: number, keep: (cache: LayerCache) => void): Value => {
    let [q, keys, values] = ofHeads(x, layer)
    keep({ keys, values })
    const past = inputs.past?.[layer]
    if (past !== undefined) {
      keys = concat([past.keys, keys], 2, 'keys')
      values = concat([past.values, values], 2, 'keys')
    }
    // Of a block that is computed again anyway, the probabilities are short-lived.
    const attended =
      blocks > 1 && past === undefined
        ? causalAttention(q, keys, values, inputs.mask, { blocks, keep: recompute || keepProbabilities })
        : attention(q, keys, values, inputs.mask)
    const mixed = transpose(attended, [0, 2, 1, 3])
    return layers.output(reshape(mixed, [tokens, heads * headWidth]), layer)
  }
}
