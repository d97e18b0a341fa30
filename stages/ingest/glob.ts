import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

export interface GlobMatch {
  /** Absolute. */
  readonly path: string
  /** Relative to the folder where the wildcards begin, with `/`. */
  readonly name: string
}

/**
 * Files that match a pattern, sorted by name (code units), so the order is the same on every machine.
 *
 * `*` and `?` stay inside one name, `**` spans folders, `{a,b}` are alternatives. Names that start with a dot are matched
 * only by patterns that start with one. Links to folders are not followed by `**`.
 */
export function glob(pattern: string, baseDir: string): readonly GlobMatch[] {
  if (!hasWildcard(pattern)) {
    const path = resolve(baseDir, pattern)
    return isFile(path) ? [{ path, name: basename(path) }] : []
  }
  const root = globRoot(pattern, baseDir)
  const rest = pattern.split('/').slice(fixedSegments(pattern).length).join('/')
  const names = new Set<string>()
  for (const alternative of expandBraces(rest)) walk(root, '', alternative.split('/'), names)
  return [...names].sort().map((name) => ({ path: join(root, name), name }))
}

export function hasWildcard(pattern: string): boolean {
  return /[*?{]/.test(pattern)
}

/** The folder where the wildcards of a pattern begin; the folder of the file where there are none. */
export function globRoot(pattern: string, baseDir: string): string {
  if (!hasWildcard(pattern)) return dirname(resolve(baseDir, pattern))
  const fixed = fixedSegments(pattern)
  return fixed.length === 0 ? resolve(baseDir) : resolve(baseDir, `${fixed.join('/')}/`)
}

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`. Braces without a partner are literal. */
export function expandBraces(pattern: string): readonly string[] {
  const open = pattern.indexOf('{')
  if (open === -1) return [pattern]
  const cuts = [open]
  let depth = 0
  for (let i = open; i < pattern.length; i++) {
    if (pattern[i] === '{') depth += 1
    else if (pattern[i] === ',' && depth === 1) cuts.push(i)
    else if (pattern[i] === '}') {
      depth -= 1
      if (depth > 0) continue
      cuts.push(i)
      const tails = expandBraces(pattern.slice(i + 1))
      return cuts
        .slice(1)
        .flatMap((cut, n) => expandBraces(pattern.slice(cuts[n]! + 1, cut)))
        .flatMap((middle) => tails.map((tail) => pattern.slice(0, open) + middle + tail))
    }
  }
  return [pattern]
}

function fixedSegments(pattern: string): readonly string[] {
  const segments = pattern.split('/')
  const first = segments.findIndex(hasWildcard)
  return segments.slice(0, first === -1 ? segments.length - 1 : first)
}

function walk(root: string, folder: string, segments: readonly string[], found: Set<string>): void {
  const [segment, ...rest] = segments
  if (segment === undefined) return
  if (segment === '**') {
    walk(root, folder, rest, found)
    for (const name of foldersIn(root, folder)) walk(root, join(folder, name), segments, found)
    return
  }
  const matches = segmentMatcher(segment)
  for (const entry of entriesIn(root, folder)) {
    if (!matches(entry)) continue
    const name = folder === '' ? entry : `${folder}/${entry}`
    if (rest.length > 0) walk(root, name, rest, found)
    else if (isFile(join(root, name))) found.add(name)
  }
}

/** Names in a folder; none where it does not exist. */
function entriesIn(root: string, folder: string): readonly string[] {
  const path = join(root, folder)
  return isFolder(path) ? readdirSync(path) : []
}

function foldersIn(root: string, folder: string): readonly string[] {
  const path = join(root, folder)
  if (!isFolder(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
}

/** Matches one name, in time linear in name × pattern (no backtracking regular expression). */
export function segmentMatcher(segment: string): (name: string) => boolean {
  const dotted = segment.startsWith('.')
  return (name) => (dotted || !name.startsWith('.')) && matchSegment(segment, name)
}

function matchSegment(segment: string, name: string): boolean {
  let s = 0
  let n = 0
  let star = -1
  let retry = 0
  while (n < name.length) {
    if (segment[s] === '*') {
      star = s++
      retry = n
    } else if (s < segment.length && (segment[s] === '?' || segment[s] === name[n])) {
      s += 1
      n += 1
    } else if (star !== -1) {
      s = star + 1
      n = ++retry
    } else return false
  }
  while (segment[s] === '*') s += 1
  return s === segment.length
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
