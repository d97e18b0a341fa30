import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { type NetworkConfig, type ParameterSpec, parametersOf } from '../network/config.ts'
import { ggufName, ggufShape, toGgufLayout } from './gguf/names.ts'
import type { WrittenType } from './gguf/quantise.ts'
import { llama3Factors } from './gguf/rope-factors.ts'
import { GGUF_TYPES } from './gguf/tensor-types.ts'
import { tokenizerMetadata } from './gguf/tokenizer-write.ts'
import { type GgufTensorToWrite, ggufChunks, type TypedValue } from './gguf/write.ts'
import type { ModelData } from './source.ts'

export interface GgufExport {
  /** Of the matrices; norms, biases and learned positions stay F32, as llama.cpp's converter leaves them. */
  readonly type: WrittenType
  /** `general.name`. */
  readonly name?: string
}

/** llama.cpp's `enum llama_ftype`. */
const FILE_TYPES: Readonly<Record<WrittenType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 }

/**
 * Writes a model as one GGUF file that llama.cpp reads, with its tokenizer and chat template.
 *
 * @throws SluiceError EXPORT_UNSUPPORTED for what llama.cpp's graph of the architecture does not compute
 */
export function exportGguf(model: ModelData, path: string, options: GgufExport): void {
  writeFileDurable(path, ggufFile(model, options))
}

/** The bytes of the file, piece by piece. */
export function ggufFile(model: ModelData, options: GgufExport): Iterable<Uint8Array> {
  const { network } = model
  const metadata = new Map<string, TypedValue>([
    ['general.architecture', { type: 'string', value: network.family }],
    ['general.type', { type: 'string', value: 'model' }],
    ...(options.name === undefined ? [] : [['general.name', { type: 'string', value: options.name }] as const]),
    ['general.file_type', { type: 'uint32', value: FILE_TYPES[options.type] }],
    ['general.quantization_version', { type: 'uint32', value: 2 }],
    ...networkMetadata(network),
    ...tokenizerMetadata(model),
  ])
  const tensors: GgufTensorToWrite[] = parametersOf(network).map((spec) => ({
    name: ggufName(spec.name),
    shape: ggufShape(spec),
    type: typeOf(spec, options.type),
    read: () => toGgufLayout(model.read(spec.name).data, spec, network),
  }))
  const scaling = network.positions.kind === 'rotary' ? network.positions.scaling : undefined
  if (network.positions.kind === 'rotary' && scaling?.kind === 'llama3') {
    const factors = llama3Factors(scaling, network.positions.base, network.headWidth)
    tensors.push({ name: 'rope_freqs.weight', shape: [factors.length], type: 'F32', read: () => factors })
  }
  return ggufChunks(metadata, tensors)
}

/** A matrix whose rows are no whole blocks is kept in F16, as llama.cpp does. */
function typeOf(spec: ParameterSpec, wanted: WrittenType): WrittenType {
  if (spec.kind === 'vector' || spec.name === 'transformer.wpe.weight') return 'F32'
  return ggufShape(spec).at(-1)! % GGUF_TYPES[wanted].block === 0 ? wanted : 'F16'
}

function networkMetadata(network: NetworkConfig): readonly (readonly [string, TypedValue])[] {
  const { family, biases, activation } = network
  const expected = family === 'gpt2' ? 'gelu_tanh' : 'silu'
  if (activation !== expected) throw unsupported(`a ${family} with the activation ${activation}`)
  if (family === 'qwen3' && biases.queryKeyValue) throw unsupported('a qwen3 with biases')
  const size = (key: string, value: number): readonly [string, TypedValue] => [
    `${family}.${key}`,
    { type: 'uint32', value },
  ]
  const real = (key: string, value: number): readonly [string, TypedValue] => [
    `${family}.${key}`,
    { type: 'float32', value },
  ]
  return [
    size('block_count', network.layers),
    size('context_length', network.context),
    size('embedding_length', network.width),
    size('feed_forward_length', network.hidden),
    size('attention.head_count', network.heads),
    ...(family === 'gpt2'
      ? [real('attention.layer_norm_epsilon', network.epsilon)]
      : [
          size('attention.head_count_kv', network.keyValueHeads),
          real('attention.layer_norm_rms_epsilon', network.epsilon),
          size('attention.key_length', network.headWidth),
          size('attention.value_length', network.headWidth),
          size('rope.dimension_count', network.headWidth),
          size('vocab_size', network.vocabulary),
          ...rotaryMetadata(network, size, real),
        ]),
  ]
}

type Entry = (key: string, value: number) => readonly [string, TypedValue]

function rotaryMetadata(network: NetworkConfig, size: Entry, real: Entry): readonly (readonly [string, TypedValue])[] {
  if (network.positions.kind !== 'rotary') return []
  const { base, scaling } = network.positions
  const kind = (value: string) => [`${network.family}.rope.scaling.type`, { type: 'string', value }] as const
  const start = real('rope.freq_base', base)
  switch (scaling?.kind) {
    case 'linear':
      return [start, kind('linear'), real('rope.scaling.factor', scaling.factor)]
    case 'yarn': {
      // llama.cpp computes the attention factor from the scaling's, and always rounds the ends of the ramp.
      const usual = 0.1 * Math.log(scaling.factor) + 1
      if (Math.abs(scaling.attentionFactor - usual) > 1e-6 || !scaling.truncate) {
        throw unsupported('yarn scaling with an attention factor or a ramp of its own')
      }
      return [
        start,
        kind('yarn'),
        real('rope.scaling.factor', scaling.factor),
        size('rope.scaling.original_context_length', scaling.originalContext),
        real('rope.scaling.yarn_beta_fast', scaling.betaFast),
        real('rope.scaling.yarn_beta_slow', scaling.betaSlow),
      ]
    }
    default:
      // llama3's factors are a tensor; dynamic scaling changes nothing up to the context's length.
      return [start]
  }
}

function unsupported(what: string): SluiceError {
  return new SluiceError({
    code: 'EXPORT_UNSUPPORTED',
    message: `llama.cpp does not compute ${what}`,
    next: 'export the model as a Hugging Face folder or to ONNX',
  })
}
