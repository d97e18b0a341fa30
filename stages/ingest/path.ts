import type { Json } from '../../util/json.ts'

/** A dot path, cut once. */
export interface Path {
  readonly name: string
  readonly keys: readonly string[]
}

export function parsePath(name: string): Path {
  return { name, keys: name.split('.') }
}

/**
 * The value at a path, undefined where there is none. A member that has the whole path as its name (a CSV column
 * `customer.name`) comes first. Only own members count: `constructor` finds nothing.
 */
export function valueAt(root: unknown, path: Path): Json | undefined {
  if (typeof root !== 'object' || root === null) return undefined
  if (Object.hasOwn(root, path.name)) return (root as Record<string, Json>)[path.name]
  if (path.keys.length === 1) return undefined
  let value: unknown = root
  for (const key of path.keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value as Json
}
