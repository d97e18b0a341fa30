import type { ByteSource } from '../byte-source.ts'
import type { OpenedModel } from '../source.ts'
import { refuseMismatch, refuseShape, specsOf, tensorError } from '../tensors.ts'
import { networkOfGguf } from './config.ts'
import { openGguf } from './container.ts'
import { fromGgufLayout, ggufName, ggufShape } from './names.ts'
import { tokenizerOfGguf } from './tokenizer-read.ts'

/**
 * Opens a GGUF file of the architectures gpt2, llama, qwen2 and qwen3. Tensors are dequantised and put into Hugging
 * Face's names and layouts when they are read.
 *
 * @throws SluiceError GGUF_BROKEN, GGUF_UNSUPPORTED, MODEL_UNSUPPORTED, MODEL_TENSORS, TOKENIZER_UNSUPPORTED
 */
export function openGgufModel(source: ByteSource, fileName: string): OpenedModel {
  try {
    const file = openGguf(source)
    const network = networkOfGguf(file, source.name)
    const specs = specsOf(network, file.tensors.size, source.name)
    const stored = new Map([...specs.values()].map((spec) => [ggufName(spec.name), spec]))
    // Factors of the rotary frequencies are part of the configuration; a head that equals the table is not needed.
    const known = (name: string): boolean =>
      stored.has(name) || name === 'rope_freqs.weight' || name === 'output.weight'
    refuseMismatch(
      source.name,
      [...stored.keys()].filter((name) => !file.tensors.has(name)),
      [...file.tensors.keys()].filter((name) => !known(name)),
    )
    for (const [name, spec] of stored) {
      refuseShape(source.name, { ...spec, shape: ggufShape(spec) }, file.tensors.get(name)!.shape)
    }
    const tokenizer = tokenizerOfGguf(file, network.vocabulary, source.name)
    return {
      format: 'gguf',
      network,
      tokenizer: tokenizer.json,
      special: tokenizer.special,
      ...(tokenizer.chatTemplate === undefined ? {} : { chatTemplate: tokenizer.chatTemplate }),
      tensorNames: [...specs.keys()],
      used: [fileName],
      read(name) {
        const spec = specs.get(name)
        if (spec === undefined) throw tensorError(source.name, `the model has no tensor ${name}`)
        const { data } = file.read(ggufName(name))
        return { name, shape: spec.shape, data: fromGgufLayout(data, spec, network) }
      },
      close: () => source.close(),
    }
  } catch (error) {
    source.close()
    throw error
  }
}
