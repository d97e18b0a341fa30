import { SluiceError } from '../util/errors.ts'
import { aligned, type ByteSource, bytesSource } from './checkpoints/byte-source.ts'
import { decodeBrain, decodeHalf, encodeBrain, encodeHalf } from './checkpoints/half.ts'
import { topLevelKeys } from './checkpoints/json-keys.ts'

/** A tensor in memory, float32 whatever its file holds. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A tensor whose numbers are made or read when they are written. */
export interface LazyTensor {
  readonly name: string
  readonly shape: readonly number[]
  read(): Float32Array
}

/** Types of floating numbers that are read and written. */
export type StoredType = 'F32' | 'F16' | 'BF16'

/** Where a tensor lies in its file. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** From the start of the file. */
  readonly offset: number
  readonly bytes: number
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: ReadonlyMap<string, TensorEntry>
  /**
   * Reads one tensor; the rest of the file is not touched.
   *
   * @throws SluiceError SAFETENSORS_TYPE where its numbers are not F32, F16 or BF16
   */
  read(name: string): NamedTensor
  close(): void
}

const ALIGNMENT = 8

/** As the format's own library has it: a header above this is refused before it is read. */
const HEADER_LIMIT = 100_000_000

/** Bytes of an element. Types other than the floating ones of `StoredType` are known, but only skipped. */
const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['I64', 8],
  ['U64', 8],
  ['F64', 8],
])

/**
 * Opens a safetensors file: reads and checks its header, no data. The ranges of the tensors must cover the data without
 * a hole or an overlap, and hold what their shapes say.
 *
 * @throws SluiceError SAFETENSORS_BROKEN
 */
export function openSafetensors(source: ByteSource): SafetensorsFile {
  const broken = (why: string, cause?: unknown): SluiceError => brokenFile(source.name, why, cause)
  if (source.size < 8) throw broken('the header does not fit the file')
  const length = Number(toBuffer(source.read(0, 8)).readBigUInt64LE(0))
  if (length > HEADER_LIMIT) throw broken(`the header claims more than ${HEADER_LIMIT} bytes`)
  if (length < 2 || 8 + length > source.size) throw broken('the header does not fit the file')
  const text = toBuffer(source.read(8, length)).toString('utf8')
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (cause) {
    throw broken('the header is not JSON', cause)
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw broken('the header is no object')
  const keys = topLevelKeys(text)
  if (new Set(keys).size !== keys.length) throw broken('a tensor is listed twice')

  const start = 8 + length
  const entries = new Map<string, TensorEntry>()
  let metadata: Readonly<Record<string, string>> = {}
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(value, broken)
    else entries.set(name, readEntry(name, value, start, source.size, broken))
  }
  let end = start
  for (const entry of [...entries.values()].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (entry.offset < end) throw broken(`tensor ${entry.name} overlaps another`)
    if (entry.offset > end) throw broken(`there is a hole before tensor ${entry.name}`)
    end += entry.bytes
  }
  if (end !== source.size) throw broken('there are bytes after the last tensor')
  return {
    metadata,
    entries,
    read(name) {
      const entry = entries.get(name)
      if (entry === undefined) throw broken(`there is no tensor ${name}`)
      return { name, shape: entry.shape, data: decode(entry, source) }
    },
    close: () => source.close(),
  }
}

/**
 * The bytes of a safetensors file, piece by piece: header length (u64, little-endian), JSON header, then the data of
 * all tensors without gaps, in the order given. One tensor is in memory at a time.
 */
export function* safetensorsChunks(
  tensors: readonly LazyTensor[],
  options: { readonly dtype?: StoredType; readonly metadata?: Readonly<Record<string, string>> } = {},
): Iterable<Uint8Array> {
  const dtype = options.dtype ?? 'F32'
  // Without a prototype, so that any name is a plain key.
  const header: Record<string, unknown> = Object.assign(Object.create(null), {
    __metadata__: options.metadata ?? { format: 'pt' },
  })
  let offset = 0
  for (const { name, shape } of tensors) {
    const bytes = product(shape) * ELEMENT_BYTES.get(dtype)!
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] }
    offset += bytes
  }
  let text = JSON.stringify(header)
  text += ' '.repeat((ALIGNMENT - (Buffer.byteLength(text) % ALIGNMENT)) % ALIGNMENT)
  const head = Buffer.alloc(8 + Buffer.byteLength(text))
  head.writeBigUInt64LE(BigInt(head.length - 8), 0)
  head.write(text, 8, 'utf8')
  yield head
  for (const { name, shape, read } of tensors) {
    const data = read()
    if (data.length !== product(shape)) throw new RangeError(`tensor ${name} has ${data.length} numbers`)
    yield encode(data, dtype)
  }
}

/** The bytes of a whole safetensors file, F32 where nothing else is said. */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
  dtype: StoredType = 'F32',
): Uint8Array {
  const lazy = tensors.map(({ name, shape, data }) => ({ name, shape, read: () => data }))
  return Buffer.concat([...safetensorsChunks(lazy, { dtype, metadata })])
}

/**
 * All tensors of a safetensors file by name, as float32.
 *
 * @throws SluiceError SAFETENSORS_BROKEN where the header or a range does not fit the file, SAFETENSORS_TYPE where a
 *   type is not F32, F16 or BF16
 */
export function decodeSafetensors(bytes: Uint8Array): ReadonlyMap<string, NamedTensor> {
  const file = openSafetensors(bytesSource('model.safetensors', bytes))
  return new Map([...file.entries.keys()].map((name) => [name, file.read(name)]))
}

type Broken = (why: string, cause?: unknown) => SluiceError

function readMetadata(value: unknown, broken: Broken): Readonly<Record<string, string>> {
  const ok = typeof value === 'object' && value !== null && Object.values(value).every((x) => typeof x === 'string')
  if (!ok) throw broken('its metadata is not text')
  return value as Record<string, string>
}

function readEntry(name: string, value: unknown, start: number, size: number, broken: Broken): TensorEntry {
  const { dtype, shape, data_offsets: range } = (value ?? {}) as Readonly<Record<string, unknown>>
  const elementBytes = typeof dtype === 'string' ? ELEMENT_BYTES.get(dtype) : undefined
  if (typeof dtype !== 'string' || elementBytes === undefined) throw broken(`tensor ${name} has an unknown type`)
  if (!isSizes(shape)) throw broken(`tensor ${name} has no proper shape`)
  if (!isSizes(range) || range.length !== 2) throw broken(`tensor ${name} has no proper range`)
  const [from, to] = range as [number, number]
  if (to < from || start + to > size) throw broken(`tensor ${name} lies outside the file`)
  // Compared as numbers: a product beyond 2^53 can only be unequal to a range within a file.
  if (to - from !== elementBytes * product(shape)) {
    throw broken(`tensor ${name} has not as many bytes as its shape says`)
  }
  return { name, dtype, shape, offset: start + from, bytes: to - from }
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function decode(entry: TensorEntry, source: ByteSource): Float32Array {
  const elementBytes = ELEMENT_BYTES.get(entry.dtype)!
  if (entry.dtype !== 'F32' && entry.dtype !== 'F16' && entry.dtype !== 'BF16') {
    throw new SluiceError({
      code: 'SAFETENSORS_TYPE',
      message: `tensor ${entry.name} is of type ${entry.dtype}; F32, F16 and BF16 are read`,
      next: 'use a checkpoint of the model that is not quantized',
      at: { file: source.name },
    })
  }
  const bytes = aligned(source.read(entry.offset, entry.bytes), elementBytes)
  const count = entry.bytes / elementBytes
  // A view of a caller's memory is copied, so that nobody else changes a tensor.
  if (entry.dtype === 'F32') {
    const view = new Float32Array(bytes.buffer, bytes.byteOffset, count)
    return bytes.byteLength === bytes.buffer.byteLength ? view : view.slice()
  }
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, count)
  return entry.dtype === 'F16' ? decodeHalf(bits) : decodeBrain(bits)
}

function encode(data: Float32Array, dtype: StoredType): Uint8Array {
  const typed = dtype === 'F32' ? data : dtype === 'F16' ? encodeHalf(data) : encodeBrain(data)
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength)
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1)
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function brokenFile(file: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'SAFETENSORS_BROKEN',
    message: `a safetensors file cannot be read: ${why}`,
    next: 'fetch or train the model again',
    at: { file },
    exit: 4,
    cause,
  })
}
