import { type Path, parsePath, valueAt } from './path.ts'

/** The row's own id as a comparable text, undefined where it has none. */
export function ownId(value: unknown, path: Path): string | undefined {
  const id = valueAt(value, path)
  // An empty CSV cell is no id. The number 7 and the text "7" are different ids; a text never begins with a NUL here.
  if (typeof id === 'string') return id === '' ? undefined : id.startsWith('\0') ? `\0\0${id}` : id
  return typeof id === 'number' ? `\0${id}` : undefined
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
