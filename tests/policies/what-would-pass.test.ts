import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvidenceMetric } from '../../policies/engine/evidence.ts'
import type { Condition } from '../../policies/engine/schema.ts'
import { whatWouldPass } from '../../policies/engine/what-would-pass.ts'
import { clopperPearson, wilson } from '../../util/statistics.ts'
import { judge, metric } from './setup.ts'

const seeded = (k: number, n: number) => metric('recall', k / n, { n, interval: clopperPearson(k, n) })
const asked = (require: Condition, metrics: readonly EvidenceMetric[]) =>
  whatWouldPass(judge(require, metrics), metrics)

describe('what would have to change', () => {
  const rows: readonly (readonly [string, Condition, readonly EvidenceMetric[], readonly string[]])[] = [
    ['nothing, where it passed', { metric: 'share', at_most: 0.1 }, [metric('share', 0.1)], []],
    [
      'a number by how much',
      { metric: 'share', at_most: 0.1 },
      [metric('share', 0.25)],
      ['redact.share must fall by 0.15, from 0.25 to 0.1'],
    ],
    [
      'a bound, and how many observations would do',
      { metric: 'recall', at_least: 0.9, bound: 'lower' },
      [seeded(95, 100)],
      [
        'the lower bound of redact.recall must rise by 0.01283, from 0.8872 to 0.9; at the same share about 141 observations would do (there are 100)',
      ],
    ],
    [
      'a share that is on the wrong side',
      { metric: 'recall', at_least: 0.96, bound: 'lower' },
      [seeded(95, 100)],
      [
        'the lower bound of redact.recall must rise by 0.07283, from 0.8872 to 0.96; more observations alone will not do: the share itself is on the wrong side',
      ],
    ],
    ['a word', { metric: 'share', equals: 'MIT' }, [metric('share', 'none')], ['redact.share must be MIT; it is none']],
    [
      'observations',
      { metric: 'share', at_most: 1, min_n: 30 },
      [metric('share', 0, { n: 4 })],
      ['redact.share needs 30 observations; it has 4'],
    ],
    [
      'a measurement',
      { metric: 'share', at_most: 1 },
      [],
      ['share must be measured (no such stage reported anything)'],
    ],
    [
      'an expression',
      { cel: "value('share') < 0.1" },
      [metric('share', 1)],
      ["the expression must become true: value('share') < 0.1"],
    ],
  ]
  test.each(rows)('%s', (_, require, metrics, wanted) => {
    expect(asked(require, metrics)).toEqual(wanted)
  })
})

test('the number of observations that would do does, and one less does not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 400 }), fc.double({ min: 0.5, max: 0.99, noNaN: true }), (n, share) => {
      const k = Math.round(share * n)
      const metrics = [metric('recall', k / n, { n, interval: wilson(k, n) })]
      const limit = Math.round((k / n - 0.03) * 1000) / 1000
      const [words] = asked({ metric: 'recall', at_least: limit, bound: 'lower' }, metrics)
      const size = /about (\d+) observations/.exec(words ?? '')?.[1]
      if (size === undefined) return
      const at = (many: number) => wilson(Math.round((k / n) * many), many).lower
      expect(at(Number(size))).toBeGreaterThanOrEqual(limit)
      expect(at(Number(size) - 1)).toBeLessThan(limit)
    }),
    { numRuns: 200 },
  )
})
