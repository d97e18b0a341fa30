import type { Faker } from '@faker-js/faker'
import { faker as csCZ } from '@faker-js/faker/locale/cs_CZ'
import { faker as da } from '@faker-js/faker/locale/da'
import { faker as de } from '@faker-js/faker/locale/de'
import { faker as enAU } from '@faker-js/faker/locale/en_AU'
import { faker as enCA } from '@faker-js/faker/locale/en_CA'
import { faker as enGB } from '@faker-js/faker/locale/en_GB'
import { faker as enIE } from '@faker-js/faker/locale/en_IE'
import { faker as enIN } from '@faker-js/faker/locale/en_IN'
import { faker as enNG } from '@faker-js/faker/locale/en_NG'
import { faker as enUS } from '@faker-js/faker/locale/en_US'
import { faker as es } from '@faker-js/faker/locale/es'
import { faker as fi } from '@faker-js/faker/locale/fi'
import { faker as fr } from '@faker-js/faker/locale/fr'
import { faker as it } from '@faker-js/faker/locale/it'
import { faker as nl } from '@faker-js/faker/locale/nl'
import { faker as pl } from '@faker-js/faker/locale/pl'
import { faker as ptBR } from '@faker-js/faker/locale/pt_BR'
import { faker as sv } from '@faker-js/faker/locale/sv'
import { faker as tr } from '@faker-js/faker/locale/tr'
import type { Random } from '../../util/random.ts'

/** Where a person comes from: names, towns and phone numbers follow. */
interface Origin {
  readonly code: string
  readonly faker: Faker
  /** Of English texts, in parts. */
  readonly weight: number
  /** Templates of this language draw from the origins that have it. */
  readonly language: string
}

const ORIGINS: readonly Origin[] = [
  { code: 'US', faker: enUS, weight: 38, language: 'en' },
  { code: 'GB', faker: enGB, weight: 14, language: 'en' },
  { code: 'CA', faker: enCA, weight: 5, language: 'en' },
  { code: 'AU', faker: enAU, weight: 5, language: 'en' },
  { code: 'IE', faker: enIE, weight: 3, language: 'en' },
  { code: 'IN', faker: enIN, weight: 6, language: 'en' },
  { code: 'NG', faker: enNG, weight: 3, language: 'en' },
  { code: 'DE', faker: de, weight: 5, language: 'de' },
  { code: 'FR', faker: fr, weight: 4, language: 'fr' },
  { code: 'ES', faker: es, weight: 4, language: 'es' },
  { code: 'IT', faker: it, weight: 3, language: 'it' },
  { code: 'NL', faker: nl, weight: 2, language: 'nl' },
  { code: 'PL', faker: pl, weight: 2, language: 'pl' },
  { code: 'BR', faker: ptBR, weight: 2, language: 'pt' },
  { code: 'SE', faker: sv, weight: 1, language: 'sv' },
  { code: 'DK', faker: da, weight: 1, language: 'da' },
  { code: 'FI', faker: fi, weight: 1, language: 'fi' },
  { code: 'CZ', faker: csCZ, weight: 1, language: 'cs' },
  { code: 'TR', faker: tr, weight: 1, language: 'tr' },
]

export interface Person {
  readonly first: string
  readonly last: string
  readonly title: string
  readonly origin: Origin
}

/** Faker's instances are global: seed before each use, so that a text depends on nothing but its own seed. */
export function seeded(origin: Origin, rng: Random): Faker {
  origin.faker.seed(rng.integer(0x7fff_ffff))
  return origin.faker
}

export function drawOrigin(rng: Random, language: string): Origin {
  const pool =
    language === 'en'
      ? ORIGINS.flatMap((origin) => Array.from({ length: origin.weight }, () => origin))
      : ORIGINS.filter((origin) => origin.language === language)
  if (pool.length === 0) throw new RangeError(`no names for the language ${language}`)
  return rng.pick(pool)
}

const TITLES: Readonly<Record<string, readonly string[]>> = {
  en: ['Mr.', 'Mrs.', 'Ms.', 'Mr', 'Mrs', 'Ms', 'Dr.', 'Dr', 'Prof.', 'Miss', 'Sir', 'Rev.'],
  de: ['Herr', 'Frau', 'Dr.', 'Prof. Dr.'],
  fr: ['M.', 'Mme', 'Monsieur', 'Madame', 'Dr'],
  es: ['Sr.', 'Sra.', 'Don', 'Doña', 'Dra.'],
  it: ['Sig.', 'Sig.ra', 'Dott.', 'Dott.ssa'],
  nl: ['Dhr.', 'Mevr.', 'de heer', 'mevrouw'],
  pt: ['Sr.', 'Sra.', 'Dr.', 'Dra.'],
  pl: ['Pan', 'Pani'],
  sv: ['Herr', 'Fru'],
}

export function drawPerson(rng: Random, language: string): Person {
  const origin = drawOrigin(rng, language)
  const faker = seeded(origin, rng)
  return {
    first: faker.person.firstName(),
    last: faker.person.lastName(),
    title: rng.pick(TITLES[language] ?? TITLES['en']!),
    origin,
  }
}

const PROVIDERS = ['gmail.com', 'yahoo.com', 'outlook.com', 'hotmail.co.uk', 'icloud.com', 'gmx.de', 'proton.me']

/** A made-up address whose local part comes from the name, as most do. */
export function emailOf(rng: Random, { first, last, origin }: Person): string {
  const ascii = (word: string): string =>
    word
      .normalize('NFD')
      .replaceAll('ß', 'ss')
      .replaceAll('ł', 'l')
      .replaceAll('ø', 'o')
      .replaceAll(/[^a-zA-Z]/g, '')
      .toLowerCase() || 'x'
  const [a, b] = [ascii(first), ascii(last)]
  const local = rng.pick([
    `${a}.${b}`,
    `${a}${b}`,
    `${a[0]}${b}`,
    `${a}_${b}`,
    `${b}.${a}`,
    `${a}${rng.integer(100)}`,
    `${a[0]}.${b}${10 + rng.integer(89)}`,
    `${a}.${b}+news`,
  ])
  return `${local}@${rng.integer(2) === 0 ? rng.pick(PROVIDERS) : domainName(rng, origin)}`
}

export function domainName(rng: Random, origin: Origin): string {
  const end = rng.pick([
    'com',
    'com',
    'org',
    'net',
    'io',
    'co',
    origin.code === 'GB' ? 'co.uk' : origin.code.toLowerCase(),
  ])
  return `${seeded(origin, rng).internet.domainWord()}.${end}`
}
