import { huggingFaceFiles } from '../../models/checkpoints/export-hugging-face.ts'
import type { ModelSource } from '../../models/checkpoints/source.ts'
import { adapterFiles } from '../../models/lora/adapter-files.ts'
import { mergeAdapter } from '../../models/lora/merge.ts'
import { toTensors } from '../../models/network/weights.ts'
import type { NamedTensor } from '../../models/safetensors.ts'
import type { TrainingMethod } from '../../models/training/method.ts'

/** Where the adapter lies beside the merged model: at the top, Transformers would take the folder for an adapter. */
export const ADAPTER_FOLDER = 'adapter'

export interface TunedFiles {
  readonly base: ModelSource
  readonly baseName: string
  readonly method: TrainingMethod
  /** The trained numbers. */
  readonly theta: Float32Array
  readonly merged: boolean
}

/**
 * The files of a tuned base by name: a Hugging Face folder of the whole model, and under LoRA the adapter as PEFT writes
 * it, in `adapter/`.
 */
export function tunedFiles({
  base,
  baseName,
  method,
  theta,
  merged,
}: TunedFiles): ReadonlyMap<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>()
  if (method.kind === 'lora') {
    for (const [name, data] of adapterFiles(theta, base.network, method.lora, baseName)) {
      files.set(`${ADAPTER_FOLDER}/${name}`, data)
    }
  }
  if (method.kind === 'lora' && !merged) return files
  for (const [name, data] of huggingFaceFiles({ ...base, read: readerOf({ base, method, theta }) })) {
    files.set(name, typeof data === 'string' ? data : Buffer.concat([...data]))
  }
  return files
}

function readerOf({
  base,
  method,
  theta,
}: Pick<TunedFiles, 'base' | 'method' | 'theta'>): (name: string) => NamedTensor {
  if (method.kind === 'lora') return mergeAdapter(base.read, base.network, { lora: method.lora, theta })
  const tensors = new Map(toTensors(theta, base.network).map((tensor) => [tensor.name, tensor]))
  return (name) => tensors.get(name)!
}
