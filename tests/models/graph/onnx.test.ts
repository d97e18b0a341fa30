import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { encodeOnnx } from '../../../models/graph/onnx.ts'

describe('encodeOnnx', () => {
  it('writes a model that ONNX Runtime loads and runs, with symbolic shapes and attributes of every kind', async () => {
    const session = await InferenceSession.create(
      encodeOnnx({
        name: 'affine',
        inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
        outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
        nodes: [
          { op: 'Constant', inputs: [], outputs: ['k'], attributes: { value_float: { float: 0.5 } } },
          {
            op: 'Gemm',
            inputs: ['x', 'w', 'b'],
            outputs: ['h'],
            attributes: { alpha: { float: 2 }, transB: { int: 1 } },
          },
          { op: 'Mul', inputs: ['h', 'k'], outputs: ['hk'] },
          { op: 'Unsqueeze', inputs: ['hk', 'axis'], outputs: ['u'] },
          { op: 'Transpose', inputs: ['u'], outputs: ['t'], attributes: { perm: { ints: [1, 0, 2] } } },
          { op: 'Squeeze', inputs: ['t', 'first'], outputs: ['y'] },
        ],
        initializers: [
          { name: 'w', type: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, -1, 0, 1) },
          { name: 'b', type: 'float32', shape: [2], data: Float32Array.of(10, 20) },
          { name: 'axis', type: 'int64', shape: [1], data: BigInt64Array.of(-2n) },
          { name: 'first', type: 'int64', shape: [1], data: BigInt64Array.of(0n) },
        ],
        metadata: { licence: 'Apache-2.0' },
      }),
    )
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 1, 1, 0, 1, 0), [2, 3]) })
    expect([...(y!.data as Float32Array)]).toEqual([11, 10, 7, 10])
    expect(y!.dims).toEqual([2, 2])
    await session.release()
  })

  it('keeps every element of an initializer, whatever its type and size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 400 }),
        async (values) => {
          const session = await InferenceSession.create(
            encodeOnnx({
              name: 'constant',
              inputs: [],
              outputs: [{ name: 'y', type: 'int32', shape: [values.length] }],
              nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
              initializers: [{ name: 'x', type: 'int32', shape: [values.length], data: Int32Array.from(values) }],
            }),
          )
          const { y } = await session.run({})
          expect([...(y!.data as Int32Array)]).toEqual(values)
          await session.release()
        },
      ),
      { numRuns: 25 },
    )
  })

  it('refuses data that does not fit the shape', () => {
    expect(() =>
      encodeOnnx({
        name: 'broken',
        inputs: [],
        outputs: [],
        nodes: [],
        initializers: [{ name: 'w', type: 'float32', shape: [2, 2], data: new Float32Array(3) }],
      }),
    ).toThrow('tensor w: 3 elements for shape [2, 2]')
  })
})
