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

/** A base that is read one tensor after the other. */
export interface OpenedBase {
  /** @throws SluiceError MODEL_UNSUPPORTED where the parameter is missing or has another shape */
  read(name: string): NamedTensor
  close(): void
}

/**
 * Opens a base.
 *
 * @throws SluiceError MODEL_CHANGED where the files are not those of the digest, and what `openModelSource` throws
 */
export async function openBase(base: BaseModel, network: NetworkConfig): Promise<OpenedBase> {
  const shapes = new Map(parametersOf(network).map(({ name, shape }) => [name, shape]))
  const checked = (name: string, tensor: NamedTensor | undefined): NamedTensor => {
    const shape = shapes.get(name)!
    if (tensor?.shape.join() === shape.join()) return tensor
    throw new SluiceError({
      code: 'MODEL_UNSUPPORTED',
      message: `the base model has no ${name} of shape [${shape.join(', ')}]`,
      next: 'check that its configuration and its weights belong together',
    })
  }
  if ('tensors' in base) return { read: (name) => checked(name, base.tensors.get(name)), close: () => {} }
  const source = await openModelSource(base.path)
  if (source.digest === base.digest) {
    return { read: (name) => checked(name, source.read(name)), close: () => source.close() }
  }
  source.close()
  throw new SluiceError({
    code: 'MODEL_CHANGED',
    message: `the base model at ${base.path} is not the one that the job was planned with`,
    next: 'run again, so that the plan is made with the files that are there now',
    exit: 4,
  })
}

/**
 * Reads a base into memory.
 *
 * @throws SluiceError what `openBase` and its `read` throw
 */
export async function loadBase(base: BaseModel, network: NetworkConfig): Promise<BaseTensors> {
  const source = await openBase(base, network)
  try {
    return new Map(parametersOf(network).map(({ name }) => [name, source.read(name)]))
  } finally {
    source.close()
  }
}
