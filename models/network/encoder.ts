import { attention } from '../graph/attention.ts'
import { add, scale, shift, tanh } from '../graph/elementwise.ts'
import { gelu, geluTanh } from '../graph/gelu.ts'
import type { Graph, Value } from '../graph/graph.ts'
import { gatherRows, reshape, transpose } from '../graph/layout.ts'
import { affine } from '../graph/linear.ts'
import { layerNorm } from '../graph/norm.ts'
import { placesFrom } from '../graph/rotary.ts'
import { fixedSize, product } from '../graph/shape.ts'
import type { ParameterSpec } from './config.ts'
import type { Weights } from './network.ts'

/** The shape of a bidirectional encoder: post-norm blocks with biases everywhere (Devlin et al. 2019). */
export interface EncoderConfig {
  readonly vocabulary: number
  readonly width: number
  /** Width inside the feed-forward block. */
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  /** Longest sequence, in tokens. */
  readonly context: number
  /** Kinds of segments a token can be in. */
  readonly types: number
  readonly epsilon: number
  readonly activation: 'gelu' | 'gelu_tanh'
  readonly labels: number
  /** `pooled`: one label a sequence, read from its first token; `tags`: one label a token. */
  readonly head: 'pooled' | 'tags'
}

export interface EncoderInputs {
  /** int32 [batch, sequence]. */
  readonly ids: Value
  /** int32 [batch, sequence], the segment of each token. */
  readonly types: Value
  /** [batch, sequence]: 1 for tokens, 0 for padding. */
  readonly seen: Value
  /** int32 [rows], indices into batch·sequence: the first tokens of the sequences, or the tokens to be tagged. */
  readonly rows: Value
}

/** Parameters by the names and layouts of Hugging Face's BERT, all matrices first. */
export function encoderParameters(config: EncoderConfig): readonly ParameterSpec[] {
  const { width, hidden } = config
  const table = (name: string, rows: number): readonly ParameterSpec[] => [
    { name: `bert.embeddings.${name}.weight`, shape: [rows, width], kind: 'matrix' },
  ]
  const linear = (name: string, out: number, input: number): readonly ParameterSpec[] => [
    { name: `${name}.weight`, shape: [out, input], kind: 'matrix', layout: 'out_in' },
    { name: `${name}.bias`, shape: [out], kind: 'vector' },
  ]
  const norm = (name: string): readonly ParameterSpec[] =>
    ['weight', 'bias'].map((part) => ({ name: `${name}.${part}`, shape: [width], kind: 'vector' }))
  const specs = [
    ...table('word_embeddings', config.vocabulary),
    ...table('position_embeddings', config.context),
    ...table('token_type_embeddings', config.types),
    ...norm('bert.embeddings.LayerNorm'),
    ...Array.from({ length: config.layers }, (_, layer) => {
      const at = `bert.encoder.layer.${layer}`
      return [
        ...['query', 'key', 'value'].flatMap((name) => linear(`${at}.attention.self.${name}`, width, width)),
        ...linear(`${at}.attention.output.dense`, width, width),
        ...norm(`${at}.attention.output.LayerNorm`),
        ...linear(`${at}.intermediate.dense`, hidden, width),
        ...linear(`${at}.output.dense`, width, hidden),
        ...norm(`${at}.output.LayerNorm`),
      ]
    }).flat(),
    ...(config.head === 'pooled' ? linear('bert.pooler.dense', width, width) : []),
    ...linear('classifier', config.labels, width),
  ]
  return [...specs.filter(({ kind }) => kind === 'matrix'), ...specs.filter(({ kind }) => kind === 'vector')]
}

/** Adds an encoder with its head to a graph; gives the logits [rows, labels] of the rows asked for. */
export function encoderLogits(graph: Graph, config: EncoderConfig, weights: Weights, inputs: EncoderInputs): Value {
  const { width, heads } = config
  const [batch, sequence] = inputs.ids.shape
  const headWidth = fixedSize(width, 'encoder') / heads
  const linear = (x: Value, name: string): Value => affine(x, weights(`${name}.weight`), weights(`${name}.bias`), true)
  const norm = (x: Value, name: string): Value =>
    layerNorm(x, weights(`${name}.weight`), weights(`${name}.bias`), config.epsilon)
  const activate = config.activation === 'gelu' ? gelu : geluTanh
  const toHeads = (x: Value): Value => transpose(reshape(x, [batch!, sequence!, heads, headWidth]), [0, 2, 1, 3])

  // Padding is hidden from every token: 0 where a key may be seen, else very negative.
  const mask = reshape(scale(shift(inputs.seen, -1), 1e9), [batch!, 1, 1, sequence!])
  const table = (name: string): Value => weights(`bert.embeddings.${name}.weight`)
  const places = gatherRows(table('position_embeddings'), placesFrom(inputs.ids, graph.int64s([0])), true)
  const words = gatherRows(table('word_embeddings'), inputs.ids)
  const embedded = add(add(words, gatherRows(table('token_type_embeddings'), inputs.types)), places)
  let x = norm(reshape(embedded, [product([batch!, sequence!]), width]), 'bert.embeddings.LayerNorm')
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `bert.encoder.layer.${layer}`
    const [q, k, v] = ['query', 'key', 'value'].map((name) => toHeads(linear(x, `${at}.attention.self.${name}`)))
    const mixed = reshape(transpose(attention(q!, k!, v!, mask), [0, 2, 1, 3]), x.shape)
    x = norm(add(linear(mixed, `${at}.attention.output.dense`), x), `${at}.attention.output.LayerNorm`)
    const inner = activate(linear(x, `${at}.intermediate.dense`))
    x = norm(add(linear(inner, `${at}.output.dense`), x), `${at}.output.LayerNorm`)
  }
  const chosen = gatherRows(x, inputs.rows, true)
  const pooled = config.head === 'pooled' ? tanh(linear(chosen, 'bert.pooler.dense')) : chosen
  return linear(pooled, 'classifier')
}
