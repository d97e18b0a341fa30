import { closeSync, openSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { writeAll } from '../../util/durable.ts'
import type { ExternalData } from '../graph/onnx.ts'
import { linearLayers } from '../lora/modules.ts'
import type { NetworkConfig } from '../network/config.ts'
import { parametersOf } from '../network/config.ts'
import type { StoredPlaces } from '../network/network.ts'
import type { NamedTensor } from '../safetensors.ts'
import type { BaseModel, BaseTensors } from './base.ts'
import { openBase } from './base.ts'

/**
 * A frozen base whose linear layers lie in a file that ONNX Runtime maps into memory: what it has packed it lets go. The
 * tables of embedding and head are not among them: packed in two orders they would take three times the memory, as
 * rows of them are read too, and their products gain little.
 */
export interface StoredBase {
  /** The folder of the file. */
  readonly folder: string
  /** Where the matrix of each layer lies. */
  readonly places: StoredPlaces
  /** The other parameters, in memory. */
  readonly others: BaseTensors
  /** Deletes the file. No session may have it open any more. */
  remove(): void
}

/**
 * Writes the layers of a base to a file as float32, one after the other: no more than one is in memory at a time.
 *
 * @param path of the file; one that is there is replaced
 * @throws what `openBase` throws, and the system's errors of writing; the file is then gone
 */
export async function storeBase(base: BaseModel, network: NetworkConfig, path: string): Promise<StoredBase> {
  const source = await openBase(base, network)
  const places = new Map<string, ExternalData>()
  const others = new Map<string, NamedTensor>()
  const layers = new Set(linearLayers(network).map(({ module }) => `${module}.weight`))
  const remove = (): void => rmSync(path, { force: true })
  let offset = 0
  try {
    remove()
    const file = openSync(path, 'wx', 0o600)
    try {
      for (const { name } of parametersOf(network)) {
        const tensor = source.read(name)
        if (!layers.has(name)) {
          others.set(name, tensor)
          continue
        }
        const { buffer, byteOffset, byteLength } = tensor.data
        writeAll(file, new Uint8Array(buffer, byteOffset, byteLength))
        places.set(name, { location: basename(path), offset, length: byteLength })
        offset += byteLength
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    remove()
    throw error
  } finally {
    source.close()
  }
  return { folder: dirname(path), places, others, remove }
}
