import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Heap } from '../../util/heap.ts'

it('gives items back in their order, whatever order they came in and however pushes and pops mix', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: 'pop' as const })), (steps) => {
      const heap = new Heap<number>((a, b) => a < b)
      const sorted: number[] = []
      for (const step of steps) {
        if (step === 'pop') expect(heap.pop()).toBe(sorted.shift())
        else {
          heap.push(step)
          sorted.push(step)
          sorted.sort((a, b) => a - b)
        }
      }
      while (sorted.length > 0) expect(heap.pop()).toBe(sorted.shift())
      expect(heap.pop()).toBeUndefined()
    }),
  )
})
