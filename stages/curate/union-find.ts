/** Disjoint sets over 0…n−1, 4 bytes each. The root of a set is always its smallest member, so it depends on no order. */
export class UnionFind {
  readonly #parent: Uint32Array

  constructor(n: number | UnionFind) {
    if (n instanceof UnionFind) {
      this.#parent = n.#parent.slice()
      return
    }
    this.#parent = new Uint32Array(n)
    for (let i = 0; i < n; i++) this.#parent[i] = i
  }

  find(member: number): number {
    const parent = this.#parent
    let at = member
    while (parent[at] !== at) {
      // Path halving (Tarjan & van Leeuwen 1984).
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }

  /** Joins two sets. False where they were one already. */
  union(a: number, b: number): boolean {
    const x = this.find(a)
    const y = this.find(b)
    if (x === y) return false
    if (x < y) this.#parent[y] = x
    else this.#parent[x] = y
    return true
  }
}
