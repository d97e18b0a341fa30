import { random } from '../../util/random.ts'
import { type Lesson, placesOf } from './batch.ts'
import { WordTypes } from './features.ts'
import { epochExamples, lessonOf, type Mix, type TrainingTexts } from './lessons.ts'
import type { NamePool } from './names.ts'
import { initialParameters, type Parameters, SHAPE } from './network.ts'
import type { Part } from './synthetic.ts'
import { Trainer, type TrainerOptions } from './trainer.ts'

/** Everything that decides what is learned, beside the texts. */
export interface Fit {
  readonly seed: number
  readonly epochs: number
  /** Places in a batch, about. */
  readonly batch: number
  readonly trainer: TrainerOptions
  readonly mix: Mix
}

export const FIT: Fit = {
  seed: 20_260_701,
  epochs: 10,
  batch: 1200,
  trainer: {
    tableRate: 20,
    rate: 2e-3,
    dropout: 0.25,
    wordDropout: 0.3,
    featureDropout: 0.05,
    anySource: 0.3,
    decay: 1e-3,
  },
  mix: {
    crossnerShare: 0.35,
    unerTimes: 2,
    synthetic: 7500,
    clean: 1500,
    asUner: 0.6,
    swapTexts: 0.25,
    swapNames: 0.7,
    slipTexts: 0.2,
    slipWords: 0.12,
    lower: 0.08,
    upper: 0.02,
    join: 0.3,
  },
}

export interface FitInputs {
  readonly texts: TrainingTexts
  readonly pool: NamePool
  readonly part: Part
  readonly log: (line: string) => void
}

/** Share of the steps over which the rate rises. */
const WARM_UP = 0.05

/** Fits the network. The same texts and options give the same parameters. */
export async function fitTagger(fit: Fit, { texts, pool, part, log }: FitInputs): Promise<Parameters> {
  const words = new WordTypes()
  const parameters = initialParameters(SHAPE, fit.seed)
  const trainer = await Trainer.open(SHAPE, parameters, fit.trainer)
  for (let epoch = 0; epoch < fit.epochs; epoch++) {
    const rng = random(fit.seed, 'tagger', 'epoch', epoch)
    const lessons = epochExamples(texts, fit.mix, pool, rng, part).map((example) => lessonOf(example, words))
    const sizes = lessons.map((lesson) => placesOf(lesson, SHAPE))
    const total = sizes.reduce((a, b) => a + b, 0)
    let batch: Lesson[] = []
    let places = 0
    let done = 0
    let loss = 0
    for (const [i, lesson] of lessons.entries()) {
      if (sizes[i] === 0) continue
      batch.push(lesson)
      places += sizes[i]!
      if (places < fit.batch) continue
      const progress = (epoch + done / total) / fit.epochs
      const pace = progress < WARM_UP ? progress / WARM_UP : (1 - progress) / (1 - WARM_UP)
      loss += (await trainer.step(batch, pace, rng)) * places
      done += places
      batch = []
      places = 0
    }
    log(`epoch ${epoch + 1}: ${lessons.length} texts, loss ${(loss / Math.max(1, done)).toFixed(4)}`)
  }
  trainer.clearUntouched()
  await trainer.close()
  return parameters
}
