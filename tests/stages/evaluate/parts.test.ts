import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message, TextRecord } from '../../../artifacts/record.ts'
import { extractionMetrics, longestCommonRun, probeOf } from '../../../stages/evaluate/extraction.ts'
import { type Likelihood, windowsOf } from '../../../stages/evaluate/likelihood.ts'
import { membershipMetrics } from '../../../stages/evaluate/membership.ts'
import { distinct, repetition, shown, wordsOf } from '../../../stages/evaluate/outputs.ts'
import { standsIn } from '../../../stages/evaluate/outputs-report.ts'
import { perplexityMetrics, unigramNats } from '../../../stages/evaluate/perplexity.ts'
import { sampleFrom } from '../../../stages/evaluate/sample-rows.ts'
import { questionOf } from '../../../stages/evaluate/sampling.ts'
import { createRuleDetector } from '../../../stages/redact/detector.ts'
import { random } from '../../../util/random.ts'

const row = (nats: number, tokens: number, bytes = tokens * 4): Likelihood => ({ nats, tokens, bytes, windows: 1 })

describe('windowsOf', () => {
  it('scores every token but the first once, in windows that fit, with half a context before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 2, max: 64 }), (length, context) => {
        const windows = windowsOf(length, context)
        const scored = windows.flatMap(({ from, end }) => Array.from({ length: end - from }, (_, i) => from + i))
        expect(scored).toEqual(Array.from({ length: length - 1 }, (_, i) => i + 1))
        for (const { start, end, from } of windows) {
          expect(end - start).toBeLessThanOrEqual(context)
          if (start > 0) expect(from - start).toBeGreaterThanOrEqual(Math.floor(context / 2))
        }
      }),
    )
  })
})

describe('perplexity', () => {
  it('weighs tokens, not conversations', () => {
    const metrics = perplexityMetrics({
      heldOut: [row(Math.log(2) * 30, 30), row(Math.log(8) * 10, 10), row(0, 0, 0)],
      vocabulary: 512,
      unigramNats: Math.log(64) * 40,
      random: random(1),
    })
    const by = Object.fromEntries(metrics.map((metric) => [metric.name, metric]))
    expect(by['perplexity']?.value).toBeCloseTo(2 ** 1.5, 9)
    expect(by['perplexity']?.n).toBe(40)
    expect(by['perplexity']?.interval?.lower).toBeCloseTo(2, 6)
    expect(by['perplexity']?.interval?.upper).toBeCloseTo(8, 6)
    expect(by['bits_per_byte']?.value).toBeCloseTo(60 / 160, 9)
    expect(by['perplexity_unigram']?.value).toBeCloseTo(64, 9)
    expect(by['perplexity_ratio']?.value).toBeCloseTo(2 ** 1.5 / 64, 9)
  })

  it('is not measured where there is nothing to score', () => {
    const metrics = perplexityMetrics({ heldOut: [row(0, 0, 0)], vocabulary: 9, unigramNats: null, random: random(1) })
    expect(metrics.find((metric) => metric.name === 'perplexity')?.value).toBeNull()
  })

  it('of unseen tokens under the unigram baseline is that of the uniform model', () => {
    expect(unigramNats(new Map(), new Map([[3, 5]]), 16)).toBeCloseTo(5 * Math.log(16), 12)
  })
})

describe('extraction', () => {
  it('probes the first answer that is long enough, and the target never stands in the prompt', () => {
    const ids = Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const supervised = Uint8Array.from([0, 0, 1, 1, 0, 1, 1, 1, 1, 1])
    expect(probeOf({ ids, supervised }, { prefix: 1, suffix: 3, contextLength: 99 })).toEqual({
      prompt: [0, 1, 2, 3, 4, 5],
      target: [6, 7, 8],
    })
    expect(probeOf({ ids, supervised }, { prefix: 1, suffix: 3, contextLength: 6 })?.prompt).toEqual([3, 4, 5])
    expect(probeOf({ ids, supervised }, { prefix: 3, suffix: 3, contextLength: 99 })).toBeNull()
  })

  it('finds the longest common run that a naive search finds', () => {
    const tokens = fc.array(fc.nat(2), { maxLength: 12 })
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const runs = (list: readonly number[]) =>
          list.flatMap((_, i) => list.slice(i).map((__, j) => list.slice(i, i + j + 1).join()))
        const inB = new Set(runs(b))
        const naive = Math.max(
          0,
          ...runs(a)
            .filter((run) => inB.has(run))
            .map((run) => run.split(',').length),
        )
        expect(longestCommonRun(a, b)).toBe(naive)
      }),
    )
  })

  it('compares with the control: what the domain gives away is no extraction', () => {
    const found = (hits: number, n: number) =>
      Array.from({ length: n }, (_, i) => ({ exact: i < hits, longestRun: i < hits ? 16 : 3 }))
    const metrics = extractionMetrics(found(20, 40), found(20, 40), random(1))
    const excess = metrics.find((metric) => metric.name === 'extraction_excess')
    expect(excess?.value).toBe(0)
    expect(excess?.interval?.lower).toBeLessThan(-0.1)
    expect(extractionMetrics(null, found(1, 4), random(1)).at(-1)?.value).toBeNull()
  })
})

describe('membership', () => {
  it('sees members with a lower loss, and refuses a rate that too few rows cannot show', () => {
    const r = random(4)
    const members = Array.from({ length: 120 }, () => row((2 + 0.3 * r.normal()) * 10, 10))
    const others = Array.from({ length: 120 }, () => row((4 + 0.3 * r.normal()) * 10, 10))
    const { metrics, series } = membershipMetrics(members, others)
    expect(metrics.map((metric) => metric.value)).toEqual([1, 1])
    expect(series[0]?.points.length).toBe(101)
    expect(membershipMetrics(members, others.slice(0, 50)).metrics[1]?.value).toBeNull()
  })
})

describe('outputs', () => {
  it('measures diversity and loops', () => {
    expect(distinct(['a b a b', 'a b'], 2)).toEqual({ value: 2 / 4, n: 4 })
    expect(distinct(['one'], 2).value).toBeNull()
    expect(repetition('go on and on go on and on go on and on')).toBeGreaterThan(0.5)
    expect(repetition('each of these words stands here but once')).toBe(0)
    expect(wordsOf("It's <EMAIL> 42!")).toEqual(["it's", 'email', '42'])
  })

  it('shows a text without what was found in it, placeholders untouched', () => {
    const text = 'Write to ada.lovelace@example.org or <EMAIL>, code K7QX-2291.'
    const spans = createRuleDetector().find(text)
    const safe = shown({ text, spans, toxicity: new Float32Array(6) }, ['K7QX-2291'])
    expect(safe).toBe('Write to <EMAIL> or <EMAIL>, code <CANARY>.')
  })

  it('asks for one answer of a conversation that has something before it', () => {
    const messages: Message[] = [
      { role: 'assistant', content: 'Welcome' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'assistant', content: ' ' },
    ]
    expect(questionOf({ messages }, random(1))).toEqual({ messages: messages.slice(0, 2), reference: 'Hello' })
    expect(questionOf({ messages: messages.slice(0, 2) }, random(1))).toBeNull()
    expect(questionOf({ text: 'abc' }, random(1))).toEqual({ messages: [], reference: 'abc' })
  })
})

describe('standsIn', () => {
  it('finds a value by itself, not as a part of a word', () => {
    expect(standsIn('See you Monday, Mon', 'Mon')).toBe(true)
    expect(standsIn('See you Monday at 1234567', 'Mon')).toBe(false)
    expect(standsIn('call 1234567', '23456')).toBe(false)
    expect(standsIn('<ada@example.org>', 'ada@example.org')).toBe(true)
    expect(standsIn('a'.repeat(100_000), 'a'.repeat(50))).toBe(false)
  })
})

describe('sampleFrom', () => {
  const records = Array.from(
    { length: 20 },
    (_, i): TextRecord => ({ id: String(i), text: `${i}`, source: { uri: 'x', row: i }, meta: {}, notes: {} }),
  )

  it('gives every row the same chance, in the order of the dataset', () => {
    const hits = new Array<number>(20).fill(0)
    for (let seed = 0; seed < 2000; seed++) {
      const { rows, eligible } = sampleFrom(records, 5, random(seed), (record) => record.text !== '7')
      expect(eligible).toBe(19)
      const order = rows.map((record) => Number(record.text))
      expect(order).toEqual([...new Set(order)].sort((a, b) => a - b))
      for (const i of order) hits[i] = hits[i]! + 1
    }
    expect(hits[7]).toBe(0)
    // 2,000 · 5 / 19 = 526 expected, standard deviation 20.
    for (const [i, count] of hits.entries()) if (i !== 7) expect(Math.abs(count - 526)).toBeLessThan(90)
  })
})
