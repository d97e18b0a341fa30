import { existsSync, readFileSync } from 'node:fs'
import type { TaggerCardManifest } from '../../models/tagger/manifest.ts'
import { packageFile } from '../../util/package-root.ts'
import type { SetResult } from './evaluate.ts'
import type { Speed } from './system-thread.ts'

export interface SystemResult {
  readonly name: string
  readonly title: string
  readonly version: string
  readonly note?: string
  readonly sets: readonly SetResult[]
  readonly speed: Speed
}

/** What the trained tagger reached on documents of UNER-EWT dev that its fold had not seen. */
export interface TaggerFolds {
  readonly char_f2: number
  readonly clean_flagged: number
}

const CARD = packageFile('models/weights/tagger/model.json')

/** Whether a trained tagger looks as well: then figures on what it was trained on say nothing. */
export function taggerShips(): boolean {
  return existsSync(CARD)
}

/**
 * Of the tagger alone, from the description of its weights; undefined where it does not ship. The whole detector on the same
 * folds is `npm run bench -- redaction-folds`, which trains five taggers.
 */
export function taggerFolds(): TaggerFolds | undefined {
  if (!taggerShips()) return undefined
  const { folds } = JSON.parse(readFileSync(CARD, 'utf8')) as TaggerCardManifest
  const { f2, cleanFlagged, clean } = folds.uner_folds.person
  return { char_f2: f2, clean_flagged: cleanFlagged / clean }
}
