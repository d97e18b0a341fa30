import { SluiceError } from '../../util/errors.ts'
import type { BpeVocabulary } from './bpe-trainer.ts'
import { BYTE_TO_CHARACTER, CHARACTER_TO_BYTE, splitWords } from './bytes.ts'

/** Encodes and decodes text by byte-level BPE, with the same ids as Hugging Face's tokenizers. */
export interface Tokenizer {
  readonly size: number
  /** Ids of a text. Names of special tokens inside the text are plain characters: data cannot forge a turn. */
  encode(text: string): number[]
  /** The text of ids. Special tokens are left out; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>): string
  /** The id of a special token. */
  special(name: string): number
  /** True for a special token. */
  isSpecial(id: number): boolean
}

interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly special: boolean }[]
  readonly pre_tokenizer: unknown
  readonly normalizer: unknown
  readonly model: {
    readonly type: string
    readonly vocab: Readonly<Record<string, number>>
    readonly merges: readonly (string | readonly [string, string])[]
  }
}

const PRE_TOKENIZER = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }

/**
 * The content of `tokenizer.json` for a trained vocabulary. Special tokens take the first ids, in the order given.
 */
export function tokenizerJson(vocabulary: BpeVocabulary, specials: readonly string[]): string {
  const vocab: Record<string, number> = {}
  for (const [i, name] of [...specials, ...vocabulary.symbols].entries()) vocab[name] = i
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: PRE_TOKENIZER,
    post_processor: null,
    decoder: { ...PRE_TOKENIZER, add_prefix_space: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: vocabulary.merges.map(([left, right]) => `${left} ${right}`),
    },
  })}\n`
}

/** Words whose ids are remembered; a natural language's frequent words fit many times. */
const CACHE_LIMIT = 200_000

/**
 * Opens a `tokenizer.json` of the kind this project writes (byte-level BPE with GPT-2's word pattern).
 *
 * @throws SluiceError TOKENIZER_UNSUPPORTED for any other kind
 */
export function openTokenizer(json: string): Tokenizer {
  const file = JSON.parse(json) as TokenizerJson
  if (file.model?.type !== 'BPE' || file.normalizer !== null || !isByteLevel(file.pre_tokenizer)) {
    throw new SluiceError({
      code: 'TOKENIZER_UNSUPPORTED',
      message: 'tokenizer.json is not byte-level BPE with the GPT-2 word pattern',
      next: 'use a model that `sluice` trained',
    })
  }
  const { vocab } = file.model
  const specials = new Map(file.added_tokens.filter(({ special }) => special).map(({ id, content }) => [content, id]))
  const names: string[] = []
  for (const [name, id] of Object.entries(vocab)) names[id] = name
  const ranks = new Map<number, number>()
  const joined = new Map<number, number>()
  for (const [rank, merge] of file.model.merges.entries()) {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge
    const key = vocab[left!]! * names.length + vocab[right!]!
    ranks.set(key, rank)
    joined.set(key, vocab[left! + right!]!)
  }
  const byteIds = Int32Array.from(BYTE_TO_CHARACTER, (character) => vocab[character]!)
  const cache = new Map<string, readonly number[]>()

  const encodeWord = (word: string): readonly number[] => {
    const ids = Array.from(Buffer.from(word, 'utf8'), (byte) => byteIds[byte]!)
    for (;;) {
      let best = -1
      let bestRank = Number.POSITIVE_INFINITY
      for (let i = 0; i + 1 < ids.length; i++) {
        const rank = ranks.get(ids[i]! * names.length + ids[i + 1]!)
        if (rank !== undefined && rank < bestRank) {
          best = i
          bestRank = rank
        }
      }
      if (best === -1) return ids
      // Every place of the pair at once, from the left, as one rank is one merge.
      const [left, right] = [ids[best]!, ids[best + 1]!]
      const id = joined.get(left * names.length + right)!
      let write = 0
      for (let read = 0; read < ids.length; read++, write++) {
        if (ids[read] === left && ids[read + 1] === right) {
          ids[write] = id
          read += 1
        } else ids[write] = ids[read]!
      }
      ids.length = write
    }
  }

  const pieces = names.map((name, id) =>
    isSpecialId(id) ? undefined : Uint8Array.from(name, (character) => CHARACTER_TO_BYTE.get(character) ?? 0x3f),
  )
  function isSpecialId(id: number): boolean {
    return specials.get(names[id] ?? '') === id
  }

  return {
    size: names.length,
    encode(text) {
      const out: number[] = []
      for (const word of splitWords(text)) {
        let ids = cache.get(word)
        if (ids === undefined) {
          ids = word.length > LONG_WORD ? encodeLong(word) : encodeWord(word)
          if (cache.size < CACHE_LIMIT && word.length <= LONG_WORD) cache.set(word, ids)
        }
        for (const id of ids) out.push(id)
      }
      return out
    },
    decode(ids) {
      const parts: Uint8Array[] = []
      for (let i = 0; i < ids.length; i++) {
        const piece = pieces[ids[i]!]
        if (piece !== undefined) parts.push(piece)
      }
      return Buffer.concat(parts).toString('utf8')
    },
    special(name) {
      const id = specials.get(name)
      if (id === undefined) {
        throw new SluiceError({ code: 'TOKENIZER_UNSUPPORTED', message: `tokenizer.json has no token ${name}` })
      }
      return id
    },
    isSpecial: isSpecialId,
  }

  function encodeLong(word: string): readonly number[] {
    return mergeLong(
      Array.from(Buffer.from(word, 'utf8'), (byte) => byteIds[byte]!),
      (a, b) => ranks.get(a * names.length + b),
      (a, b) => joined.get(a * names.length + b)!,
    )
  }
}

/** Above this, `encodeWord`'s repeated scans would be felt; one word of a megabyte must not stop the stage. */
const LONG_WORD = 256

/** The same merges in n·log n: a queue of adjacent pairs over a linked list. */
function mergeLong(
  ids: readonly number[],
  rankOf: (a: number, b: number) => number | undefined,
  join: (a: number, b: number) => number,
): readonly number[] {
  const n = ids.length
  const value = Int32Array.from(ids)
  const next = Int32Array.from(ids, (_, i) => (i + 1 < n ? i + 1 : -1))
  const previous = Int32Array.from(ids, (_, i) => i - 1)
  const heap: { rank: number; at: number; left: number; right: number }[] = []
  const less = (a: (typeof heap)[number], b: (typeof heap)[number]): boolean =>
    a.rank < b.rank || (a.rank === b.rank && a.at < b.at)
  const push = (at: number): void => {
    const after = next[at]!
    if (after === -1) return
    const rank = rankOf(value[at]!, value[after]!)
    if (rank === undefined) return
    const item = { rank, at, left: value[at]!, right: value[after]! }
    let i = heap.length
    heap.push(item)
    while (i > 0 && less(item, heap[(i - 1) >> 1]!)) {
      heap[i] = heap[(i - 1) >> 1]!
      i = (i - 1) >> 1
    }
    heap[i] = item
  }
  const pop = (): (typeof heap)[number] => {
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && less(heap[child + 1]!, heap[child]!)) child += 1
      if (!less(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return top
  }
  const gone = new Uint8Array(n)
  for (let i = 0; i < n; i++) push(i)
  while (heap.length > 0) {
    const { at, left, right } = pop()
    const after = next[at]!
    if (gone[at] === 1 || value[at] !== left || after === -1 || value[after] !== right) continue
    value[at] = join(left, right)
    gone[after] = 1
    const following = next[after]!
    next[at] = following
    if (following !== -1) previous[following] = at
    const before = previous[at]!
    if (before !== -1) push(before)
    push(at)
  }
  const out: number[] = []
  for (let i = 0; i !== -1 && i < n; i = next[i]!) out.push(value[i]!)
  return out
}

function isByteLevel(value: unknown): boolean {
  const pre = value as { type?: unknown; add_prefix_space?: unknown; use_regex?: unknown } | null
  return pre?.type === 'ByteLevel' && pre.add_prefix_space === false && pre.use_regex !== false
}
