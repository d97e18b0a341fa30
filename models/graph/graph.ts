import type {
  Attribute,
  ElementType,
  ExternalData,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
  TensorData,
} from './onnx.ts'
import { encodeOnnx } from './onnx.ts'
import type { Shape } from './shape.ts'
import { formatShape, ShapeError, sameShape } from './shape.ts'

/** A typed value in a graph under construction. Sizes are known or named; a mistake is found when it is built. */
export interface Value {
  readonly id: string
  readonly type: ElementType
  readonly shape: Shape
  readonly graph: Graph
}

/**
 * Gradients of the inputs, from those of the outputs; `undefined` stands for zero. It builds nodes as it goes, so it
 * can itself be differentiated, and whatever nobody asks for is left out of the model.
 */
export type Backward = (outputGradients: readonly (Value | undefined)[]) => readonly (Value | undefined)[]

/** One step of the tape: what reverse mode walks back over. May stand for several ONNX nodes. */
export interface Operation {
  readonly name: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly backward?: Backward
}

export interface NodeSpec {
  readonly op: string
  readonly domain?: string
  readonly inputs: readonly (Value | undefined)[]
  readonly outputs: readonly { readonly type: ElementType; readonly shape: Shape }[]
  readonly attributes?: Readonly<Record<string, Attribute>>
}

export interface Graph {
  readonly name: string
  /** A value fed at every run: token ids, and weights too that need not be packed. */
  input(name: string, type: ElementType, shape: Shape): Value
  /** A constant stored in the model. Equal small constants are stored once. */
  constant(type: ElementType, shape: readonly number[], data: TensorData): Value
  /** A float32 constant whose numbers lie in a file that the session is told of; see `openSession`. */
  stored(name: string, shape: readonly number[], external: ExternalData): Value
  /** A constant of one element in the given floating type. */
  scalar(type: ElementType, x: number): Value
  /** A vector of int64, as axes and shapes are given to ONNX. */
  int64s(values: readonly number[]): Value
  /** Adds ONNX nodes without a gradient. */
  node(spec: NodeSpec): readonly Value[]
  /** Runs `build` and records what it built as one differentiable operation. */
  operation<const T extends readonly Value[]>(
    name: string,
    inputs: readonly Value[],
    build: () => T,
    backward?: (...outputs: NoInfer<T>) => Backward,
  ): T
  readonly tape: readonly Operation[]
  /** The graph input that has `symbol` as a size, and the axis. */
  sourceOf(symbol: string): { readonly value: Value; readonly axis: number } | undefined
  /** The model that computes `outputs`, without what they do not need. Inputs stay even where unused. */
  toModel(outputs: Readonly<Record<string, Value>>): OnnxModel
  encode(outputs: Readonly<Record<string, Value>>): Uint8Array
}

/**
 * Starts a graph.
 *
 * @example
 * const g = createGraph('line')
 * const x = g.input('x', 'float32', ['batch', 2])
 * const w = g.input('w', 'float32', [2, 1])
 * const bytes = g.encode({ y: matmul(x, w) }) // y: [batch, 1]
 */
export function createGraph(name: string): Graph {
  const inputs: OnnxValue[] = []
  const nodes: OnnxNode[] = []
  const constants = new Map<string, { value: Value; tensor: OnnxTensor }>()
  const tape: Operation[] = []
  const sources = new Map<string, { value: Value; axis: number }>()
  const values = new Map<string, Value>()
  let next = 0

  const make = (id: string, type: ElementType, shape: Shape): Value => {
    const value = Object.freeze({ id, type, shape, graph })
    values.set(id, value)
    return value
  }

  const graph: Graph = {
    name,
    tape,
    input(inputName, type, shape) {
      if (inputs.some((known) => known.name === inputName)) throw new ShapeError(`input ${inputName} is declared twice`)
      inputs.push({ name: inputName, type, shape })
      const value = make(inputName, type, shape)
      shape.forEach((size, axis) => {
        if (typeof size === 'string' && !size.includes('*') && !sources.has(size)) sources.set(size, { value, axis })
      })
      return value
    },
    constant(type, shape, data) {
      const small = data.length <= 64
      const key = small ? `${type}:${shape.join()}:${Array.from(data as ArrayLike<number | bigint>).join()}` : ''
      const known = small ? constants.get(key) : undefined
      if (known !== undefined) return known.value
      const value = make(`c${next++}`, type, shape)
      constants.set(small ? key : value.id, { value, tensor: { name: value.id, type, shape, data } })
      return value
    },
    stored(storedName, shape, external) {
      const value = make(storedName, 'float32', shape)
      const data = new Float32Array()
      constants.set(storedName, { value, tensor: { name: storedName, type: 'float32', shape, data, external } })
      return value
    },
    scalar(type, x) {
      if (type !== 'float32' && type !== 'float64') throw new ShapeError(`scalar: ${type} is not a floating type`)
      return graph.constant(type, [], type === 'float32' ? Float32Array.of(x) : Float64Array.of(x))
    },
    int64s: (values) => graph.constant('int64', [values.length], BigInt64Array.from(values, BigInt)),
    node(spec) {
      for (const input of spec.inputs) {
        if (input !== undefined && input.graph !== graph) throw new ShapeError(`${spec.op}: a value of another graph`)
      }
      const outputs = spec.outputs.map(({ type, shape }) => make(`v${next++}`, type, shape))
      nodes.push({
        op: spec.op,
        inputs: spec.inputs.map((input) => input?.id ?? ''),
        outputs: outputs.map((output) => output.id),
        ...(spec.domain === undefined ? {} : { domain: spec.domain }),
        ...(spec.attributes === undefined ? {} : { attributes: spec.attributes }),
      })
      return outputs
    },
    operation(operationName, operands, build, backward) {
      const start = tape.length
      const outputs = build()
      // What an operation is made of is covered by its own rule.
      if (backward !== undefined) {
        tape.length = start
        tape.push({ name: operationName, inputs: operands, outputs, backward: backward(...outputs) })
      }
      return outputs
    },
    sourceOf: (symbol) => sources.get(symbol),
    toModel(outputs) {
      // A value takes the name of the output it is; one that is an input, a constant or two outputs is copied.
      const made = new Set(nodes.flatMap((node) => node.outputs))
      const renamed = new Map<string, string>()
      const aliases: OnnxNode[] = []
      for (const [outputName, value] of Object.entries(outputs)) {
        if (made.has(value.id) && !renamed.has(value.id)) renamed.set(value.id, outputName)
        else aliases.push({ op: 'Identity', inputs: [renamed.get(value.id) ?? value.id], outputs: [outputName] })
      }
      const rename = (node: OnnxNode): OnnxNode => ({
        ...node,
        inputs: node.inputs.map((id) => renamed.get(id) ?? id),
        outputs: node.outputs.map((id) => renamed.get(id) ?? id),
      })
      const needed = new Set(Object.values(outputs).map((value) => value.id))
      const kept: OnnxNode[] = []
      for (const node of [...nodes].reverse()) {
        if (!node.outputs.some((output) => needed.has(output))) continue
        for (const input of node.inputs) needed.add(input)
        kept.push(node)
      }
      const fused = addedProducts(kept.reverse(), values, outputs)
      // A shape that ONNX Runtime cannot infer matches no other: it would find no memory to use again among all that was
      // freed, and look through it for each new value. Opening 30 layers took a minute.
      const inner = fused.flatMap((node) => node.outputs).filter((id) => !renamed.has(id))
      return {
        name,
        inputs,
        values: inner.map((id) => ({ name: id, type: values.get(id)!.type, shape: values.get(id)!.shape })),
        outputs: Object.entries(outputs).map(([outputName, { type, shape }]) => ({ name: outputName, type, shape })),
        nodes: [...fused.map(rename), ...aliases],
        initializers: [...constants.values()].filter(({ value }) => needed.has(value.id)).map(({ tensor }) => tensor),
      }
    },
    encode: (outputs) => encodeOnnx(graph.toModel(outputs)),
  }
  return graph
}

/**
 * Products that are only added to another matrix, as Gemm with that matrix as its third operand: one pass over the
 * sum fewer.
 */
function addedProducts(
  nodes: readonly OnnxNode[],
  values: ReadonlyMap<string, Value>,
  outputs: Readonly<Record<string, Value>>,
): readonly OnnxNode[] {
  const uses = new Map<string, number>()
  const used = (id: string): void => void uses.set(id, (uses.get(id) ?? 0) + 1)
  for (const { inputs } of nodes) inputs.forEach(used)
  for (const { id } of Object.values(outputs)) used(id)
  const products = new Map<string, OnnxNode>()
  const fused = new Set<OnnxNode>()
  const result = nodes.map((node) => {
    const [left, right] = node.inputs as readonly [string, string]
    const output = values.get(node.outputs[0]!)!
    if (output.type !== 'float32' || output.shape.length !== 2) return node
    if (node.op === 'MatMul' || node.op === 'FusedMatMul') products.set(output.id, node)
    if (node.op !== 'Add') return node
    for (const [id, other] of [
      [right, left],
      [left, right],
    ] as const) {
      const product = products.get(id)
      if (product === undefined || fused.has(product) || uses.get(id) !== 1) continue
      // What is broadcast stays an Add.
      if (![id, other].every((each) => sameShape(values.get(each)!.shape, output.shape))) continue
      fused.add(product)
      const inputs = [...product.inputs, other]
      return { op: 'Gemm', inputs, outputs: node.outputs, attributes: product.attributes ?? {} }
    }
    return node
  })
  return result.filter((node) => !fused.has(node))
}

/** Adds a node with one output. */
export function node1(graph: Graph, spec: Omit<NodeSpec, 'outputs'>, type: ElementType, shape: Shape): Value {
  return graph.node({ ...spec, outputs: [{ type, shape }] })[0]!
}

/** Fails unless all values have one floating type. */
export function sameType(where: string, ...values: readonly Value[]): ElementType {
  const type = values[0]!.type
  for (const value of values) {
    if (value.type !== type) {
      throw new ShapeError(`${where}: ${type} and ${value.type} ${formatShape(value.shape)} cannot be mixed`)
    }
  }
  return type
}
