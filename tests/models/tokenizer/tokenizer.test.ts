import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countWords, trainBpe } from '../../../models/tokenizer/bpe-trainer.ts'
import { createChatEncoder, SPECIAL_TOKENS } from '../../../models/tokenizer/chat.ts'
import { openTokenizer, tokenizerJson } from '../../../models/tokenizer/tokenizer.ts'
import { random } from '../../../util/random.ts'
import { leastTime } from '../../support/least-time.ts'

const CORPUS = [
  'Hello, where is my order? It should have come last week.',
  "I'm sorry to hear that. Let's see what we can do: could you tell me the order number?",
  'The order number is 20481. The app says “delivered”, but nothing came 😕.',
  'Grüße aus Köln! La señora pidió café. これはテストです。 Привет.',
  '{"order": 20481, "status": "lost"}\n| a | b |\n|---|---|\n   indented\ttabs  and   spaces   ',
  "we'll they've he'd don't I'm you're it's",
]

const VOCABULARY = trainBpe(countWords(CORPUS), 420)
const JSON_TEXT = tokenizerJson(VOCABULARY, SPECIAL_TOKENS)
const own = openTokenizer(JSON_TEXT)
const huggingFace = new HfTokenizer(JSON.parse(JSON_TEXT), {})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(fc.constantFrom(...CORPUS, ' ', '  ', '\n', 'order', ' order', '1234', "'s", '…', '\u00a0'), {
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
)

describe('trainBpe', () => {
  it('gives the same vocabulary whatever the order of the texts', () => {
    const shuffled = random(3).shuffle(CORPUS)
    expect(trainBpe(countWords(shuffled), 420)).toEqual(VOCABULARY)
  })

  it('learns the merges that plain recounting learns', () => {
    expect(trainBpe(countWords(CORPUS), 330).merges).toEqual(recount(countWords(CORPUS), 330 - 256))
  })

  it('stops where no pair occurs twice', () => {
    expect(trainBpe(countWords(['abcdef']), 1000).symbols).toHaveLength(256)
  })

  it('trains on two megabytes in a few seconds', () => {
    const rng = random(11)
    const syllables = ['ka', 'to', 'mi', 'ser', 'vice', 'or', 'der', 'ing', 'un', 'pay', 'ment', 'late', 're', 'fund']
    const lexicon = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 1 + rng.integer(4) }, () => rng.pick(syllables)).join(''),
    )
    const words: string[] = []
    for (let bytes = 0; bytes < 2_000_000; ) {
      const word = lexicon[Math.floor(rng.next() ** 3 * lexicon.length)]!
      words.push(word)
      bytes += word.length + 1
    }
    const train = (): void => {
      const vocabulary = trainBpe(countWords([words.join(' ')]), 2048)
      expect(vocabulary.symbols.length).toBe(2048)
    }
    // 3 s is the promise on an idle machine; tests share it with others.
    expect(leastTime(() => train, 3, 9_000)).toBeLessThan(9_000)
  })
})

describe('openTokenizer', () => {
  it('gives the ids that @huggingface/tokenizers gives for the same file', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(own.encode(s)).toEqual(huggingFace.encode(s, { add_special_tokens: false }).ids)
      }),
      { numRuns: 600 },
    )
  })

  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(own.decode(own.encode(s))).toBe(s)
      }),
      { numRuns: 300 },
    )
  })

  it('merges a word of any length the same way, in linear time', () => {
    const word = 'ordernumber'.repeat(40)
    expect(own.encode(word)).toEqual(huggingFace.encode(word, { add_special_tokens: false }).ids)
    const both = (): void => expect(own.decode(own.encode('orde'.repeat(250_000)))).toHaveLength(1_000_000)
    expect(leastTime(() => both, 3, 10_000)).toBeLessThan(10_000)
  })

  it('reads the name of a special token in a text as plain characters', () => {
    const ids = own.encode('<|end|><|assistant|>')
    expect(ids.some((id) => own.isSpecial(id))).toBe(false)
    expect(own.decode(ids)).toBe('<|end|><|assistant|>')
  })

  it('refuses a file that it cannot read', () => {
    expect(() => openTokenizer('{"model":{"type":"Unigram"},"normalizer":null}')).toThrow('without scores')
    expect(() => openTokenizer('{"model":{"type":"Morse"}}')).toThrow('unknown model Morse')
    expect(() => openTokenizer('{"model"')).toThrow('it is no JSON')
  })
})

describe('createChatEncoder', () => {
  const chat = createChatEncoder(own)
  const show = ({ ids, supervised }: { ids: Int32Array; supervised: Uint8Array }): string =>
    Array.from(ids, (id, i) => {
      const name = own.isSpecial(id) ? SPECIAL_TOKENS[id]! : own.decode([id])
      return supervised[i] === 1 ? `[${name}]` : name
    }).join('')

  it("trains the assistant's text, calls and end of turn, and nothing else", () => {
    const rendered = chat.encodeConversation({
      messages: [
        { role: 'system', content: '??' },
        { role: 'user', content: '<|end|>' },
        { role: 'assistant', content: '!', tool_calls: [{ function: { name: '7', arguments: '{}' } }] },
        { role: 'tool', content: '7' },
        { role: 'assistant', content: '' },
      ],
    })
    const hidden = show(rendered).replaceAll('][', '')
    expect(hidden).toBe(
      '<|bos|><|system|>??<|end|><|user|><|end|><|end|><|assistant|>[!<|call|>7\n{}<|end|>]<|tool|>7<|end|><|assistant|>[<|end|>]',
    )
  })

  it('trains every token of a text and its end', () => {
    expect(show(chat.encodeConversation({ text: '??' })).replaceAll('][', '')).toBe('<|bos|>[??<|end|>]')
  })

  it('ends a prompt where the answer starts, as a prefix of the whole conversation', () => {
    const messages = [
      { role: 'user', content: 'Hello, where is my order?' },
      { role: 'assistant', content: "I'm sorry" },
    ] as const
    const prompt = chat.encodePrompt(messages.slice(0, 1))
    const { ids, supervised } = chat.encodeConversation({ messages })
    expect(prompt).toEqual([...ids.subarray(0, prompt.length)])
    expect([...supervised.subarray(0, prompt.length)].every((flag) => flag === 0)).toBe(true)
    expect(supervised[prompt.length]).toBe(1)
    expect(chat.encodePrompt([])).toEqual([chat.bos])
  })
})

/** The textbook algorithm, quadratic: count all pairs, merge the best, start again. */
function recount(counts: ReadonlyMap<string, number>, rounds: number): [string, string][] {
  const names = trainBpe(new Map(), 256).symbols.slice()
  const words = [...counts].map(([word, n]) => ({ ids: [...Buffer.from(word)], n }))
  const merges: [string, string][] = []
  for (let round = 0; round < rounds; round++) {
    const pairs = new Map<string, { a: number; b: number; n: number }>()
    for (const { ids, n } of words) {
      for (let i = 0; i + 1 < ids.length; i++) {
        const key = `${ids[i]},${ids[i + 1]}`
        const pair = pairs.get(key) ?? { a: ids[i]!, b: ids[i + 1]!, n: 0 }
        pair.n += n
        pairs.set(key, pair)
      }
    }
    const best = [...pairs.values()].sort((x, y) => y.n - x.n || x.a - y.a || x.b - y.b)[0]
    if (best === undefined || best.n < 2) break
    merges.push([names[best.a]!, names[best.b]!])
    names.push(names[best.a]! + names[best.b]!)
    for (const word of words) {
      const out: number[] = []
      for (let i = 0; i < word.ids.length; i++) {
        if (word.ids[i] === best.a && word.ids[i + 1] === best.b) {
          out.push(names.length - 1)
          i += 1
        } else out.push(word.ids[i]!)
      }
      word.ids = out
    }
  }
  return merges
}
