import type { Json } from '../../util/json.ts'

/** Columns of one shard's rows as bytes: what the passes and the coordinator hand to each other. Little-endian. */
export interface Columns<H extends Json = Json> {
  readonly header: H
  readonly u32: Readonly<Record<string, Uint32Array>>
  readonly u8: Readonly<Record<string, Uint8Array>>
}

const MAGIC = 'SLUICOL1'
const HEAD = 12

/** Eight bytes of magic, the length of a JSON head, the head, then the columns one after the other, 4-byte aligned. */
export function encodeColumns(columns: Columns): Uint8Array {
  const words = Object.entries(columns.u32)
  const bytes = Object.entries(columns.u8)
  const head = Buffer.from(
    JSON.stringify({
      header: columns.header,
      u32: words.map(([name, column]) => [name, column.length]),
      u8: bytes.map(([name, column]) => [name, column.length]),
    }),
    'utf8',
  )
  let offset = align(HEAD + head.length)
  const total =
    offset +
    words.reduce((sum, [, column]) => sum + column.length * 4, 0) +
    bytes.reduce((sum, [, column]) => sum + column.length, 0)
  const out = Buffer.alloc(total)
  out.write(MAGIC, 0, 'latin1')
  out.writeUInt32LE(head.length, 8)
  head.copy(out, HEAD)
  for (const [, column] of words) {
    out.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), offset)
    offset += column.byteLength
  }
  for (const [, column] of bytes) {
    out.set(column, offset)
    offset += column.length
  }
  return out
}

/** The inverse of `encodeColumns`. Throws a RangeError on bytes that it did not write. */
export function decodeColumns<H extends Json>(data: Uint8Array): Columns<H> {
  // A copy starts at an aligned address, which a slice of a pooled buffer may not.
  const bytes = Buffer.from(new Uint8Array(data).buffer)
  if (bytes.length < HEAD || bytes.toString('latin1', 0, 8) !== MAGIC) throw new RangeError('not a column block')
  const headLength = bytes.readUInt32LE(8)
  if (HEAD + headLength > bytes.length) throw new RangeError('a column block ends early')
  const head = JSON.parse(bytes.toString('utf8', HEAD, HEAD + headLength)) as {
    readonly header: H
    readonly u32: readonly (readonly [string, number])[]
    readonly u8: readonly (readonly [string, number])[]
  }
  let offset = align(HEAD + headLength)
  const take = (length: number): number => {
    const start = offset
    offset += length
    if (offset > bytes.length) throw new RangeError('a column block ends early')
    return start
  }
  return {
    header: head.header,
    u32: Object.fromEntries(
      head.u32.map(([name, length]) => [name, new Uint32Array(bytes.buffer, take(length * 4), length)]),
    ),
    u8: Object.fromEntries(head.u8.map(([name, length]) => [name, new Uint8Array(bytes.buffer, take(length), length)])),
  }
}

/** Numbers that arrive one row at a time, `width` of them a row. */
export class ColumnBuilder<A extends Uint32Array | Uint8Array> {
  readonly #make: (length: number) => A
  readonly #width: number
  #data: A
  #rows = 0

  constructor(make: (length: number) => A, width = 1) {
    this.#make = make
    this.#width = width
    this.#data = make(1024 * width)
  }

  /** Room for one more row: the array to write to and where the row starts in it. */
  row(): { readonly data: A; readonly at: number } {
    const at = this.#rows * this.#width
    if (at + this.#width > this.#data.length) {
      const grown = this.#make(this.#data.length * 2)
      grown.set(this.#data)
      this.#data = grown
    }
    this.#rows += 1
    return { data: this.#data, at }
  }

  push(...values: readonly number[]): void {
    const { data, at } = this.row()
    for (let i = 0; i < values.length; i++) data[at + i] = values[i]!
  }

  /** Rows one after the other. */
  get rows(): A {
    return this.#data.subarray(0, this.#rows * this.#width) as A
  }

  /** Column by column: all first numbers, then all second ones. */
  get transposed(): A {
    const out = this.#make(this.#rows * this.#width)
    for (let column = 0; column < this.#width; column++)
      for (let row = 0; row < this.#rows; row++)
        out[column * this.#rows + row] = this.#data[row * this.#width + column]!
    return out
  }
}

function align(offset: number): number {
  return (offset + 3) & ~3
}
