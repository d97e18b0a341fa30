import { SluiceError } from '../../util/errors.ts'
import type { Random } from '../../util/random.ts'
import type { NamedTensor } from '../safetensors.ts'
import type { NetworkConfig } from './config.ts'
import { elements, parametersOf } from './config.ts'

/**
 * Fresh parameters as the flat vector θ: matrices from N(0, 0.02²), those that write into the residual stream smaller
 * by √(2·layers) (Radford et al. 2019), gains 1, biases 0.
 */
export function initialWeights(config: NetworkConfig, random: Random): Float32Array {
  const specs = parametersOf(config)
  const theta = new Float32Array(specs.reduce((sum, spec) => sum + elements(spec), 0))
  let at = 0
  for (const spec of specs) {
    const size = elements(spec)
    if (spec.kind === 'vector') theta.fill(spec.name.endsWith('.bias') ? 0 : 1, at, at + size)
    else {
      const writes = /\.(?:o_proj|down_proj|c_proj)\.weight$/.test(spec.name)
      const deviation = writes ? 0.02 / Math.sqrt(2 * config.layers) : 0.02
      for (let i = at; i < at + size; i++) theta[i] = deviation * random.normal()
    }
    at += size
  }
  return theta
}

/** The flat vector as named tensors, in the order of `parametersOf`; they share its memory. */
export function toTensors(theta: Float32Array, config: NetworkConfig): readonly NamedTensor[] {
  let at = 0
  return parametersOf(config).map((spec) => {
    const data = theta.subarray(at, at + elements(spec))
    at += data.length
    return { name: spec.name, shape: spec.shape, data }
  })
}

/**
 * The flat vector from named tensors.
 *
 * @throws SluiceError MODEL_UNSUPPORTED where one is missing or has another shape
 */
export function fromTensors(tensors: ReadonlyMap<string, NamedTensor>, config: NetworkConfig): Float32Array {
  const specs = parametersOf(config)
  const theta = new Float32Array(specs.reduce((sum, spec) => sum + elements(spec), 0))
  let at = 0
  for (const spec of specs) {
    const tensor = tensors.get(spec.name)
    if (tensor === undefined || tensor.shape.join() !== spec.shape.join()) {
      throw new SluiceError({
        code: 'MODEL_UNSUPPORTED',
        message: `model.safetensors has no ${spec.name} of shape [${spec.shape.join(', ')}]`,
        next: 'check that config.json and model.safetensors belong together',
      })
    }
    theta.set(tensor.data, at)
    at += tensor.data.length
  }
  return theta
}
