import type { TextRecord } from '../../artifacts/record.ts'
import { isSpace } from './text-measures.ts'

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
const SAMPLE_CHARS = 80
/** Raw characters that are searched for them: enough where most of a record is left out. */
const SEARCHED_CHARS = 2048

/**
 * Loads `eld` (n-gram detector for 60 languages; the small database, loaded when this is called). The sample is the
 * start of what people wrote: placeholders, addresses, links, numbers and code are left out first, because they look
 * like English.
 */
export async function openLanguageIdentifier(options: LanguageOptions): Promise<LanguageIdentifier> {
  const { eld } = await import('eld/small')
  return (record) => {
    const { sample, letters } = sampleOf(record)
    if (letters < options.minLetters) return UNDETERMINED
    const result = eld.detect(sample)
    if (result.language === '' || !result.isReliable()) return UNDETERMINED
    // In order, best first. eld 2.1.0 means to ask for this margin itself, but compares with the wrong number.
    const [best = 0, second = 0] = Object.values(result.getScores())
    return best < options.minConfidence || best - second < LEAST_MARGIN ? UNDETERMINED : result.language
  }
}

const LEAST_MARGIN = 0.01

interface Sample {
  sample: string
  letters: number
  searched: number
}

function sampleOf({ text, messages }: Pick<TextRecord, 'text' | 'messages'>): Sample {
  const sample: Sample = { sample: '', letters: 0, searched: 0 }
  if (text !== undefined) addWords(sample, text)
  for (const { role, content } of messages ?? []) if (role === 'user' || role === 'assistant') addWords(sample, content)
  return sample
}

/** Adds the words of a text, one walk over its characters; a word with anything but letters and marks is left out. */
function addWords(to: Sample, text: string): void {
  let start = 0
  let letters = 0
  let plain = true
  for (let i = 0; i <= text.length; i++) {
    if (to.sample.length >= SAMPLE_CHARS || to.searched >= SEARCHED_CHARS) return
    to.searched += 1
    const code = i < text.length ? text.charCodeAt(i) : 0x20
    if (isSpace(code)) {
      if (plain && letters > 0) {
        to.sample += `${text.slice(start, i)} `
        to.letters += letters
      }
      start = i + 1
      letters = 0
      plain = true
    } else if (code >= 0xc0 ? code < 0x2000 || code > 0x2bff : isAsciiLetter(code)) letters += 1
    else if (NOT_IN_WORDS.has(code)) plain = false
  }
}

/** Digits and the signs of addresses, links, placeholders, masks and code. */
const NOT_IN_WORDS = new Set([...'0123456789@/\\<>{}[]_=|#*•'].map((sign) => sign.charCodeAt(0)))

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}
