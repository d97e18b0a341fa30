import { memberField, typeOfField } from './field-names.ts'

/**
 * Called for each string and number of a JSON text; gives the text that shall stand there instead. `path` are the keys from
 * the root, joined by dots, `[]` for the items of a list.
 */
export type Rewrite = (
  value: string,
  field: string | undefined,
  kind: 'string' | 'number' | 'key',
  path: string,
) => string

/**
 * Rewrites the strings and long numbers of a JSON text where they stand. All else stays as it is, byte for byte: white
 * space, order, big numbers, escapes. A number that changes becomes a string. Returns `undefined` where the text is not
 * JSON or only a bare scalar. A string that holds JSON itself is rewritten inside.
 */
export function rewriteJson(text: string, rewrite: Rewrite, depth = 0, root = ''): string | undefined {
  if (!isContainer(text) || depth > 8) return undefined
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  let out = ''
  let copied = 0
  // For each open container: whether it is an object, and the field it (or its current member) is called by.
  const stack: { readonly object: boolean; field: string | undefined; readonly base: string; path: string }[] = []
  for (let at = 0; at < text.length; ) {
    const char = text[at]!
    const top = stack.at(-1)
    if (char === '{' || char === '[') {
      const base = top?.path ?? root
      stack.push({ object: char === '{', field: top?.field, base, path: char === '{' ? base : `${base}[]` })
      at += 1
    } else if (char === '}' || char === ']') {
      stack.pop()
      at += 1
    } else if (char === '"') {
      const end = stringEnd(text, at)
      const value = JSON.parse(text.slice(at, end)) as string
      const isKey = top?.object === true && /^\s*:/.test(text.slice(end, end + 64))
      let next: string
      if (isKey) {
        top.field = memberField(stack.at(-2)?.field, value)
        top.path = top.base === '' ? value : `${top.base}.${value}`
        next = rewrite(value, undefined, 'key', top.path)
      } else {
        const path = top?.path ?? root
        next = rewriteJson(value, rewrite, depth + 1, path) ?? rewrite(value, top?.field, 'string', path)
      }
      if (next !== value) {
        out += text.slice(copied, at) + JSON.stringify(next)
        copied = end
      }
      at = end
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      let end = at + 1
      while (end < text.length && /[0-9.eE+-]/.test(text[end]!)) end += 1
      const value = text.slice(at, end)
      // Short numbers are counts, but for those whose field says what they are (`age`).
      const told = end - at >= 3 || (top?.field !== undefined && typeOfField(top.field) !== undefined)
      const next = told ? rewrite(value, top?.field, 'number', top?.path ?? root) : value
      if (next !== value) {
        out += text.slice(copied, at) + JSON.stringify(next)
        copied = end
      }
      at = end
    } else at += 1
  }
  return copied === 0 ? text : out + text.slice(copied)
}

function isContainer(text: string): boolean {
  return /^\s{0,1000}[{[]/.test(text) && /[}\]]\s*$/.test(text.slice(-1000))
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
