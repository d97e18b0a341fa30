import type { TextRecord } from '../../artifacts/record.ts'
import type { Tally } from '../../artifacts/tally.ts'
import type { Json } from '../../util/json.ts'
import type { BatchResult, ShardWorker } from '../stage.ts'
import { utterances } from '../toxicity/messages.ts'
import type { BiasConfig } from './config.ts'
import { GROUPS } from './lexicon.ts'
import { readSentences } from './mentions.ts'
import type { NegativeSentence } from './valence.ts'

/** Finds mentions in one shard and counts them. All figures of the stage come from these counts. */
export class BiasWorker implements ShardWorker {
  readonly #config: BiasConfig
  readonly #tally: Tally
  readonly #isNegative: NegativeSentence
  readonly #groups: ReadonlySet<string>

  constructor(config: BiasConfig, tally: Tally, isNegative: NegativeSentence) {
    this.#config = config
    this.#tally = tally
    this.#isNegative = isNegative
    this.#groups = new Set(GROUPS.filter(({ axis }) => config.axes.includes(axis)).map(({ group }) => group))
  }

  async process(batch: readonly TextRecord[]): Promise<BatchResult> {
    return { kept: batch.map((record) => this.#read(record)), dropped: [], quarantined: [] }
  }

  async close(): Promise<void> {}

  #read(record: TextRecord): TextRecord {
    const tally = this.#tally
    const mentioned = new Set<string>()
    for (const { text } of utterances(record, true)) {
      for (const sentence of readSentences(text)) {
        const groups = sentence.groups.filter((group) => this.#groups.has(group))
        // The group's own words do not count: "poor" is a negative word too.
        const negative = this.#isNegative(sentence.words.filter((_, i) => !sentence.mentioned[i]))
        tally.count('sentences')
        if (negative) tally.count('negative_sentences')
        for (const group of groups) {
          mentioned.add(group)
          tally.count(`sentences{${group}}`)
          if (negative) tally.count(`negative_sentences{${group}}`)
        }
      }
    }
    const score = toxicityOf(record.notes['toxicity'])
    const toxic = score !== undefined && score >= this.#config.toxic_at
    tally.count('records')
    if (score === undefined) tally.count('unscored')
    if (toxic) tally.count('toxic')
    if (mentioned.size > 0) tally.count('mentioning')
    for (const group of mentioned) {
      tally.count(`mentions{${group}}`)
      if (toxic) tally.count(`toxic{${group}}`)
    }
    return { ...record, notes: { ...record.notes, bias: { groups: [...mentioned].sort() } } }
  }
}

/** The record's toxicity score, if the toxicity stage gave it a sound one. */
function toxicityOf(note: Json | undefined): number | undefined {
  const scores = member(note, 'scores')
  const score = member(scores, 'toxicity')
  return typeof score === 'number' && score >= 0 && score <= 1 ? score : undefined
}

function member(value: Json | undefined, key: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  return (value as Readonly<Record<string, Json>>)[key]
}
