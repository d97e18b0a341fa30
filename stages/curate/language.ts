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

/** Letters that the identifier looks at: n-gram scores settle before that. */
const SAMPLE_CHARS = 64
/** Places of the record that they are taken from. */
const WINDOWS = 4
/** Raw characters searched for words at each place: enough where most of it is left out. */
const SEARCHED_CHARS = 512

/**
 * Loads `eld` (n-gram detector for 60 languages; the small database, loaded when this is called). It sees words from
 * four places spread evenly over what user and assistant wrote, so a greeting in another language does not decide;
 * placeholders, addresses, links, numbers and code are left out, because they look like English.
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
  readonly sample: string
  readonly letters: number
}

function sampleOf({ text, messages }: Pick<TextRecord, 'text' | 'messages'>): Sample {
  const parts =
    messages === undefined
      ? [text ?? '']
      : messages.flatMap(({ role, content }) => (role === 'user' || role === 'assistant' ? [content] : []))
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  const out = { sample: '', letters: 0 }
  if (total <= SAMPLE_CHARS * 2) {
    for (const part of parts) addWords(out, part, 0, Number.POSITIVE_INFINITY)
    return out
  }
  for (let window = 0; window < WINDOWS; window++) {
    let at = Math.floor((total * (2 * window + 1)) / (2 * WINDOWS))
    let part = 0
    while (at >= parts[part]!.length) at -= parts[part++]!.length
    const until = (SAMPLE_CHARS * (window + 1)) / WINDOWS
    // Where the text ends before the window is full, the next part goes on.
    for (let searched = 0; part < parts.length && out.sample.length < until && searched < SEARCHED_CHARS; part++) {
      searched += addWords(out, parts[part]!, at, until)
      at = 0
    }
  }
  return out
}

/**
 * Adds the words of a text from the next one on, one walk over its characters, until the sample has `until` of them. A
 * word with anything but letters and marks is left out. Gives the characters looked at.
 */
function addWords(to: { sample: string; letters: number }, text: string, from: number, until: number): number {
  let i = from
  if (i > 0) while (i < text.length && !isSpace(text.charCodeAt(i))) i += 1
  const end = Math.min(text.length, i + SEARCHED_CHARS)
  let start = i
  let letters = 0
  let plain = true
  for (; i <= end && to.sample.length < until; i++) {
    const code = i < end ? text.charCodeAt(i) : 0x20
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
  return i - from
}

/** Digits and the signs of addresses, links, placeholders, masks and code. */
const NOT_IN_WORDS = new Set([...'0123456789@/\\<>{}[]_=|#*•'].map((sign) => sign.charCodeAt(0)))

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}
