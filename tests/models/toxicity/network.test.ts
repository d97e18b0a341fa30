import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Example } from '../../../models/toxicity/corpora.ts'
import { encodeModel, quantise, roundedParameters } from '../../../models/toxicity/export.ts'
import { Featuriser, windowStarts } from '../../../models/toxicity/features.ts'
import { calibrate, FIT, fitModel, logits } from '../../../models/toxicity/fit.ts'
import { auc, thresholdAt } from '../../../models/toxicity/metrics.ts'
import type { NetworkShape } from '../../../models/toxicity/network.ts'
import { activations, forwardBag, forwardPhrase, initialParameters } from '../../../models/toxicity/network.ts'
import { WindowSession } from '../../../models/toxicity/session.ts'
import { templateExamples } from '../../../models/toxicity/templates.ts'
import { longWindowsOf } from '../../../models/toxicity/windows.ts'
import { random } from '../../../util/random.ts'

const SMALL: NetworkShape = {
  rows: 1 << 12,
  pairRows: 1 << 12,
  window: 24,
  stride: 16,
  heads: 6,
  dims: 8,
  widths: [2, 3],
  filters: 8,
}
const TRAIN = templateExamples(900, random(1, 'test'))
const TEST = templateExamples(300, random(2, 'test'))
const OPTIONS = { ...FIT, epochs: 3, seed: 5, log: () => {} }

describe('a small model', () => {
  const parameters = fitModel(SMALL, TRAIN, OPTIONS)
  const rounded = roundedParameters(SMALL, parameters)
  const featuriser = new Featuriser(SMALL)
  const score = (example: Example): Float32Array => logits(SMALL, rounded, longWindowsOf(example.text, featuriser))
  const scored = TEST.map((example) => ({ example, logits: score(example) }))
  const calibration = calibrate(scored)
  const bytes = encodeModel(SMALL, rounded, calibration, {})
  let session: WindowSession | undefined
  afterAll(() => session?.close())

  test('learns each head from a few hundred sentences', () => {
    for (const head of [0, 3, 4, 5]) {
      const area = auc(
        scored.map(({ logits: z }) => z[head]!),
        TEST.map((example) => example.y[head]! > 0.5),
      )
      expect(area).toBeGreaterThan(0.93)
    }
  })

  test('is the same for the same seed, and another for another', () => {
    expect(Buffer.from(encodeModel(SMALL, fitModel(SMALL, TRAIN.slice(0, 200), OPTIONS), calibration, {}))).toEqual(
      Buffer.from(encodeModel(SMALL, fitModel(SMALL, TRAIN.slice(0, 200), OPTIONS), calibration, {})),
    )
    const other = fitModel(SMALL, TRAIN.slice(0, 200), { ...OPTIONS, seed: 6 })
    expect(other.out).not.toEqual(fitModel(SMALL, TRAIN.slice(0, 200), OPTIONS).out)
  })

  test('the ONNX file computes what the TypeScript forward pass computes', async () => {
    session = await WindowSession.open(bytes)
    const windows = TEST.slice(0, 80).flatMap((example) => longWindowsOf(example.text, featuriser))
    const rows = await session.run(windows)
    const state = activations(SMALL)
    windows.forEach((window, i) => {
      forwardBag(SMALL, rounded, window, state)
      forwardPhrase(SMALL, rounded, window, state)
      const expected = [...state.bagLogits].map((z, h) => {
        const calibrated = calibration.slope[h]! * ((z + state.phraseLogits[h]!) / 2) + calibration.offset[h]!
        return 1 / (1 + Math.exp(-calibrated))
      })
      for (let h = 0; h < 6; h++) expect(Math.abs(rows[i]![h]! - expected[h]!)).toBeLessThan(1e-5)
    })
  })

  test('a window’s score is the same bits whatever stands beside it', async () => {
    session ??= await WindowSession.open(bytes)
    const windows = TEST.slice(0, 60).flatMap((example) => longWindowsOf(example.text, featuriser))
    const together = await session.run(windows)
    for (const i of [0, 7, 20, 41]) {
      expect((await session.run([windows[i]!]))[0]).toEqual(together[i])
    }
  })
})

test('steps of the phrase part raise the score of what they learn', () => {
  const example = TRAIN.find((candidate) => candidate.y[0] === 1)!
  const before = fitModel(SMALL, [example], { ...OPTIONS, epochs: 1, dropout: 0, bagRate: 0 })
  const after = fitModel(SMALL, [example], { ...OPTIONS, epochs: 40, dropout: 0, bagRate: 0 })
  const featuriser = new Featuriser(SMALL)
  const state = activations(SMALL)
  const probability = (parameters: typeof before): number => {
    forwardPhrase(SMALL, parameters, longWindowsOf(example.text, featuriser)[0]!, state)
    return 1 / (1 + Math.exp(-state.phraseLogits[0]!))
  }
  const start = probability(initialParameters(SMALL, OPTIONS.seed))
  expect(probability(before)).toBeGreaterThan(start)
  expect(probability(after)).toBeGreaterThan(0.9)
})

test('windows cover every token', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2000 }), (length) => {
      const starts = windowStarts(length, SMALL)
      const last = starts.at(-1)!
      expect(last + SMALL.window).toBeGreaterThanOrEqual(length)
      expect(starts.every((start, i) => i === 0 || start - starts[i - 1]! <= SMALL.window)).toBe(true)
    }),
  )
})

test('8-bit rounding is off by at most half a step', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true, min: -10, max: 10 }), { minLength: 3, maxLength: 60 }), (values) => {
      const even = Float32Array.from(values.slice(0, values.length - (values.length % 3)))
      const { data, scale } = quantise(even, 3)
      even.forEach((x, i) => {
        expect(Math.abs(data[i]! * scale[i % 3]! - x)).toBeLessThanOrEqual(scale[i % 3]! * 0.501 + 1e-6)
      })
    }),
  )
})

test('the area under the curve counts pairs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 2, maxLength: 40 }),
      (pairs) => {
        let won = 0
        let all = 0
        for (const [a, positive] of pairs) {
          for (const [b, other] of pairs) {
            if (!positive || other) continue
            all += 1
            won += a > b ? 1 : a === b ? 0.5 : 0
          }
        }
        const area = auc(
          pairs.map(([score]) => score),
          pairs.map(([, positive]) => positive),
        )
        if (all === 0) expect(area).toBeNull()
        else expect(area).toBeCloseTo(won / all, 10)
      },
    ),
  )
})

test('a threshold flags no more than the stated share', () => {
  const negatives = Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1000) / 1000)
  const threshold = thresholdAt(negatives, 0.02)
  expect(negatives.filter((score) => score >= threshold).length).toBe(20)
})
