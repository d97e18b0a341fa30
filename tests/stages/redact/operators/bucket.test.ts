import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucket, bucketAge, bucketNumber, bucketZip } from '../../../../stages/redact/operators/bucket.ts'

const FORM = { years: 10, dayFirst: false } as const

test.each([
  ['0', '0-9'],
  ['34', '30-39'],
  ['89', '80-89'],
  ['90', '90+'],
  ['103', '90+'],
  ['34yo', '30-39yo'],
  ['7 months', '0-9'],
  ['thirty-four', '30-39'],
  ['ninety-two', '90+'],
  ['seventeen', '10-19'],
  ['2½', '0-9'],
  ['999', undefined],
  ['old', undefined],
])('age %s is %s', (value, band) => {
  expect(bucketAge(value, 10)).toBe(band)
})

test('no band of any width tells two ages over 89 apart, and each age is in its band', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 2, max: 45 }), (age, width) => {
      const band = bucketAge(String(age), width)!
      if (age >= 90) {
        expect(band).toBe('90+')
        return
      }
      const [from, to] = band.split('-').map(Number)
      expect(from! <= age && age <= to! && to! < 90).toBe(true)
      expect(bucketAge(band, width)).toBe(band)
    }),
  )
})

// The 17 prefixes in HHS's guidance of 2012 (Census of 2000).
test.each('036 692 878 059 790 879 063 821 884 102 823 890 203 830 893 556 831'.split(' '))(
  'ZIP %s01 is 000',
  (prefix) => {
    expect(bucketZip(`${prefix}01`)).toBe('000')
  },
)
test.each([
  ['94105', '941'],
  ['94105-1234', '941'],
  ['941051234', '941'],
  ['941', '941'],
  ['000', '000'],
  ['SW1A 1AA', undefined],
  ['1234', undefined],
])('ZIP %s is %s', (value, prefix) => {
  expect(bucketZip(value)).toBe(prefix)
})

describe('dates', () => {
  test('become their year', () => {
    expect(bucket('DATE', 'March 12, 2024 at 10:30', FORM)).toBe('2024')
    expect(bucket('DATE', '12 March', FORM)).toBeUndefined()
    expect(bucket('DATE', '14:30', FORM)).toBeUndefined()
  })
  test.each([
    ['1985-03-12', '1985'],
    ['1937-01-01', '1937'],
    ['1936-12-31', 'before 1937'],
    ['12/03/1901', 'before 1937'],
    ['3/12/85', '1985'],
    ['3/12/40', '1940'],
    ['3/12/30', 'before 1937'],
    ['3/12/05', '2005'],
    ['before 1937', 'before 1937'],
  ])('of birth, %s is %s in 2026', (value, year) => {
    expect(bucket('DATE_OF_BIRTH', value, { ...FORM, reference_date: '2026-07-01' })).toBe(year)
  })
  test('of birth need the day of reference', () => {
    expect(bucket('DATE_OF_BIRTH', '1985-03-12', FORM)).toBeUndefined()
  })
})

test.each([
  ['1,250.00 €', '1000-5000'],
  ['$999.99', '0-1000'],
  ['1.000,00', '1000-5000'],
  ['5000', '5000+'],
  ['-20', '<0'],
  ['1 250 000', '5000+'],
  ['10-20', undefined],
  ['none', undefined],
])('amount %s is %s', (value, band) => {
  expect(bucketNumber(value, [0, 1000, 5000])).toBe(band)
})

test('a band stays the band it is', () => {
  for (const band of ['<0', '0-1000', '1000-5000', '5000+']) expect(bucketNumber(band, [0, 1000, 5000])).toBe(band)
})

test('types without a rule have none', () => {
  expect(bucket('EMAIL', 'a@example.org', FORM)).toBeUndefined()
})
