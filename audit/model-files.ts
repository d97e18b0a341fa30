import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { toSluiceError } from '../util/errors.ts'

export interface ModelFiles {
  /** Paths in the folder, parts divided by `/`, in the order of `byParts`. */
  readonly files: readonly string[]
  /** What is neither a file nor a folder, and names that cannot be written down. */
  readonly problems: readonly { readonly code: string; readonly message: string; readonly file: string }[]
}

/** Every file below a folder but those at or below an ignored path. Links are never followed. Throws `SYSTEM_*`. */
export function listModelFiles(folder: string, ignored: readonly string[]): ModelFiles {
  const files: string[] = []
  const problems: { code: string; message: string; file: string }[] = []
  const visit = (parent: string): void => {
    for (const entry of readdirSync(join(folder, parent), { withFileTypes: true })) {
      const name = parent === '' ? entry.name : `${parent}/${entry.name}`
      if (isIgnored(name, ignored)) continue
      if (!isModelPath(name)) {
        problems.push({ code: 'MODEL_PATH_UNUSABLE', message: 'a name is not plain UTF-8 text', file: parent })
      } else if (entry.isDirectory()) visit(name)
      else if (entry.isFile()) files.push(name)
      else if (entry.isSymbolicLink()) {
        problems.push({ code: 'MODEL_SYMLINK', message: 'a symbolic link is no part of a signed model', file: name })
      } else problems.push({ code: 'MODEL_FILE_SPECIAL', message: 'this is neither a file nor a folder', file: name })
    }
  }
  try {
    visit('')
  } catch (error) {
    throw toSluiceError(error, 'listing the files of a model')
  }
  return { files: files.sort(byParts), problems: problems.sort((a, b) => byParts(a.file, b.file)) }
}

/** A relative path without `.`, `..` and empty parts; no backslash, which another system would take for a divider. */
export function isModelPath(path: string): boolean {
  // U+FFFD is what Node makes of a file name that is not UTF-8.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f\ufffd\\]/.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((skip) => path === skip || path.startsWith(`${skip}/`))
}

/** Order of the files in a model signature: part by part, each by its code points, as Python compares paths. */
export function byParts(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (const [i, part] of left.entries()) {
    const other = right[i]
    if (other === undefined) return 1
    if (part !== other) return byCodePoints(part, other)
  }
  return left.length - right.length
}

/** UTF-8 bytes sort like code points; UTF-16 units, which `<` compares, do not. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}
