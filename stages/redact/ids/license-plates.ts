import { named } from './context-words.ts'
import type { IdSpec } from './id-spec.ts'

/** Every way to write `head` letters, then `middle` digits, then `tail` letters. */
function plates(head: readonly number[], middle: readonly number[], tail: readonly number[] = [0]): readonly string[] {
  return head.flatMap((a) => middle.flatMap((n) => tail.map((b) => 'A'.repeat(a) + '9'.repeat(n) + 'A'.repeat(b))))
}

/** Words for the plate itself. */
const PLATE_NAMED =
  /licen[cs]e ?-?plate|number ?-?plate|\bplates?\b|vehicle reg|\bcar reg|\breg(?:istration)?\.? (?:no|number|plate|mark|#)|\bvrm\b|kennzeichen|immatricul|plaque d|\btarga\b|matr[ií]cula\b|\bplacas?\b|kenteken|rejestracyjn|registrerings(?:nummer|skylt|skilt)|\breg\.?nr|rekisteri(?:tunnus|numero)|\bplakas?[ıi]?|госномер|номерной знак/
/** Words for vehicles, for forms that hardly anything else has. */
const VEHICLE = new RegExp(
  `${PLATE_NAMED.source}|\\bvehicles?\\b|\\bcars?\\b|\\bvan\\b|\\btruck\\b|\\bparked\\b|\\bregistration\\b|\\bkfz\\b|\\bauto\\b|wagen\\b|fahrzeug|voiture|v[ée]hicule|\\bcoche\\b|\\bcarro\\b|ve[ií]culo|veicolo|\\baraç`,
)
const PLATE = { type: 'LICENSE_PLATE', score: 0.2, contextScore: 0.85, context: PLATE_NAMED } as const
const OWN_FORM = { ...PLATE, context: VEHICLE } as const

/** What is said of a vehicle that somebody saw or parked: with it, the commonest forms count without a word for the plate. */
const SEEN = named(
  'towed|parked|parking|car park|car|cars|lorry|taxi|motorbike|motorcycle|trailer|speeding|mechanic|driveway|garage|bmw|audi|toyota|honda|volkswagen|vw|tesla|mercedes|renault|peugeot|nissan|hyundai|volvo|skoda|vauxhall|license plate|suv|van|truck|toll|tolls|mot|carjack*|hit and run|drove off|rental car|hire car|getaway car|insure|sold the car|second vehicle|vehicle|bays|abgeschleppt|geparkt|parkausweis|halter|wagens|mein auto|garé|voiture|coche|carro|gate',
)
/** Makes and units that stand before a number of a model. */
const NO_MODEL =
  '(?!(?:BMW|KIA|MG|GMC|RAM|FIAT|FORD|OPEL|AUDI|JEEP|MINI|LADA|KTM|SUV|VIN|VAN|CAR|USB|ISO|DIN|EUR|USD|GBP|CHF|LOT|BAY|GATE|ROW|BOX|UNIT|ROOM|SPOT|ZONE|AREA|EXIT|MPH|KMH|THE|AND|FOR|NO|IN|ON|AT|BY|TO|OF|IS|IT|OR|INV|ORD|SKU|REF|TCK|INC|PO|SN)[ -]?\\d|[A-Z]{3}[ -](?:19|20)\\d\\d$)'

/** Letters and digits in the order of each country; a word for it is always needed: stock numbers look the same. */
export const LICENSE_PLATES: readonly IdSpec[] = [
  {
    ...OWN_FORM,
    name: 'de-plate',
    // District (1–3 letters), one or two letters, up to four digits, E (electric) or H (historic).
    shapes: plates([2, 3, 4, 5], [1, 2, 3, 4], [0, 1]),
    written: /^[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?[1-9]\d{0,3} ?[EH]?$/,
  },
  {
    ...OWN_FORM,
    name: 'uk-plate',
    // Since 2001: area, year, three letters.
    shapes: ['AA99AAA'],
    written: /^[A-HJ-PR-Y][A-HJ-PR-Y][0-7]\d ?[A-HJ-PR-Z]{3}$/i,
  },
  {
    ...PLATE,
    name: 'uk-old-plate',
    shapes: [...plates([1, 3], [1, 2, 3], [3, 1]), ...plates([3], [3, 4])],
    written: /^(?:[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Y]{3}|[A-Z]{3} ?\d{1,3} ?[A-Z]|[A-Z]{3} ?\d{3,4})$/,
  },
  // France, Italy: AB-123-CD without I, O, U.
  {
    ...OWN_FORM,
    name: 'fr-plate',
    shapes: ['AA999AA'],
    written: /^[A-HJ-NP-TV-Z]{2}[ -]?\d{3}[ -]?[A-HJ-NP-TV-Z]{2}$/i,
  },
  { ...OWN_FORM, name: 'es-plate', shapes: ['9999AAA'], written: /^\d{4}[ -]?[BCDFGHJ-NPRSTV-Z]{3}$/i },
  {
    ...PLATE,
    name: 'nl-plate',
    shapes: [
      'AA9999',
      '9999AA',
      '99AA99',
      'AA99AA',
      'AAAA99',
      '99AAAA',
      '99AAA9',
      '9AAA99',
      'AA999A',
      'A999AA',
      'AAA99A',
      '9AA999',
      '999AA9',
    ],
    written: /^[A-Z\d]{1,3}-[A-Z\d]{2,3}-[A-Z\d]{1,3}$/i,
  },
  // Poland: one to three letters, then four or five letters and digits.
  {
    ...PLATE,
    name: 'pl-plate',
    shapes: ['AA99999', 'AA9999A', 'AA999AA', 'AAA9999', 'AAA99999', 'AAA9A99', 'AAA99A9', 'AAA999A'],
    written: /^[A-Z]{2,3} [A-Z\d]{4,5}$/,
  },
  // Sweden, Finland, Hungary: ABC 123, ABC 12D, ABC-123
  {
    ...PLATE,
    name: 'se-plate',
    shapes: ['AAA999', 'AAA99A', ...plates([2, 3], [1, 2, 3])],
    written: /^[A-Z]{2,3}[ -]?\d{1,3}[A-Z]?$/,
  },
  // Norway, Denmark: AB 12345
  { ...PLATE, name: 'no-plate', shapes: ['AA99999', 'AA9999'], written: /^[A-Z]{2} \d{2} ?\d{2,3}$/ },
  // Belgium 1-ABC-234, Portugal AA-12-BC, Ireland 211-D-12345
  { ...PLATE, name: 'be-plate', shapes: ['9AAA999'], written: /^[1-9]-?[A-Z]{3}-?\d{3}$/i },
  {
    ...OWN_FORM,
    name: 'ie-plate',
    shapes: plates([0], [2, 3]).flatMap((n) =>
      ['A', 'AA'].flatMap((c) => [1, 2, 3, 4, 5, 6].map((length) => n + c + '9'.repeat(length))),
    ),
    written: /^\d{2,3}-[A-Z]{1,2}-\d{1,6}$/i,
  },
  // Türkiye: province 01–81
  {
    ...OWN_FORM,
    name: 'tr-plate',
    shapes: ['99A9999', '99A99999', '99AA999', '99AA9999', '99AAA99', '99AAA999'],
    written: /^(?:0[1-9]|[1-7]\d|8[01])[ -]?[A-Z]{1,3}[ -]?\d{2,5}$/i,
  },
  // India: state, district, series, number; and the BH series.
  {
    ...OWN_FORM,
    name: 'in-plate',
    shapes: ['AA99A9999', 'AA99AA9999', 'AA9A9999', 'AA9AA9999', '99AA9999A', '99AA9999AA'],
    written: /^(?:[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,2}[ -]?\d{4}|\d{2}[ -]?BH[ -]?\d{4}[ -]?[A-Z]{1,2})$/i,
    score: 0.4,
  },
  { ...PLATE, name: 'ng-plate', shapes: ['AAA999AA'], written: /^[A-Z]{3}[ -]?\d{3}[ -]?[A-Z]{2}$/i },
  { ...PLATE, name: 'br-plate', shapes: ['AAA9999', 'AAA9A99'], written: /^[A-Z]{3}[ -]?\d[A-Z\d]\d{2}$/i },
  // US states and Canadian provinces: the commonest forms.
  {
    ...PLATE,
    name: 'us-plate',
    shapes: [
      '9AAA999',
      'AAA9999',
      'AAA999',
      '999AAA',
      'AA99999',
      '9AA9999',
      '999AA9',
      'AAA99A',
      'AAAA999',
      'A99AAA',
      '9999AA',
      '99A999',
      'AA999A',
    ],
    written: /^[A-Z\d]{2,4}[ -]?[A-Z\d]{2,4}$/,
  },
  {
    ...PLATE,
    name: 'seen-plate',
    shapes: [
      '9AAA999',
      'AAA9999',
      'AAA999',
      '999AAA',
      'AA99AAA',
      'A999AAA',
      'AAA999A',
      '9AA999',
      '9A9999',
      'A99AAA',
      'AA99999',
    ],
    written: new RegExp(
      `^${NO_MODEL}(?:[1-9][A-Z]{3}\\d{3}|[A-Z]{3}[- ]\\d{3,4}|\\d{3}[- ][A-Z]{3}|[A-Z]{2}\\d{2} ?[A-Z]{3}|[A-Z]\\d{2,3} [A-Z]{3}|[A-Z]{3} \\d{3}[A-Z]|[A-Z]{2}\\d[- ]\\d{4}|[1-9][a-z]{3}\\d{3}|(?!jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{3}-(?!19|20)\\d{4}|[a-hj-pr-y]{2}[0-7]\\d ?[a-hj-pr-z]{3}|[a-hj-np-tv-z]{2}-\\d{3}-[a-hj-np-tv-z]{2})$`,
    ),
    contextScore: 0.7,
    context: SEEN,
  },
  {
    ...OWN_FORM,
    name: 'ru-plate',
    shapes: ['A999AA99', 'A999AA999'],
    written: /^[ABEKMHOPCTYX] ?\d{3} ?[ABEKMHOPCTYX]{2} ?\d{2,3}$/i,
    score: 0.4,
  },
]
