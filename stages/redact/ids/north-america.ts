import { isRepeated, luhn } from './check-digits.ts'
import { named } from './context-words.ts'
import type { IdSpec } from './id-spec.ts'

const ITIN = named('itin|individual taxpayer|taxpayer id*|tax id*|tin')

/** IRS, Instructions for Form W-7: nine digits from 900 on whose fourth and fifth lie in these ranges. */
export function isItin(digits: string): boolean {
  const group = Number(digits.slice(3, 5))
  return (
    digits.startsWith('9') &&
    ((group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group !== 93))
  )
}

/** First two digits that the IRS does not give ("How EINs are assigned and valid EIN prefixes", irs.gov). */
const NO_EIN_PREFIX = new Set('00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97'.split(' '))

const PASSPORT = named(
  'passport|passport n|passeport|pasaporte|passaporto|passaporte|reisepass|paspoort|paszport|pass nr|passnr',
)
/** A passport of no country that is told is one of any: `labelled-document.ts`. */
const US_PASSPORT = named(
  'us passport|u s passport|usa passport|american passport|united states passport|passport usa|passport us|us citizen*|state department',
)
const DRIVER = named(
  'driver s licen*|driver licen*|drivers licen*|driving licen*|license number|licence number|dl|d l no|d l number|dln|cdl|dl #|driver id|operator licen*|operator s licen*|learner s permit|learners permit|state id|dmv',
)
/** For forms that any number has: `dl` alone is a download too. */
const DRIVER_SURE = named(
  'driver s licen*|driver licen*|drivers licen*|driving licen*|dl no|dl nr|dl number|dl #|dl:|d l no|d l number|dln|driver id|operator s licen*|operator licen*|dmv id|dmv number',
)

/** A passport of no country that is told, where its label stands a few words away: the forms that most countries print. */
export const ANY_PASSPORT: IdSpec = {
  name: 'passport-any',
  type: 'PASSPORT',
  shapes: ['999999999', 'A99999999', 'A9999999', 'AA999999', 'AA9999999'],
  written: /^[A-Z]{0,2} ?\d{6,9}$/i,
  valid: (value) => !isRepeated(value),
  score: 0.05,
  contextScore: 0.55,
  context: PASSPORT,
}

export const NORTH_AMERICA: readonly IdSpec[] = [
  {
    name: 'us-itin',
    type: 'US_ITIN',
    shapes: ['999999999'],
    written: /^\d{3}-\d{2}-\d{4}$/,
    valid: isItin,
    score: 0.75,
    contextScore: 0.96,
    context: ITIN,
  },
  {
    name: 'us-itin-plain',
    type: 'US_ITIN',
    shapes: ['999999999'],
    written: /^\d{3}([. ]?)\d{2}\1\d{4}$/,
    valid: isItin,
    score: 0.2,
    contextScore: 0.96,
    context: ITIN,
  },
  {
    // Nine digits, or a letter and eight digits since 2021 (travel.state.gov, "Next Generation U.S. Passport").
    name: 'us-passport',
    type: 'US_PASSPORT',
    shapes: ['999999999', 'A99999999'],
    written: /^[A-Z]?\d{8,9}$/i,
    valid: (value) => !isRepeated(value),
    score: 0.05,
    contextScore: 0.9,
    context: US_PASSPORT,
  },
  {
    // CMS, "Understanding the Medicare Beneficiary Identifier format": letters without S, L, O, I, B, Z.
    name: 'us-mbi',
    type: 'US_MBI',
    shapes: ['9A?9A?9AA99'],
    written:
      /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d([- ]?)[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d\1[AC-HJKMNP-RT-Y]{2}\d\d$/i,
    score: 0.7,
    contextScore: 0.95,
    context: named('medicare|mbi|beneficiary*|medicare id'),
  },
  {
    // 45 CFR 162.406: ten digits, Luhn with the prefix 80840.
    name: 'us-npi',
    type: 'US_NPI',
    shapes: ['9999999999'],
    written: /^[12]\d{9}$/,
    valid: (value) => luhn(`80840${value}`),
    score: 0.2,
    contextScore: 0.95,
    context: named('npi|national provider|provider identifier|provider npi'),
  },
  {
    name: 'us-ein',
    type: 'US_EIN',
    shapes: ['999999999'],
    written: /^\d{2}-\d{7}$/,
    valid: (value) => !NO_EIN_PREFIX.has(value.slice(0, 2)),
    score: 0.35,
    contextScore: 0.92,
    context: named('ein|fein|employer id*|federal tax|federal id|tax id*|tin|irs|w 9'),
  },
  {
    name: 'us-ein-plain',
    type: 'US_EIN',
    shapes: ['999999999'],
    written: /^\d{9}$/,
    valid: (value) => !NO_EIN_PREFIX.has(value.slice(0, 2)),
    score: 0.05,
    contextScore: 0.85,
    context: named('fein|employer id*|ein #|ein no|ein number'),
  },
  {
    // AAMVA D.L. jurisdictions: one letter with 5–9, 11–14 digits (CA, FL, IL, NJ, WI …).
    name: 'us-driver-license-letter',
    type: 'US_DRIVER_LICENSE',
    shapes: [
      'A999999',
      'A9999999',
      'A99999999',
      'A999999999',
      'A99999999999',
      'A999999999999',
      'A9999999999999',
      'A99999999999999',
    ],
    written:
      /^[A-Z](?:\d{6,9}|\d{3,4}[- ]?\d{3,4}[- ]?\d{4}[- ]?\d?|\d{3}-\d{3}-\d{2}-\d{3}-\d|\d{11,14}|\d{4} \d{5} \d{5}|\d{2}-\d{2}-\d{4}|[- ]\d{3}[- ]\d{3}[- ]\d{3}[- ]\d{3})$/i,
    score: 0.1,
    contextScore: 0.85,
    context: DRIVER,
  },
  {
    // Two or three letters with digits (OH, ND), digits with letters (IA, NH, ID, VT, KS, MO).
    name: 'us-driver-license-mixed',
    type: 'US_DRIVER_LICENSE',
    shapes: [
      'AA999999',
      'AA999999A',
      'AAA999999',
      '999AA9999',
      '99AAA99999',
      'AAA99999999',
      '999A999999',
      'A999999A',
      '9999999A',
      '99999999A',
      '999999999A',
      'A9A9A',
    ],
    written: /^[A-Z\d]+(?:-[A-Z\d]+){0,3}$/i,
    score: 0.05,
    contextScore: 0.8,
    context: DRIVER,
  },
  {
    // Washington: up to 7 letters of names, digits, signs; from 2018 `WDL` and nine letters or digits.
    name: 'us-driver-license-wa',
    type: 'US_DRIVER_LICENSE',
    shapes: ['AAA???????99', 'AAA???????9A', 'AAA???????AA', 'AAA???????A9'],
    written: /^WDL[A-Z\d]{9}$/i,
    score: 0.6,
    contextScore: 0.9,
    context: DRIVER,
  },
  {
    // Digits alone: 7 (AK, VT …) to 10 (IN, NV), 12 (LA 9, NV 12, WY 9–10).
    name: 'us-driver-license-digits',
    type: 'US_DRIVER_LICENSE',
    shapes: ['9999999', '99999999', '999999999', '9999999999', '999999999999'],
    written: /^(?:\d{7,10}|\d{12}|\d{3} \d{3} \d{3}|\d{2} \d{3} \d{3}|\d{4}-\d{2}-\d{4}|\d{2}-\d{3}-\d{4})$/,
    valid: (value) => !isRepeated(value),
    score: 0.01,
    contextScore: 0.85,
    context: DRIVER_SURE,
  },
  {
    // Luhn; 8 is for businesses, 0 for samples (Employment and Social Development Canada).
    name: 'ca-sin',
    type: 'CA_SIN',
    shapes: ['999999999'],
    written: /^\d{3}([ -]?)\d{3}\1\d{3}$/,
    valid: (value) => (isRepeated(value) || value.startsWith('8') ? false : luhn(value) || 'mistyped'),
    score: 0.3,
    contextScore: 0.95,
    context: named(
      'social insurance|sin no|sin nr|sin number|sin #|sin is|sin:|my sin|sin card|canadian sin|nas:|nas no|nas nr|assurance sociale|canadian social',
    ),
  },
  {
    // "sin" is Spanish too: alone it only counts before digits in the three groups that the card has.
    name: 'ca-sin-grouped',
    type: 'CA_SIN',
    shapes: ['999999999'],
    written: /^\d{3}([ -])\d{3}\1\d{3}$/,
    valid: (value) => !isRepeated(value) && !value.startsWith('8') && luhn(value),
    score: 0.3,
    contextScore: 0.95,
    context: named('sin|nas'),
  },
  {
    // Two letters and six digits; since 2023 also a letter, six digits, two letters (canada.ca).
    name: 'ca-passport',
    type: 'CA_PASSPORT',
    shapes: ['AA999999'],
    written: /^[A-Z]{2} ?\d{6}$/i,
    score: 0.1,
    contextScore: 0.9,
    context: named('canadian passport|canada passport|ca passport|passport canada|passeport canadien'),
  },
  {
    name: 'ca-passport-2023',
    type: 'CA_PASSPORT',
    shapes: ['A999999AA'],
    written: /^[A-Z]\d{6}[A-Z]{2}$/i,
    score: 0.1,
    contextScore: 0.9,
    context: PASSPORT,
  },
]
