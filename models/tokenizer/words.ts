import { SplitPreTokenizer } from '../token-classification/hugging-face.ts'
import { BYTE_TO_CHARACTER, splitWords } from './bytes.ts'
import type { PreTokenizerConfig } from './file.ts'

/** Cuts a text into stretches; joined they are the text. */
export type Cut = (text: string) => readonly string[]

/**
 * The pre-tokenizer of a byte-level tokenizer as a plain cut of strings, or undefined where it does more than cut: the
 * patterns of GPT-2, Llama 3, Qwen 2 and SmolLM 2 are all of this kind. Offsets are not needed then, which is faster.
 */
export function byteLevelWords(config: PreTokenizerConfig | null | undefined): Cut | undefined {
  const steps = config?.type === 'Sequence' ? (config.pretokenizers ?? []) : [config]
  const last = steps.at(-1)
  if (last?.type !== 'ByteLevel' || last.add_prefix_space === true) return undefined
  const cuts = steps.slice(0, -1).map((step) => (step == null ? undefined : plainCut(step)))
  if (last.use_regex !== false) cuts.push(splitWords)
  let whole: Cut = (text) => [text]
  for (const cut of cuts) {
    if (cut === undefined) return undefined
    const before = whole
    whole = (text) => before(text).flatMap(cut)
  }
  return whole
}

function plainCut(config: PreTokenizerConfig): Cut | undefined {
  if (config.type === 'Digits') {
    const pattern = config.individual_digits === true ? /\p{N}/gu : /\p{N}+/gu
    return (text) => isolate(text, pattern)
  }
  if (config.type !== 'Split' || config.behavior !== 'Isolated' || config.invert === true) return undefined
  const { pattern } = new SplitPreTokenizer(config)
  return pattern === null ? undefined : (text) => isolate(text, pattern)
}

/** Matches and what stands between them. */
function isolate(text: string, pattern: RegExp): readonly string[] {
  const out: string[] = []
  let last = 0
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue
    if (match.index > last) out.push(text.slice(last, match.index))
    last = match.index + match[0].length
    out.push(match[0])
  }
  if (last < text.length) out.push(text.slice(last))
  return out
}

/** A word as the symbols of its UTF-8 bytes. */
export function byteSymbols(word: string): string {
  if (/^[!-~]*$/.test(word)) return word
  let out = ''
  for (const byte of Buffer.from(word, 'utf8')) out += BYTE_TO_CHARACTER[byte]!
  return out
}
