import { PII_TYPE_TABLE, type PiiType } from '../pii-type.ts'
import { type Identifier, type Pack, seedsOfIdentifiers, typesOfIdentifiers } from './pack.ts'

const KEYED = 'A keyed pseudonym, the same for the same value.'
const REPLACED = 'Replaced.'
const NOTHING = 'Nothing.'

/** Every number of an authority, whatever the country: art. 87 leaves it to the member states what such a number is. */
const NATIONAL: readonly PiiType[] = PII_TYPE_TABLE.filter(({ group }) => group === 'national').map(({ name }) => name)

/** Art. 4(1): what identifies directly or indirectly. */
const IDENTIFYING: readonly Identifier[] = [
  {
    key: 'name',
    title: 'Name',
    ref: 'GDPR art. 4(1)',
    types: ['PERSON'],
    done: KEYED,
    limit: 'Nicknames, names that are plain words, names in lower case without an introduction.',
  },
  {
    key: 'identification-number',
    title: 'Identification number',
    ref: 'GDPR art. 4(1), art. 87',
    types: [
      ...NATIONAL,
      'MEDICAL_LICENSE',
      'MEDICAL_RECORD',
      'HEALTH_PLAN',
      'ACCOUNT_NUMBER',
      'VEHICLE_ID',
      'LICENSE_PLATE',
    ],
    seeds: [
      'DE_TAX_ID',
      'FR_NIR',
      'IT_FISCAL_CODE',
      'ES_NIF',
      'PL_PESEL',
      'NL_BSN',
      'SE_PERSONNUMMER',
      'ACCOUNT_NUMBER',
      'LICENSE_PLATE',
    ],
    done: KEYED,
    limit:
      'Numbers without a check digit or a form of their own are found only after a word for them. Seven national numbers are tried; `seeding.types: [national]` tries all that can be made up.',
  },
  {
    key: 'financial',
    title: 'Numbers of accounts and cards',
    ref: 'GDPR art. 4(1): economic identity',
    types: ['IBAN', 'BANK_ACCOUNT', 'CREDIT_CARD', 'CRYPTO', 'SWIFT_BIC', 'ABA_ROUTING'],
    seeds: ['IBAN', 'BANK_ACCOUNT', 'CREDIT_CARD', 'CRYPTO'],
    done: REPLACED,
    limit: 'Account numbers that are no IBAN are found where a word names them. Amounts stay.',
  },
  {
    key: 'location',
    title: 'Location data',
    ref: 'GDPR art. 4(1)',
    types: ['ADDRESS', 'LOCATION', 'POSTAL_CODE', 'COORDINATES'],
    done: REPLACED,
    limit: 'Towns outside the lexicon without a telling word, names of buildings. Countries stay.',
  },
  {
    key: 'contact',
    title: 'Phone and e-mail',
    ref: 'GDPR art. 4(1)',
    types: ['EMAIL', 'PHONE'],
    done: KEYED,
    limit: 'Addresses that are spelled out in unusual ways; bare digits without a word for a phone.',
  },
  {
    key: 'online',
    title: 'Online identifiers',
    ref: 'GDPR art. 4(1), recital 30',
    types: ['IP_ADDRESS', 'MAC_ADDRESS', 'DEVICE_ID', 'HANDLE', 'URL_CREDENTIALS', 'SECRET'],
    done: 'A keyed pseudonym; keys and passwords replaced.',
    limit:
      'Cookie ids without a label, user names without @. Web addresses stay: add `URL` to `types` where they are profiles.',
  },
  {
    key: 'age-and-birth',
    title: 'Age and date of birth',
    ref: 'GDPR art. 4(1): physical and social identity',
    types: ['DATE_OF_BIRTH', 'AGE'],
    done: 'Ages in bands, dates of birth replaced.',
    limit: 'Ages that no word tells as one. Other dates stay.',
  },
  {
    key: 'other-factors',
    title: 'Other factors of physical, mental, economic, cultural or social identity',
    ref: 'GDPR art. 4(1)',
    types: [],
    done: NOTHING,
    limit:
      'They have no form: looks, job, family, habits, a rare event. Harmless facts may point to one person together.',
  },
]

/** Art. 9(1), and art. 10. */
const SPECIAL: readonly Identifier[] = [
  {
    key: 'origin-politics-religion',
    title: 'Racial or ethnic origin, political opinions, religious or philosophical beliefs',
    ref: 'GDPR art. 9(1)',
    types: ['NRP'],
    done: REPLACED,
    limit:
      'Words for nationalities, religions and parties are found. What a sentence reveals without such a word is not.',
  },
  noForm('trade-union', 'Trade union membership', 'Names of unions are organisations, and those stay.'),
  noForm('genetic', 'Genetic data', 'No type looks for variants, haplotypes or kinship.'),
  noForm('biometric', 'Biometric data that identify a person', 'Not in text: templates and images are other files.'),
  noForm('health', 'Health', 'Diagnoses, drugs and findings stay. Numbers of patients and insured are found.'),
  noForm('sex-life', 'Sex life and sexual orientation', 'No type looks for it.'),
  noForm('criminal', 'Criminal convictions and offences', 'No type looks for it.', 'GDPR art. 10'),
]

function noForm(key: string, title: string, limit: string, ref = 'GDPR art. 9(1)'): Identifier {
  return { key, title, ref, types: [], done: NOTHING, limit }
}

const IDENTIFIERS = [...IDENTIFYING, ...SPECIAL]

/**
 * GDPR: what art. 4(1) calls an identifier, and the special categories of art. 9(1). Values get keyed pseudonyms in the sense
 * of art. 4(5): who has the key can test a guess, so the key is the additional information that must be kept apart.
 */
export const gdpr: Pack = {
  name: 'gdpr',
  title: 'GDPR: identifiers of art. 4(1), special categories of art. 9(1)',
  as_of: '2026-11-28',
  refs: ['Regulation (EU) 2016/679 art. 4(1), 4(5), 9(1), 10, 25, 32, 87', 'recitals 26, 28, 30'],
  identifiers: IDENTIFIERS,
  statements: [
    {
      key: 'special-categories',
      title:
        'Somebody judged the special categories that have no form (art. 9(1), 10): they do not stand in the records, or there is a ground for them',
    },
    { key: 'key-kept-apart', title: 'The key of the pseudonyms is kept apart from the data, art. 4(5)' },
  ],
  fields: {
    types: typesOfIdentifiers(IDENTIFIERS),
    min_score: {},
    operators: {
      default: { operator: 'pseudonym' },
      SECRET: { operator: 'replace' },
      URL_CREDENTIALS: { operator: 'replace' },
      ...replaced(['IBAN', 'BANK_ACCOUNT', 'CREDIT_CARD', 'CRYPTO', 'SWIFT_BIC', 'ABA_ROUTING']),
      ...replaced(['ADDRESS', 'LOCATION', 'POSTAL_CODE', 'COORDINATES', 'DATE_OF_BIRTH', 'NRP']),
      AGE: { operator: 'bucket' },
    },
    seeding: { share: 0.2, types: seedsOfIdentifiers(IDENTIFIERS), values_per_record: 8, per_type_max: 400 },
  },
  permits: (_, { operator }) => operator !== 'keep',
  limits: [
    'Pseudonymised data stay personal data (GDPR recital 26): whoever has the key, or enough other knowledge, can attribute them to a person.',
    'Special categories (art. 9(1)) other than words for origin, politics and religion have no form and are not found.',
    'Ids of records are digests over their original content and source, and names of source files are left: they single out a record.',
  ],
}

function replaced(types: readonly PiiType[]): Pack['fields']['operators'] {
  return Object.fromEntries(types.map((type) => [type, { operator: 'replace' }]))
}
