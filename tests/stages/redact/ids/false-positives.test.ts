import fc from 'fast-check'
import { expect, test } from 'vitest'
import { random } from '../../../../util/random.ts'
import { nationalIn } from './detect.ts'

/** Share of texts in which a number of an authority is seen. */
function share(n: number, make: (i: number) => string): number {
  let flagged = 0
  for (let i = 0; i < n; i++) if (nationalIn(make(i)).length > 0) flagged += 1
  return flagged / n
}

const rng = random(11, 'false positives')
const digits = (n: number): string => Array.from({ length: n }, () => rng.integer(10)).join('')

test('20,000 runs of 7 to 16 random digits without a word for them: less than 0.5 % flagged', () => {
  expect(share(20_000, () => `it is ${digits(7 + rng.integer(10))} ok`)).toBeLessThan(0.005)
})

test('of 12,000 order, tracking and ticket numbers of any length less than 0.05 % are flagged', () => {
  const words = ['order', 'Order #', 'tracking number', 'ticket', 'invoice no.', 'Bestellnummer:']
  expect(share(12_000, () => `${rng.pick(words)} ${digits(7 + rng.integer(10))}`)).toBeLessThan(0.0005)
})

test('of 12,000 lines of logs, prices, times and ids less than 0.1 % are flagged', () => {
  const lines: readonly (() => string)[] = [
    () =>
      `2026-0${1 + rng.integer(9)}-1${rng.integer(10)}T1${rng.integer(10)}:42:07.${digits(3)}Z pid=${digits(5)} took ${digits(4)} ms`,
    () => `ts=17${digits(11)} req=${digits(8)} bytes=${digits(7)}`,
    () => `total ${digits(3)},${digits(3)}.${digits(2)} EUR, was ${digits(2)}.${digits(3)}.${digits(3)},${digits(2)}`,
    () => `ISBN 978${digits(10)}`,
    () => `order ${digits(3)}-${digits(7)}-${digits(7)}`,
    () => `${digits(3)}-${digits(3)}-${digits(4)} or 0${digits(4)} ${digits(6)}`,
  ]
  expect(share(12_000, (i) => lines[i % lines.length]!())).toBeLessThan(0.001)
})

test('any text at all: no error, and nothing found where there is no digit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const letters = text.replace(/\p{N}/gu, 'x')
      return nationalIn(text).every((hit) => hit.length > 5) && nationalIn(letters).length === 0
    }),
    { numRuns: 2_000 },
  )
})
