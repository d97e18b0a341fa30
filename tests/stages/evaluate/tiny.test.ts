import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LanguageModel, openLanguageModel } from '../../../models/language-model.ts'
import { alternativesFor, chanceLevel, measureExposures } from '../../../stages/evaluate/exposure.ts'
import { scoreConversations } from '../../../stages/evaluate/likelihood.ts'
import { answer, promptOf } from '../../../stages/evaluate/sampling.ts'
import { canaryPlan, canaryRows, conversations, trainTiny } from './tiny-model.ts'

const plan = canaryPlan([0, 40, 1, 0], 11)
let model: LanguageModel

beforeAll(async () => {
  const rows = [...conversations(160, 1, 'train'), ...canaryRows(plan)]
  model = await openLanguageModel(await trainTiny(rows, { epochs: 12, seed: 5 }), { threads: 1 })
})
afterAll(() => model?.close())

describe('a small model that was trained with a canary', () => {
  it('exposes the canary that stood in train forty times, to the maximum, and not the ones that never did', async () => {
    const alternatives = alternativesFor(2, 0.01, 1000)
    const { exposures } = await measureExposures(model, plan, { alternatives, seed: 1 })
    const [control, repeated, , other] = exposures
    expect(repeated).toMatchObject({ better: 0, alternatives, extracted: true })
    expect(repeated!.exposure).toBeCloseTo(Math.log2(1 + alternatives), 9)
    for (const one of [control!, other!]) {
      expect(one.exposure).toBeLessThan(chanceLevel(2, 0.01))
      expect(one.extracted).toBe(false)
    }
  })

  it('gives the same log-probabilities with a shared prefix as without', async () => {
    const { ids } = model.encodeConversation(conversations(1, 9, 'x')[0]!)
    const tails = [5, 1, 9].map((length) => Array.from(ids.subarray(6, 6 + length)))
    const prefix = Array.from(ids.subarray(0, 6))
    const shared = await model.continuationLogProbabilities(prefix, tails)
    const whole = await model.logProbabilities(tails.map((tail) => [...prefix, ...tail]))
    for (const [i, row] of shared.entries()) {
      const expected = whole[i]!.subarray(prefix.length - 1)
      expect(row.length).toBe(expected.length)
      for (const [t, x] of row.entries()) expect(x).toBeCloseTo(expected[t]!, 3)
    }
  })

  it('scores a conversation longer than its context, token by token', async () => {
    const long = { text: 'Your parcel is on its way. Anything else? '.repeat(20) }
    const [whole] = await scoreConversations(model, [long])
    const { ids } = model.encodeConversation(long)
    expect(ids.length).toBeGreaterThan(model.contextLength)
    expect(whole!.windows).toBeGreaterThan(1)
    // All but <|bos|>; the mark of the end has no bytes.
    expect(whole!.tokens).toBe(ids.length - 1)
    expect(whole!.bytes).toBe(Buffer.byteLength(long.text))
  })

  it('finds its own train rows likelier than nonsense', async () => {
    const known = await scoreConversations(model, conversations(5, 1, 'train'))
    const nonsense = await scoreConversations(model, [
      {
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: 'zq xw kj vv pq' },
        ],
      },
    ])
    const mean = (rows: typeof known): number =>
      rows.reduce((sum, row) => sum + row.nats, 0) / rows.reduce((sum, row) => sum + row.tokens, 0)
    expect(mean(known)).toBeLessThan(1.5)
    expect(mean(nonsense)).toBeGreaterThan(3)
  })

  it('answers like the help desk, the same each time, and leaves out the oldest messages where they do not fit', async () => {
    const question = { messages: conversations(1, 3, 'q')[0]!.messages!.slice(0, 1), reference: '' }
    const options = { maxTokens: 30, temperature: 0.8, topP: 0.95, seed: 3 }
    const [first] = await answer(model, [question], options)
    expect(await answer(model, [question], options)).toEqual([first])
    expect(first!.text).toMatch(/^Your /)
    expect(first!.ended).toBe(true)
    const many = Array.from({ length: 30 }, () => question.messages[0]!)
    const prompt = promptOf(model, { messages: many, reference: '' }, 30)
    expect(prompt.length).toBeLessThanOrEqual(model.contextLength - 30)
    expect(prompt.slice(-5)).toEqual(promptOf(model, question, 30).slice(-5))
  })
})
