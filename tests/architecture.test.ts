import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PACKAGE_ROOT } from '../util/package-root.ts'

/** What each room may import besides itself (docs/design.md). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  util: [],
  artifacts: ['util'],
  models: ['util'],
  audit: ['artifacts', 'util'],
  stages: ['models', 'artifacts', 'util'],
  policies: ['audit', 'artifacts', 'util'],
  runners: ['stages', 'artifacts', 'util'],
  pipelines: ['runners', 'policies', 'stages', 'audit', 'artifacts', 'util'],
  reports: ['pipelines', 'policies', 'runners', 'stages', 'audit', 'artifacts', 'util'],
  cli: ['reports', 'pipelines', 'policies', 'runners', 'stages', 'models', 'audit', 'artifacts', 'util'],
}

const files = Object.keys(MAY_IMPORT).flatMap((room) => sources(room))
const imports = new Map(files.map((file) => [file, importsOf(file)]))

describe('the rooms', () => {
  it('import only downwards', () => {
    const wrong = files.flatMap((file) => {
      const room = file.split('/')[0]!
      return imports
        .get(file)!
        .filter((target) => target.split('/')[0] !== room && !MAY_IMPORT[room]!.includes(target.split('/')[0]!))
        .map((target) => `${file} → ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('have no import cycle', () => {
    const state = new Map<string, 'open' | 'closed'>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'closed') return
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
        return
      }
      state.set(file, 'open')
      for (const target of imports.get(file) ?? []) visit(target, [...path, file])
      state.set(file, 'closed')
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })

  it('name files in kebab-case and export by name only', () => {
    expect(files.filter((file) => !/^([a-z0-9-]+\/)+[a-z0-9-]+\.tsx?$/.test(file))).toEqual([])
    expect(files.filter((file) => /^export default /m.test(readFileSync(join(PACKAGE_ROOT, file), 'utf8')))).toEqual([])
  })
})

function sources(folder: string): readonly string[] {
  return readdirSync(join(PACKAGE_ROOT, folder)).flatMap((name) => {
    const path = `${folder}/${name}`
    if (statSync(join(PACKAGE_ROOT, path)).isDirectory()) return sources(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}

/** Relative imports, static and dynamic; type-only ones count too, since they also tie rooms together. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(PACKAGE_ROOT, file), 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1]!)),
  )
}
