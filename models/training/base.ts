import { SluiceError } from '../../util/errors.ts'
import { openModelSource } from '../checkpoints/open.ts'
import type { NetworkConfig } from '../network/config.ts'
import { parametersOf } from '../network/config.ts'
import type { NamedTensor } from '../safetensors.ts'

/** The parameters of a base model by name, float32, in the layout of `parametersOf`. */
export type BaseTensors = ReadonlyMap<string, NamedTensor>

/** Where the parameters come from that training starts from or freezes. */
export type BaseModel = {
  /** Changes when any parameter does: a checkpoint is only taken up over the same base. */
  readonly digest: string
} & (
  | {
      /** What `openModelSource` opens; the training thread reads it, so the weights are in memory once. */ readonly path: string
    }
  | { /** Their memory moves to the training thread. */ readonly tensors: BaseTensors }
)

/**
 * Reads a base, one tensor after the other.
 *
 * @throws SluiceError MODEL_CHANGED where the files are not those of the digest, MODEL_UNSUPPORTED where a parameter is
 *   missing or has another shape, and what `openModelSource` throws
 */
export async function loadBase(base: BaseModel, network: NetworkConfig): Promise<BaseTensors> {
  if ('tensors' in base) return checked(base.tensors, network)
  const source = await openModelSource(base.path)
  try {
    if (source.digest !== base.digest) {
      throw new SluiceError({
        code: 'MODEL_CHANGED',
        message: `the base model at ${base.path} is not the one that the job was planned with`,
        next: 'run again, so that the plan is made with the files that are there now',
        exit: 4,
      })
    }
    return checked(new Map(parametersOf(network).map(({ name }) => [name, source.read(name)])), network)
  } finally {
    source.close()
  }
}

function checked(tensors: BaseTensors, network: NetworkConfig): BaseTensors {
  for (const { name, shape } of parametersOf(network)) {
    const tensor = tensors.get(name)
    if (tensor?.shape.join() === shape.join()) continue
    throw new SluiceError({
      code: 'MODEL_UNSUPPORTED',
      message: `the base model has no ${name} of shape [${shape.join(', ')}]`,
      next: 'check that its configuration and its weights belong together',
    })
  }
  return tensors
}
