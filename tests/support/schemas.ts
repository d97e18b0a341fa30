import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../util/package-root.ts'

/** Folder of the official schemas, which are not part of the project; tests that need them skip without. */
export const SCHEMAS = process.env['SLUICE_SCHEMAS'] ?? join(PACKAGE_ROOT, '..', 'shared', 'schemas')

/** Title for a suite that needs one of its folders, with the reason where it is skipped. */
export function needsSchemas(folder: string): { readonly skip: boolean; readonly note: string } {
  const here = existsSync(join(SCHEMAS, folder))
  return { skip: !here, note: here ? '' : ` (skipped: no ${folder} schemas; set SLUICE_SCHEMAS)` }
}
