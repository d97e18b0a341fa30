import { SluiceError } from '../../../util/errors.ts'
import type { NamedTensor } from '../../safetensors.ts'
import type { ByteSource } from '../byte-source.ts'
import { dequantise } from './dequantise.ts'
import { type GgufType, type GgufTypeName, ggufType, UNREAD_TYPES } from './tensor-types.ts'

export type GgufScalar = number | bigint | boolean | string
export type GgufValue = GgufScalar | readonly GgufScalar[]

export interface GgufTensor {
  readonly name: string
  /** Outermost axis first, as in safetensors; the file has them the other way round. */
  readonly shape: readonly number[]
  readonly type: GgufType
  readonly offset: number
  readonly bytes: number
}

export interface GgufFile {
  readonly version: number
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: ReadonlyMap<string, GgufTensor>
  /** One tensor, dequantised. */
  read(name: string): NamedTensor
  /** The bytes of one tensor as they lie in the file. */
  raw(name: string): Uint8Array
  close(): void
}

/** Value types of the metadata (GGUF specification, `gguf_metadata_value_type`). */
export const VALUE_TYPES = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const

export const DEFAULT_ALIGNMENT = 32

/** The largest vocabularies have some 260,000 tokens and as many merges; a broken count must not take the memory. */
const ARRAY_LIMIT = 1 << 23
const STRING_LIMIT = 1 << 26
const COUNT_LIMIT = 1 << 20
const HEADER_LIMIT = 2 ** 29
const DIMENSIONS_LIMIT = 4

/**
 * Opens a GGUF file of version 2 or 3: reads and checks what stands before the data, no tensor.
 *
 * @throws SluiceError GGUF_BROKEN, GGUF_UNSUPPORTED for other versions, big-endian files and types that are not read
 */
export function openGguf(source: ByteSource): GgufFile {
  const cursor = createCursor(source)
  const broken = (why: string): SluiceError => brokenGguf(source.name, why)
  if (source.size < 24 || cursor.uint32() !== 0x46554747) throw broken('it does not begin as one')
  const version = cursor.uint32()
  if (version !== 2 && version !== 3) {
    const big = version > 0xffff && (version & 0xffff) === 0
    throw unsupportedGguf(source.name, big ? 'it is big-endian' : `its version is ${version}; 2 and 3 are read`)
  }
  const tensorCount = cursor.count(COUNT_LIMIT)
  const valueCount = cursor.count(COUNT_LIMIT)

  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < valueCount; i++) {
    const key = cursor.string()
    if (metadata.has(key)) throw broken('a key stands there twice')
    metadata.set(key, cursor.value())
  }
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment > 1 << 20) {
    throw broken('its alignment is no small whole number')
  }

  const infos = new Map<string, { shape: readonly number[]; type: GgufType; relative: number; bytes: number }>()
  for (let i = 0; i < tensorCount; i++) {
    const name = cursor.string()
    const dimensions = cursor.uint32()
    if (dimensions > DIMENSIONS_LIMIT) throw broken(`a tensor has ${dimensions} dimensions`)
    const shape = Array.from({ length: dimensions }, () => cursor.count(Number.MAX_SAFE_INTEGER)).reverse()
    const id = cursor.uint32()
    const type = ggufType(id)
    if (type === undefined) {
      throw unsupportedGguf(source.name, `a tensor is of type ${UNREAD_TYPES.get(id) ?? id}`)
    }
    const relative = cursor.count(Number.MAX_SAFE_INTEGER)
    const elements = shape.reduce((all, size) => all * size, 1)
    if (elements > 0 && (shape.at(-1) ?? 1) % type.block !== 0)
      throw broken('a row of a tensor is no whole number of blocks')
    if (infos.has(name)) throw broken('a tensor stands there twice')
    infos.set(name, { shape, type, relative, bytes: (elements / type.block) * type.bytes })
  }

  const start = Math.ceil(cursor.position() / alignment) * alignment
  const tensors = new Map<string, GgufTensor>()
  for (const [name, { shape, type, relative, bytes }] of infos) {
    const offset = start + relative
    if (relative % alignment !== 0) throw broken('a tensor is not aligned')
    if (!Number.isSafeInteger(offset + bytes) || offset + bytes > source.size)
      throw broken('a tensor lies outside the file')
    tensors.set(name, { name, shape, type, offset, bytes })
  }
  let end = start
  for (const tensor of [...tensors.values()].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (tensor.offset < end) throw broken('two tensors overlap')
    end = tensor.offset + tensor.bytes
  }

  const tensor = (name: string): GgufTensor => {
    const found = tensors.get(name)
    if (found === undefined) throw broken(`there is no tensor ${name}`)
    return found
  }
  const raw = (name: string): Uint8Array => source.read(tensor(name).offset, tensor(name).bytes)
  return {
    version,
    metadata,
    tensors,
    raw,
    read: (name) => ({
      name,
      shape: tensor(name).shape,
      data: dequantise(tensor(name).type.name as GgufTypeName, raw(name)),
    }),
    close: () => source.close(),
  }
}

/** Reads forward through a window, so that a header of unknown length is neither read byte by byte nor at once. */
function createCursor(source: ByteSource) {
  const WINDOW = 1 << 18
  let window: Buffer = Buffer.alloc(0)
  let windowStart = 0
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > source.size || at + length > HEADER_LIMIT) {
      throw brokenGguf(source.name, 'its header does not fit the file')
    }
    if (at < windowStart || at + length > windowStart + window.length) {
      const bytes = source.read(at, Math.min(Math.max(length, WINDOW), source.size - at))
      window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      windowStart = at
    }
    const piece = window.subarray(at - windowStart, at - windowStart + length)
    at += length
    return piece
  }
  const count = (limit: number): number => {
    const value = take(8).readBigUInt64LE()
    if (value > BigInt(limit)) throw brokenGguf(source.name, 'it announces more than can be')
    return Number(value)
  }
  const string = (): string => take(count(STRING_LIMIT)).toString('utf8')
  const scalar = (type: number): GgufScalar => {
    switch (type) {
      case VALUE_TYPES.uint8:
        return take(1).readUInt8()
      case VALUE_TYPES.int8:
        return take(1).readInt8()
      case VALUE_TYPES.uint16:
        return take(2).readUInt16LE()
      case VALUE_TYPES.int16:
        return take(2).readInt16LE()
      case VALUE_TYPES.uint32:
        return take(4).readUInt32LE()
      case VALUE_TYPES.int32:
        return take(4).readInt32LE()
      case VALUE_TYPES.float32:
        return take(4).readFloatLE()
      case VALUE_TYPES.bool:
        return take(1).readUInt8() !== 0
      case VALUE_TYPES.string:
        return string()
      case VALUE_TYPES.uint64:
        return whole(take(8).readBigUInt64LE())
      case VALUE_TYPES.int64:
        return whole(take(8).readBigInt64LE())
      case VALUE_TYPES.float64:
        return take(8).readDoubleLE()
      default:
        throw brokenGguf(source.name, 'a value is of an unknown type')
    }
  }
  return {
    position: () => at,
    uint32: () => take(4).readUInt32LE(),
    count,
    string,
    value(): GgufValue {
      const type = take(4).readUInt32LE()
      if (type !== VALUE_TYPES.array) return scalar(type)
      const inner = take(4).readUInt32LE()
      const length = count(ARRAY_LIMIT)
      // Every element takes at least a byte, so a count beyond the file ends at the file.
      const out: GgufScalar[] = []
      for (let i = 0; i < length; i++) out.push(scalar(inner))
      return out
    },
  }
}

function whole(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/** The error GGUF_BROKEN (exit 4) for a file whose bytes contradict the format. `why` never quotes the file's texts. */
export function brokenGguf(file: string, why: string): SluiceError {
  return new SluiceError({
    code: 'GGUF_BROKEN',
    message: `a GGUF file cannot be read: ${why}`,
    next: 'copy or fetch the file again',
    at: { file },
    exit: 4,
  })
}

/** The error GGUF_UNSUPPORTED for a sound file with a type or an architecture that is not read here. */
export function unsupportedGguf(file: string, why: string): SluiceError {
  return new SluiceError({
    code: 'GGUF_UNSUPPORTED',
    message: `this GGUF file cannot be used: ${why}`,
    next: 'use a file of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K, or the Hugging Face folder',
    at: { file },
  })
}
