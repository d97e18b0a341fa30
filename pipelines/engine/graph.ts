import { alg, Graph } from '@dagrejs/graphlib'

/** The stages and what depends on what, with deterministic order: file order breaks ties. */
export interface StageGraph {
  /** Every stage after all it needs. */
  readonly order: readonly string[]
  /** Everything a stage depends on, directly or not. */
  ancestors(stage: string): readonly string[]
  /** Everything that depends on a stage, directly or not. */
  descendants(stage: string): readonly string[]
}

/** Cycles, each as the list of its stages in the direction of the data. Empty if there are none. */
export function findCycles(needs: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const graph = build(needs)
  const cycles = alg.findCycles(graph).map((members) => orderCycle(members, needs))
  return cycles
}

/** @throws if there is a cycle: call `findCycles` first. */
export function stageGraph(needs: ReadonlyMap<string, readonly string[]>): StageGraph {
  const order: string[] = []
  const done = new Set<string>()
  const visit = (stage: string): void => {
    if (done.has(stage)) return
    done.add(stage)
    for (const need of needs.get(stage) ?? []) visit(need)
    order.push(stage)
  }
  for (const stage of needs.keys()) visit(stage)
  const graph = build(needs)
  const reach = (stage: string, next: (node: string) => readonly string[]): readonly string[] => {
    const seen = new Set<string>()
    const queue = [...next(stage)]
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      queue.push(...next(node))
    }
    return order.filter((node) => seen.has(node))
  }
  return {
    order,
    ancestors: (stage) => reach(stage, (node) => graph.predecessors(node) ?? []),
    descendants: (stage) => reach(stage, (node) => graph.successors(node) ?? []),
  }
}

function build(needs: ReadonlyMap<string, readonly string[]>): Graph {
  const graph = new Graph({ directed: true })
  for (const stage of needs.keys()) graph.setNode(stage)
  for (const [stage, list] of needs) for (const need of list) graph.setEdge(need, stage)
  return graph
}

/** Walks a strongly connected component along its edges, from its first stage in name order. */
function orderCycle(members: readonly string[], needs: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const inside = new Set(members)
  const path: string[] = []
  let stage: string | undefined = [...members].sort()[0]
  while (stage !== undefined && !path.includes(stage)) {
    path.push(stage)
    stage = needs.get(stage)?.find((need) => inside.has(need))
  }
  const start = stage === undefined ? 0 : path.indexOf(stage)
  const [first, ...rest] = path.slice(start)
  return first === undefined ? [] : [first, ...rest.reverse()]
}
