import { allFakers, type Faker } from '@faker-js/faker'
import type { Random } from '../../util/random.ts'

/** Names of one locale, as they are written there. */
interface LocaleNames {
  readonly first: readonly string[]
  readonly last: readonly string[]
  readonly city: readonly string[]
  readonly country: readonly string[]
  /** Street with its number, in the order of the locale. */
  readonly street: readonly string[]
  readonly company: readonly string[]
}

/** Made-up people, places and companies of many locales, for training alone. */
export interface NamePool {
  first(rng: Random): string
  last(rng: Random): string
  /** Given name and family name of one locale. */
  pair(rng: Random): readonly [string, string]
  city(rng: Random): string
  country(rng: Random): string
  street(rng: Random): string
  company(rng: Random): string
}

/** Locales whose names stand in text with capitals, and those that English text meets most. */
const ENGLISH = /^en_(?:US|GB|AU|CA|IE|IN|NG|ZA|GH|HK|NP)$|^en$/
const LEFT_OUT = /^(?:base|en_BORK|en_AU_ocker|ta_IN|mn_MN_cyrl|bn_BD|eo)$/
const CASED = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{M}\d'’`‘.,&/ ()-]+$/u
const LATIN = /^[\p{Script=Latin}\p{M}\d'’`‘.,&/ ()-]+$/u

/**
 * Draws the pool from faker's locales. The same seed gives the same pool.
 *
 * @param share each locale's number of given names; of the others in proportion
 */
export function namePool(seed: number, share = 400): NamePool {
  const english: LocaleNames[] = []
  const latin: LocaleNames[] = []
  const other: LocaleNames[] = []
  for (const [name, faker] of Object.entries(allFakers).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (LEFT_OUT.test(name)) continue
    faker.seed(seed)
    const names = drawLocale(faker, share)
    if (!CASED.test(names.first.join('') + names.last.join(''))) continue
    if (ENGLISH.test(name)) english.push(names)
    else if (LATIN.test(names.first.join('') + names.last.join(''))) latin.push(names)
    else other.push(names)
  }
  const locale = (rng: Random): LocaleNames => {
    const x = rng.next()
    return rng.pick(x < 0.45 ? english : x < 0.97 ? latin : other)
  }
  return {
    first: (rng) => rng.pick(locale(rng).first),
    last: (rng) => rng.pick(locale(rng).last),
    pair(rng) {
      const names = locale(rng)
      return [rng.pick(names.first), rng.pick(names.last)]
    },
    city: (rng) => rng.pick(locale(rng).city),
    country: (rng) => rng.pick((rng.next() < 0.8 ? rng.pick(english) : locale(rng)).country),
    street: (rng) => rng.pick(locale(rng).street),
    company: (rng) => rng.pick(locale(rng).company),
  }
}

function drawLocale(faker: Faker, share: number): LocaleNames {
  const draw = (count: number, make: () => string): readonly string[] => [
    ...new Set(Array.from({ length: count }, () => make().trim()).filter((text) => text !== '')),
  ]
  return {
    first: draw(share, () => faker.person.firstName()),
    last: draw(share, () => faker.person.lastName()),
    city: draw(share / 2, () => faker.location.city()),
    country: draw(share / 4, () => faker.location.country()),
    street: draw(share / 2, () => faker.location.streetAddress()),
    company: draw(share / 4, () => faker.company.name()),
  }
}
