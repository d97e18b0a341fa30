import { expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { leastTime } from '../../../support/least-time.ts'

const detector = createRuleDetector({ types: ['LICENSE_PLATE', 'US_DRIVER_LICENSE'] })
const found = (text: string): readonly string[] => detector.find(text).map(({ start, end }) => text.slice(start, end))

test.each([
  ['Plate: PD-035-UE', 'PD-035-UE'],
  ['license plate 7ABC123 was towed', '7ABC123'],
  ['Kennzeichen: B-MW 1234', 'B-MW 1234'],
  ['targa AB 123 CD rubata', 'AB 123 CD'],
  ['my plate is 3-9079z', '3-9079z'],
  ['license plate gö-ab 123 please', 'gö-ab 123'],
  ['Kennzeichen GÖ-AB 123', 'GÖ-AB 123'],
  ['Halter des Wagens MÜR-J 9297', 'MÜR-J 9297'],
  ['The plate number on the rental is KDJ 4821.', 'KDJ 4821'],
  ['plate: (CA) 7ABC123', '7ABC123'],
  ['the plate, unknown at first, was found to be 7ABC123', '7ABC123'],
  ['Plates on both cars (1T3 37B and 943-85H) expire', '943-85H'],
  ['2FAST4U is my licence plate', '2FAST4U'],
  ['My car, a blue Golf, ABC 1234, was towed', 'ABC 1234'],
  ['tag # 7XYZ123', '7XYZ123'],
  ['Reg no. AB12 CDE', 'AB12 CDE'],
  ['vehicle number DL 3C BC 9943', 'DL 3C BC 9943'],
  ['车牌号：粤B12345', '粤B12345'],
  ['차량번호 71가 0519', '71가 0519'],
  ['{"kfz":"B-MW 1234"}', 'B-MW 1234'],
  ["driver's license: D1234567", 'D1234567'],
  ['DL number 946956202', '946956202'],
])('%s', (text, value) => expect(found(text).join('|')).toContain(value))

test.each([
  'a plate of 12 cakes',
  'plate 12 is hot',
  'the number plate is dirty',
  'plates: 24 pieces',
  'see plate 3B in the book',
  'a 96-well plate, wells A1 to H12',
  'A36 steel plate 10 mm and more',
  'docker tag v1.24.3',
  'course registration CS101',
  'registration for MATH1081',
  'tag 2024Q3',
  'license MIT 2024',
  'the car, a Golf GTI 2020, was parked',
  'My car is a BMW 320d',
  'flight LH 1234 to Rome, then a rental car',
  'order ABC-1234 for a car battery',
  'placa base ASUS B550',
  'driving license expires in 2027',
])('nothing in: %s', (text) => expect(found(text)).toEqual([]))

test('a label again and again takes linear time', () => {
  const time = (times: number): number => {
    const text = 'plate: A-1-B-2 plate AB '.repeat(times)
    return leastTime(() => () => detector.find(text), 1)
  }
  time(500)
  let growth = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4 && growth > 24; attempt++)
    growth = Math.min(growth, time(8000) / Math.max(time(1000), 5))
  expect(growth).toBeLessThan(24)
})
