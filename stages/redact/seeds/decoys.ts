import type { Random } from '../../../util/random.ts'
import { ALNUM, carry, digits, HEX, letters } from './carriers.ts'
import type { SeedMaker } from './seed.ts'

const two = (rng: Random, bound: number): string => String(rng.integer(bound)).padStart(2, '0')

/** What looks like personal data and is none: finding one of these is over-redaction. */
export const DECOYS: readonly SeedMaker[] = [
  (rng) =>
    carry(rng, digits(rng, 10), ['order {}', 'Order # {}', 'ticket number {}', 'my booking id is {}', 'case {}']),
  (rng) =>
    carry(rng, `${digits(rng, 3)}-${digits(rng, 7)}-${digits(rng, 7)}`, ['order {}', 'about {}', 'Order no. {}']),
  (rng) => carry(rng, `1Z${letters(rng, 16, '0123456789ABCDEFGHJK')}`, ['tracking {}', 'UPS {}']),
  (rng) =>
    carry(rng, `${rng.integer(20)}.${rng.integer(20)}.${rng.integer(9)}.${rng.integer(99)}`, [
      'version {}',
      'v{}',
      'firmware {} is out',
      'Build {}',
    ]),
  (rng) =>
    carry(rng, `2024-${two(rng, 12)}-${two(rng, 28)}T${two(rng, 24)}:${two(rng, 60)}:${two(rng, 60)}Z`, [
      '{} ERROR timeout',
      'since {}',
      'at {}',
    ]),
  (rng) =>
    carry(rng, `${two(rng, 12)}/${two(rng, 28)}/2024`, ['delivered on {}', 'invoice of {}', 'expires {}', 'bought {}']),
  (rng) => carry(rng, `17${digits(rng, 11)}`, ['timestamp={}', 'ts {}', '"time":{}']),
  (rng) =>
    carry(rng, `$${rng.integer(9)},${digits(rng, 3)}.${digits(rng, 2)}`, ['it cost {}', 'refund of {}', 'total: {}']),
  (rng) =>
    carry(
      rng,
      `${letters(rng, 8, HEX)}-${letters(rng, 4, HEX)}-4${letters(rng, 3, HEX)}-a${letters(rng, 3, HEX)}-${letters(rng, 12, HEX)}`,
      ['request {}', 'trace_id={}', 'ref {}'],
    ),
  (rng) =>
    carry(rng, `${letters(rng, 3, ALNUM.slice(0, 26))}-${digits(rng, 5)}`, ['SKU {}', 'article {}', 'the {} model']),
  (rng) => carry(rng, letters(rng, 40, HEX), ['commit {}', 'sha1 {}', 'fixed in {}']),
  (rng) =>
    carry(rng, rng.pick(['Monday', 'May', 'August', 'Christmas', 'Easter', 'April']), [
      'see you on {}',
      'since {}',
      '{} is fine',
      'In {} it broke',
    ]),
  (rng) =>
    carry(
      rng,
      rng.pick([
        'Google Chrome',
        'Windows Update',
        'Galaxy Watch',
        'Amber Router',
        'Premium Plan',
        'Kitchen Mixer Pro',
        'Adobe Premiere',
        'Paris Kettle',
        'Logan Speaker',
        'Oxford Bookcase',
      ]),
      ['my {} is broken', 'the {} stopped', '{} does not start', 'I bought the {}'],
    ),
  (rng) =>
    carry(rng, rng.pick(['English', 'Bluetooth', 'USB', 'PayPal', 'Netflix', 'WhatsApp', 'Excel', 'Firefox']), [
      'it says so in {}',
      'I paid with {}',
      'open it with {}',
      '{} is down',
    ]),
  (rng) =>
    carry(rng, rng.pick(['Thanks', 'Hello', 'Please', 'Great', 'Sorry', 'Yes', 'Absolutely']), [
      '\n{}\n',
      '{}!',
      '{}, that works.',
    ]),
  (rng) =>
    carry(rng, rng.pick(['ERROR', 'TIMEOUT', 'WARN', 'NULL', 'FAILED', 'GATEWAY']), [
      '{} in module 7',
      '[{}] retrying',
      'status={} code=504',
    ]),
  (rng) =>
    carry(
      rng,
      rng.pick(['password reset', 'password required', 'token expired', 'the api key field', 'pin code entry']),
      ['{}', 'I get "{}"', 'it shows {} again'],
    ),
  (rng) =>
    carry(
      rng,
      `${rng.integer(30) + 2} ${rng.pick(['days on the road', 'way switches', 'place settings', 'items', 'hours', 'park benches'])}`,
      ['after {}', 'I need {}', '{} later'],
    ),
  (rng) => carry(rng, `${rng.integer(12)}:${two(rng, 60)}:${two(rng, 60)}`, ['at {}', 'call took {}', 'since {}']),
  (rng) => carry(rng, `${digits(rng, 3)}x${digits(rng, 4)}`, ['screen {}', 'size {} px', 'a {} picture']),
  (rng) => carry(rng, `@media (min-width: ${digits(rng, 3)}px)`, ['css {}', 'in {} it breaks']),
  (rng) => carry(rng, `icon@${rng.integer(3) + 1}x.png`, ['the file {}', 'see {}']),
  (rng) => carry(rng, `react@${rng.integer(19)}.${rng.integer(9)}.${rng.integer(9)}`, ['we use {}', 'npm i {}']),
  (rng) => carry(rng, `std::${rng.pick(['vector', 'map', 'string'])}::size`, ['crash in {}', 'at {}']),
  (rng) => carry(rng, `978-3-16-14${digits(rng, 4)}-0`, ['ISBN {}', 'the book {}']),
  // Numbers that have the length of a bank's, a vehicle's, a device's.
  (rng) => carry(rng, digits(rng, 9), ['tab {}', 'build id {}', 'row {} of the export']),
  (rng) => carry(rng, letters(rng, 17, 'BCDFGHJKLMNPRSTVWXYZ'), ['key {}', 'batch {}']),
  (rng) => carry(rng, `4901${digits(rng, 11)}`, ['order {}', 'parcel {} is late']),
  (rng) =>
    carry(rng, `${letters(rng, 2, 'ABCDEFGH')}-${digits(rng, 3)}-${letters(rng, 2, 'ABCDEFGH')}`, [
      'SKU {}',
      'bin {}',
      'shelf {}',
    ]),
  (rng) => carry(rng, `0.${digits(rng, 5)}, 0.${digits(rng, 5)}`, ['loss {}', 'weights {}', 'p-values: {}']),
  (rng) => carry(rng, letters(rng, 34, ALNUM), ['etag {}', 'nonce {}', 'hash {}']),
  (rng) =>
    carry(rng, rng.pick(['polish', 'turkey', 'swift', 'pan', 'general', 'miss', 'plate', 'chart']), [
      'I need a {} for it',
      'the {} is gone',
      'where is the {}?',
    ]),
]
