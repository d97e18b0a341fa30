import type { Random } from '../../util/random.ts'
import type { Encoded } from './encode.ts'
import { FLAGS } from './encode.ts'
import { CLASSES, SOURCES } from './example.ts'
import { MOST_FEATURES, type WordType } from './features.ts'
import { paddingOf, type TaggerShape, TRAINING_FLAGS } from './network.ts'
import { stretchesOf } from './stretches.ts'

/** A stretch of text to learn from. */
export interface Lesson {
  readonly encoded: Encoded
  /** [tokens, classes]: the weight of each class; all zero where a token does not count. */
  readonly targets: Float32Array
  /** Index into `SOURCES`. */
  readonly source: number
}

/** What is left out by chance, so that no part is relied on alone. */
export interface Dropping {
  /** Share of words whose own features are left out, and of all other features. */
  readonly wordDropout: number
  readonly featureDropout: number
  /** Share of texts that count as of no source in particular. */
  readonly anySource: number
}

export interface Batch {
  readonly places: number
  readonly at: Int32Array
  readonly flags: Float32Array
  readonly mask: Float32Array
  readonly targets: Float32Array
  /** Distinct words. */
  readonly words: number
  readonly rows: WordRows
  /** Sum of all targets. */
  readonly weight: number
}

/** The rows of word w are `rows[ends[w]] … rows[ends[w + 1] − 1]`. */
export interface WordRows {
  readonly rows: Int32Array
  readonly ends: Int32Array
}

/** Puts texts together for one step. */
export function assemble(lessons: readonly Lesson[], shape: TaggerShape, options: Dropping, rng: Random): Batch {
  const padding = paddingOf(shape)
  const pieces = lessons.flatMap((lesson) => stretchesOf(lesson.encoded, shape).map((stretch) => ({ lesson, stretch })))
  const places = pieces.reduce((sum, { stretch: { from, to } }) => sum + to - from + padding, padding)
  const at = new Int32Array(places)
  const flags = new Float32Array(places * TRAINING_FLAGS)
  const mask = new Float32Array(places)
  const targets = new Float32Array(places * CLASSES.length)
  const index = new Map<WordType, number>()
  const words: WordType[] = []
  const said = new Map(lessons.map((lesson) => [lesson, rng.next() < options.anySource ? 0 : lesson.source]))
  let place = padding
  let weight = 0
  for (const { lesson, stretch } of pieces) {
    const { encoded } = lesson
    const { from, to, asked } = stretch
    for (const token of asked) {
      for (let c = 0; c < CLASSES.length; c++) {
        const w = lesson.targets[token * CLASSES.length + c]!
        targets[(place + token - from) * CLASSES.length + c] = w
        weight += w
      }
    }
    const column = FLAGS + said.get(lesson)!
    for (let i = from; i < to; i++, place++) {
      const type = encoded.types[i]!
      let word = index.get(type)
      if (word === undefined) {
        words.push(type)
        word = words.length
        index.set(type, word)
      }
      at[place] = word
      mask[place] = 1
      for (let f = 0; f < FLAGS; f++) if ((encoded.flags[i]! & (1 << f)) !== 0) flags[place * TRAINING_FLAGS + f] = 1
      flags[place * TRAINING_FLAGS + column] = 1
    }
    place += padding
  }
  return { places, at, flags, mask, targets, words: words.length, rows: rowsOf(words, options, rng), weight }
}

/** The rows of each word, without what dropout leaves out. */
function rowsOf(words: readonly WordType[], { wordDropout, featureDropout }: Dropping, rng: Random): WordRows {
  const rows = new Int32Array(words.length * MOST_FEATURES)
  const ends = new Int32Array(words.length + 1)
  let count = 0
  words.forEach((type, w) => {
    const from = type.own > 0 && rng.next() < wordDropout ? type.own : 0
    for (let k = from; k < type.rows.length; k++) if (rng.next() >= featureDropout) rows[count++] = type.rows[k]!
    ends[w + 1] = count
  })
  return { rows, ends }
}

/** Places that a text takes in a batch. */
export function placesOf(lesson: Lesson, shape: TaggerShape): number {
  const padding = paddingOf(shape)
  return stretchesOf(lesson.encoded, shape).reduce((sum, { from, to }) => sum + to - from + padding, 0)
}

/** Index of a source. */
export function sourceIndex(source: (typeof SOURCES)[number]): number {
  return SOURCES.indexOf(source)
}
