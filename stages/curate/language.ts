import type { TextRecord } from '../../artifacts/record.ts'

export interface LanguageOptions {
  /** Fewer letters than this: `und`. */
  readonly minLetters: number
  /** Score below this: `und`. */
  readonly minConfidence: number
}

/** Undetermined (ISO 639-2). */
export const UNDETERMINED = 'und'

/** ISO 639-1 code of a record's main language, or `und` where there is too little to tell. */
export type LanguageIdentifier = (record: Pick<TextRecord, 'text' | 'messages'>) => string

/** Characters of text that the identifier looks at: n-gram scores settle long before that. */
const SAMPLE_CHARS = 160
const NOT_WORDS = /<[A-Z][A-Z_]{2,24}(?:_[0-9a-f]{8,16})?>|https?:\/\/\S+|\S+@\S+|\S*[\d•_\\/{}=|]\S*/g
const NOT_LETTERS = /[^\p{L}]+/gu

/**
 * Loads `eld` (n-gram detector for 60 languages; the small database, loaded when this is called). The sample is the
 * start of what people wrote: placeholders, addresses, links, numbers and code are left out first, because they look
 * like English.
 */
export async function openLanguageIdentifier(options: LanguageOptions): Promise<LanguageIdentifier> {
  const { eld } = await import('eld/small')
  return (record) => {
    const sample = sampleOf(record)
    if (sample.replace(NOT_LETTERS, '').length < options.minLetters) return UNDETERMINED
    const result = eld.detect(sample)
    if (result.language === '' || !result.isReliable()) return UNDETERMINED
    return (result.getScores()[result.language] ?? 0) < options.minConfidence ? UNDETERMINED : result.language
  }
}

function sampleOf({ text, messages }: Pick<TextRecord, 'text' | 'messages'>): string {
  let sample = ''
  const add = (part: string): void => {
    // Four times the sample is enough raw text even where most of it is left out.
    if (sample.length < SAMPLE_CHARS) sample += `${part.slice(0, SAMPLE_CHARS * 4).replace(NOT_WORDS, ' ')}\n`
  }
  if (text !== undefined) add(text)
  for (const { role, content } of messages ?? []) if (role === 'user' || role === 'assistant') add(content)
  return sample.replace(/\s+/g, ' ').slice(0, SAMPLE_CHARS)
}
