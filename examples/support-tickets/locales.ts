import type { Faker } from '@faker-js/faker'
import { faker as de } from '@faker-js/faker/locale/de'
import { faker as enGB } from '@faker-js/faker/locale/en_GB'
import { faker as enIN } from '@faker-js/faker/locale/en_IN'
import { faker as enUS } from '@faker-js/faker/locale/en_US'
import { faker as es } from '@faker-js/faker/locale/es'
import { faker as fr } from '@faker-js/faker/locale/fr'
import { faker as it } from '@faker-js/faker/locale/it'
import { faker as nl } from '@faker-js/faker/locale/nl'
import { faker as pl } from '@faker-js/faker/locale/pl'
import { faker as ptBR } from '@faker-js/faker/locale/pt_BR'
import { faker as sv } from '@faker-js/faker/locale/sv'
import { faker as tr } from '@faker-js/faker/locale/tr'
import type { CountryCode } from 'libphonenumber-js'

export type LocaleName = 'en_US' | 'en_GB' | 'de' | 'fr' | 'es' | 'it' | 'pl' | 'pt_BR' | 'nl' | 'sv' | 'tr' | 'en_IN'

interface Locale {
  readonly faker: Faker
  /** Share of the customers in parts of 100. */
  readonly weight: number
  readonly country: CountryCode
  /** Country of the bank account, where the country uses IBANs. */
  readonly iban?: string
}

export const LOCALES: Readonly<Record<LocaleName, Locale>> = {
  en_US: { faker: enUS, weight: 34, country: 'US' },
  en_GB: { faker: enGB, weight: 16, country: 'GB', iban: 'GB' },
  de: { faker: de, weight: 10, country: 'DE', iban: 'DE' },
  fr: { faker: fr, weight: 7, country: 'FR', iban: 'FR' },
  es: { faker: es, weight: 7, country: 'ES', iban: 'ES' },
  it: { faker: it, weight: 5, country: 'IT', iban: 'IT' },
  pl: { faker: pl, weight: 4, country: 'PL', iban: 'PL' },
  pt_BR: { faker: ptBR, weight: 4, country: 'BR' },
  nl: { faker: nl, weight: 4, country: 'NL', iban: 'NL' },
  sv: { faker: sv, weight: 3, country: 'SE', iban: 'SE' },
  tr: { faker: tr, weight: 2, country: 'TR' },
  en_IN: { faker: enIN, weight: 4, country: 'IN' },
}

export const LOCALE_NAMES = Object.keys(LOCALES) as LocaleName[]
