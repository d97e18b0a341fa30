import { describe, expect, test } from 'vitest'
import { findIds } from '../../../../stages/redact/ids/find-ids.ts'
import { GENERAL_IDS } from '../../../../stages/redact/ids/general.ts'
import type { Recognizer } from '../../../../stages/redact/recognizer.ts'
import { address } from '../../../../stages/redact/recognizers/address.ts'
import { age } from '../../../../stages/redact/recognizers/age.ts'
import { coordinates } from '../../../../stages/redact/recognizers/coordinates.ts'
import { date } from '../../../../stages/redact/recognizers/date.ts'
import { dateOfBirth } from '../../../../stages/redact/recognizers/date-of-birth.ts'
import { labelledNumber } from '../../../../stages/redact/recognizers/labelled-number.ts'
import { nrp } from '../../../../stages/redact/recognizers/nrp.ts'
import { organization } from '../../../../stages/redact/recognizers/organization.ts'
import { postalCode } from '../../../../stages/redact/recognizers/postal-code.ts'
import { swiftBic } from '../../../../stages/redact/recognizers/swift-bic.ts'
import { title } from '../../../../stages/redact/recognizers/title.ts'
import { vehicleId } from '../../../../stages/redact/recognizers/vehicle-id.ts'
import { wallet } from '../../../../stages/redact/recognizers/wallet.ts'
import { webAddress } from '../../../../stages/redact/recognizers/web-address.ts'
import { Subject } from '../../../../stages/redact/subject.ts'
import { leastTime } from '../../../support/least-time.ts'

const RECOGNIZERS: readonly Recognizer[] = [
  findIds(GENERAL_IDS),
  address,
  age,
  ...coordinates,
  date,
  dateOfBirth,
  labelledNumber,
  nrp,
  organization,
  postalCode,
  swiftBic,
  title,
  vehicleId,
  wallet,
  webAddress,
]

/** Repeated to fill a text: starts and middles of what each of them looks for, without an end. */
const UNITS: readonly string[] = [
  'a',
  'A',
  '1',
  ' ',
  '-',
  '.',
  '1 ',
  '12 ',
  '1-',
  '1.',
  '1/',
  'a.',
  'a-',
  'Aa ',
  'Aa, ',
  'Aa & ',
  'Aa and ',
  'The Aa of ',
  'Inc ',
  'S.',
  'S.A. ',
  'University of ',
  'Sons ',
  'works at ',
  'account ',
  'account number ',
  'account 1',
  'account: # no. ',
  'mrn ',
  'member id 12345 ',
  'bank account 12 ',
  'iban ABCDDEFF ',
  'swift bic AAAA ',
  '12.34567, ',
  '12.34567 ',
  "48°51'",
  'lat: 1.1, ',
  '///a.b',
  'ABCD2345+',
  'https://',
  'www.',
  'www.a.',
  'http://a.b?',
  'Mr. ',
  'Prof. Dr. ',
  'twenty ',
  'twenty-one years ',
  'years old ',
  '34 years ',
  "I'm 34 ",
  'aged ',
  'German ',
  'South ',
  'nationality: ',
  'nationality: Aa Bb ',
  'March ',
  'March 12 ',
  '12 March ',
  '12 of ',
  '2024-03-12',
  '2024-03-12T10:00:00 ',
  'Monday, ',
  '10:30',
  '10:30 ',
  'born 1985-',
  '1985年',
  'SW1A 1A',
  'D-1011',
  'M5V ',
  'zip 9021',
  '5HueCGU8rMj',
  '0x5aAeb6053F3E94C9b9A0',
  'bc1q',
  '1M8GDM9AXKP042788',
  'AB12 CDE ',
  'B-MW 1234 ',
  'plate ',
  '😀',
  'é',
  '年',
]

const look = (recognizer: Recognizer, subject: Subject) => (): void => recognizer.find(subject, () => {})

describe('eight times the text takes about eight times as long', () => {
  test.each(RECOGNIZERS.map((recognizer) => [recognizer.name, recognizer] as const))('%s', (_name, recognizer) => {
    for (const unit of UNITS) {
      const text = unit.repeat(Math.ceil(4_000 / unit.length))
      const best = (value: string, enough = 0): number =>
        leastTime(() => look(recognizer, new Subject(value)), 3, enough)
      leastTime(() => look(recognizer, new Subject(text)), 1)
      let large = Number.POSITIVE_INFINITY
      let growth = large
      // Others use the machine too: what is too slow is so every time.
      for (let attempt = 0; attempt < 4 && (large >= 640 || growth >= 20); attempt++) {
        // 20 microseconds a character, on a busy machine, would be far too slow; less than 30 ms says nothing about growth.
        const small = Math.max(best(text), 1)
        large = best(text.repeat(8), Math.max(30, 12 * small))
        growth = large > 30 ? large / small : 0
      }
      expect(large, unit).toBeLessThan(640)
      expect(growth, unit).toBeLessThan(20)
    }
  })
})
