import { join } from 'node:path'
import { sha256 } from '../../util/digest.ts'
import type { Example } from './corpora.ts'
import type { DevScores, ScoreTexts } from './evaluate.ts'
import { evaluateDev, textKey } from './evaluate.ts'
import { FIT } from './fit.ts'
import type { ToxicityHead } from './heads.ts'
import { TOXICITY_HEADS } from './heads.ts'
import { auc, thresholdAt } from './metrics.ts'
import { SHAPE } from './network.ts'
import { openToxicityScorer } from './scorer.ts'

/** Share of clean held-out texts that a head's shipped threshold may flag. */
const FALSE_POSITIVE_RATE = 0.02

/**
 * No head flags below this probability. Clean encyclopaedia talk gives the rare heads scores near zero, so the share
 * above would put their thresholds at a few per cent, where short chat messages ("Are you a bot?") already are.
 */
const LEAST_THRESHOLD = 0.2

interface Threshold {
  readonly value: number
  readonly false_positive_rate: number
  readonly n: number
}

/** What is written beside the model: what it is, where its thresholds come from, how it scores. */
export interface ModelManifest {
  readonly name: 'toxicity'
  readonly sha256: string
  readonly bytes: number
  readonly heads: readonly ToxicityHead[]
  readonly shape: typeof SHAPE
  readonly fit: typeof FIT
  readonly thresholds: Readonly<Record<ToxicityHead, Threshold>>
  readonly held_out: Readonly<Record<string, HeldOut>>
  readonly dev: DevScores
}

interface HeldOut {
  readonly n: number
  readonly auc: Readonly<Record<string, { readonly auc: number; readonly positives: number }>>
}

/** Sets the thresholds on held-out training texts and scores the development files. */
export async function measure(
  model: Uint8Array,
  labelled: readonly Example[],
  held: readonly Example[],
  data: string,
): Promise<ModelManifest> {
  const scorer = await openToxicityScorer(model)
  try {
    const score: ScoreTexts = (texts) => scorer.score(texts)
    const heldScores = await score(held.map((example) => example.text))
    const thresholds = headRecord((_, h) => threshold(held, heldScores, h))
    const seen = new Set(labelled.map((example) => textKey(example.text)))
    return {
      name: 'toxicity',
      sha256: sha256(model),
      bytes: model.length,
      heads: TOXICITY_HEADS,
      shape: SHAPE,
      fit: FIT,
      thresholds,
      held_out: bySource(held, heldScores),
      dev: await evaluateDev(join(data, 'toxicity/dev'), seen, score, thresholds.toxicity.value),
    }
  } finally {
    await scorer.close()
  }
}

function threshold(held: readonly Example[], scores: readonly Float32Array[], h: number): Threshold {
  // Clean: neither this head's label nor the general one speaks against the text.
  const clean = held.flatMap((example, i) =>
    example.weight[h]! > 0 && example.y[h]! < 0.2 && example.y[0]! < 0.2 ? [scores[i]![h]!] : [],
  )
  const value = Number(Math.min(0.99, Math.max(LEAST_THRESHOLD, thresholdAt(clean, FALSE_POSITIVE_RATE))).toFixed(3))
  const flagged = clean.filter((score) => score >= value).length
  return { value, false_positive_rate: Number((flagged / clean.length).toFixed(4)), n: clean.length }
}

function bySource(held: readonly Example[], scores: readonly Float32Array[]): ModelManifest['held_out'] {
  const sources = [...new Set(held.map((example) => example.source))].sort()
  return Object.fromEntries(
    sources.map((source) => {
      const rows = held.flatMap((example, i) => (example.source === source ? [{ example, score: scores[i]! }] : []))
      const areas = TOXICITY_HEADS.flatMap((head, h) => {
        // Soft labels near the middle decide nothing.
        const clear = rows.filter(
          ({ example }) => example.weight[h]! > 0 && (example.y[h]! > 0.6 || example.y[h]! < 0.25),
        )
        const positive = clear.map(({ example }) => example.y[h]! > 0.6)
        const area = auc(
          clear.map(({ score }) => score[h]!),
          positive,
        )
        return area === null ? [] : [[head, { auc: area, positives: positive.filter(Boolean).length }] as const]
      })
      return [source, { n: rows.length, auc: Object.fromEntries(areas) }]
    }),
  )
}

function headRecord<T>(make: (head: ToxicityHead, h: number) => T): Readonly<Record<ToxicityHead, T>> {
  return Object.fromEntries(TOXICITY_HEADS.map((head, h) => [head, make(head, h)])) as Record<ToxicityHead, T>
}
