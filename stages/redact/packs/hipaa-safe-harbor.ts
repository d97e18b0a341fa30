import { DEFAULT_TYPES, PII_TYPES, type PiiType } from '../pii-type.ts'
import { type Identifier, type Pack, seedsOfIdentifiers, typesOfIdentifiers } from './pack.ts'

const REF = '45 CFR 164.514(b)(2)(i)'

interface Item extends Omit<Identifier, 'key' | 'ref' | 'done'> {
  readonly done?: string
}

/** Items A–Q. R is all the rest. */
const LISTED: Readonly<Record<string, Item>> = {
  A: {
    title: 'Names',
    types: ['PERSON', 'ORGANIZATION'],
    limit:
      'Nicknames, names that are plain words, names in lower case without an introduction. Organisations are looked for because the list covers employers; only those that are written like one are found.',
  },
  B: {
    title: 'Places smaller than a state, but for the first three digits of a ZIP code with more than 20,000 people',
    types: ['ADDRESS', 'LOCATION', 'POSTAL_CODE', 'COORDINATES'],
    done: 'ZIP codes: three digits, 000 where the HHS list says so. All else replaced, states too.',
    limit:
      'Towns outside the lexicon without a telling word, names of buildings, landmarks and wards. Five digits count as a ZIP code only after a state, a street or a word for it.',
  },
  C: {
    title: 'Elements of dates but the year, and ages over 89',
    types: ['DATE', 'DATE_OF_BIRTH', 'AGE'],
    done: 'Dates: the year. Ages: bands, 90+ at the top. Dates of birth replaced, since a year can tell an age over 89.',
    limit:
      'Day and month without a year after no telling word ("3/14"), feasts ("Thanksgiving"), weekdays and months that stand alone, times in words, ages that no word tells as one. A year that stands alone stays, and so does the year of a date, also where they show an age over 89 ("widow since 1951").',
  },
  D: {
    title: 'Telephone numbers',
    types: ['PHONE'],
    limit: 'Short numbers and extensions on their own; ten bare digits without a word for a phone.',
  },
  E: {
    title: 'Fax numbers',
    types: ['PHONE'],
    limit: 'A fax number looks like a phone number: both are found, counted and tried as one type, with D.',
  },
  F: { title: 'E-mail addresses', types: ['EMAIL'], limit: 'Addresses that are spelled out in unusual ways.' },
  G: {
    title: 'Social security numbers',
    types: ['US_SSN'],
    limit: 'Nine bare digits without a word for them; the last four digits on their own.',
  },
  H: {
    title: 'Medical record numbers',
    types: ['MEDICAL_RECORD'],
    limit: 'They have no form of their own: found where a label stands directly before (MRN, chart no., patient id).',
  },
  I: {
    title: 'Health plan beneficiary numbers',
    types: ['HEALTH_PLAN', 'US_MBI', 'UK_NHS', 'DE_HEALTH_INSURANCE', 'AU_MEDICARE'],
    seeds: ['HEALTH_PLAN', 'US_MBI'],
    limit: 'Private plans’ numbers have no form of their own: found where a label stands before. Medicare’s have one.',
  },
  J: {
    title: 'Account numbers',
    types: ['ACCOUNT_NUMBER', 'BANK_ACCOUNT', 'IBAN', 'CREDIT_CARD'],
    limit: 'Without a label only cards and IBANs are told from other numbers.',
  },
  K: {
    title: 'Certificate and licence numbers',
    types: [
      'MEDICAL_LICENSE',
      'DRIVER_LICENSE',
      'US_DRIVER_LICENSE',
      'UK_DRIVING_LICENCE',
      'DE_DRIVER_LICENSE',
      'DE_DOCTOR_NUMBER',
      'IT_DRIVER_LICENSE',
      'KR_DRIVER_LICENSE',
    ],
    seeds: ['MEDICAL_LICENSE', 'US_DRIVER_LICENSE'],
    limit: 'Found where a word names them. Certificates of birth, marriage and death have no type.',
  },
  L: {
    title: 'Vehicle identifiers and serial numbers, licence plates',
    types: ['VEHICLE_ID', 'LICENSE_PLATE'],
    limit: 'Plates need a word for them or for a vehicle near by; vanity plates are missed.',
  },
  M: {
    title: 'Device identifiers and serial numbers',
    types: ['DEVICE_ID', 'MAC_ADDRESS'],
    limit: 'Serial numbers of implants and pumps have no form: found where the word serial stands before.',
  },
  N: {
    title: 'Web addresses',
    types: ['URL', 'URL_CREDENTIALS'],
    limit: 'Domain names of rare endings without www or a path.',
  },
  O: {
    title: 'IP addresses',
    types: ['IP_ADDRESS'],
    limit: 'Loopback addresses and netmasks stay; four numbers that read as a version may stay.',
  },
  P: {
    title: 'Biometric identifiers, such as finger and voice prints',
    types: [],
    done: 'Nothing.',
    limit: 'Not in text: nothing to detect. Whoever gives the data away must see that no such files come with it.',
  },
  Q: {
    title: 'Full-face photographs and comparable images',
    types: [],
    done: 'Nothing.',
    limit: 'Not in text: nothing to detect. Whoever gives the data away must see that no such files come with it.',
  },
}

const elsewhere = new Set<PiiType>(Object.values(LISTED).flatMap(({ types }) => types))
const OTHER: Item = {
  title: 'Any other unique identifying number, characteristic or code',
  types: PII_TYPES.filter((type) => !elsewhere.has(type) && (DEFAULT_TYPES.includes(type) || type === 'HANDLE')),
  seeds: ['SECRET', 'HANDLE', 'CRYPTO', 'US_ITIN', 'US_PASSPORT', 'US_NPI'],
  limit:
    'Numbers with a known form are found. Characteristics are not: a rare job, a public office, a remarkable event, a serial number of a kind that nobody described.',
}

const IDENTIFIERS: readonly Identifier[] = Object.entries({ ...LISTED, R: OTHER }).map(([key, item]) => ({
  key,
  ref: `${REF}(${key})`,
  done: 'Replaced.',
  ...item,
}))

/** Of what may become coarser instead of being replaced. */
const COARSE: ReadonlySet<PiiType> = new Set(['DATE', 'DATE_OF_BIRTH', 'AGE', 'POSTAL_CODE'])

/**
 * HIPAA Safe Harbor: the 18 identifiers of 45 CFR 164.514(b)(2)(i). Whatever is written in place of a value must not be
 * derived from it (164.514(c)(1)): keyed pseudonyms and hashes, shifted dates and ciphers are not for this pack.
 */
export const hipaaSafeHarbor: Pack = {
  name: 'hipaa-safe-harbor',
  title: 'HIPAA Safe Harbor: the 18 identifiers',
  as_of: '2026-11-28',
  refs: [
    '45 CFR 164.514(b)(2)',
    '45 CFR 164.514(c)',
    'HHS, Guidance Regarding Methods for De-identification of Protected Health Information (26 November 2012)',
  ],
  identifiers: IDENTIFIERS,
  statements: [
    { key: 'P', title: 'No biometric identifiers come with the records' },
    { key: 'Q', title: 'No full-face photographs or comparable images come with the records' },
    { key: 'R', title: 'The records were read for unique characteristics and codes that have no form' },
    { key: 'actual-knowledge', title: 'Nobody knows that what remains could identify a person, 164.514(b)(2)(ii)' },
  ],
  fields: {
    types: typesOfIdentifiers(IDENTIFIERS),
    // The recognizer of serial numbers says 0.45 since most are of products; here they are of a patient's device.
    min_score: { DEVICE_ID: 0.4 },
    operators: {
      default: { operator: 'replace' },
      DATE: { operator: 'bucket' },
      AGE: { operator: 'bucket' },
      POSTAL_CODE: { operator: 'bucket' },
    },
    seeding: { share: 0.2, types: seedsOfIdentifiers(IDENTIFIERS), values_per_record: 8, per_type_max: 400 },
  },
  // Edges of one's own could keep an age over 89 or a whole ZIP code.
  permits: (type, { operator, keep_last = 0, edges }) =>
    operator === 'replace' ||
    operator === 'redact' ||
    (operator === 'mask' && keep_last === 0) ||
    (operator === 'bucket' && COARSE.has(type) && edges === undefined),
  limits: [
    'The pack looks for the 18 identifiers of 45 CFR 164.514(b)(2)(i). Whether the data may be treated as de-identified is for people to judge: it takes the absence of actual knowledge (164.514(b)(2)(ii)), or the determination of an expert (164.514(b)(1)), and no program can give either.',
    'Biometric identifiers (P) and photographs (Q) are not in text: there is nothing to detect, and nothing here shows that they are absent from what else is given away.',
    'Each record keeps its id, a digest over its original content and source, and the name of its source file: both are codes derived from the information (164.514(c)(1)). Give the records new ids before they leave.',
  ],
}
