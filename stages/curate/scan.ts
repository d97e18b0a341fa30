import { contentDigest, type TextRecord } from '../../artifacts/record.ts'
import { sha256Json } from '../../util/digest.ts'
import type { BatchResult, OpenContext, ShardWorker } from '../stage.ts'
import { ColumnBuilder, encodeColumns } from './columns.ts'
import type { CurateConfig } from './config.ts'
import { type LanguageIdentifier, openLanguageIdentifier, UNDETERMINED } from './language.ts'
import { createMinHasher, type MinHasher } from './minhash.ts'
import { judgeQuality } from './quality.ts'
import { type RuleValues, resolveRules } from './rules.ts'
import { judgeScores } from './scores.ts'
import { createShingler, type Shingler } from './shingles.ts'

/** Head of a scan block: the words behind the numbers of its `reason` and `language` columns. */
export type ScanHeader = {
  readonly rows: number
  /** reason 0 is none; reason i is `reasons[i - 1]`. */
  readonly reasons: readonly string[]
  readonly languages: readonly string[]
}

/** Name of the blob that the first pass hands back for each shard. */
export const SCAN_BLOB = 'scan'

/** `flags`: the row has words, so it has a signature. */
export const HAS_SIGNATURE = 1

/**
 * Pass 1: looks at every record of a shard once and hands back, per row, its language, the rule it breaks, its content
 * hash, its MinHash bands and signature, and the hashes of its groups. Writes no records.
 */
export async function openScan(config: CurateConfig, context: OpenContext): Promise<ShardWorker> {
  const identify = await openLanguageIdentifier({
    minLetters: config.language.min_letters,
    minConfidence: config.language.min_confidence,
  })
  return new Scan(config, context, identify)
}

class Scan implements ShardWorker {
  readonly #config: CurateConfig
  readonly #context: OpenContext
  readonly #identify: LanguageIdentifier
  readonly #rules: RuleValues
  readonly #shingler: Shingler
  readonly #hasher: MinHasher
  readonly #reasons = new WordTable()
  readonly #languages = new WordTable()
  readonly #id = words(2)
  readonly #exact = words(3)
  readonly #length = words(1)
  readonly #groups: ColumnBuilder<Uint32Array>
  readonly #bands: ColumnBuilder<Uint32Array>
  readonly #signature: ColumnBuilder<Uint8Array>
  readonly #reason = bytes(1)
  readonly #language = bytes(1)
  readonly #flags = bytes(1)
  #rows = 0

  constructor(config: CurateConfig, context: OpenContext, identify: LanguageIdentifier) {
    const { bands, rows, shingle_unit, shingle_size, mask_numbers } = config.duplicates
    this.#config = config
    this.#context = context
    this.#identify = identify
    this.#rules = resolveRules(config.preset, config.rules)
    this.#shingler = createShingler({ unit: shingle_unit, size: shingle_size, maskNumbers: mask_numbers })
    this.#hasher = createMinHasher({ bands, rows })
    this.#groups = words(2 * config.split.group_by.length)
    this.#bands = words(bands)
    this.#signature = bytes(bands * rows)
  }

  async process(batch: readonly TextRecord[]): Promise<BatchResult> {
    for (const record of batch) this.#add(record)
    return { kept: [], dropped: [], quarantined: [], seen: batch }
  }

  async finish(): Promise<void> {
    const header: ScanHeader = { rows: this.#rows, reasons: this.#reasons.words, languages: this.#languages.words }
    this.#context.blob(
      SCAN_BLOB,
      encodeColumns({
        header,
        u32: {
          id: this.#id.transposed,
          exact: this.#exact.transposed,
          length: this.#length.rows,
          groups: this.#groups.transposed,
          bands: this.#bands.transposed,
        },
        u8: {
          reason: this.#reason.rows,
          language: this.#language.rows,
          flags: this.#flags.rows,
          signature: this.#signature.rows,
        },
      }),
    )
  }

  async close(): Promise<void> {}

  #add(record: TextRecord): void {
    const { tally } = this.#context
    const language = this.#identify(record)
    const reason = this.#judge(record, language)
    tally.count(record.messages === undefined ? 'form.text' : 'form.messages')
    tally.category('language', language)
    this.#rows += 1
    this.#id.push(word(record.id, 0), word(record.id, 1))
    const digest = contentDigest(record)
    this.#exact.push(word(digest, 0), word(digest, 1), word(digest, 2))
    this.#length.push(lengthOf(record))
    this.#addGroups(record)
    this.#reason.push(reason === undefined ? 0 : this.#reasons.index(reason) + 1)
    this.#language.push(this.#languages.index(language))
    const bands = this.#bands.row()
    const signature = this.#signature.row()
    // A row that is dropped anyway must not stand for others, so it gets no signature.
    const shingles = reason === undefined ? this.#shingler.shingles(contents(record)) : undefined
    this.#flags.push(shingles === undefined || shingles.length === 0 ? 0 : HAS_SIGNATURE)
    if (shingles !== undefined && shingles.length > 0)
      this.#hasher.write(shingles, bands.data, bands.at, signature.data, signature.at)
  }

  #judge(record: TextRecord, language: string): string | undefined {
    const scores = judgeScores(record, this.#config.drop_when, this.#context.tally)
    return scores ?? judgeQuality(record, this.#rules, language) ?? judgeLanguage(language, this.#config.language)
  }

  #addGroups(record: TextRecord): void {
    const keys = this.#config.split.group_by
    if (keys.length === 0) return
    const { data, at } = this.#groups.row()
    keys.forEach((key, i) => {
      const value = record.meta[key]
      const missing = value === undefined || value === null || value === ''
      if (missing) this.#context.tally.count(`group_missing{${key}}`)
      const digest = missing ? '' : sha256Json(value)
      // 0, 0 stands for "no group".
      data[at + 2 * i] = missing ? 0 : word(digest, 0)
      data[at + 2 * i + 1] = missing ? 0 : word(digest, 1) | 1
    })
  }
}

function judgeLanguage(language: string, { allow, undetermined }: CurateConfig['language']): string | undefined {
  if (allow.length === 0 || allow.includes(language)) return undefined
  return language === UNDETERMINED && undetermined === 'keep' ? undefined : 'language'
}

/** What people and models said. System prompts are left out: every conversation of an application shares them. */
export function* contents(record: Pick<TextRecord, 'text' | 'messages'>): Generator<string> {
  if (record.text !== undefined) yield record.text
  for (const message of record.messages ?? []) if (message.role !== 'system') yield message.content
}

function lengthOf(record: TextRecord): number {
  let length = 0
  for (const content of contents(record)) length += content.length
  return length
}

/** The i-th 32-bit word of a hex digest. */
function word(digest: string, i: number): number {
  return Number.parseInt(digest.slice(i * 8, i * 8 + 8), 16)
}

function words(width: number): ColumnBuilder<Uint32Array> {
  return new ColumnBuilder<Uint32Array>((length) => new Uint32Array(length), width)
}

function bytes(width: number): ColumnBuilder<Uint8Array> {
  return new ColumnBuilder<Uint8Array>((length) => new Uint8Array(length), width)
}

/** Words by the order in which they first came, at most 255 (reasons and language codes are ours, and few). */
class WordTable {
  readonly #index = new Map<string, number>()

  index(name: string): number {
    const known = this.#index.get(name)
    if (known !== undefined) return known
    if (this.#index.size >= 255) throw new RangeError('more than 255 reasons or languages')
    this.#index.set(name, this.#index.size)
    return this.#index.size - 1
  }

  get words(): readonly string[] {
    return [...this.#index.keys()]
  }
}
