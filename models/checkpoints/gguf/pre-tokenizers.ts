/**
 * How byte-level BPE tokenizers cut a text into words before they join bytes. GGUF names the way in
 * `tokenizer.ggml.pre`; `tokenizer.json` spells it out. Only ways whose two forms give the same words are here.
 */
export interface PreTokenizer {
  /** Name in `tokenizer.ggml.pre`; the first is written. */
  readonly names: readonly [string, ...string[]]
  readonly normalizer: unknown
  readonly preTokenizer: unknown
  /** A word that is a token as it stands is not joined from bytes (Llama 3). */
  readonly ignoreMerges: boolean
  /** Whether llama.cpp puts BOS before a text where the file does not say. */
  readonly addBos: boolean
}

const GPT2 = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
const BYTES_ONLY = { ...GPT2, use_regex: false }

/** Llama 3's word pattern; Qwen2's takes digits one by one. */
const wordPattern = (digits: string): string =>
  [
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+',
    digits,
    ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*',
    '\\s*[\\r\\n]+',
    '\\s+(?!\\S)',
    '\\s+',
  ].join('|')

const split = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }, BYTES_ONLY],
})

export const PRE_TOKENIZERS: readonly PreTokenizer[] = [
  { names: ['gpt-2', 'gpt2'], normalizer: null, preTokenizer: GPT2, ignoreMerges: false, addBos: false },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3'],
    normalizer: null,
    preTokenizer: split(wordPattern('\\p{N}{1,3}')),
    ignoreMerges: true,
    addBos: true,
  },
  {
    names: ['qwen2'],
    normalizer: { type: 'NFC' },
    preTokenizer: split(wordPattern('\\p{N}')),
    ignoreMerges: false,
    addBos: false,
  },
  {
    names: ['smollm'],
    normalizer: null,
    preTokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, GPT2] },
    ignoreMerges: false,
    addBos: false,
  },
]

/** The entry that a `tokenizer.json` is of, compared by what decides the words. */
export function preTokenizerOf(file: {
  readonly normalizer: unknown
  readonly pre_tokenizer: unknown
  readonly ignoreMerges: boolean
}): PreTokenizer | undefined {
  return PRE_TOKENIZERS.find(
    (known) =>
      same(known.normalizer, file.normalizer ?? null) &&
      same(known.preTokenizer, file.pre_tokenizer) &&
      known.ignoreMerges === file.ignoreMerges,
  )
}

/** Members that do not change ids are left out of the comparison, and defaults filled in. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b))
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const record = value as Readonly<Record<string, unknown>>
  const filled = record['type'] === 'ByteLevel' ? { use_regex: true, ...record, trim_offsets: undefined } : record
  return Object.fromEntries(
    Object.entries(filled)
      .filter(([, member]) => member !== undefined)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, member]) => [key, plain(member)]),
  )
}
