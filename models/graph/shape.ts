import type { Dimension } from './onnx.ts'

/**
 * Shapes whose sizes are numbers, names (`batch`) or products of both (`batch*sequence*4`). Products have one
 * canonical form, so two sizes are equal when they are written the same.
 */
export type Shape = readonly Dimension[]

/** A mistake in the construction of a graph: a bug in the code that builds it, never in a user's file. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** A shape for messages: `[batch, 128]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** The product of sizes: `product(['batch', 4, 'sequence', 2])` is `'batch*sequence*8'`. */
export function product(sizes: Shape): Dimension {
  let factor = 1
  const names: string[] = []
  for (const size of sizes) {
    for (const part of typeof size === 'number' ? [size] : size.split('*')) {
      const value = Number(part)
      if (Number.isNaN(value)) names.push(String(part))
      else factor *= value
    }
  }
  if (names.length === 0 || factor === 0) return factor
  const symbols = names.sort().join('*')
  return factor === 1 ? symbols : `${symbols}*${factor}`
}

/** True where all sizes are the same numbers and the same names. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}

/** The shape of an element-wise result (numpy rules). A name only matches the same name or 1. */
export function broadcastShape(a: Shape, b: Shape, where: string): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1
    const right = b[b.length - rank + i] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw new ShapeError(`${where}: ${formatShape(a)} and ${formatShape(b)} differ at axis ${i}`)
  })
}

/** Axis as a number from 0, from one that may count from the end. */
export function normalAxis(axis: number, rank: number, where: string): number {
  const normal = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new ShapeError(`${where}: axis ${axis} of a tensor of rank ${rank}`)
  }
  return normal
}

/** The size as a number. */
export function fixedSize(size: Dimension | undefined, where: string): number {
  if (typeof size !== 'number') throw new ShapeError(`${where}: needs a fixed size, not ${size ?? 'nothing'}`)
  return size
}
