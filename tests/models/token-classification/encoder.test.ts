import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openEncoder } from '../../../models/token-classification/encoder.ts'
import { BYTE_TO_CHARACTER } from '../../../models/tokenizer/bytes.ts'
import { leastTime } from '../../support/least-time.ts'
import { byteLevelTokenizer, unigramTokenizer, wordPieceTokenizer } from './tiny-models.ts'

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789äöüéßσς.,@!?-_\'"()')

const wordPiece = wordPieceTokenizer([...LETTERS, ...LETTERS.map((letter) => `##${letter}`)], true)
const byteLevel = byteLevelTokenizer(BYTE_TO_CHARACTER, [])
const unigram = unigramTokenizer(Object.fromEntries(['▁', ...LETTERS].map((piece) => [piece, -3])))
const base = unigram as { readonly model: { readonly vocab: readonly [string, number][] } }
const vocab = Object.fromEntries(
  [...base.model.vocab.map(([token]) => token), 'ab', 'abc'].map((token, id) => [token, id]),
)
const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)

/** As Llama's: no pre-tokenizer, `▁` put in by the normalizer, bytes for what the vocabulary lacks. */
const byteFallback = {
  ...unigram,
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  pre_tokenizer: null,
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    fuse_unk: true,
    byte_fallback: true,
    vocab: { ...vocab, ...Object.fromEntries(bytes.map((byte, i) => [byte, Object.keys(vocab).length + i])) },
    merges: ['a b', 'ab c'],
  },
}

/** As DeBERTa-v3's: white space stripped and squeezed, letters decomposed. */
const stripped = {
  ...unigram,
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Strip', strip_left: true, strip_right: true },
      { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
      { type: 'NFKD' },
      { type: 'StripAccents' },
      { type: 'Lowercase' },
    ],
  },
}

const KINDS = { wordPiece, byteLevel, unigram, byteFallback, stripped }

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        'Ada',
        'Müller',
        'e\u0301',
        'ΣΟΦΟΣ',
        'ﬁ',
        '½',
        '李莉',
        '한국',
        '\u1100\u1161',
        '😕',
        '👩‍👧',
        ' ',
        '  ',
        '\r\n',
        '\t',
        '.',
        "'s",
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
)

describe.each(Object.entries(KINDS))('offsets of a tokenizer of the kind %s', (_, tokenizer) => {
  const encoder = openEncoder(JSON.stringify(tokenizer), 'tokenizer.json')

  it('lie inside the text, ascend, hold no white space at their ends and cut no character', () => {
    fc.assert(
      fc.property(text, (input) => {
        const { ids, starts, ends, words } = encoder.encode(input)
        let lastStart = 0
        let lastWord = -1
        for (let i = 0; i < ids.length; i++) {
          const [start, end] = [starts[i]!, ends[i]!]
          if (start === end) continue
          expect(start >= lastStart && end > start && end <= input.length).toBe(true)
          const piece = input.slice(start, end)
          expect(piece.trim()).toBe(piece)
          expect(isInsidePair(input, start) || isInsidePair(input, end)).toBe(false)
          expect(words[i]! === lastWord || words[i]! === lastWord + 1).toBe(true)
          lastWord = words[i]!
          lastStart = start
        }
      }),
      { numRuns: 400 },
    )
  })

  it('cover every letter and digit', () => {
    fc.assert(
      fc.property(text, (input) => {
        const { starts, ends } = encoder.encode(input)
        const covered = new Set<number>()
        for (const [i, start] of starts.entries()) for (let at = start; at < ends[i]!; at++) covered.add(at)
        for (let at = 0; at < input.length; at++) {
          if (/[A-Za-z0-9]/.test(input[at]!)) expect(covered.has(at)).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe('an encoder', () => {
  const tokensOf = (tokenizer: object, input: string): readonly (readonly [string, number])[] => {
    const { starts, ends, words } = openEncoder(JSON.stringify(tokenizer), 'tokenizer.json').encode(input)
    return Array.from(starts, (start, i) => [input.slice(start, ends[i]), words[i]!] as const)
  }

  it('says which tokens make a word', () => {
    expect(tokensOf(byteLevel, "Ab's\n é")).toEqual([
      ['A', 0],
      ['b', 0],
      ["'", 1],
      ['s', 2],
      ['', -1],
      // The space in front leads the word; its two bytes follow.
      ['', 3],
      ['é', 3],
      ['é', 3],
    ])
    expect(tokensOf(byteFallback, 'abc☃ x')).toEqual([
      ['', 0],
      ['abc', 0],
      ['☃', 1],
      ['☃', 1],
      ['☃', 1],
      ['', 2],
      ['x', 2],
    ])
  })

  it('knows tokens that were added to the vocabulary', () => {
    const added = [
      ...(wordPiece as { added_tokens: object[] }).added_tokens,
      { id: 900, content: 'ab-c', special: false, normalized: false },
      { id: 901, content: 'cd', special: false, normalized: true, single_word: true },
    ]
    const encoder = openEncoder(JSON.stringify({ ...wordPiece, added_tokens: added }), 'tokenizer.json')
    const { ids, starts, ends } = encoder.encode('xab-c CD cde')
    const named = [...ids].flatMap((id, i) => (id >= 900 ? [[id, starts[i], ends[i]]] : []))
    expect(named).toEqual([
      [900, 1, 5],
      [901, 6, 8],
    ])
  })

  it('puts the special tokens of the post-processor around', () => {
    const { prefix, suffix, types } = openEncoder(JSON.stringify(wordPiece), 'tokenizer.json')
    expect({ prefix, suffix, types }).toEqual({
      prefix: [2],
      suffix: [3],
      types: { prefix: [0], text: 0, suffix: [0] },
    })
  })

  it('stays quick on a long word', () => {
    for (const tokenizer of Object.values(KINDS)) {
      const encoder = openEncoder(JSON.stringify(tokenizer), 'tokenizer.json')
      const time = (length: number, enough: number): number =>
        leastTime(() => () => encoder.encode('a\u0301'.repeat(length)), 3, enough)
      time(2000, 1000)
      const bound = 10 * time(10_000, 0) + 200
      expect(time(40_000, bound)).toBeLessThan(bound)
    }
  })
})

function isInsidePair(input: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(input.slice(at - 1, at + 1)) && at > 0
}
