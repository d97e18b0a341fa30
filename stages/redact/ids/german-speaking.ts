import { crossSum, icao731, isRepeated, mod11And10, valueAt, weightedSum } from './check-digits.ts'
import { named } from './context-words.ts'
import { isShortDate, two } from './dates.ts'
import type { IdSpec } from './id-spec.ts'

/**
 * Identifikationsnummer (§ 139b AO; BZSt): of the first ten digits exactly one stands twice or three times, and three
 * not in a row; ISO 7064 MOD 11-10.
 */
function isTaxId(value: string): boolean {
  if (value.startsWith('0') || !mod11And10(value)) return false
  const head = value.slice(0, 10)
  const counts = [...'0123456789'].map((digit) => head.split(digit).length - 1)
  const many = counts.filter((count) => count > 1)
  return many.length === 1 && many[0]! <= 3 && !/(\d)\1\1/.test(head)
}

/** ELSTER form of 13 digits: the number of the Land, 0 in fifth place (Bund-Länder-Schlüssel der Finanzämter). */
const ELSTER = /^(?:10|11|2[1-478]|26|3[0-2]|4[01]|5\d|9\d)\d{2}0\d{8}$/

/** DRV Versicherungsnummer (VKVV § 4): the letter as two digits, weights 2 1 2 5 7 1 2 1 2 1 2 1, cross sums, modulo 10. */
function isPensionNumber(value: string): boolean {
  const month = two(value, 4)
  const day = two(value, 2) % 50
  if (two(value, 0) < 2 || !isShortDate(two(value, 6), month, day)) return false
  return pensionSum(withLetterAsDigits(value.slice(0, 11), 8)) % 10 === Number(value[11])
}

function pensionSum(digits: string): number {
  return [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].reduce(
    (sum, weight, at) => sum + crossSum(weight * valueAt(digits, at)),
    0,
  )
}

/** A → 01 … Z → 26. */
function withLetterAsDigits(value: string, at: number): string {
  return value.slice(0, at) + String(value.charCodeAt(at) - 64).padStart(2, '0') + value.slice(at + 1)
}

/** Krankenversichertennummer (GKV-Spitzenverband, § 290 SGB V): the letter as two digits, weights 1 2 1 2 …, cross sums. */
function isHealthNumber(value: string): boolean {
  const digits = withLetterAsDigits(value.slice(0, 9), 0)
  const sum = [...digits].reduce((total, digit, at) => total + crossSum(Number(digit) * (1 + (at % 2))), 0)
  return sum % 10 === Number(value[9])
}

/** LANR (KBV, Richtlinie § 75 Abs. 7 SGB V): weights 4 and 9, the complement to ten in seventh place. */
function isDoctorNumber(value: string): boolean {
  return (10 - (weightedSum(value, [4, 9, 4, 9, 4, 9]) % 10)) % 10 === Number(value[6])
}

/** Serial numbers of cards and passports leave out vowels and letters that look like digits (PAuswV, annex). */
const SERIAL = /^[CFGHJKLMNPRTVWXYZ\d]+$/

/** Österreichische SV-Nummer: weights 3 7 9, then 5 8 4 2 1 6 over the date; the fourth digit checks (ELDA). */
function isAustrian(value: string): boolean {
  const month = two(value, 6)
  const dated = (month >= 13 && month <= 15) || isShortDate(two(value, 8), month, two(value, 4))
  const sum = weightedSum(value.slice(0, 3) + value.slice(4), [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
  return dated && !value.startsWith('0') && sum === Number(value[3])
}

/** EAN-13 (GS1 General Specifications 7.9): weights 1 and 3. */
function isAhv(value: string): boolean {
  const sum = weightedSum(value, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1])
  return value.startsWith('756') && sum % 10 === 0
}

const AUSWEIS = named('personalausweis*|ausweis*|perso|pa nr|identity card|id card|ausweisnummer')
const PASS = named('passport|reisepass*|pass nr|pass nummer|paß nr|passport n')
const SVNR = named('svnr|sv nr|sozialversicherung*|versicherungsnummer|vsnr|e card|ecard|social insurance|asvg')
const AHV = named('ahv*|avs|avs nr|ahv nr|sozialversicherung*|n avs|oasi|social insurance')
const DOCTOR = named('lanr|bsnr|arztnummer|arzt nr|betriebsstätte*|betriebsstaette*|kassenarzt*|vertragsarzt*|nbsnr')

export const GERMAN_SPEAKING: readonly IdSpec[] = [
  {
    name: 'de-tax-id',
    type: 'DE_TAX_ID',
    shapes: ['99999999999'],
    written: /^\d{2} \d{3} \d{3} \d{3}$/,
    valid: isTaxId,
    score: 0.55,
    contextScore: 0.96,
    context: named('steuer id*|steueridentifikation*|identifikationsnummer|idnr|id nr|steuerliche*|tin|tax id*|stid'),
  },
  {
    name: 'de-tax-id-plain',
    type: 'DE_TAX_ID',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{2}([./-])\d{3}\1\d{3}\1\d{3}$/,
    valid: isTaxId,
    score: 0.4,
    contextScore: 0.96,
    context: named('steuer id*|steueridentifikation*|identifikationsnummer|idnr|id nr|steuerliche*|tin|tax id*|stid'),
  },
  {
    name: 'de-tax-id-mistyped',
    type: 'DE_TAX_ID',
    shapes: ['99999999999'],
    written: /^\d{11}$|^\d{2}([ ./-])\d{3}\1\d{3}\1\d{3}$/,
    valid: (value) => (isTaxId(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('steuer id*|steueridentifikation*|idnr'),
  },
  {
    // Forms of the Länder: 93815/08152, 181/815/08155, 21/815/08150, 133/8150/8159 (ELSTER, "Aufbau der Steuernummer").
    name: 'de-tax-number',
    type: 'DE_TAX_NUMBER',
    shapes: ['9999999999', '99999999999'],
    written:
      /^(?:\d{5}\/\d{5}|\d{2,3}\/\d{3}\/\d{5}|\d{3}\/\d{4}\/\d{4}|\d{3}\/\d{4}\/\d{3}|0\d{2} \d{3} \d{5}|\d{2,3} \d{3,4} \d{4,5}|\d{10,11})$/,
    valid: (value) => !isRepeated(value),
    score: 0.3,
    contextScore: 0.92,
    context: named('steuernummer|steuer nr|steuer nummer|st nr|stnr|finanzamt|fa nr'),
  },
  {
    name: 'de-tax-number-elster',
    type: 'DE_TAX_NUMBER',
    shapes: ['9999999999999'],
    written: /^\d{13}$/,
    valid: (value) => ELSTER.test(value),
    score: 0.1,
    contextScore: 0.92,
    context: named('steuernummer|steuer nr|steuer nummer|st nr|stnr|finanzamt|elster'),
  },
  {
    name: 'de-id-card',
    type: 'DE_ID_CARD',
    shapes: ['A???????9', 'A???????A', '9999999999A'],
    written: /^(?:[LMNPRTVWXY][CFGHJKLMNPRTVWXYZ\d]{8}|\d{10} ?D)$/i,
    valid: (value) => (value.length === 11 ? icao731(value.slice(0, 10)) : SERIAL.test(value)),
    score: 0.1,
    contextScore: 0.92,
    context: AUSWEIS,
  },
  {
    name: 'de-id-card-checked',
    type: 'DE_ID_CARD',
    shapes: ['A???????99', 'A???????A9'],
    written: /^[LMNPRTVWXY][CFGHJKLMNPRTVWXYZ\d]{8} ?\d$/i,
    valid: (value) => icao731(value),
    score: 0.3,
    contextScore: 0.95,
    context: AUSWEIS,
  },
  {
    name: 'de-passport',
    type: 'DE_PASSPORT',
    shapes: ['A???????9', 'A???????A'],
    written: /^[CFGHJK][CFGHJKLMNPRTVWXYZ\d]{8}$/i,
    score: 0.1,
    contextScore: 0.93,
    context: PASS,
  },
  {
    name: 'de-passport-checked',
    type: 'DE_PASSPORT',
    shapes: ['A???????99', 'A???????A9'],
    written: /^[CFGHJK][CFGHJKLMNPRTVWXYZ\d]{8} ?\d$/i,
    valid: (value) => icao731(value),
    score: 0.3,
    contextScore: 0.95,
    context: PASS,
  },
  {
    name: 'de-social-security',
    type: 'DE_SOCIAL_SECURITY',
    shapes: ['99999999A999'],
    written: /^\d{2} ?\d{6} ?[A-Z] ?\d{2} ?\d$|^\d{8}[A-Z]\d{3}$/i,
    valid: isPensionNumber,
    score: 0.85,
    contextScore: 0.96,
    context: named(
      'rentenversicherung*|sozialversicherung*|versicherungsnummer|rvnr|sv nr|svnr|rv nr|vsnr|drv|pension insurance',
    ),
  },
  {
    name: 'de-social-security-mistyped',
    type: 'DE_SOCIAL_SECURITY',
    shapes: ['99999999A999'],
    valid: (value) => (isPensionNumber(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: named('rentenversicherung*|sozialversicherung*|rvnr|sv nr|svnr'),
  },
  {
    name: 'de-health-insurance',
    type: 'DE_HEALTH_INSURANCE',
    shapes: ['A999999999'],
    written: /^[A-Z] ?\d{3} ?\d{3} ?\d{3}$/i,
    valid: isHealthNumber,
    score: 0.35,
    contextScore: 0.95,
    context: named(
      'krankenversicher*|krankenkasse*|versichertennummer|versicherten*|kvnr|kv nr|gesundheitskarte|egk|health insurance',
    ),
  },
  {
    // FeV § 25, annex 8: authority (letter and three), five of a serial number, check, issue.
    name: 'de-driver-license',
    type: 'DE_DRIVER_LICENSE',
    shapes: ['A99??????9?', 'A99??????A?'],
    written: /^[A-Z]\d{2}[A-Z\d]{6}[\dX][A-Z\d]$/i,
    score: 0.2,
    contextScore: 0.92,
    context: named('führerschein*|fuehrerschein*|fahrerlaubnis*|driving licen*|driver licen*|drivers licen*|fs nr'),
  },
  {
    name: 'de-doctor-number',
    type: 'DE_DOCTOR_NUMBER',
    shapes: ['999999999'],
    written: /^\d{9}$|^\d{6} ?\d ?\d{2}$|^\d{2} ?\d{5} ?\d{2}$/,
    valid: isDoctorNumber,
    score: 0.1,
    contextScore: 0.93,
    context: DOCTOR,
  },
  {
    // A practice number (BSNR) has no check digit: it begins with the number of the association (KV).
    name: 'de-practice-number',
    type: 'DE_DOCTOR_NUMBER',
    shapes: ['999999999'],
    written: /^\d{9}$/,
    valid: (value) => /^(?:0[1-3]|1\d|17|20|2[1-7]|31|3[5-9]|4\d|5[1-5]|6[0-8]|7[0-3]|78|8[13578]|9[3589])/.test(value),
    score: 0.02,
    contextScore: 0.88,
    context: named('bsnr|nbsnr|betriebsstätte*|betriebsstaette*'),
  },
  {
    // USt-IdNr.: ISO 7064 MOD 11-10 (BZSt).
    name: 'de-vat',
    type: 'DE_COMPANY_ID',
    shapes: ['AA999999999'],
    written: /^DE ?\d{3} ?\d{3} ?\d{3}$/i,
    valid: (value) => mod11And10(value.slice(2)),
    score: 0.85,
    contextScore: 0.95,
    context: named('ust id*|ust idnr|umsatzsteuer*|vat*|ust'),
  },
  {
    name: 'de-commercial-register',
    type: 'DE_COMPANY_ID',
    shapes: ['AAA999', 'AAA9999', 'AAA99999', 'AAA999999', 'AAA9999A', 'AAA99999A', 'AAA999999A'],
    written: /^HR[AB] ?\d{3,6}(?: ?[A-Z])?$/i,
    score: 0.8,
    contextScore: 0.92,
    context: named('handelsregister*|amtsgericht|registergericht|hr nr|commercial register'),
  },
  {
    name: 'at-svnr',
    type: 'AT_SVNR',
    shapes: ['9999999999'],
    written: /^\d{4}[ /-]\d{6}$|^\d{4} \d{2}([. /-])\d{2}\1\d{2}$/,
    valid: isAustrian,
    score: 0.6,
    contextScore: 0.96,
    context: SVNR,
  },
  {
    name: 'at-svnr-plain',
    type: 'AT_SVNR',
    shapes: ['9999999999'],
    written: /^\d{10}$/,
    valid: isAustrian,
    score: 0.4,
    contextScore: 0.96,
    context: SVNR,
  },
  {
    name: 'ch-ahv',
    type: 'CH_AHV',
    shapes: ['9999999999999'],
    written: /^756([. -]?)\d{4}\1\d{4}\1\d{2}$/,
    valid: isAhv,
    score: 0.85,
    contextScore: 0.96,
    context: AHV,
  },
  {
    name: 'ch-ahv-mistyped',
    type: 'CH_AHV',
    shapes: ['9999999999999'],
    written: /^756([. -]?)\d{4}\1\d{4}\1\d{2}$/,
    valid: (value) => (isAhv(value) ? false : 'mistyped'),
    score: 0,
    contextScore: 0,
    context: AHV,
  },
  {
    // The form until 2008, `123.45.678.113`; its check digits are not tested.
    name: 'ch-ahv-old',
    type: 'CH_AHV',
    shapes: ['99999999999'],
    written: /^\d{3}\.\d{2}\.\d{3}\.\d{3}$/,
    valid: (value) => !isRepeated(value),
    score: 0.3,
    contextScore: 0.9,
    context: AHV,
  },
]
