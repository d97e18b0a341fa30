import { expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'

const detector = createRuleDetector({ types: ['LICENSE_PLATE', 'US_DRIVER_LICENSE'] })
const found = (text: string): readonly string[] => detector.find(text).map(({ start, end }) => text.slice(start, end))

test.each([
  ['Plate: PD-035-UE', 'PD-035-UE'],
  ['license plate 7ABC123 was towed', '7ABC123'],
  ['Kennzeichen: B-MW 1234', 'B-MW 1234'],
  ['targa AB 123 CD rubata', 'AB 123 CD'],
  ["driver's license: D1234567", 'D1234567'],
  ['DL number 946956202', '946956202'],
])('%s', (text, value) => expect(found(text).join('|')).toContain(value))

test.each([
  'a plate of 12 cakes',
  'plate 12 is hot',
  'the number plate is dirty',
  'plates: 24 pieces',
  'driving license expires in 2027',
])('nothing in: %s', (text) => expect(found(text)).toEqual([]))

test('a label again and again takes linear time', () => {
  const time = (times: number): number => {
    const text = 'plate: A-1-B-2 plate AB '.repeat(times)
    const start = performance.now()
    detector.find(text)
    return performance.now() - start
  }
  time(500)
  let growth = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4 && growth > 24; attempt++)
    growth = Math.min(growth, time(8000) / Math.max(time(1000), 5))
  expect(growth).toBeLessThan(24)
})
