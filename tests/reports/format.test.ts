import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteSize, decimal, duration, humanise, percent } from '../../reports/format.ts'

test('a percentage says 0% or 100% only of exactly that', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      expect(percent(share) === '100%').toBe(share === 1)
      expect(percent(share) === '0%').toBe(share === 0)
    }),
  )
  expect([0.973, 0.5, 0.0123, 0.99996, 0.00001, 1e-12].map(percent)).toEqual([
    '97.3%',
    '50%',
    '1.2%',
    '99.996%',
    '0.001%',
    '<0.000001%',
  ])
})

test('numbers keep about three digits', () => {
  expect([0, 12, 1234567, 8.314, 212.44, 0.012345, 0.00001234, -3.21987, 12345.6].map(decimal)).toMatchInlineSnapshot(`
    [
      "0",
      "12",
      "1,234,567",
      "8.31",
      "212.4",
      "0.0123",
      "1.2 × 10⁻⁵",
      "-3.22",
      "12,346",
    ]
  `)
})

test('durations and sizes read as people say them', () => {
  expect([0.004, 4.24, 59.4, 59.6, 92.3, 3599.9, 7500].map(duration)).toMatchInlineSnapshot(`
    [
      "4 ms",
      "4.2 s",
      "59 s",
      "1 min 00 s",
      "1 min 32 s",
      "1 h 00 min",
      "2 h 05 min",
    ]
  `)
  expect([0, 999, 9_412_608, 999_999_999].map(byteSize)).toMatchInlineSnapshot(`
    [
      "0 bytes",
      "999 bytes",
      "9.4 MB",
      "1 GB",
    ]
  `)
})

test('names become words', () => {
  expect(['seeded_recall', 'output_pii_rate', 'EMAIL', 'drift_psi'].map(humanise)).toEqual([
    'Seeded recall',
    'Output PII rate',
    'EMAIL',
    'Drift PSI',
  ])
})
