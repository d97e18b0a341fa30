import { existsSync, readFileSync } from 'node:fs'
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

/** From the card of the tagger that ships; undefined where it does not ship or says nothing of folds. */
export function taggerFolds(): TaggerFolds | undefined {
  if (!taggerShips()) return undefined
  const { folds } = JSON.parse(readFileSync(CARD, 'utf8')) as { readonly folds?: Partial<TaggerFolds> }
  if (typeof folds?.char_f2 !== 'number' || typeof folds.clean_flagged !== 'number') return undefined
  return { char_f2: folds.char_f2, clean_flagged: folds.clean_flagged }
}
