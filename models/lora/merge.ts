import type { NetworkConfig } from '../network/config.ts'
import { parametersOf } from '../network/config.ts'
import type { NamedTensor } from '../safetensors.ts'
import type { LoraConfig, LoraModule } from './modules.ts'
import { loraModules, loraScaling } from './modules.ts'

/**
 * The base's tensors with the adapter merged in: W + scaling·B·A. A tensor without factors is handed through as it is,
 * one with factors is computed when it is read.
 *
 * @param read the base's tensors by name, in the layout of `parametersOf`
 */
export function mergeAdapter(
  read: (name: string) => NamedTensor,
  network: NetworkConfig,
  adapter: { readonly lora: LoraConfig; readonly theta: Float32Array },
): (name: string) => NamedTensor {
  const layouts = new Map(parametersOf(network).map(({ name, layout }) => [name, layout]))
  const modules = new Map(loraModules(network, adapter.lora).map((module) => [`${module.module}.weight`, module]))
  return (name) => {
    const tensor = read(name)
    const module = modules.get(name)
    if (module === undefined) return tensor
    return { ...tensor, data: mergeOne(tensor.data, module, adapter.theta, adapter.lora, layouts.get(name)) }
  }
}

function mergeOne(
  weight: Float32Array,
  { inputs, outputs, offsetA, offsetB }: LoraModule,
  theta: Float32Array,
  lora: LoraConfig,
  layout: 'out_in' | 'in_out' | undefined,
): Float32Array<ArrayBuffer> {
  const { rank } = lora
  const scaling = loraScaling(lora)
  const merged = new Float32Array(weight.length)
  const row = new Float64Array(inputs)
  const [rowStep, columnStep] = layout === 'in_out' ? [1, outputs] : [inputs, 1]
  for (let out = 0; out < outputs; out++) {
    row.fill(0)
    for (let k = 0; k < rank; k++) {
      const b = scaling * theta[offsetB + out * rank + k]!
      if (b === 0) continue
      const start = offsetA + k * inputs
      for (let i = 0; i < inputs; i++) row[i] = row[i]! + b * theta[start + i]!
    }
    const at = out * rowStep
    for (let i = 0; i < inputs; i++) merged[at + i * columnStep] = weight[at + i * columnStep]! + row[i]!
  }
  return merged
}
