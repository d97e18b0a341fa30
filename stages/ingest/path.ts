import type { Json } from '../../util/json.ts'

/** A dot path, cut once. */
export interface Path {
  readonly name: string
  readonly keys: readonly string[]
  /** True where every object has a member of one of these names by inheritance (`constructor`, `length`). */
  readonly inherited: boolean
}

export function parsePath(name: string): Path {
  const keys = name.split('.')
  return { name, keys, inherited: [name, ...keys].some((key) => key in Array.prototype) }
}

/**
 * The value at a path, undefined where there is none. A member that has the whole path as its name (a CSV column
 * `customer.name`) comes first. Only own members count: `constructor` finds nothing.
 */
export function valueAt(root: unknown, path: Path): Json | undefined {
  const whole = member(root, path.name, path.inherited)
  if (whole !== undefined || path.keys.length === 1) return whole
  let value: unknown = root
  for (const key of path.keys) {
    value = member(value, key, path.inherited)
    if (value === undefined) return undefined
  }
  return value as Json
}

/** Reads first and asks later: this runs several times for every message. */
function member(value: unknown, key: string, inherited: boolean): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (inherited && !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, Json>)[key]
}
