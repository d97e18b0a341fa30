import { SluiceError } from '../../util/errors.ts'
import { type NetworkConfig, type ParameterSpec, parametersOf } from '../network/config.ts'

/**
 * The parameters of a network by name.
 *
 * @param available how many tensors the file has: a network of more layers than that is refused before it is laid out
 */
export function specsOf(network: NetworkConfig, available: number, file: string): ReadonlyMap<string, ParameterSpec> {
  if (network.layers > available) {
    throw tensorError(file, `the model has ${network.layers} layers, but only ${available} tensors are stored`)
  }
  return new Map(parametersOf(network).map((spec) => [spec.name, spec]))
}

/** Fails with the names where tensors are missing or none of the model's. */
export function refuseMismatch(file: string, missing: readonly string[], unexpected: readonly string[]): void {
  if (missing.length === 0 && unexpected.length === 0) return
  const parts = [
    ...(missing.length === 0 ? [] : [`missing ${listed(missing)}`]),
    ...(unexpected.length === 0 ? [] : [`unexpected ${listed(unexpected)}`]),
  ]
  throw tensorError(file, `the tensors are not those of the model: ${parts.join('; ')}`)
}

/**
 * Refuses a tensor whose shape is not that of its parameter.
 *
 * @throws SluiceError MODEL_TENSORS
 */
export function refuseShape(file: string, spec: ParameterSpec, shape: readonly number[]): void {
  if (shape.join() === spec.shape.join()) return
  throw tensorError(
    file,
    `tensor ${spec.name} has the shape [${shape.join(', ')}], the model needs [${spec.shape.join(', ')}]`,
  )
}

/** The error MODEL_TENSORS: configuration and weights do not belong together. `message` has names and shapes only. */
export function tensorError(file: string, message: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_TENSORS',
    message,
    next: 'check that the configuration and the weights belong together',
    at: { file },
  })
}

const LISTED = 12

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => name.slice(0, 120))
  const rest = names.length - shown.length
  return `${names.length} (${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''})`
}
