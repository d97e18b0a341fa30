import { type Path, parsePath, valueAt } from './path.ts'

/** The row's own id as a comparable text, undefined where it has none. */
export function ownId(value: unknown, path: Path): string | undefined {
  const id = valueAt(value, path)
  // An empty CSV cell is no id.
  if (typeof id === 'string') return id === '' ? undefined : `s${id}`
  return typeof id === 'number' ? `n${id}` : undefined
}

/** How own ids are found; undefined where they are not looked for. */
export function idPath(config: {
  readonly fields: { readonly id: string }
  readonly group_by: string
  readonly on_duplicate_id: string
}): Path | undefined {
  // The rows of a conversation share ids as they please: with `group_by` they are not compared.
  if (config.fields.id === '' || config.group_by !== '' || config.on_duplicate_id === 'ignore') return undefined
  return parsePath(config.fields.id)
}
