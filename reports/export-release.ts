import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getModel } from '../artifacts/model.ts'
import { openStore } from '../artifacts/store.ts'
import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { renderModelCard } from './model-card.ts'

/**
 * Lays the candidate model of a run out as a folder in Hugging Face layout with its model card: `model/` in the run's
 * folder. Every file's digest is checked on the way. Gives the folder, or nothing where the run has no candidate or
 * its model was trained on raw data (then it stays sealed in the store).
 */
export function exportRelease(record: RunRecord, storeRoot: string, dir: string): string | undefined {
  const candidate = record.release?.candidate
  if (candidate === undefined || record.release?.state !== 'awaiting_review') return undefined
  if (candidate.model.sensitivity === 'raw') return undefined
  const store = openStore(storeRoot)
  const folder = join(dir, 'model')
  for (const file of getModel(store, candidate.model).files) store.exportTo(file.sha256, join(folder, file.name))
  writeFileSync(join(folder, 'README.md'), renderModelCard(record))
  return folder
}
