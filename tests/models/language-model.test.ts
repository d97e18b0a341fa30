import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../models/language-model.ts'
import { openLanguageModel } from '../../models/language-model.ts'
import { random } from '../../util/random.ts'
import { tinyModelFiles } from './tiny-model.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await openLanguageModel(tinyModelFiles(), { threads: 1 })
})
afterAll(() => model.close())

const prompt = (text: string): number[] => model.encodePrompt([{ role: 'user', content: text }])
const PROMPTS = ['hello', 'where is my order', 'it has not come yet '.repeat(3), 'I am sorry']

describe('logProbabilities', () => {
  it('gives one natural logarithm per token after the first, whatever else is in the batch', async () => {
    const sequences = PROMPTS.map(prompt)
    const together = await model.logProbabilities(sequences)
    for (const [i, sequence] of sequences.entries()) {
      const [alone] = await model.logProbabilities([sequence])
      expect(together[i]).toHaveLength(sequence.length - 1)
      for (const [t, value] of together[i]!.entries()) {
        expect(value).toBeLessThan(0)
        expect(Math.abs(value - alone![t]!)).toBeLessThan(1e-4)
      }
    }
  })

  it('gives a distribution: the probabilities of all next tokens add up to one', async () => {
    const start = prompt('hello')
    const size = 308
    const scores = await model.logProbabilities(Array.from({ length: size }, (_, id) => [...start, id]))
    const total = scores.reduce((sum, row) => sum + Math.exp(row.at(-1)!), 0)
    expect(total).toBeCloseTo(1, 4)
  })

  it('gives nothing for sequences without a next token and refuses what is longer than the context', async () => {
    expect(await model.logProbabilities([[], [3]])).toEqual([new Float32Array(0), new Float32Array(0)])
    await expect(model.logProbabilities([new Array<number>(97).fill(9)])).rejects.toThrow('97 tokens')
  })
})

describe('generate', () => {
  it('without temperature writes the most likely token each time, as full scoring finds it', async () => {
    const written = await model.generate(PROMPTS.map(prompt), { maxTokens: 12, temperature: 0, seed: 1 })
    for (const [i, tokens] of written.entries()) {
      let sequence = prompt(PROMPTS[i]!)
      for (const token of tokens) {
        const candidates = Array.from({ length: 308 }, (_, id) => [...sequence, id]).filter(
          (_, id) => id >= 8 || id === 2 || id === 7,
        )
        const scores = (await model.logProbabilities(candidates)).map((row) => row.at(-1)!)
        const best = Math.max(...scores)
        const chosen = scores[candidates.findIndex((candidate) => candidate.at(-1) === token)]!
        expect(best - chosen).toBeLessThan(1e-3)
        sequence = [...sequence, token]
      }
    }
  })

  it('gives the same tokens for the same seed and others for another, within the limits asked for', async () => {
    const options = { maxTokens: 20, temperature: 1, topK: 50, topP: 0.95, seed: 7 }
    const first = await model.generate(PROMPTS.map(prompt), options)
    expect(await model.generate(PROMPTS.map(prompt), options)).toEqual(first)
    expect(await model.generate(PROMPTS.map(prompt), { ...options, seed: 8 })).not.toEqual(first)
    for (const tokens of first) {
      expect(tokens.length).toBeLessThanOrEqual(20)
      expect(tokens).not.toContain(model.endOfTurn)
    }
  })

  it('fills the context and no more', async () => {
    const long = Array.from({ length: 90 }, () => 20 + random(1).integer(100))
    const [tokens] = await model.generate([long], { maxTokens: 50, temperature: 0, seed: 1 })
    expect(long.length + tokens!.length).toBeLessThanOrEqual(model.contextLength)
    await expect(
      model.generate([new Array<number>(96).fill(30)], { maxTokens: 1, temperature: 0, seed: 1 }),
    ).rejects.toThrow('97 tokens')
  })

  it('writes more prompts than fit one batch, in the order given', async () => {
    const prompts = Array.from({ length: 70 }, (_, i) => prompt(PROMPTS[i % PROMPTS.length]!))
    const all = await model.generate(prompts, { maxTokens: 3, temperature: 0, seed: 1 })
    for (const [i, tokens] of all.entries()) expect(tokens).toEqual(all[i % PROMPTS.length])
  })
})

describe('openLanguageModel', () => {
  it('says which file is missing', async () => {
    const files = new Map(tinyModelFiles())
    files.delete('tokenizer.json')
    await expect(openLanguageModel(files)).rejects.toThrow('no file tokenizer.json')
  })

  it('refuses an architecture that it would run wrongly', async () => {
    const files = new Map(tinyModelFiles())
    const config = JSON.parse(Buffer.from(files.get('config.json')!).toString()) as Record<string, unknown>
    files.set('config.json', Buffer.from(JSON.stringify({ ...config, num_experts: 8 })))
    await expect(openLanguageModel(files)).rejects.toThrow('num_experts')
  })
})
