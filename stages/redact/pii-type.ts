/** What is known of a type besides its name, which is also the placeholder: `<EMAIL>`. */
export interface PiiTypeInfo {
  readonly name: string
  /** For reports: what a reader calls it. */
  readonly title: string
  readonly group:
    | 'contact'
    | 'person'
    | 'place'
    | 'time'
    | 'financial'
    | 'network'
    | 'secret'
    | 'health'
    | 'thing'
    | 'national'
  /** ISO 3166 country whose authority issues it. */
  readonly country?: string
  /** Off unless it is asked for by name or with `types: all`: of little harm alone, and taking it out costs much text. */
  readonly optIn?: true
}

type Group = PiiTypeInfo['group']

function type<const Name extends string>(
  name: Name,
  title: string,
  group: Group,
  more: { country?: string; optIn?: true } = {},
) {
  return { name, title, group, ...more }
}

function national<const Name extends string>(country: string, name: Name, title: string) {
  return { name, title, group: 'national' as Group, country }
}

/** Every type, in the order of reports. New types go at the end of their group. */
export const PII_TYPE_TABLE = [
  type('EMAIL', 'E-mail address', 'contact'),
  type('PHONE', 'Phone or fax number', 'contact'),
  type('HANDLE', 'User name, @handle', 'contact', { optIn: true }),
  type('URL', 'Web address', 'contact', { optIn: true }),
  type('PERSON', 'Name of a person', 'person'),
  type('TITLE', 'Form of address (Mrs, Dr)', 'person', { optIn: true }),
  type('AGE', 'Age', 'person', { optIn: true }),
  type('NRP', 'Nationality, religion or political group', 'person', { optIn: true }),
  type('ORGANIZATION', 'Organisation', 'person', { optIn: true }),
  type('LOCATION', 'Place', 'place'),
  type('ADDRESS', 'Street address', 'place'),
  type('COUNTRY', 'Country or continent', 'place', { optIn: true }),
  type('POSTAL_CODE', 'Postal code that stands alone', 'place', { optIn: true }),
  type('COORDINATES', 'Geographic coordinates', 'place'),
  type('DATE_OF_BIRTH', 'Date of birth', 'time'),
  type('DATE', 'Date or time', 'time', { optIn: true }),
  type('CREDIT_CARD', 'Payment card number', 'financial'),
  type('IBAN', 'IBAN', 'financial'),
  type('SWIFT_BIC', 'SWIFT/BIC code', 'financial'),
  type('BANK_ACCOUNT', 'Bank account number that is no IBAN', 'financial'),
  type('ABA_ROUTING', 'US bank routing number', 'financial'),
  type('CRYPTO', 'Address of a crypto-currency wallet', 'financial'),
  type('IP_ADDRESS', 'IP address', 'network'),
  type('MAC_ADDRESS', 'MAC address', 'network'),
  type('DEVICE_ID', 'Device identifier (IMEI, IMSI, ICCID, advertising id)', 'network'),
  type('URL_CREDENTIALS', 'URL with a password', 'secret'),
  type('SECRET', 'Key, token or password', 'secret'),
  type('MEDICAL_LICENSE', 'Licence number of a health professional', 'health'),
  type('MEDICAL_RECORD', 'Medical record number', 'health'),
  type('HEALTH_PLAN', 'Health plan member number', 'health'),
  type('ACCOUNT_NUMBER', 'Customer, policy or account number', 'thing', { optIn: true }),
  type('VEHICLE_ID', 'Vehicle identification number', 'thing'),
  type('LICENSE_PLATE', 'Licence plate', 'thing'),
  // Documents that words name and nothing ties to a country.
  type('PASSPORT', 'Passport of a country that is not told', 'national'),
  type('NATIONAL_ID', 'Identity card or number of a country that is not told', 'national'),
  type('DRIVER_LICENSE', 'Driving licence of a country that is not told', 'national'),
  national('US', 'US_SSN', 'US social security number'),
  national('US', 'US_ITIN', 'US individual taxpayer number'),
  national('US', 'US_PASSPORT', 'US passport'),
  national('US', 'US_DRIVER_LICENSE', 'US driver licence'),
  national('US', 'US_MBI', 'US Medicare beneficiary identifier'),
  national('US', 'US_NPI', 'US national provider identifier'),
  national('US', 'US_EIN', 'US employer identification number'),
  national('CA', 'CA_SIN', 'Canadian social insurance number'),
  national('CA', 'CA_PASSPORT', 'Canadian passport'),
  national('GB', 'UK_NHS', 'UK NHS number'),
  national('GB', 'UK_NINO', 'UK national insurance number'),
  national('GB', 'UK_PASSPORT', 'UK passport'),
  national('GB', 'UK_DRIVING_LICENCE', 'UK driving licence'),
  national('GB', 'UK_UTR', 'UK unique taxpayer reference'),
  national('IE', 'IE_PPSN', 'Irish personal public service number'),
  national('DE', 'DE_TAX_ID', 'German tax identification number'),
  national('DE', 'DE_TAX_NUMBER', 'German tax number'),
  national('DE', 'DE_ID_CARD', 'German identity card'),
  national('DE', 'DE_PASSPORT', 'German passport'),
  national('DE', 'DE_SOCIAL_SECURITY', 'German pension insurance number'),
  national('DE', 'DE_HEALTH_INSURANCE', 'German health insurance number'),
  national('DE', 'DE_DRIVER_LICENSE', 'German driving licence'),
  national('DE', 'DE_DOCTOR_NUMBER', 'German doctor or practice number (LANR, BSNR)'),
  national('DE', 'DE_COMPANY_ID', 'German VAT or commercial register number'),
  national('AT', 'AT_SVNR', 'Austrian social insurance number'),
  national('CH', 'CH_AHV', 'Swiss social insurance number'),
  national('FR', 'FR_NIR', 'French social security number'),
  national('FR', 'FR_TAX_ID', 'French tax number'),
  national('FR', 'FR_ID_CARD', 'French identity card or passport'),
  national('FR', 'FR_COMPANY_ID', 'French SIREN or SIRET'),
  national('BE', 'BE_NATIONAL_NUMBER', 'Belgian national number'),
  national('NL', 'NL_BSN', 'Dutch citizen service number'),
  national('LU', 'LU_NATIONAL_ID', 'Luxembourg national number'),
  national('ES', 'ES_NIF', 'Spanish tax number (DNI)'),
  national('ES', 'ES_NIE', 'Spanish number of foreigners'),
  national('ES', 'ES_PASSPORT', 'Spanish passport'),
  national('ES', 'ES_CIF', 'Spanish company tax number'),
  national('ES', 'ES_SOCIAL_SECURITY', 'Spanish social security number'),
  national('PT', 'PT_NIF', 'Portuguese tax number'),
  national('PT', 'PT_CITIZEN_CARD', 'Portuguese citizen card'),
  national('IT', 'IT_FISCAL_CODE', 'Italian fiscal code'),
  national('IT', 'IT_DRIVER_LICENSE', 'Italian driving licence'),
  national('IT', 'IT_VAT', 'Italian VAT number'),
  national('IT', 'IT_PASSPORT', 'Italian passport'),
  national('IT', 'IT_ID_CARD', 'Italian identity card'),
  national('PL', 'PL_PESEL', 'Polish PESEL'),
  national('PL', 'PL_NIP', 'Polish tax number'),
  national('PL', 'PL_ID_CARD', 'Polish identity card'),
  national('CZ', 'CZ_BIRTH_NUMBER', 'Czech or Slovak birth number'),
  national('HU', 'HU_PERSONAL_ID', 'Hungarian personal or tax number'),
  national('RO', 'RO_CNP', 'Romanian personal code'),
  national('BG', 'BG_EGN', 'Bulgarian personal number'),
  national('HR', 'HR_OIB', 'Croatian personal number'),
  national('SI', 'SI_EMSO', 'Slovenian (or former Yugoslav) personal number'),
  national('GR', 'GR_AMKA', 'Greek social security number'),
  national('GR', 'GR_AFM', 'Greek tax number'),
  national('EE', 'EE_PERSONAL_CODE', 'Estonian or Lithuanian personal code'),
  national('LV', 'LV_PERSONAL_CODE', 'Latvian personal code'),
  national('SE', 'SE_PERSONNUMMER', 'Swedish personal number'),
  national('SE', 'SE_ORGANISATION_NUMBER', 'Swedish organisation number'),
  national('NO', 'NO_FODSELSNUMMER', 'Norwegian birth number'),
  national('DK', 'DK_CPR', 'Danish CPR number'),
  national('FI', 'FI_HETU', 'Finnish personal identity code'),
  national('IS', 'IS_KENNITALA', 'Icelandic identity number'),
  national('TR', 'TR_NATIONAL_ID', 'Turkish identity number'),
  national('IL', 'IL_ID', 'Israeli identity number'),
  national('UA', 'UA_TAX_ID', 'Ukrainian tax number'),
  national('RU', 'RU_TAX_ID', 'Russian INN or SNILS'),
  national('IN', 'IN_AADHAAR', 'Indian Aadhaar'),
  national('IN', 'IN_PAN', 'Indian PAN'),
  national('IN', 'IN_PASSPORT', 'Indian passport'),
  national('IN', 'IN_VOTER', 'Indian voter id'),
  national('IN', 'IN_GSTIN', 'Indian GST number'),
  national('CN', 'CN_RESIDENT_ID', 'Chinese resident identity number'),
  national('HK', 'HK_ID', 'Hong Kong identity card'),
  national('TW', 'TW_NATIONAL_ID', 'Taiwanese identity number'),
  national('JP', 'JP_MY_NUMBER', 'Japanese My Number'),
  national('KR', 'KR_RRN', 'Korean resident or foreigner registration number'),
  national('KR', 'KR_BRN', 'Korean business registration number'),
  national('KR', 'KR_PASSPORT', 'Korean passport'),
  national('KR', 'KR_DRIVER_LICENSE', 'Korean driving licence'),
  national('SG', 'SG_NRIC', 'Singapore NRIC or FIN'),
  national('SG', 'SG_UEN', 'Singapore entity number'),
  national('MY', 'MY_NRIC', 'Malaysian identity card'),
  national('TH', 'TH_NATIONAL_ID', 'Thai identity number'),
  national('PH', 'PH_ID', 'Philippine SSS, TIN, UMID or PhilSys number'),
  national('ID', 'ID_NIK', 'Indonesian identity number'),
  national('PK', 'PK_CNIC', 'Pakistani identity card'),
  national('AU', 'AU_TFN', 'Australian tax file number'),
  national('AU', 'AU_MEDICARE', 'Australian Medicare number'),
  national('AU', 'AU_ABN', 'Australian business number'),
  national('AU', 'AU_ACN', 'Australian company number'),
  national('NZ', 'NZ_IRD', 'New Zealand tax number'),
  national('ZA', 'ZA_ID', 'South African identity number'),
  national('NG', 'NG_NIN', 'Nigerian NIN or BVN'),
  national('KE', 'KE_ID', 'Kenyan identity or tax number'),
  national('BR', 'BR_CPF', 'Brazilian CPF'),
  national('BR', 'BR_CNPJ', 'Brazilian CNPJ'),
  national('AR', 'AR_CUIT', 'Argentine CUIT or DNI'),
  national('CL', 'CL_RUT', 'Chilean RUT'),
  national('CO', 'CO_NIT', 'Colombian NIT or cédula'),
  national('MX', 'MX_CURP', 'Mexican CURP'),
  national('MX', 'MX_RFC', 'Mexican RFC'),
  national('PE', 'PE_DNI', 'Peruvian DNI or RUC'),
] as const

/** What a span can be. */
export type PiiType = (typeof PII_TYPE_TABLE)[number]['name']

export const PII_TYPES: readonly PiiType[] = PII_TYPE_TABLE.map(({ name }) => name)

const BY_NAME: ReadonlyMap<string, PiiTypeInfo> = new Map(PII_TYPE_TABLE.map((info) => [info.name, info]))

/** @throws TypeError for a name that is no type */
export function typeInfo(name: string): PiiTypeInfo {
  const info = BY_NAME.get(name)
  if (info === undefined) throw new TypeError(`no such type of personal data: ${name}`)
  return info
}

export function isPiiType(name: string): name is PiiType {
  return BY_NAME.has(name)
}

/** Types that are looked for unless the options say otherwise. */
export const DEFAULT_TYPES: readonly PiiType[] = PII_TYPES.filter((name) => BY_NAME.get(name)?.optIn !== true)

/** The types that any text may hold: seeded where the config names none, and reported on whether found or not. */
export const COMMON_TYPES: readonly PiiType[] = [
  'EMAIL',
  'PHONE',
  'PERSON',
  'LOCATION',
  'ADDRESS',
  'DATE_OF_BIRTH',
  'CREDIT_CARD',
  'IBAN',
  'IP_ADDRESS',
  'MAC_ADDRESS',
  'URL_CREDENTIALS',
  'SECRET',
  'US_SSN',
]

/** The common types, found or not, and what else was found, in the order of reports. */
export function reportedTypes(found: Iterable<string>): readonly PiiType[] {
  const seen = new Set(found)
  return PII_TYPES.filter((type) => COMMON_TYPES.includes(type) || seen.has(type))
}

/** What the trained tagger marks. */
export const TAGGED_TYPES: readonly PiiType[] = ['PERSON', 'LOCATION', 'ORGANIZATION', 'COUNTRY']
