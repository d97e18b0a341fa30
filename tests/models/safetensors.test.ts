import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../models/safetensors.ts'

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
})

function plain({ name, shape, data }: { name: string; shape: readonly number[]; data: Float32Array }): unknown {
  return { name, shape: [...shape], data: [...data] }
}

/** JSON.parse puts integer-like names first. */
function sorted(list: readonly unknown[]): unknown[] {
  const byName = Object.fromEntries((list as { name: string }[]).map((item) => [item.name, item]))
  return Object.values(byName)
}
