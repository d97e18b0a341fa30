import { BYTE_TO_CHARACTER } from '../tokenizer/bytes.ts'
import { type Aligned, AlignedBuilder, slice } from './aligned.ts'
import { BertPreTokenizer, SplitPreTokenizer } from './hugging-face.ts'

/** Cuts a text into the pieces that a model encodes one by one. */
export type PreTokenize = (input: Aligned) => readonly Aligned[]

type Behavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous'

interface Config {
  readonly type: string
  readonly pretokenizers?: readonly Config[]
  readonly behavior?: Behavior
  readonly invert?: boolean
  readonly individual_digits?: boolean
  readonly delimiter?: string
  readonly length?: number
  readonly add_prefix_space?: boolean
  readonly use_regex?: boolean
  readonly replacement?: string
  readonly prepend_scheme?: 'always' | 'first' | 'never'
  readonly split?: boolean
}

/** ASCII punctuation, symbols included, and Unicode's `P`, as the tokenizers crate has it. */
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu
// The word characters of Rust's regex crate: UTS #18, Annex C.
const WORD_OR_SIGNS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\s]+/gu
/** GPT-2's words (Radford et al. 2019), what `ByteLevel` splits by. */
const BYTE_LEVEL_WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

/**
 * The pre-tokenizer of a `tokenizer.json`, with offsets. It follows the `tokenizers` crate where the JavaScript package
 * differs from it: Unicode word characters in `Whitespace`, single punctuation marks, all behaviours of `Split`, one
 * piece a word in `Metaspace`.
 *
 * @throws Error for a kind that is not known
 */
export function createPreTokenize(config: unknown): PreTokenize {
  if (config === null || config === undefined) return (input) => [input]
  const options = config as Config
  switch (options.type) {
    case 'Sequence': {
      const steps = (options.pretokenizers ?? []).map(createPreTokenize)
      return (input) => steps.reduce<readonly Aligned[]>((pieces, step) => pieces.flatMap(step), [input])
    }
    case 'BertPreTokenizer': {
      const { pattern } = new BertPreTokenizer()
      return (input) => matches(input, pattern)
    }
    case 'Whitespace':
      return (input) => matches(input, WORD_OR_SIGNS)
    case 'WhitespaceSplit':
      return (input) => matches(input, /\S+/gu)
    case 'Punctuation':
      return (input) => split(input, PUNCTUATION, options.behavior ?? 'Isolated', false)
    case 'Digits':
      return (input) => split(input, /\p{N}/gu, options.individual_digits === true ? 'Isolated' : 'Contiguous', false)
    case 'CharDelimiterSplit':
      return (input) => split(input, literal(options.delimiter ?? ' '), 'Removed', false)
    case 'FixedLength':
      return (input) => split(input, new RegExp(`.{1,${options.length ?? 5}}`, 'gsu'), 'Isolated', false)
    case 'Split': {
      const { pattern } = new SplitPreTokenizer(config)
      if (pattern === null) throw new Error('a Split without a pattern')
      return (input) => split(input, pattern, options.behavior ?? 'Isolated', options.invert === true)
    }
    case 'Metaspace':
      return metaspace(options)
    case 'ByteLevel':
      return (input) => byteLevel(input, options.add_prefix_space === true, options.use_regex !== false)
    default:
      throw new Error(`unknown pre-tokenizer ${options.type}`)
  }
}

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu')
}

function matches(input: Aligned, pattern: RegExp): readonly Aligned[] {
  const out: Aligned[] = []
  for (const match of input.text.matchAll(pattern)) {
    if (match[0].length > 0) out.push(slice(input, match.index, match.index + match[0].length))
  }
  return out
}

/** `SplitDelimiterBehavior` of the tokenizers crate. */
function split(input: Aligned, pattern: RegExp, behavior: Behavior, invert: boolean): readonly Aligned[] {
  const parts: { from: number; to: number; delimiter: boolean }[] = []
  const add = (from: number, to: number, delimiter: boolean): void => {
    if (to > from) parts.push({ from, to, delimiter: delimiter !== invert })
  }
  let last = 0
  for (const match of input.text.matchAll(pattern)) {
    add(last, match.index, false)
    last = match.index + match[0].length
    add(match.index, last, true)
  }
  add(last, input.text.length, false)
  const joined: typeof parts = []
  for (const [i, part] of parts.entries()) {
    const before = joined.at(-1)
    const previous = parts[i - 1]
    const joins =
      previous !== undefined &&
      (behavior === 'Contiguous'
        ? previous.delimiter === part.delimiter
        : behavior === 'MergedWithPrevious'
          ? part.delimiter && !previous.delimiter
          : behavior === 'MergedWithNext' && previous.delimiter && !part.delimiter)
    if (joins && before !== undefined) joined[joined.length - 1] = { ...part, from: before.from }
    else joined.push(part)
  }
  const kept = behavior === 'Removed' ? joined.filter(({ delimiter }) => !delimiter) : joined
  return kept.map(({ from, to }) => slice(input, from, to))
}

/** SentencePiece's way: spaces become a visible sign, one is put before the text, each word begins with it. */
function metaspace(options: Config): PreTokenize {
  const sign = options.replacement ?? '▁'
  const scheme = options.prepend_scheme ?? (options.add_prefix_space === false ? 'never' : 'always')
  return (input) => {
    if (input.text === '') return []
    const prefixed = !/^ /.test(input.text) && !input.text.startsWith(sign)
    let piece: Aligned = { ...input, text: input.text.replaceAll(' ', sign) }
    if (prefixed && (scheme === 'always' || (scheme === 'first' && input.starts[0] === 0))) {
      const out = new AlignedBuilder(input.text.length + 8)
      out.insert(sign)
      out.copy(piece, 0, piece.text.length)
      piece = out.build()
    }
    return options.split === false ? [piece] : split(piece, literal(sign), 'MergedWithNext', false)
  }
}

function byteLevel(input: Aligned, prefixSpace: boolean, useWords: boolean): readonly Aligned[] {
  let piece = input
  if (prefixSpace && !input.text.startsWith(' ')) {
    const out = new AlignedBuilder(input.text.length + 8)
    out.insert(' ')
    out.copy(input, 0, input.text.length)
    piece = out.build()
  }
  return (useWords ? matches(piece, BYTE_LEVEL_WORDS) : [piece]).map(toBytes)
}

/** Each byte of the UTF-8 form as a character of its own; all bytes of a character stand for the whole of it. */
function toBytes(input: Aligned): Aligned {
  // Printing ASCII stands for itself, and a space in front has one sign too.
  if (/^ ?[!-~]*$/.test(input.text)) return { ...input, text: input.text.replace(' ', BYTE_TO_CHARACTER[0x20]!) }
  const out = new AlignedBuilder(input.text.length + 8)
  let at = 0
  for (const character of input.text) {
    const bytes = Buffer.from(character, 'utf8')
    const text = Array.from(bytes, (byte) => BYTE_TO_CHARACTER[byte]!).join('')
    out.replace(input, at, at + character.length, text)
    at += character.length
  }
  return out.build()
}
