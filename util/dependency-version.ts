import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * The version of a dependency as it is installed, which need not be the one that package.json names.
 *
 * @param name a package whose `exports` let its package.json be read
 */
export function dependencyVersion(name: string): string {
  return (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { readonly version: string })
    .version
}
