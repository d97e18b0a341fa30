import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SluiceError } from '../util/errors.ts'
import { nearest } from '../util/nearest.ts'
import { STAGES } from './index.ts'
import type { Stage } from './stage.ts'

const loaded = new Map<string, Promise<Stage>>()

/** True where `uses` names a package or a file of the user's, not a stage that ships. */
export function isForeign(uses: string): boolean {
  return uses.startsWith('@') || uses.startsWith('.') || uses.startsWith('/')
}

/**
 * The stage that `uses` names: one that ships, or the export `stage` of a package (`@acme/sluice-stage-x`) or of a
 * module beside the pipeline file (`./my-stage.js`).
 *
 * @throws SluiceError `STAGE_UNKNOWN` with the nearest known name.
 */
export function loadStage(uses: string, baseDir: string): Promise<Stage> {
  const key = isForeign(uses) ? `${baseDir}\0${uses}` : uses
  let stage = loaded.get(key)
  if (stage === undefined) {
    stage = isForeign(uses) ? loadForeign(uses, baseDir) : loadOwn(uses)
    loaded.set(key, stage)
    stage.catch(() => loaded.delete(key))
  }
  return stage
}

/** The file that a foreign stage resolves to, for its digest. */
export function foreignEntry(uses: string, baseDir: string): string {
  return createRequire(resolve(baseDir, 'pipeline.yaml')).resolve(uses)
}

async function loadOwn(uses: string): Promise<Stage> {
  const load = STAGES[uses]
  if (load === undefined) {
    const guess = nearest(uses, Object.keys(STAGES))
    throw new SluiceError({
      code: 'STAGE_UNKNOWN',
      message: `there is no stage \`${uses}\``,
      next: guess === undefined ? `stages that ship: ${Object.keys(STAGES).join(', ')}` : `did you mean \`${guess}\`?`,
    })
  }
  return load()
}

async function loadForeign(uses: string, baseDir: string): Promise<Stage> {
  let module: { stage?: Stage }
  try {
    module = await import(pathToFileURL(foreignEntry(uses, baseDir)).href)
  } catch (cause) {
    throw new SluiceError({
      code: 'STAGE_UNKNOWN',
      message: `the stage package \`${uses}\` cannot be loaded`,
      next: `install it beside the pipeline file: npm install ${uses}`,
      cause,
    })
  }
  if (module.stage === undefined || typeof module.stage.name !== 'string') {
    throw new SluiceError({
      code: 'STAGE_UNKNOWN',
      message: `the package \`${uses}\` has no export named \`stage\``,
      next: 'see docs/stages.md for the contract',
    })
  }
  return module.stage
}
