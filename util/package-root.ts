import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the installed package, whether this file runs from source or from `dist/`. */
export const PACKAGE_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)))

/** The version in package.json. */
export const VERSION: string = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')).version

/** The absolute path of a file that ships in the package, e.g. `packageFile('models/weights/toxicity/model.onnx')`. */
export function packageFile(path: string): string {
  return join(PACKAGE_ROOT, path)
}

/**
 * The compiled form of a module that must be loaded by a new thread: Node 20 cannot load TypeScript, so a thread
 * started from a test that runs on source uses `dist/` (which `npm test` builds first).
 */
export function compiledModule(path: string): URL {
  return new URL(`file://${join(PACKAGE_ROOT, 'dist', path)}`)
}

function findRoot(start: string): string {
  let folder = start
  while (!isOurPackage(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('package.json of sluice not found')
    folder = parent
  }
  return folder
}

function isOurPackage(path: string): boolean {
  return existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).name === 'sluice'
}
