import { SluiceError } from '../util/errors.ts'

/** A tensor of a safetensors file, float32. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

const ALIGNMENT = 8

/**
 * The bytes of a safetensors file: header length (u64, little-endian), JSON header, then the data of all tensors
 * without gaps. Tensors are written in the order given.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array {
  // Without a prototype, so that any name is a plain key.
  const header: Record<string, unknown> = Object.assign(Object.create(null), { __metadata__: metadata })
  let offset = 0
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  let text = JSON.stringify(header)
  text += ' '.repeat((ALIGNMENT - (Buffer.byteLength(text) % ALIGNMENT)) % ALIGNMENT)
  const head = Buffer.from(text, 'utf8')
  const out = Buffer.alloc(8 + head.length + offset)
  out.writeBigUInt64LE(BigInt(head.length), 0)
  head.copy(out, 8)
  let at = 8 + head.length
  for (const { data } of tensors) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return out
}

/**
 * The float32 tensors of a safetensors file by name.
 *
 * @throws SluiceError SAFETENSORS_BROKEN where the header or a range does not fit the file, or a type is not F32
 */
export function decodeSafetensors(bytes: Uint8Array): ReadonlyMap<string, NamedTensor> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.length >= 8 ? Number(view.readBigUInt64LE(0)) : -1
  if (length < 2 || 8 + length > view.length) throw broken('the header does not fit the file')
  let header: Record<string, unknown>
  try {
    header = JSON.parse(view.toString('utf8', 8, 8 + length)) as Record<string, unknown>
  } catch (cause) {
    throw broken('the header is not JSON', cause)
  }
  const start = 8 + length
  const tensors = new Map<string, NamedTensor>()
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const entry = value as { dtype?: unknown; shape?: number[]; data_offsets?: number[] }
    const [from, to] = entry.data_offsets ?? []
    const shape = entry.shape ?? []
    if (entry.dtype !== 'F32') throw broken(`tensor ${name} is not F32`)
    if (from === undefined || to === undefined || from < 0 || to < from || start + to > view.length) {
      throw broken(`tensor ${name} lies outside the file`)
    }
    if (to - from !== 4 * shape.reduce((product, size) => product * size, 1)) {
      throw broken(`tensor ${name} has not as many bytes as its shape says`)
    }
    const data = new Float32Array((to - from) / 4)
    new Uint8Array(data.buffer).set(view.subarray(start + from, start + to))
    tensors.set(name, { name, shape, data })
  }
  return tensors
}

function broken(why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'SAFETENSORS_BROKEN',
    message: `a safetensors file cannot be read: ${why}`,
    next: 'fetch or train the model again',
    exit: 4,
    cause,
  })
}
