import { reduceSum, sumTo } from './elementwise.ts'
import type { Value } from './graph.ts'
import { node1, sameType } from './graph.ts'
import { reshape, transpose } from './layout.ts'
import type { Shape } from './shape.ts'
import { broadcastShape, formatShape, product, ShapeError, sameShape } from './shape.ts'

export interface MatmulOptions {
  /** Use the transpose (last two axes) of the first operand. */
  readonly transA?: boolean
  readonly transB?: boolean
  /** Multiplies the result. */
  readonly alpha?: number
}

/**
 * The product of matrices, or of stacks of matrices with numpy broadcasting. A two-dimensional right operand takes a
 * left one of any rank. float32 runs as one FusedMatMul, without transposed copies.
 */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1 } = options
  if (b.shape.length === 2 && a.shape.length > 2 && !transA) {
    const rows = product(a.shape.slice(0, -1))
    const flat = matmul(reshape(a, [rows, a.shape.at(-1)!]), b, options)
    return reshape(flat, [...a.shape.slice(0, -1), flat.shape.at(-1)!])
  }
  const shape = matmulShape(a.shape, b.shape, transA, transB)
  const [y] = a.graph.operation(
    'MatMul',
    [a, b],
    () => [emitMatmul(a, b, shape, transA, transB, alpha)] as const,
    () =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined]
        // y = α·A′·B′ with A′ = A or Aᵀ: dA′ = α·dy·B′ᵀ, dB′ = α·A′ᵀ·dy.
        const da = transA
          ? matmul(b, dy, { transA: transB, transB: true, alpha })
          : matmul(dy, b, { transB: !transB, alpha })
        const db = transB ? transposedFactor(dy, a, transA, alpha, b) : matmul(a, dy, { transA: !transA, alpha })
        return [sumTo(da, a), sumTo(db, b)]
      },
  )
  return y
}

/** Columns up to which MLAS is slow, as for the gradient of LoRA's B. */
const NARROW = 64

/** α·dyᵀ·A′, the gradient of b in y = α·A′·bᵀ. A tall and narrow one is made lying and then transposed. */
function transposedFactor(dy: Value, a: Value, transA: boolean, alpha: number, b: Value): Value {
  const [rows, columns] = b.shape
  if (b.shape.length === 2 && Number(columns) <= NARROW && Number(rows) > NARROW) {
    return swapLast(matmul(a, dy, { transA: !transA, alpha }))
  }
  return matmul(dy, a, { transA: true, transB: transA, alpha })
}

/**
 * A linear layer with a bias, as one Gemm: x·W′ + b with W′ = W or Wᵀ.
 *
 * @param x [rows, in]
 * @param weight [in, out], or [out, in] with `transB`
 * @param bias [out]
 */
export function affine(x: Value, weight: Value, bias: Value, transB: boolean): Value {
  const { graph } = x
  const type = sameType('Gemm', x, weight, bias)
  const shape = matmulShape(x.shape, weight.shape, false, transB)
  if (x.shape.length !== 2 || weight.shape.length !== 2 || !sameShape(bias.shape, [shape[1]!])) {
    throw new ShapeError(`Gemm of ${formatShape(x.shape)}, ${formatShape(weight.shape)} and ${formatShape(bias.shape)}`)
  }
  const attributes = { transB: { int: transB ? 1 : 0 } }
  const [y] = graph.operation(
    'Gemm',
    [x, weight, bias],
    () => [node1(graph, { op: 'Gemm', inputs: [x, weight, bias], attributes }, type, shape)] as const,
    () =>
      ([dy]) => {
        if (dy === undefined) return [undefined, undefined, undefined]
        const dw = transB ? matmul(dy, x, { transA: true }) : matmul(x, dy, { transA: true })
        return [matmul(dy, weight, { transB: !transB }), dw, reduceSum(dy, [0])]
      },
  )
  return y
}

function emitMatmul(a: Value, b: Value, shape: Shape, transA: boolean, transB: boolean, alpha: number): Value {
  const { graph } = a
  const type = sameType('MatMul', a, b)
  if (type === 'float32' && (transA || transB || alpha !== 1)) {
    const attributes = {
      transA: { int: transA ? 1 : 0 },
      transB: { int: transB ? 1 : 0 },
      alpha: { float: alpha },
    }
    return node1(graph, { op: 'FusedMatMul', domain: 'com.microsoft', inputs: [a, b], attributes }, type, shape)
  }
  const left = transA ? swapLast(a) : a
  const right = transB ? swapLast(b) : b
  const plain = node1(graph, { op: 'MatMul', inputs: [left, right] }, type, shape)
  if (alpha === 1) return plain
  return node1(graph, { op: 'Mul', inputs: [plain, graph.scalar(type, alpha)] }, type, shape)
}

function swapLast(x: Value): Value {
  const rank = x.shape.length
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2])
}

function matmulShape(a: Shape, b: Shape, transA: boolean, transB: boolean): Shape {
  const where = `MatMul of ${formatShape(a)}${transA ? 'ᵀ' : ''} and ${formatShape(b)}${transB ? 'ᵀ' : ''}`
  if (a.length < 2 || b.length < 2) throw new ShapeError(`${where}: needs matrices`)
  const [rows, innerA] = transA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!]
  const [innerB, columns] = transB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!]
  if (innerA !== innerB) throw new ShapeError(`${where}: inner sizes ${innerA} and ${innerB} differ`)
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2), where), rows, columns]
}
