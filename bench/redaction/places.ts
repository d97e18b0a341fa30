import type { Random } from '../../util/random.ts'
import { digits, letters, number } from './check-digits.ts'
import { type Person, seeded } from './people.ts'

type Origin = Person['origin']

/** A postal code in the form of the country. */
export function postalCode(rng: Random, { code }: Origin): string {
  switch (code) {
    case 'US':
      return rng.integer(5) === 0 ? `${number(rng, 5)}-${digits(rng, 4)}` : number(rng, 5)
    case 'GB':
      return `${rng.pick(['SW', 'SE', 'M', 'LS', 'EH', 'B', 'CF', 'BS', 'N', 'G'])}${1 + rng.integer(19)} ${digits(rng, 1)}${letters(rng, 2, 'ABDEFGHJLNPQRSTUWXYZ')}`
    case 'CA':
      return `${letters(rng, 1, 'ABCEGHJKLMNPRSTVXY')}${digits(rng, 1)}${letters(rng, 1, 'ABCEGHJKLMNPRSTVWXYZ')} ${digits(rng, 1)}${letters(rng, 1, 'ABCEGHJKLMNPRSTVWXYZ')}${digits(rng, 1)}`
    case 'IE':
      return `D${two(1 + rng.integer(18))} ${letters(rng, 1, 'ACDEFHKNPRTVWXY')}${digits(rng, 1)}${letters(rng, 1, 'ACDEFHKNPRTVWXY')}${digits(rng, 1)}`
    case 'NL':
      return `${number(rng, 4)} ${letters(rng, 2, 'ABCDEFGHJKLNPRSTVWXZ')}`
    case 'PL':
      return `${digits(rng, 2)}-${digits(rng, 3)}`
    case 'BR':
      return `${number(rng, 5)}-${digits(rng, 3)}`
    case 'SE':
    case 'CZ':
      return `${number(rng, 3)} ${digits(rng, 2)}`
    case 'AU':
    case 'DK':
      return number(rng, 4)
    case 'IN':
    case 'NG':
      return number(rng, 6)
    default:
      return number(rng, 5)
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** A street with its number, as people of the country write it. */
export function street(rng: Random, origin: Origin): string {
  const faker = seeded(origin, rng)
  const plain = faker.location.streetAddress()
  if (origin.language !== 'en') return plain
  const flat =
    rng.integer(4) === 0
      ? rng.pick([
          `, Apt ${1 + rng.integer(40)}`,
          `, Flat ${1 + rng.integer(20)}`,
          ` Suite ${100 + rng.integer(800)}`,
          `, Unit ${1 + rng.integer(30)}B`,
        ])
      : ''
  return `${plain}${flat}`
}

export function city(rng: Random, origin: Origin): string {
  const faker = seeded(origin, rng)
  // Half from a list of towns that exist: faker's own are often made of names.
  return rng.integer(2) === 0 ? faker.location.city() : rng.pick(TOWNS[origin.code] ?? TOWNS['US']!)
}

const TOWNS: Readonly<Record<string, readonly string[]>> = {
  US: ['Boise', 'Toledo', 'Spokane', 'Fort Worth', 'Baton Rouge', 'Duluth', 'Santa Fe', 'Omaha', 'Ann Arbor', 'Tampa'],
  GB: ['Leeds', 'Swansea', 'Aberdeen', 'Norwich', 'Milton Keynes', 'Hull', 'Bath', 'Stoke-on-Trent', 'Inverness'],
  CA: ['Winnipeg', 'Halifax', 'Kelowna', 'Red Deer', 'Trois-Rivières', 'Moose Jaw'],
  AU: ['Geelong', 'Wagga Wagga', 'Cairns', 'Hobart', 'Ballarat'],
  IE: ['Sligo', 'Galway', 'Drogheda', 'Tralee'],
  IN: ['Pune', 'Kochi', 'Jaipur', 'Bhopal', 'Visakhapatnam'],
  NG: ['Ibadan', 'Enugu', 'Kano', 'Port Harcourt'],
  DE: ['Chemnitz', 'Göttingen', 'Bad Homburg', 'Kiel', 'Würzburg'],
  FR: ['Rennes', 'Clermont-Ferrand', 'Aix-en-Provence', 'Nîmes', 'Brest'],
  ES: ['Zaragoza', 'Gijón', 'La Coruña', 'Murcia', 'Salamanca'],
  IT: ['Bergamo', "L'Aquila", 'Perugia', 'Lecce', 'Reggio Emilia'],
  NL: ['Zwolle', 'Den Bosch', 'Leeuwarden', 'Maastricht'],
  PL: ['Łódź', 'Bydgoszcz', 'Rzeszów', 'Zielona Góra'],
  BR: ['Curitiba', 'São Luís', 'Belo Horizonte', 'Natal'],
  SE: ['Örebro', 'Malmö', 'Umeå'],
  DK: ['Aarhus', 'Esbjerg'],
  FI: ['Tampere', 'Oulu'],
  CZ: ['Plzeň', 'Ostrava'],
  TR: ['Eskişehir', 'Konya'],
}

const COUNTRIES = [
  ...['Portugal', 'Kenya', 'South Korea', 'New Zealand', 'Mexico', 'Norway', 'Vietnam', 'the Netherlands', 'Peru'],
  ...['Ireland', 'Ghana', 'Japan', 'Canada', 'Morocco', 'Germany', 'Chile', 'Sri Lanka', 'Italy', 'Egypt', 'Brazil'],
]
const STATES = [
  'Ohio',
  'Oregon',
  'New Mexico',
  'Bavaria',
  'Queensland',
  'Kerala',
  'North Carolina',
  'Alberta',
  'Vermont',
]

export function country(rng: Random): string {
  return rng.pick(COUNTRIES)
}

export function state(rng: Random): string {
  return rng.pick(STATES)
}

/** A whole address as one value, on one line or on several. */
export function fullAddress(rng: Random, origin: Origin, lines: boolean): string {
  const faker = seeded(origin, rng)
  const line = street(rng, origin)
  const town = city(rng, origin)
  const zip = postalCode(rng, origin)
  const glue = lines ? '\n' : ', '
  switch (origin.code) {
    case 'US':
      return `${line}${glue}${town}, ${faker.location.state({ abbreviated: true })} ${zip}`
    case 'CA':
    case 'AU':
      return `${line}${glue}${town} ${faker.location.state({ abbreviated: true })} ${zip}`
    case 'GB':
    case 'IE':
      return `${line}${glue}${town}${lines ? '\n' : rng.pick([', ', ' '])}${zip}`
    case 'IN':
    case 'NG':
      return `${line}${glue}${town} ${zip}`
    default:
      return `${line}${glue}${zip} ${town}`
  }
}

export function coordinates(rng: Random): string {
  const lat = (rng.next() * 160 - 80).toFixed(5)
  const lon = (rng.next() * 340 - 170).toFixed(5)
  return rng.pick([
    `${lat}, ${lon}`,
    `${lat},${lon}`,
    `${Math.abs(Number(lat)).toFixed(4)}° N, ${Math.abs(Number(lon)).toFixed(4)}° W`,
  ])
}
