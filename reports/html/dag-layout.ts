/**
 * Layered drawing of a small directed acyclic graph: longest-path layering (Sugiyama et al. 1981, step 1), order inside
 * a layer by the mean position of the parents (barycentre), long edges bent around through the gaps.
 */
export interface DagNode {
  readonly id: string
  readonly needs: readonly string[]
}

export interface DagLayout {
  readonly width: number
  readonly height: number
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly path: string }[]
}

export interface DagSize {
  /** Size of a node. */
  readonly width: number
  readonly height: number
  /** Gap between layers and between nodes of one layer. */
  readonly layerGap: number
  readonly nodeGap: number
  /** Layers go left to right, or top to bottom. */
  readonly direction: 'right' | 'down'
}

/** Layer of each node: 0 without parents, else one more than its deepest parent. Unknown parents are ignored. */
export function layers(nodes: readonly DagNode[]): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const depth = new Map<string, number>()
  const visit = (node: DagNode, path: ReadonlySet<string>): number => {
    const known = depth.get(node.id)
    if (known !== undefined) return known
    let layer = 0
    for (const need of node.needs) {
      const parent = byId.get(need)
      // A run record never holds a cycle (the plan refuses them); a drawing must end all the same.
      if (parent === undefined || path.has(need)) continue
      layer = Math.max(layer, 1 + visit(parent, new Set([...path, node.id])))
    }
    depth.set(node.id, layer)
    return layer
  }
  for (const node of nodes) visit(node, new Set())
  return depth
}

export function layoutDag(nodes: readonly DagNode[], size: DagSize): DagLayout {
  const depth = layers(nodes)
  const count = Math.max(0, ...depth.values()) + (nodes.length === 0 ? 0 : 1)
  const order = orderLayers(nodes, depth, count)
  const along = size.direction === 'right' ? size.width : size.height
  const across = size.direction === 'right' ? size.height : size.width
  const widest = Math.max(1, ...order.map((layer) => layer.length))
  const total = widest * across + (widest - 1) * size.nodeGap

  const place = new Map<string, { readonly a: number; readonly b: number }>()
  order.forEach((layer, i) => {
    const used = layer.length * across + (layer.length - 1) * size.nodeGap
    layer.forEach((id, j) => {
      place.set(id, { a: i * (along + size.layerGap), b: (total - used) / 2 + j * (across + size.nodeGap) })
    })
  })
  const length = count * along + Math.max(0, count - 1) * size.layerGap
  // Edges that would cross a node run outside all nodes, in one lane for each node they start from.
  const detours = nodes.filter((from) =>
    nodes.some(
      (to) => to.needs.includes(from.id) && depth.get(to.id)! - depth.get(from.id)! > 1 && blocked(from.id, to.id),
    ),
  ).length
  function blocked(from: string, to: string): boolean {
    const [low, high] = [depth.get(from)!, depth.get(to)!]
    const [b1, b2] = [place.get(from)!.b, place.get(to)!.b]
    return order
      .slice(low + 1, high)
      .some((layer) =>
        layer.some(
          (id) => place.get(id)!.b < Math.max(b1, b2) + across && place.get(id)!.b + across > Math.min(b1, b2),
        ),
      )
  }

  const lanes = new Map<string, number>()
  const edges = nodes.flatMap((node) =>
    node.needs.flatMap((need) => {
      const from = place.get(need)
      const to = place.get(node.id)
      if (from === undefined || to === undefined) return []
      const far = depth.get(node.id)! - depth.get(need)! > 1 && blocked(need, node.id)
      if (far && !lanes.has(need)) lanes.set(need, lanes.size + 1)
      const start = { a: from.a + along, b: from.b + across / 2 }
      const end = { a: to.a, b: to.b + across / 2 }
      return [
        {
          from: need,
          to: node.id,
          path: far ? detour(start, end, total + lanes.get(need)! * LANE, size) : bend(start, end, size),
        },
      ]
    }),
  )
  const breadth = total + (detours === 0 ? 0 : detours * LANE + 4)
  return {
    width: size.direction === 'right' ? length : breadth,
    height: size.direction === 'right' ? breadth : length,
    nodes: nodes.map(({ id }) => {
      const { a, b } = place.get(id)!
      return size.direction === 'right' ? { id, x: a, y: b } : { id, x: b, y: a }
    }),
    edges,
  }
}

const LANE = 16

interface Point {
  /** Along the layers. */
  readonly a: number
  /** Across them. */
  readonly b: number
}

function orderLayers(
  nodes: readonly DagNode[],
  depth: ReadonlyMap<string, number>,
  count: number,
): readonly (readonly string[])[] {
  const position = new Map<string, number>()
  return Array.from({ length: count }, (_, layer) => {
    const here = nodes.filter((node) => depth.get(node.id) === layer)
    const weight = (node: DagNode): number => {
      const seen = node.needs.flatMap((need) => position.get(need) ?? [])
      return seen.length === 0 ? 0 : seen.reduce((sum, p) => sum + p, 0) / seen.length
    }
    const sorted = here.map((node, i) => [weight(node), i, node.id] as const).sort(([a, i], [b, j]) => a - b || i - j)
    sorted.forEach(([, , id], i) => {
      position.set(id, i - (sorted.length - 1) / 2)
    })
    return sorted.map(([, , id]) => id)
  })
}

function bend(start: Point, end: Point, { direction }: DagSize): string {
  const middle = (start.a + end.a) / 2
  const point = (a: number, b: number): string => (direction === 'right' ? `${r(a)} ${r(b)}` : `${r(b)} ${r(a)}`)
  return `M${point(start.a, start.b)}C${point(middle, start.b)} ${point(middle, end.b)} ${point(end.a, end.b)}`
}

/** Out of the node, along a lane beside all nodes, and back in. */
function detour(start: Point, end: Point, lane: number, { direction, layerGap }: DagSize): string {
  const point = (a: number, b: number): string => (direction === 'right' ? `${r(a)} ${r(b)}` : `${r(b)} ${r(a)}`)
  const half = layerGap / 2
  const corner = Math.min(10, half)
  const out = start.a + half
  const back = end.a - half
  return [
    `M${point(start.a, start.b)}`,
    `L${point(out - corner, start.b)}`,
    `Q${point(out, start.b)} ${point(out, start.b + corner)}`,
    `L${point(out, lane - corner)}`,
    `Q${point(out, lane)} ${point(out + corner, lane)}`,
    `L${point(back - corner, lane)}`,
    `Q${point(back, lane)} ${point(back, lane - corner)}`,
    `L${point(back, end.b + corner)}`,
    `Q${point(back, end.b)} ${point(back + corner, end.b)}`,
    `L${point(end.a, end.b)}`,
  ].join('')
}

function r(x: number): string {
  return String(Math.round(x * 10) / 10)
}
