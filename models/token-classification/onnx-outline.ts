import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** What a model file says of itself, read without loading its weights. */
export interface OnnxOutline {
  /** Without those that are initializers. */
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** Operators of the main graph. */
  readonly operators: ReadonlySet<string>
  /** Files beside the model that hold weights, relative to it. */
  readonly externalFiles: readonly string[]
}

export interface OnnxPort {
  readonly name: string
  /** `TensorProto.DataType`: 1 float, 6 int32, 7 int64, 10 float16. */
  readonly elementType: number
  /** Sizes; −1 where they vary. */
  readonly shape: readonly number[]
}

/**
 * Walks the protobuf of an ONNX file (onnx/onnx.proto3) and skips the weights. Reads a few kilobytes a node.
 *
 * @throws RangeError for a file that is no protobuf of this kind
 */
export function readOnnxOutline(path: string): OnnxOutline {
  const fd = openSync(path, 'r')
  try {
    return outline(new ProtobufFile(fd, fstatSync(fd).size))
  } finally {
    closeSync(fd)
  }
}

function outline(file: ProtobufFile): OnnxOutline {
  const inputs: OnnxPort[] = []
  const outputs: OnnxPort[] = []
  const operators = new Set<string>()
  const external = new Set<string>()
  const initializers = new Set<string>()
  let graphs = 0
  file.fields(0, file.size, (field, at, length) => {
    // ModelProto.graph = 7
    if (field !== 7 || length === undefined) return
    graphs += 1
    file.fields(at, at + length, (part, from, size) => {
      if (size === undefined) return
      const to = from + size
      if (part === 1) operators.add(file.string(from, to, 4))
      else if (part === 5) {
        initializers.add(file.string(from, to, 8))
        for (const name of externalLocation(file, from, to)) external.add(name)
      } else if (part === 11) inputs.push(port(file, from, to))
      else if (part === 12) outputs.push(port(file, from, to))
    })
  })
  if (graphs !== 1) throw new RangeError('no graph in it')
  return {
    inputs: inputs.filter(({ name }) => !initializers.has(name)),
    outputs,
    operators,
    externalFiles: [...external].sort(),
  }
}

/** TensorProto.external_data = 13, entries of key = 1, value = 2. */
function externalLocation(file: ProtobufFile, from: number, to: number): readonly string[] {
  const out: string[] = []
  file.fields(from, to, (field, at, length) => {
    if (field !== 13 || length === undefined) return
    if (file.string(at, at + length, 1) === 'location') out.push(file.string(at, at + length, 2))
  })
  return out
}

/** ValueInfoProto: name = 1, type = 2; TypeProto.tensor_type = 1: elem_type = 1, shape = 2; dim = 1: dim_value = 1. */
function port(file: ProtobufFile, from: number, to: number): OnnxPort {
  let elementType = 0
  const shape: number[] = []
  const inside = (field: number, start: number, end: number, visit: (from: number, to: number) => void): void =>
    file.fields(start, end, (which, at, length) => {
      if (which === field && length !== undefined) visit(at, at + length)
    })
  inside(2, from, to, (type, typeEnd) =>
    inside(1, type, typeEnd, (tensor, tensorEnd) => {
      file.fields(tensor, tensorEnd, (field, at, length) => {
        if (field === 1 && length === undefined) elementType = file.varint(at).value
        else if (field === 2 && length !== undefined) {
          inside(1, at, at + length, (dimension, dimensionEnd) => {
            let size = -1
            file.fields(dimension, dimensionEnd, (which, place, bytes) => {
              if (which === 1 && bytes === undefined) size = file.varint(place).value
            })
            shape.push(size > 0 ? size : -1)
          })
        }
      })
    }),
  )
  return { name: file.string(from, to, 1), elementType, shape }
}

const BLOCK = 64 * 1024

class ProtobufFile {
  readonly size: number
  readonly #fd: number
  readonly #block = Buffer.alloc(BLOCK)
  #blockStart = -1
  #blockLength = 0

  constructor(fd: number, size: number) {
    this.#fd = fd
    this.size = size
  }

  /** Calls `visit` for each field of the message in [from, to): `length` for those that have one, else the varint is at `at`. */
  fields(from: number, to: number, visit: (field: number, at: number, length: number | undefined) => void): void {
    let at = from
    while (at < to) {
      const tag = this.varint(at)
      const field = Math.floor(tag.value / 8)
      at = tag.next
      switch (tag.value % 8) {
        case 0:
          visit(field, at, undefined)
          at = this.varint(at).next
          break
        case 1:
          at += 8
          break
        case 2: {
          const length = this.varint(at)
          if (length.next + length.value > to) throw new RangeError('a field is longer than its message')
          visit(field, length.next, length.value)
          at = length.next + length.value
          break
        }
        case 5:
          at += 4
          break
        default:
          throw new RangeError('no such wire type')
      }
    }
    if (at !== to) throw new RangeError('a message ends inside a field')
  }

  /** The string in field `wanted` of the message in [from, to); '' where it is missing. */
  string(from: number, to: number, wanted: number): string {
    let out = ''
    this.fields(from, to, (field, at, length) => {
      if (field !== wanted || length === undefined) return
      const bytes = Buffer.alloc(Math.min(length, 4096))
      readSync(this.#fd, bytes, 0, bytes.length, at)
      out = bytes.toString('utf8')
    })
    return out
  }

  varint(at: number): { readonly value: number; readonly next: number } {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte(at + i)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return { value, next: at + i + 1 }
      scale *= 128
    }
    throw new RangeError('a number without end')
  }

  #byte(at: number): number {
    if (at < 0 || at >= this.size) throw new RangeError('the file ends too early')
    if (at < this.#blockStart || at >= this.#blockStart + this.#blockLength || this.#blockStart === -1) {
      this.#blockStart = at
      this.#blockLength = readSync(this.#fd, this.#block, 0, BLOCK, at)
    }
    return this.#block[at - this.#blockStart]!
  }
}
