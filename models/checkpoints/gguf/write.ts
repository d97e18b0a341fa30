import { DEFAULT_ALIGNMENT, VALUE_TYPES } from './container.ts'
import { quantise, type WrittenType } from './quantise.ts'
import { GGUF_TYPES } from './tensor-types.ts'

/** A value of the metadata with the type it is to have in the file. */
export type TypedValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'float32s' | 'int32s'; readonly value: readonly number[] }

export interface GgufTensorToWrite {
  readonly name: string
  /** Outermost axis first. */
  readonly shape: readonly number[]
  readonly type: WrittenType
  read(): Float32Array
}

const VERSION = 3

/**
 * The bytes of a GGUF file, piece by piece; one tensor is in memory at a time. The same model gives the same bytes.
 *
 * @throws RangeError where a tensor's numbers do not fit its shape
 */
export function* ggufChunks(
  metadata: ReadonlyMap<string, TypedValue>,
  tensors: readonly GgufTensorToWrite[],
): Iterable<Uint8Array> {
  const parts: Buffer[] = [Buffer.from('GGUF'), uint32(VERSION), uint64(tensors.length), uint64(metadata.size)]
  for (const [key, value] of metadata) parts.push(text(key), encodeValue(value))
  let offset = 0
  for (const { name, shape, type } of tensors) {
    parts.push(text(name), uint32(shape.length))
    for (const size of [...shape].reverse()) parts.push(uint64(size))
    parts.push(uint32(GGUF_TYPES[type].id), uint64(offset))
    offset = padded(offset + bytesOf(shape, type))
  }
  const head = Buffer.concat(parts)
  yield head
  yield Buffer.alloc(padded(head.length) - head.length)
  for (const { name, shape, type, read } of tensors) {
    const data = quantise(type, read())
    if (data.length !== bytesOf(shape, type)) throw new RangeError(`tensor ${name} does not fit its shape`)
    yield data
    yield Buffer.alloc(padded(data.length) - data.length)
  }
}

function bytesOf(shape: readonly number[], type: WrittenType): number {
  const { block, bytes } = GGUF_TYPES[type]
  return (shape.reduce((all, size) => all * size, 1) / block) * bytes
}

function padded(size: number): number {
  return Math.ceil(size / DEFAULT_ALIGNMENT) * DEFAULT_ALIGNMENT
}

function encodeValue(item: TypedValue): Buffer {
  switch (item.type) {
    case 'uint32':
      return Buffer.concat([uint32(VALUE_TYPES.uint32), uint32(item.value)])
    case 'int32':
      return Buffer.concat([uint32(VALUE_TYPES.int32), int32(item.value)])
    case 'float32':
      return Buffer.concat([uint32(VALUE_TYPES.float32), float32(item.value)])
    case 'bool':
      return Buffer.concat([uint32(VALUE_TYPES.bool), Buffer.from([item.value ? 1 : 0])])
    case 'string':
      return Buffer.concat([uint32(VALUE_TYPES.string), text(item.value)])
    case 'strings':
      return array(VALUE_TYPES.string, item.value.map(text))
    case 'float32s':
      return array(VALUE_TYPES.float32, item.value.map(float32))
    case 'int32s':
      return array(VALUE_TYPES.int32, item.value.map(int32))
  }
}

function array(type: number, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(VALUE_TYPES.array), uint32(type), uint64(elements.length), ...elements])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([uint64(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

function int32(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeInt32LE(value)
  return out
}

function float32(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeFloatLE(value)
  return out
}

function uint64(value: number): Buffer {
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(value))
  return out
}
