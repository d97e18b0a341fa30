import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from '../../../models/token-classification/decode.ts'
import { type LabelSet, readLabels } from '../../../models/token-classification/labels.ts'
import { planWindows } from '../../../models/token-classification/windows.ts'
import { WordRows } from '../../../models/token-classification/word-rows.ts'

const BIO = readLabels(['O', 'B-X', 'I-X', 'B-Y', 'I-Y'])
const BIOES = readLabels(['O', 'B-X', 'I-X', 'E-X', 'S-X', 'B-Y', 'E-Y'])
const IO = readLabels(['X', 'O', 'Y'])

function rowsOf(rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(rows.flat())
}

function spansOf(rows: readonly (readonly number[])[], set: LabelSet): readonly string[] {
  return decode(rowsOf(rows), rows.length, set).map(({ from, to, entity }) => `${entity} ${from}–${to}`)
}

describe('decode', () => {
  it('repairs a label that its neighbours make impossible', () => {
    // Word by word this is B-X I-Y: a Y inside an X.
    const rows = [
      [0.05, 0.9, 0.02, 0.02, 0.01],
      [0.05, 0.03, 0.4, 0.02, 0.5],
    ]
    expect(spansOf(rows, BIO)).toEqual(['X 0–2'])
  })

  it('closes an entity that ends without its E-', () => {
    const rows = [
      [0.01, 0.9, 0.01, 0.05, 0.01, 0.01, 0.01],
      [0.03, 0.01, 0.5, 0.4, 0.04, 0.01, 0.01],
      [0.95, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005],
    ]
    expect(spansOf(rows, BIOES)).toEqual(['X 0–2'])
  })

  it('keeps what the model is sure of though it breaks the scheme', () => {
    const lone = [
      [0.99, 0.002, 0.002, 0.002, 0.001, 0.002, 0.001],
      [0.001, 0.99, 0.002, 0.002, 0.002, 0.002, 0.001],
      [0.99, 0.002, 0.002, 0.002, 0.001, 0.002, 0.001],
    ]
    expect(spansOf(lone, BIOES)).toEqual(['X 1–2'])
    const iob1 = [
      [0.999, 0.0003, 0.0003, 0.0002, 0.0002],
      [0.02, 0.0001, 0.97, 0.005, 0.0049],
    ]
    expect(spansOf(iob1, BIO)).toEqual(['X 1–2'])
  })

  it('scores a span by the mean and the least probability of its entity', () => {
    const rows = [
      [0.1, 0.6, 0.2, 0.05, 0.05],
      [0.35, 0.1, 0.45, 0.05, 0.05],
    ]
    expect(decode(rowsOf(rows), 2, BIO)).toEqual([{ from: 0, to: 2, entity: 'X', mean: 0.675, least: 0.55 }])
  })

  const row = (width: number): fc.Arbitrary<readonly number[]> =>
    fc.array(fc.integer({ min: 1, max: 100 }), { minLength: width, maxLength: width }).map((weights) => {
      const sum = weights.reduce((a, b) => a + b, 0)
      return weights.map((w) => w / sum)
    })

  it.each([
    ['BIO', BIO],
    ['BIOES', BIOES],
    ['IO', IO],
  ] as const)('finds the best of all sequences of labels: %s', (_, set) => {
    fc.assert(
      fc.property(fc.array(row(set.labels.length), { minLength: 1, maxLength: 4 }), (rows) => {
        const words = decode(rowsOf(rows), rows.length, set).map(({ from, to, entity }) => ({ from, to, entity }))
        const best = bruteForce(rows, set)
        expect(best.some((spans) => JSON.stringify(spans) === JSON.stringify(words))).toBe(true)
      }),
      { numRuns: 120 },
    )
  })

  it('gives spans that are in order, disjoint and inside', () => {
    fc.assert(
      fc.property(fc.array(row(BIOES.labels.length), { maxLength: 30 }), (rows) => {
        let last = 0
        for (const { from, to, mean, least } of decode(rowsOf(rows), rows.length, BIOES)) {
          expect(from >= last && to > from && to <= rows.length).toBe(true)
          expect(least <= mean && mean <= 1 && least >= 0).toBe(true)
          last = to
        }
      }),
    )
  })
})

describe('planWindows', () => {
  it('owns each token once, in windows of the right size, where it has the most room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 60 }), fc.nat(), (tokens, size, n) => {
        const overlap = n % size
        const windows = planWindows(tokens, size, overlap)
        let next = 0
        for (const { from, to, ownFrom, ownTo } of windows) {
          expect(ownFrom).toBe(next)
          expect(from <= ownFrom && ownTo <= to && to - from === Math.min(size, tokens)).toBe(true)
          next = ownTo
        }
        expect(next).toBe(tokens)
        const room = (at: number, window: { from: number; to: number }): number =>
          at < window.from || at >= window.to ? -1 : Math.min(at - window.from, window.to - 1 - at)
        for (const window of windows) {
          for (let at = window.ownFrom; at < window.ownTo; at++) {
            expect(room(at, window)).toBe(Math.max(...windows.map((other) => room(at, other))))
          }
        }
      }),
    )
  })

  it('refuses an overlap that leaves no step', () => {
    expect(() => planWindows(10, 4, 4)).toThrow(RangeError)
  })
})

describe('WordRows', () => {
  const set = readLabels(['O', 'X', 'Y'])
  const encoding = {
    ids: Int32Array.of(7, 8, 9, 9),
    starts: Int32Array.of(0, 3, 6, 0),
    ends: Int32Array.of(3, 6, 9, 0),
    words: Int32Array.of(0, 0, 1, -1),
  }
  const rows = [
    [0.2, 0.5, 0.3],
    [0, 0.1, 0.9],
    [0.8, 0.1, 0.1],
    [0, 1, 0],
  ]

  it.each([
    ['first', [{ start: 0, end: 6, entity: 'X', mean: 0.5, least: 0.5 }]],
    ['max', [{ start: 0, end: 6, entity: 'Y', mean: 0.9, least: 0.9 }]],
    ['average', [{ start: 0, end: 6, entity: 'Y', mean: 0.6, least: 0.6 }]],
  ] as const)('lets the %s piece speak for a word', (strategy, spans) => {
    for (const cut of [1, 2, 3]) {
      const words = new WordRows(encoding, set, strategy)
      words.take(0, rowsOf(rows.slice(0, cut)))
      words.take(cut, rowsOf(rows.slice(cut)))
      expect(words.finish()).toEqual(spans)
    }
  })

  it('gives the same spans for a text that is settled in parts', () => {
    const words = 40_000
    const every = (at: number): number[] => (at % 7 < 2 ? [0.004, 0.995, 0.001] : [0.995, 0.004, 0.001])
    const long = new WordRows(
      {
        ids: new Int32Array(words),
        starts: Int32Array.from({ length: words }, (_, i) => i * 2),
        ends: Int32Array.from({ length: words }, (_, i) => i * 2 + 1),
        words: Int32Array.from({ length: words }, (_, i) => i),
      },
      set,
      'first',
    )
    for (let at = 0; at < words; at += 500) {
      long.take(at, rowsOf(Array.from({ length: 500 }, (_, i) => every(at + i))))
    }
    const spans = long.finish()
    expect(spans).toHaveLength(Math.ceil(words / 7))
    expect(spans.every(({ start, end }) => start % 14 === 0 && (end === start + 3 || end === words * 2 - 1))).toBe(true)
  })
})

/** Spans of all sequences of labels whose probability is the highest, each step weighed by the scheme as documented. */
function bruteForce(rows: readonly (readonly number[])[], set: LabelSet): readonly object[][] {
  const { labels, scheme } = set
  let best = Number.NEGATIVE_INFINITY
  let winners: object[][] = []
  const closed = (i: number): boolean => {
    const { place } = labels[i]!
    return scheme !== 'bioes' || place === 'outside' || place === 'end' || place === 'single'
  }
  const weight = (t: number, i: number, before: number): number => {
    const { place, entity } = labels[i]!
    const p = rows[t]![i]!
    const outside = before === -1 || labels[before]!.place === 'outside'
    const same = before !== -1 && labels[before]!.entity === entity
    if (scheme === 'bio' && place === 'inside') {
      if (outside) return p + rows[t]![labels.findIndex((label) => label.place === 'begin' && label.entity === entity)]!
      return same ? p : p * 0.05
    }
    if (scheme === 'bioes' && (place === 'inside' || place === 'end')) {
      return same && !closed(before) ? p : p * 0.05
    }
    return before === -1 || closed(before) ? p : p * 0.05
  }
  const walk = (t: number, path: readonly number[], score: number): void => {
    if (t === rows.length) {
      const total = score + (closed(path.at(-1)!) ? 0 : Math.log(0.05))
      if (total > best + 1e-6) winners = []
      if (total > best - 1e-6) {
        winners.push(spansOfPath(path, set))
        best = Math.max(best, total)
      }
      return
    }
    for (let i = 0; i < labels.length; i++) walk(t + 1, [...path, i], score + Math.log(weight(t, i, path.at(-1) ?? -1)))
  }
  walk(0, [], 0)
  return winners
}

function spansOfPath(path: readonly number[], { labels }: LabelSet): object[] {
  const out: { from: number; to: number; entity: string }[] = []
  for (const [t, i] of path.entries()) {
    const { place, entity } = labels[i]!
    if (place === 'outside') continue
    const before = t === 0 ? undefined : labels[path[t - 1]!]
    const goesOn =
      before?.entity === entity &&
      (before.place === 'begin' || before.place === 'inside') &&
      (place === 'inside' || place === 'end')
    if (goesOn) out.at(-1)!.to = t + 1
    else out.push({ from: t, to: t + 1, entity })
  }
  return out
}
