/**
 * Writes ONNX models as protobuf bytes (onnx/onnx.proto3, IR version 10). Only what the project's graphs use: tensors,
 * attributes of six kinds, named symbolic dimensions, metadata. Large initializers are copied once.
 */
export type ElementType = 'float32' | 'float64' | 'float16' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool'

/** A number is a fixed size, a string a named symbolic one: `[batch, 64]`. */
export type Dimension = number | string

export interface OnnxValue {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly Dimension[]
}

export interface OnnxTensor {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  /** Elements in row-major order. `float16` as raw bits in a Uint16Array, `bool` as 0 and 1. */
  readonly data: TensorData
  /** `data` is empty then. */
  readonly external?: ExternalData
}

/** Where the numbers of a tensor lie in a file beside the model, in bytes. */
export interface ExternalData {
  /** Name of the file. */
  readonly location: string
  readonly offset: number
  readonly length: number
}

export type TensorData = Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array | Int8Array

export type Attribute =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }

export interface OnnxNode {
  readonly op: string
  /** Default domain where left out; `com.microsoft` for ONNX Runtime's own operators. */
  readonly domain?: string
  /** An empty name stands for an optional input that is not given. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, Attribute>>
}

export interface OnnxModel {
  readonly name: string
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  /** In topological order. */
  readonly nodes: readonly OnnxNode[]
  readonly initializers?: readonly OnnxTensor[]
  /** Types and shapes of what nodes make and a runtime might not infer, such as pieces of a named size. */
  readonly values?: readonly OnnxValue[]
  /** Version of each operator set by domain; `''` is the default domain. */
  readonly opsets?: Readonly<Record<string, number>>
  /** Written to `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>
}

const IR_VERSION = 10
const DEFAULT_OPSETS: Readonly<Record<string, number>> = { '': 21, 'com.microsoft': 1 }

const ELEMENT_CODES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
}

// TensorProto.DataLocation
const EXTERNAL = 1

// AttributeProto.AttributeType
const ATTRIBUTE_CODES = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const

/**
 * The bytes of a model file, ready for `InferenceSession.create`. The same model always gives the same bytes.
 *
 * @throws RangeError where a tensor's data does not fit its shape
 * @example
 * encodeOnnx({
 *   name: 'scores',
 *   inputs: [{ name: 'x', type: 'float32', shape: ['batch', 4] }],
 *   outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
 *   nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
 *   initializers: [{ name: 'w', type: 'float32', shape: [4, 1], data: new Float32Array(4) }],
 * })
 */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const opsets = Object.entries(model.opsets ?? DEFAULT_OPSETS)
  return join([
    intField(1, IR_VERSION),
    stringField(2, 'sluice'),
    message(7, encodeGraph(model)),
    ...opsets.map(([domain, version]) => message(8, [stringField(1, domain), intField(2, version)])),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) =>
      message(14, [stringField(1, key), stringField(2, value)]),
    ),
  ])
}

/**
 * Protobuf pieces, nested: a number stands for its base-128 varint, a text for its UTF-8. Only `join` makes bytes, so a
 * large tensor is copied once, and a large graph leaves little to the garbage collector while its session is opened.
 */
type Piece = number | bigint | string | Uint8Array | readonly Piece[]

function encodeGraph(model: OnnxModel): Piece {
  return [
    ...model.nodes.map((node) => message(1, encodeNode(node))),
    stringField(2, model.name),
    ...(model.initializers ?? []).map((tensor) => message(5, encodeTensor(tensor))),
    ...model.inputs.map((value) => message(11, encodeValue(value))),
    ...model.outputs.map((value) => message(12, encodeValue(value))),
    ...(model.values ?? []).map((value) => message(13, encodeValue(value))),
  ]
}

function encodeNode(node: OnnxNode): Piece {
  return [
    ...node.inputs.map((name) => stringField(1, name)),
    ...node.outputs.map((name) => stringField(2, name)),
    stringField(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => message(5, encodeAttribute(name, value))),
    ...(node.domain === undefined || node.domain === '' ? [] : [stringField(7, node.domain)]),
  ]
}

function encodeAttribute(name: string, value: Attribute): Piece {
  const head = stringField(1, name)
  const kind = (code: number): Piece => intField(20, code)
  if ('int' in value) return [head, intField(3, value.int), kind(ATTRIBUTE_CODES.int)]
  if ('float' in value) return [head, floatField(2, value.float), kind(ATTRIBUTE_CODES.float)]
  if ('string' in value) return [head, stringField(4, value.string), kind(ATTRIBUTE_CODES.string)]
  if ('tensor' in value) return [head, message(5, encodeTensor(value.tensor)), kind(ATTRIBUTE_CODES.tensor)]
  if ('floats' in value) return [head, ...value.floats.map((x) => floatField(7, x)), kind(ATTRIBUTE_CODES.floats)]
  if ('ints' in value) return [head, ...value.ints.map((x) => intField(8, x)), kind(ATTRIBUTE_CODES.ints)]
  return [head, ...value.strings.map((x) => stringField(9, x)), kind(ATTRIBUTE_CODES.strings)]
}

function encodeTensor(tensor: OnnxTensor): Piece {
  const head = [
    ...tensor.shape.map((size) => intField(1, size)),
    intField(2, ELEMENT_CODES[tensor.type]),
    stringField(8, tensor.name),
  ]
  if (tensor.external !== undefined) {
    const entries = Object.entries(tensor.external).map(([key, value]) =>
      message(13, [stringField(1, key), stringField(2, String(value))]),
    )
    return [...head, ...entries, intField(14, EXTERNAL)]
  }
  const elements = tensor.shape.reduce((product, size) => product * size, 1)
  if (elements !== tensor.data.length) {
    throw new RangeError(`tensor ${tensor.name}: ${tensor.data.length} elements for shape [${tensor.shape.join(', ')}]`)
  }
  return [
    ...head,
    // raw_data is little-endian by definition, and so is every machine that Node runs on.
    bytesField(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength)),
  ]
}

function encodeValue(value: OnnxValue): Piece {
  const dimensions = value.shape.map((size) =>
    message(1, typeof size === 'number' ? intField(1, size) : stringField(2, size)),
  )
  const tensorType = [intField(1, ELEMENT_CODES[value.type]), message(2, dimensions)]
  return [stringField(1, value.name), message(2, message(1, tensorType))]
}

function message(field: number, body: Piece): Piece {
  return [tag(field, 2), size(body), body]
}

function bytesField(field: number, bytes: Uint8Array): Piece {
  return message(field, bytes)
}

function stringField(field: number, text: string): Piece {
  return message(field, text)
}

/** Negative numbers are written as their 64-bit two's complement, ten bytes. */
function intField(field: number, value: number | bigint): Piece {
  return [tag(field, 0), value < 0 ? BigInt.asUintN(64, BigInt(value)) : value]
}

function floatField(field: number, value: number): Piece {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return [tag(field, 5), bytes]
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType
}

/** Bytes of a piece. */
function size(piece: Piece): number {
  if (typeof piece === 'string') return Buffer.byteLength(piece, 'utf8')
  if (piece instanceof Uint8Array) return piece.length
  if (typeof piece === 'object') return piece.reduce<number>((sum, part) => sum + size(part), 0)
  return varint(piece).length
}

/** The bytes of a varint, least significant first. */
function varint(value: number | bigint): readonly number[] {
  if (typeof value === 'bigint' && value > Number.MAX_SAFE_INTEGER) {
    return [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]
  }
  const bytes: number[] = []
  let rest = Number(value)
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return bytes
}

function join(piece: Piece): Uint8Array {
  const out = Buffer.alloc(size(piece))
  let offset = 0
  const write = (part: Piece): void => {
    if (typeof part === 'string') {
      offset += out.write(part, offset, 'utf8')
    } else if (part instanceof Uint8Array) {
      out.set(part, offset)
      offset += part.length
    } else if (typeof part === 'object') {
      for (const inner of part) write(inner)
    } else {
      for (const byte of varint(part)) out[offset++] = byte
    }
  }
  write(piece)
  return new Uint8Array(out.buffer, out.byteOffset, out.length)
}
