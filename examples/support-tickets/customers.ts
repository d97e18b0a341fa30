import type { Random } from '../../util/random.ts'
import { LOCALE_NAMES, LOCALES, type LocaleName } from './locales.ts'
import { phoneNumber } from './numbers.ts'

/** A customer of the fictional company. Every value is made up. */
export interface Customer {
  readonly id: string
  readonly locale: LocaleName
  readonly first: string
  readonly last: string
  readonly email: string
  readonly phone: string
  readonly city: string
  readonly street: string
  /** ISO date. */
  readonly born: string
  readonly tier: 'Basic' | 'Plus' | 'Family'
}

/** Reserved for documentation by RFC 2606 and RFC 6761: no mail can reach anyone. */
const MAIL_HOSTS = ['example.com', 'example.org', 'example.net', 'mail.example', 'post.example', 'inbox.example']

/** The dates of birth stay away from the clock. */
const REFERENCE_DATE = '2025-06-30T00:00:00.000Z'

export function pickLocale(random: Random): LocaleName {
  let at = random.integer(100)
  for (const name of LOCALE_NAMES) {
    at -= LOCALES[name].weight
    if (at < 0) return name
  }
  return 'en_US'
}

/** A person of a locale, seeded by `random`. */
export function person(random: Random, locale: LocaleName): { readonly first: string; readonly last: string } {
  const { faker } = LOCALES[locale]
  faker.seed(random.integer(0x7fff_ffff))
  return { first: faker.person.firstName(), last: faker.person.lastName() }
}

export function emailOf(random: Random, locale: LocaleName, first: string, last: string): string {
  const { faker } = LOCALES[locale]
  faker.seed(random.integer(0x7fff_ffff))
  const email = faker.internet.email({ firstName: first, lastName: last, provider: random.pick(MAIL_HOSTS) })
  return random.integer(3) === 0 ? email : email.toLowerCase()
}

export function makeCustomer(random: Random, number: number): Customer {
  const locale = pickLocale(random)
  const { faker } = LOCALES[locale]
  const { first, last } = person(random, locale)
  const email = emailOf(random, locale, first, last)
  faker.seed(random.integer(0x7fff_ffff))
  const born = faker.date.birthdate({ mode: 'age', min: 18, max: 84, refDate: REFERENCE_DATE })
  return {
    id: `C-${(100_000 + number * 7 + random.integer(7)).toString()}`,
    locale,
    first,
    last,
    email,
    phone: phoneNumber(random, locale),
    city: faker.location.city(),
    street: faker.location.streetAddress(),
    born: born.toISOString().slice(0, 10),
    tier: random.pick(['Basic', 'Basic', 'Plus', 'Family'] as const),
  }
}
