import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../models/checkpoints/byte-source.ts'
import { decodeHalf, encodeHalf } from '../../models/checkpoints/half.ts'
import { decodeSafetensors, encodeSafetensors, openSafetensors, safetensorsChunks } from '../../models/safetensors.ts'

const tensors = fc
  .uniqueArray(
    fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__metadata__'),
    { maxLength: 5 },
  )
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(fc.nat(4), fc.nat(4))
          .chain(([rows, columns]) =>
            fc
              .float32Array({ minLength: rows * columns, maxLength: rows * columns, noNaN: true })
              .map((data) => ({ name, shape: [rows, columns], data })),
          ),
      ),
    ),
  )

describe('safetensors', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(tensors, (list) => {
        expect([...decodeSafetensors(encodeSafetensors(list)).values()].map(plain)).toEqual(sorted(list.map(plain)))
      }),
    )
  })

  it('takes any name, that of an object’s prototype too', () => {
    const bytes = encodeSafetensors([{ name: '__proto__', shape: [1], data: Float32Array.of(1) }])
    expect([...decodeSafetensors(bytes).keys()]).toEqual(['__proto__'])
  })

  it('puts the data on a multiple of eight bytes and names the format, as other readers expect', () => {
    const bytes = encodeSafetensors([{ name: 'w', shape: [1], data: Float32Array.of(1) }])
    expect(Buffer.from(bytes).toString('latin1', 8).trimEnd().startsWith('{"__metadata__":{"format":"pt"}')).toBe(true)
    expect((bytes.length - 4) % 8).toBe(0)
  })

  it('refuses every cut of a file, and data that does not fit the header', () => {
    const bytes = encodeSafetensors([{ name: 'w', shape: [2, 2], data: new Float32Array(4) }])
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodeSafetensors(bytes.subarray(0, end))).toThrow('cannot be read')
    }
    const wrong = Buffer.from(Buffer.from(bytes).toString('latin1').replace('[2,2]', '[2,3]'), 'latin1')
    expect(() => decodeSafetensors(wrong)).toThrow('as many bytes')
  })

  it('reads and writes half precision', () => {
    const data = Float32Array.of(1, -2.5, 65_504, 2 ** -24, 0.1)
    for (const [dtype, tenth] of [
      ['F16', 0.0999755859375],
      ['BF16', 0.10009765625],
    ] as const) {
      const file = openSafetensors(bytesSource('x', encodeSafetensors([{ name: 'w', shape: [5], data }], {}, dtype)))
      expect([file.entries.get('w')?.dtype, file.read('w').data[4]]).toEqual([dtype, tenth])
      expect([...file.read('w').data.subarray(0, 2)]).toEqual([1, -2.5])
    }
    expect(decodeHalf(encodeHalf(data)).subarray(0, 4)).toEqual(data.subarray(0, 4))
  })

  it('reads only the tensor that is asked for, and writes them one by one', () => {
    const reads: [number, number][] = []
    const made: string[] = []
    const lazy = ['a', 'b', 'c'].map((name) => ({
      name,
      shape: [100],
      read: () => {
        made.push(name)
        return new Float32Array(100).fill(name.charCodeAt(0))
      },
    }))
    const chunks = safetensorsChunks(lazy)[Symbol.iterator]()
    const first = [chunks.next().value, chunks.next().value] as Uint8Array[]
    expect(made).toEqual(['a'])
    const rest = [chunks.next().value, chunks.next().value] as Uint8Array[]
    const bytes = Buffer.concat([...first, ...rest])
    const source = bytesSource('x', bytes)
    const file = openSafetensors({
      ...source,
      read(offset, length) {
        reads.push([offset, length])
        return source.read(offset, length)
      },
    })
    expect(file.read('b').data[99]).toBe(98)
    const header = first[0]!.length
    expect(reads).toEqual([
      [0, 8],
      [8, header - 8],
      [header + 400, 400],
    ])
  })

  it('says what is wrong with a header', () => {
    const file = (header: string, bytes: number, length = Buffer.byteLength(header)): Buffer => {
      const out = Buffer.alloc(8 + Buffer.byteLength(header) + bytes)
      out.writeBigUInt64LE(BigInt(length))
      out.write(header, 8)
      return out
    }
    const tensor = (from: number, to: number, more = ''): string =>
      `{"dtype":"F32","shape":[${(to - from) / 4}],"data_offsets":[${from},${to}]${more}}`
    const cases: [string, Buffer][] = [
      ['the header does not fit the file', Buffer.alloc(7)],
      ['more than 100000000 bytes', file('{}', 0, 100_000_001)],
      ['the header is not JSON', file('{"a":', 0)],
      ['the header is no object', file('[]', 0)],
      ['a tensor is listed twice', file(`{"a":${tensor(0, 4)},"b":{"x":"a"},"\\u0061":${tensor(0, 4)}}`, 4)],
      ['tensor b overlaps another', file(`{"a":${tensor(0, 8)},"b":${tensor(4, 8)}}`, 8)],
      ['there is a hole before tensor b', file(`{"a":${tensor(0, 4)},"b":${tensor(8, 12)}}`, 12)],
      ['there are bytes after the last tensor', file(`{"a":${tensor(0, 4)}}`, 8)],
      ['tensor a lies outside the file', file(`{"a":${tensor(0, 12)}}`, 8)],
      ['tensor a lies outside the file', file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[8,4]}}', 8)],
      ['as many bytes as its shape', file('{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,4]}}', 4)],
      ['has an unknown type', file('{"a":{"dtype":"Q4","shape":[4],"data_offsets":[0,4]}}', 4)],
      ['no proper shape', file('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4)],
      ['no proper shape', file('{"a":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}', 4)],
      ['no proper range', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4)],
      ['its metadata is not text', file('{"__metadata__":{"a":1}}', 0)],
    ]
    for (const [why, bytes] of cases) {
      expect(() => decodeSafetensors(bytes)).toThrow(
        expect.objectContaining({ code: 'SAFETENSORS_BROKEN', exit: 4, message: expect.stringContaining(why) }),
      )
    }
  })

  it('skips tensors of other types, and names the type of one that is asked for', () => {
    const header = '{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}'
    const bytes = Buffer.alloc(8 + header.length + 8)
    bytes.writeBigUInt64LE(BigInt(header.length))
    bytes.write(header, 8)
    const file = openSafetensors(bytesSource('x', bytes))
    expect([...file.entries.keys()]).toEqual(['a'])
    expect(() => file.read('a')).toThrow(expect.objectContaining({ code: 'SAFETENSORS_TYPE' }))
  })
})

function plain({ name, shape, data }: { name: string; shape: readonly number[]; data: Float32Array }): unknown {
  return { name, shape: [...shape], data: [...data] }
}

/** JSON.parse puts integer-like names first. */
function sorted(list: readonly unknown[]): unknown[] {
  const byName = Object.fromEntries((list as { name: string }[]).map((item) => [item.name, item]))
  return Object.values(byName)
}
