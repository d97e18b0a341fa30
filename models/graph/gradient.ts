import { sumOf } from './elementwise.ts'
import type { Value } from './graph.ts'
import { formatShape, ShapeError, sameShape } from './shape.ts'

/**
 * Reverse-mode differentiation: d(loss)/d(target) for each target, as values of the same graph. Only operations that
 * lie between a target and the loss are walked, so frozen weights cost nothing.
 *
 * @param seed d(anything)/d(loss), of the loss's shape; 1 where the loss is a plain scalar that nothing follows
 * @throws ShapeError where the loss does not depend on a target, or an operation on the way has no gradient
 */
export function gradients(loss: Value, targets: readonly Value[], seed?: Value): readonly Value[] {
  const graph = loss.graph
  const tape = [...graph.tape]
  const active = new Set(targets.map((target) => target.id))
  for (const { inputs, outputs } of tape) {
    if (inputs.some((input) => active.has(input.id))) for (const output of outputs) active.add(output.id)
  }
  const pending = new Map<string, Value[]>()
  pending.set(loss.id, [seed ?? graph.scalar(loss.type, 1)])

  const take = (value: Value): Value | undefined => {
    const parts = pending.get(value.id)
    if (parts === undefined) return undefined
    const total = sumOf(parts)
    pending.set(value.id, [total])
    return total
  }

  for (const operation of tape.reverse()) {
    if (!operation.outputs.some((output) => pending.has(output.id))) continue
    if (!operation.inputs.some((input) => active.has(input.id))) continue
    if (operation.backward === undefined) throw new ShapeError(`${operation.name} has no gradient`)
    const results = operation.backward(operation.outputs.map(take))
    operation.inputs.forEach((input, i) => {
      const result = results[i]
      if (result === undefined || !active.has(input.id)) return
      if (!sameShape(result.shape, input.shape)) {
        throw new ShapeError(
          `gradient of ${operation.name}: ${formatShape(result.shape)} for an input ${formatShape(input.shape)}`,
        )
      }
      const parts = pending.get(input.id)
      if (parts === undefined) pending.set(input.id, [result])
      else parts.push(result)
    })
  }
  return targets.map((target) => {
    const total = take(target)
    if (total === undefined) throw new ShapeError(`the loss does not depend on ${target.id}`)
    return total
  })
}
