import { outlineModel } from '../../models/checkpoints/open.ts'
import type { LockedModel } from '../../models/checkpoints/registry.ts'
import { placeFor, resolveModel } from '../../models/checkpoints/registry.ts'
import type { NetworkConfig } from '../../models/network/config.ts'
import { SluiceError } from '../../util/errors.ts'

/** The base of a stage, found but not read. */
export interface FoundBase {
  readonly path: string
  /** What others know it by: written into the adapter as `base_model_name_or_path`. */
  readonly name: string
  readonly digest: string
  readonly network: NetworkConfig
}

/**
 * Finds the model that `base` names.
 *
 * @throws SluiceError MODEL_UNKNOWN, MODEL_NOT_HERE, MODEL_CHANGED (exit 4), and those of the model's format
 */
export function findBase(
  reference: string,
  context: { readonly baseDir: string; readonly storeRoot: string },
): FoundBase {
  const place = placeFor(context.baseDir, context.storeRoot)
  const { path, locked } = resolveModel(place, reference, context.baseDir)
  const outline = outlineModel(path)
  if (locked !== undefined && locked.digest !== outline.digest) {
    throw new SluiceError({
      code: 'MODEL_CHANGED',
      message: `the files of the model ${reference} are not those that the lock file pins`,
      next: 'run `sluice models verify` to see which, and fetch the model again',
      at: { file: place.lock },
      exit: 4,
    })
  }
  return { ...outline, path, name: publicName(reference, locked) }
}

/** A model of the hub is known there by its repository; anything else by what the pipeline calls it. */
function publicName(reference: string, locked: LockedModel | undefined): string {
  return locked?.origin.kind === 'hub' ? locked.origin.repository : reference
}
