import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message, TextRecord } from '../../../artifacts/record.ts'
import { recordId } from '../../../artifacts/record.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { countWords, trainBpe } from '../../../models/tokenizer/bpe-trainer.ts'
import { CHAT_TEMPLATE, type ChatEncoder, createChatEncoder, SPECIAL_TOKENS } from '../../../models/tokenizer/chat.ts'
import { openModelEncoder } from '../../../models/tokenizer/model-encoder.ts'
import { createTemplateEncoder } from '../../../models/tokenizer/template-encoder.ts'
import { openTokenizer, tokenizerJson } from '../../../models/tokenizer/tokenizer.ts'
import { makeBatch, packRows } from '../../../models/training/batches.ts'
import { noRows, prepareRecord, prepareRows, type RowPolicies } from '../../../stages/finetune/prepare.ts'
import { INSTRUCT } from '../../models/tokenizer/templates.ts'
import { TRAINING_TEXTS } from '../../models/tokenizer/texts.ts'

const JSON_TEXT = tokenizerJson(trainBpe(countWords(TRAINING_TEXTS), 300), SPECIAL_TOKENS)
const tokenizer = openTokenizer(JSON_TEXT)
const own = createChatEncoder(tokenizer)
const special = { bos: own.bos, eos: [own.endOfTurn], pad: own.endOfTurn, addBos: true }
/** Padding is the end of turn here, as in many models. */
const instruct = createTemplateEncoder(tokenizer, { template: INSTRUCT, special })

const POLICIES: RowPolicies = { context: 64, over_length: 'split', empty_turns: 'drop' }

function record(content: Pick<TextRecord, 'text'> | { messages: readonly Message[] }, row = 7): TextRecord {
  const source = { uri: 'chats/a.jsonl', row }
  return { id: recordId(content, source), ...content, source, meta: {}, notes: {} }
}
const chat = (question: string, answer: string): TextRecord =>
  record({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  })
const prepare = (item: TextRecord, encoder: ChatEncoder = own, policies: Partial<RowPolicies> = {}) => {
  const counts = noRows()
  const prepared = prepareRecord(item, encoder, { ...POLICIES, ...policies }, counts)
  return { ...prepared, counts }
}

describe('a row', () => {
  it('with nothing to train is left out and counted', () => {
    const { sequences, counts } = prepare(record({ messages: [{ role: 'user', content: 'hello?' }] }))
    expect(sequences).toEqual([])
    expect(counts).toMatchObject({ read: 1, kept: 0, dropped: { nothing_supervised: 1, labels_cut: 0 } })
  })

  it('whose labels all stand behind the cut is left out and counted apart', () => {
    const { counts } = prepare(chat('why '.repeat(100), 'because'), own, { over_length: 'truncate' })
    expect(counts).toMatchObject({ kept: 0, truncated: 0, overLength: 1, dropped: { labels_cut: 1 } })
  })

  it('with an empty turn of either side is left out, refused or kept, as the policy says', () => {
    for (const empty of [chat(' ', 'hello'), chat('hello', '\n'), record({ text: ' ' })]) {
      expect(prepare(empty).counts).toMatchObject({ kept: 0, emptyTurns: 1, dropped: { empty_turn: 1 } })
      expect(() => prepare(empty, own, { empty_turns: 'error' })).toThrow(/row 7 of chats\/a\.jsonl\): a turn is empty/)
      expect(prepare(empty, own, { empty_turns: 'keep' }).counts).toMatchObject({ emptyTurns: 1, kept: 1 })
    }
  })

  it('that the template refuses stops the run and is named', () => {
    const order = record({
      messages: [
        { role: 'assistant', content: 'secret greeting' },
        { role: 'user', content: 'secret' },
      ],
    })
    const attempt = (): unknown => prepare(order, instruct)
    expect(attempt).toThrow(
      /^record [0-9a-f]{12}… \(row 7 of chats\/a\.jsonl\): the chat template refuses the conversation: Roles must alternate: user, assistant, user …$/,
    )
    expect(attempt).not.toThrow('secret')
  })

  it('trains its end of turn though padding is the same token', () => {
    const { sequences } = prepare(chat('hello', 'order'), instruct)
    const rows = packRows(sequences)
    const batch = makeBatch(rows, [0], instruct.pad)
    expect(instruct.pad).toBe(instruct.endOfTurn)
    expect(batch.targets.at(-1)).toBe(instruct.endOfTurn)
    expect([...batch.targets].filter((id) => id === instruct.pad)).toHaveLength(1)
  })
})

describe('a row longer than the context', () => {
  const long = chat('where? '.repeat(20), 'It is late 😕. '.repeat(40))

  it('is refused with its length, left out, cut or split', () => {
    expect(() => prepare(long, own, { over_length: 'error' })).toThrow(
      /row 7 of chats\/a\.jsonl\): the row has \d+ tokens, the context is 64/,
    )
    expect(prepare(long, own, { over_length: 'drop' })).toMatchObject({ fate: 'over_length', sequences: [] })
    const cut = prepare(chat('why?', 'It is late 😕. '.repeat(40)), own, { over_length: 'truncate' })
    expect(cut).toMatchObject({ fate: 'truncated', counts: { truncated: 1, overLength: 1, kept: 1 } })
    expect(cut.sequences).toHaveLength(1)
    const split = prepare(long)
    expect(split).toMatchObject({ fate: 'split', counts: { split: 1, overLength: 1, kept: 1 } })
    expect(split.sequences.length).toBeGreaterThan(3)
  })

  it('keeps each token that is trained once, begins every piece with the beginning of text and cuts no character', () => {
    const word = fc.constantFrom('where ', '😕', '日本語', 'é', 'order ', '\n', '👩‍👧')
    const words = fc.array(word, { minLength: 1, maxLength: 120 }).map((list) => `x${list.join('')}`)
    fc.assert(
      fc.property(words, words, fc.integer({ min: 16, max: 40 }), (question, answer, context) => {
        const item = chat(question, answer)
        const whole = own.encodeConversation(item)
        const trained = (rows: readonly { ids: Int32Array; supervised: Uint8Array }[]): number[] =>
          rows.flatMap(({ ids, supervised }) => [...ids].filter((_, i) => supervised[i] === 1))
        const { sequences } = prepare(item, own, { context })
        expect(trained(sequences)).toEqual(trained([whole]))
        for (const { ids } of sequences) {
          expect(ids.length).toBeLessThanOrEqual(context)
          expect(ids[0]).toBe(own.bos)
          expect(tokenizer.decode(ids)).not.toContain('\ufffd')
        }
        const { sequences: cut } = prepare(item, own, { context, over_length: 'truncate' })
        for (const { ids } of cut) expect(tokenizer.decode(ids)).not.toContain('\ufffd')
      }),
      { numRuns: 200 },
    )
  })

  it('is split behind an answer where it can be', () => {
    const messages: Message[] = Array.from({ length: 8 }, (_, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: `order ${i}`,
    }))
    const { sequences } = prepare(record({ messages }), own, { context: 24 })
    expect(sequences.length).toBeGreaterThan(1)
    for (const { ids } of sequences) {
      expect(ids.at(-1)).toBe(own.endOfTurn)
      expect(tokenizer.tokenOf(ids[1]!)).toBe('<|user|>')
    }
  })
})

describe('prepareRows', () => {
  it('counts every row once', async () => {
    const items = [
      chat('a', 'order'),
      chat('', 'b'),
      record({ text: 'a text' }),
      record({ messages: [{ role: 'user', content: 'x' }] }),
      chat('q', 'word '.repeat(80)),
    ]
    const tally = new Tally()
    const { rows, counts } = await prepareRows(items, own, POLICIES, tally, 'train')
    const left = Object.values(counts.dropped).reduce((sum, n) => sum + n, 0)
    expect(counts.read).toBe(items.length)
    expect(counts.kept + left).toBe(items.length)
    expect(rows.reduce((sum, { ids }) => sum + ids.length, 0)).toBe(counts.tokens)
  })
})

describe('openModelEncoder', () => {
  it('gives our own template the ids of our own encoder', () => {
    const item = {
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: ' where is it? <|end|>' },
        { role: 'assistant', content: 'hm', tool_calls: [{ function: { name: 'find', arguments: '{"a": 1}' } }] },
        { role: 'tool', content: '\nlate' },
        { role: 'assistant', content: 'It is late.\n' },
      ],
    } as const
    const { chat: opened } = openModelEncoder({ tokenizer: JSON_TEXT, chatTemplate: CHAT_TEMPLATE, special })
    const byTemplate = createTemplateEncoder(tokenizer, { template: CHAT_TEMPLATE, special })
    const expected = own.encodeConversation(item)
    expect(opened.encodeConversation(item)).toEqual(expected)
    expect(byTemplate.encodeConversation(item)).toEqual(expected)
    expect(byTemplate.endOfTurn).toBe(own.endOfTurn)
    expect(byTemplate.bos).toBe(own.bos)
  })
})
