import { expect, test } from 'vitest'
import { createRuleDetector } from '../../../../stages/redact/detector.ts'
import { leastTime } from '../../../support/least-time.ts'

const detector = createRuleDetector({ names: false })
const found = (text: string, field?: string): readonly string[] =>
  detector.find(text, field).map(({ start, end, type }) => `${type}:${text.slice(start, end)}`)

test.each([
  ['passport number A1234567', 'PASSPORT:A1234567'],
  ['Passport: GB1234567, issued 2021', 'PASSPORT:GB1234567'],
  ['My passport, 9397227, was stolen in Rome.', 'PASSPORT:9397227'],
  ['national ID number UZL536407', 'NATIONAL_ID:UZL536407'],
  ['id card no. 1478 6082 8111', 'NATIONAL_ID:1478 6082 8111'],
  ['driving licence A1234-56789-01234', 'DRIVER_LICENSE:A1234-56789-01234'],
  ['Licence no. 5083679964491', 'DRIVER_LICENSE:5083679964491'],
  ['permis de conduire : 06BX41111', 'DRIVER_LICENSE:06BX41111'],
  ["driver's license issued by Oregon: 258658-515", 'US_DRIVER_LICENSE:258658-515'],
  ['D.L. No. F5807957763515', 'US_DRIVER_LICENSE:F5807957763515'],
  ['D1234567 (California)', 'US_DRIVER_LICENSE:D1234567'],
  ['A202-7374-2115-55 is my license number.', 'DRIVER_LICENSE:A202-7374-2115-55'],
  ['state ID SMITHJK139L6', 'US_DRIVER_LICENSE:SMITHJK139L6'],
])('%s', (text, hit) => expect(found(text)).toEqual([hit]))

test('a form of one country alone keeps the type of that country', () => {
  expect(found('pasaporte PAA123456')).toEqual(['ES_PASSPORT:PAA123456'])
  expect(found('driving licence MORGA753116SM9IJ')).toEqual(['UK_DRIVING_LICENCE:MORGA753116SM9IJ'])
  expect(found('US passport 912803456')).toEqual(['US_PASSPORT:912803456'])
})

test('where only some countries are looked for, a document of no country that is told still is', () => {
  const german = createRuleDetector({ types: ['PASSPORT', 'DRIVER_LICENSE', 'DE_PASSPORT'] })
  expect(german.find("passport 912803456, driver's license D1234567").map(({ type }) => type)).toEqual([
    'PASSPORT',
    'DRIVER_LICENSE',
  ])
})

test('a field that names a document says it too', () => {
  expect(found('X1234567', 'passport_number')).toEqual(['PASSPORT:X1234567'])
  expect(found('48219-31', 'nationalId')).toEqual(['NATIONAL_ID:48219-31'])
})

test.each([
  'license key ABC-123',
  'licence agreement 2.0',
  'License: Apache-2.0',
  'dl 1000 files',
  'software license number for Office 2021',
  'passport valid for 6 months',
  'passport photos 35x45 mm',
  'My passport expires 12/2027',
  'driver license expired 2020',
  'Order 12345678 passport cover',
  'ID card printer HP 5000',
  'graphics card driver license 2024.1',
  'permit 12345 for parking',
])('nothing in: %s', (text) => expect(found(text)).toEqual([]))

test('labels again and again take linear time', () => {
  const time = (times: number): number => {
    const text = 'passport A-1-B-2 dl 1 2 3 my licence no is '.repeat(times)
    return leastTime(() => () => detector.find(text), 1)
  }
  time(500)
  let growth = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4 && growth > 24; attempt++)
    growth = Math.min(growth, time(8000) / Math.max(time(1000), 5))
  expect(growth).toBeLessThan(24)
})
