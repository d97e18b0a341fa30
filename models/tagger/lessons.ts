import type { Random } from '../../util/random.ts'
import { joined, misspelt, recased, swapNames } from './augment.ts'
import { type Lesson, sourceIndex } from './batch.ts'
import type { Corpora } from './corpora.ts'
import { encode } from './encode.ts'
import { CLASSES, type Example } from './example.ts'
import type { WordTypes } from './features.ts'
import type { NamePool } from './names.ts'
import { syntheticExamples } from './synthetic.ts'

/** How an epoch is put together. Shares are of the texts of a source, counts are texts. */
export interface Mix {
  readonly crossnerShare: number
  /** Times that each text of UNER's training folds is read. */
  readonly unerTimes: number
  readonly synthetic: number
  readonly clean: number
  /** Share of the made-up and of the clean texts that count as of UNER. */
  readonly asUner: number
  /** Share of the texts in which names are swapped, and of the names in them. */
  readonly swapTexts: number
  readonly swapNames: number
  /** Share of the texts with misspelt words, and of the words in them. */
  readonly slipTexts: number
  readonly slipWords: number
  readonly lower: number
  readonly upper: number
  /** Share of the texts that are joined with the one before. */
  readonly join: number
}

export interface TrainingTexts extends Pick<Corpora, 'uner' | 'wnutTrain' | 'broadTrain' | 'wikigold' | 'crossner'> {
  /** Texts in which nothing is a name. */
  readonly clean: readonly string[]
}

/** The texts of one epoch, in the order in which they are learned from. */
export function epochExamples(
  texts: TrainingTexts,
  mix: Mix,
  pool: NamePool,
  rng: Random,
  part: 'all' | 'even' | 'odd',
): readonly Example[] {
  const some = <T>(items: readonly T[], count: number): readonly T[] => rng.shuffle(items).slice(0, count)
  const real = [
    ...Array.from({ length: mix.unerTimes }, () => texts.uner).flat(),
    ...texts.wnutTrain,
    ...texts.broadTrain,
    ...texts.wikigold,
    ...some(texts.crossner, Math.round(texts.crossner.length * mix.crossnerShare)),
  ].map((example) => (rng.next() < mix.swapTexts ? swapNames(example, pool, rng, mix.swapNames) : example))
  const clean = some(texts.clean, mix.clean).map((text): Example => ({ text, entities: [], source: 'synthetic' }))
  // Made-up texts count as written in the habits of mails as well: those are what the shipped model speaks.
  const made = [...clean, ...syntheticExamples(mix.synthetic, pool, rng, part)].map(
    (example): Example => ({ ...example, source: rng.next() < mix.asUner ? 'uner' : example.source }),
  )
  const all = [...real, ...made].map((plain) => {
    const example = rng.next() < mix.slipTexts ? misspelt(plain, rng, mix.slipWords) : plain
    const x = rng.next()
    return x < mix.lower ? recased(example, 'lower') : x < mix.lower + mix.upper ? recased(example, 'upper') : example
  })
  const out: Example[] = []
  for (const example of rng.shuffle(all)) {
    const last = out.at(-1)
    if (last !== undefined && last.text.length < 400 && rng.next() < mix.join)
      out[out.length - 1] = joined([last, example], rng.next() < 0.5 ? ' ' : '\n')
    else out.push(example)
  }
  return out
}

/** A labelled text as the trainer takes it: each token has the class of the entity that it touches. */
export function lessonOf(example: Example, words: WordTypes): Lesson {
  const encoded = encode(example.text, words)
  const { count, start, end } = encoded.tokens
  const targets = new Float32Array(count * CLASSES.length)
  let k = 0
  for (let i = 0; i < count; i++) {
    while (k < example.entities.length && example.entities[k]!.end <= start[i]!) k += 1
    const entity = example.entities[k]
    const type = entity !== undefined && entity.start < end[i]! ? CLASSES.indexOf(entity.type) : 0
    targets[i * CLASSES.length + type] = 1
  }
  return { encoded, targets, source: sourceIndex(example.source) }
}
