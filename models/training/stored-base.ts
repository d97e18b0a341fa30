import { closeSync, openSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { writeAll } from '../../util/durable.ts'
import type { ExternalData } from '../graph/onnx.ts'
import { linearLayers } from '../lora/modules.ts'
import type { NetworkConfig } from '../network/config.ts'
import { headName, parametersOf } from '../network/config.ts'
import type { StoredPlaces } from '../network/network.ts'
import type { NamedTensor } from '../safetensors.ts'
import type { BaseModel, BaseTensors } from './base.ts'
import { openBase } from './base.ts'

/** Bytes of all packed copies up to which that of the head is one of them. */
const WITH_HEAD = 900e6

/** A frozen base whose linear layers lie in a file that ONNX Runtime maps into memory: what it has packed it lets go. */
export interface StoredBase {
  /** The folder of the file. */
  readonly folder: string
  /** Where the matrix of each layer lies. */
  readonly places: StoredPlaces
  /**
   * Where the table of the head lies, to be packed for the product of its backward pass, which gains a twelfth. Not of
   * larger models: it takes its memory twice, as forward, where packing gains nothing, the table in memory is used.
   */
  readonly head?: ExternalData
  /** The other parameters, in memory; that table among them. */
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
  const head = packsHead(network) ? headName(network) : undefined
  const remove = (): void => rmSync(path, { force: true })
  let offset = 0
  try {
    remove()
    const file = openSync(path, 'wx', 0o600)
    try {
      for (const { name } of parametersOf(network)) {
        const tensor = source.read(name)
        if (!layers.has(name)) others.set(name, tensor)
        if (!layers.has(name) && name !== head) continue
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
  const headPlace = places.get(head ?? '')
  places.delete(head ?? '')
  return { folder: dirname(path), places, others, remove, ...(headPlace === undefined ? {} : { head: headPlace }) }
}

/** Whether the head is packed too: by the memory of all copies, two of each layer. */
export function packsHead(network: NetworkConfig): boolean {
  const layers = linearLayers(network).reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0)
  return (2 * layers + network.vocabulary * network.width) * Float32Array.BYTES_PER_ELEMENT < WITH_HEAD
}
