import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../pipelines/engine/outcome.ts'
import type { ExitCode, SerializedError } from '../../util/errors.ts'

const error = (exit: ExitCode): SerializedError => ({ code: 'X', message: 'x', exit, transient: false })
const gate = fc.record({ outcome: fc.constantFrom('pass' as const, 'warn' as const, 'block' as const) })
const errors = fc.array(fc.constantFrom<ExitCode>(2, 4, 5).map(error), { maxLength: 3 })
const fatal = fc.option(fc.constantFrom<ExitCode>(2, 4, 5).map(error), { nil: undefined })

describe('how a run ended', () => {
  it('is passed only without an error and without a gate that blocks', () => {
    fc.assert(
      fc.property(fc.array(gate, { maxLength: 4 }), errors, fatal, (gates, list, whole) => {
        const { outcome, exit } = outcomeOf(gates, list, whole)
        const all = [...list, ...(whole === undefined ? [] : [whole])]
        expect(outcome === 'passed').toBe(all.length === 0 && gates.every((each) => each.outcome !== 'block'))
        expect(exit === 0).toBe(outcome === 'passed')
        expect(exit === 1).toBe(outcome === 'blocked')
        expect(exit === 4).toBe(all.some((each) => each.exit === 4))
      }),
    )
  })
})
