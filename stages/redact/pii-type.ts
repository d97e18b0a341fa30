/** What a span can be. The names are also the placeholders: `<EMAIL>`. New types go at the end of their group. */
export const PII_TYPES = [
  'EMAIL',
  'PHONE',
  'CREDIT_CARD',
  'IBAN',
  'US_SSN',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'URL_CREDENTIALS',
  'DATE_OF_BIRTH',
  'SECRET',
  'PERSON',
  'LOCATION',
  'ADDRESS',
  'HANDLE',
] as const

export type PiiType = (typeof PII_TYPES)[number]

/** Types that are looked for unless the options say otherwise. Handles are public names: opt in. */
export const DEFAULT_TYPES: readonly PiiType[] = PII_TYPES.filter((type) => type !== 'HANDLE')
