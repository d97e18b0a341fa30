import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causalMask, makeBatch, packRows, planEpoch, planEvaluation } from '../../../models/training/batches.ts'

const PAD = 99

const rowsArbitrary = fc.array(
  fc.array(fc.record({ id: fc.integer({ min: 0, max: 50 }), trained: fc.boolean() }), { minLength: 2, maxLength: 40 }),
  { minLength: 1, maxLength: 30 },
)

const pack = (rows: readonly (readonly { id: number; trained: boolean }[])[]): ReturnType<typeof packRows> =>
  packRows(
    rows.map((row) => ({
      ids: Int32Array.from(row, ({ id }) => id),
      supervised: Uint8Array.from(row, ({ trained }, i) => (trained && i > 0 ? 1 : 0)),
    })),
  )

describe('planEpoch', () => {
  it('takes every row exactly once, whatever the size of the step and the epoch', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.integer({ min: 32, max: 400 }), fc.nat(5), (data, tokens, epoch) => {
        const rows = pack(data)
        for (const plan of [planEpoch(rows, tokens, 7, epoch), planEvaluation(rows, tokens)]) {
          expect(plan.flat().sort((a, b) => a - b)).toEqual(data.map((_, i) => i))
          for (const chosen of plan) {
            const batch = makeBatch(rows, chosen, PAD)
            expect(chosen.length === 1 || batch.rows * batch.sequence <= tokens).toBe(true)
          }
        }
        expect(planEpoch(rows, tokens, 7, epoch)).toEqual(planEpoch(rows, tokens, 7, epoch))
      }),
      { numRuns: 100 },
    )
  })

  it('orders rows differently in each epoch and for each seed', () => {
    const rows = pack(
      Array.from({ length: 200 }, () => [
        { id: 1, trained: true },
        { id: 2, trained: true },
      ]),
    )
    const plans = [planEpoch(rows, 64, 1, 0), planEpoch(rows, 64, 1, 1), planEpoch(rows, 64, 2, 0)]
    expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(3)
  })
})

describe('makeBatch', () => {
  it('gives every trained token once, at the place of the token before it, and pads only behind', () => {
    fc.assert(
      fc.property(rowsArbitrary, (data) => {
        const rows = pack(data)
        const batch = makeBatch(
          rows,
          data.map((_, i) => i),
          PAD,
        )
        const pairs = Array.from(batch.positions, (position, i) => [position, batch.targets[i]!])
        const expected = data.flatMap((row, b) =>
          row.flatMap(({ id, trained }, i) => (trained && i > 0 ? [[b * batch.sequence + i - 1, id]] : [])),
        )
        expect(pairs).toEqual(expected)
        for (const [b, row] of data.entries()) {
          const ids = [...batch.ids.subarray(b * batch.sequence, (b + 1) * batch.sequence)]
          expect(ids.slice(0, row.length - 1)).toEqual(row.slice(0, -1).map(({ id }) => id))
          expect(ids.slice(row.length - 1).every((id) => id === PAD)).toBe(true)
        }
        expect(batch.tokens).toBe(data.flat().length)
      }),
      { numRuns: 100 },
    )
  })
})

describe('causalMask', () => {
  it('hides what comes later, is made once for lengths in use, and keeps no more than a few', () => {
    expect(Array.from(causalMask(3))).toEqual([0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0])
    const long = causalMask(1600)
    // Compared by hand: a matcher walks over millions of numbers for seconds.
    expect(causalMask(1600) === long).toBe(true)
    causalMask(1616)
    const again = causalMask(1600)
    expect(again === long).toBe(false)
    expect(Buffer.compare(Buffer.from(again.buffer), Buffer.from(long.buffer))).toBe(0)
  })
})
