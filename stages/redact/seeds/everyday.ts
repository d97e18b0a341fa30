import type { Random } from '../../../util/random.ts'
import { BARE, carry, carryOrField, digits, letters } from './carriers.ts'
import type { Seed, SeedMaker } from './seed.ts'

const WORDS =
  'amber birch cobalt delta ember fjord grove harbor indigo juniper krone lumen maple nordic onyx pine quartz river slate tundra umber violet willow yarrow zephyr'.split(
    ' ',
  )
const SURNAMES = [
  'Okafor',
  'Lindqvist',
  'Ferrari',
  'Nguyen',
  'Schneider',
  'Kowalski',
  'Haddad',
  'Tanaka',
  'Moreau',
  'Silva',
  'Yılmaz',
  'Novák',
] as const

function url(rng: Random): Seed {
  const host = `${rng.pick(WORDS)}-${rng.pick(WORDS)}.${rng.pick(['example', 'com', 'org', 'co.uk', 'de', 'io', 'fr'])}`
  const path = rng.pick(['', '/', `/u/${digits(rng, 4)}`, `/${rng.pick(WORDS)}?id=${digits(rng, 3)}`, '/a/b.html#top'])
  const value = rng.pick([
    `https://${host}${path}`,
    `http://www.${host}${path}`,
    `www.${host}${path}`,
    `${host}${path}`,
  ])
  return carry(rng, value, [
    'see {} please',
    'my page is {}.',
    '({})',
    'at {}',
    '\n{}\n',
    'open {} and log in',
    '| site | {} |',
  ])
}

const TITLES =
  'Mr|Mr.|Mrs|Mrs.|Ms|Ms.|Miss|Dr|Dr.|Prof.|Professor|Rev.|Herr|Frau|Herrn|Mme|M.|Mlle|Monsieur|Madame|Sr.|Sra.|Srta.|Señor|Señora|Sig.|Signora|Dott.|Dhr.|Mevrouw|Meneer|Senhor|Senhora|Prof. Dr.|Herr Dr.|Doctor|Dra.|Mx.|Capt.|Sgt.|Mister|Fru'.split(
    '|',
  )

function title(rng: Random): Seed {
  const surname = rng.pick(SURNAMES)
  return carry(rng, rng.pick(TITLES), [
    `Dear {} ${surname},`,
    `I am {} ${surname}`,
    `ask {} ${surname} about it`,
    `\nRegards,\n{} ${surname}\n`,
    `from {} ${surname}`,
  ])
}

function age(rng: Random): Seed {
  const value = String(1 + rng.integer(99))
  return carry(rng, value, [
    'I am {} years old',
    "I'm {} and retired",
    'a {}-year-old man',
    'patient aged {}',
    'Age: {}',
    'she is {} y/o',
    'at the age of {}',
    'Ich bin {} Jahre alt',
    'eine {}-jährige Frau',
    "j'ai {} ans",
    'tengo {} años',
    'ho {} anni',
    'tenho {} anos',
    'my son turned {}.',
    'ik ben {} jaar',
  ])
}

const NATIONS =
  'German|French|Nigerian|Brazilian|Turkish|Indian|Polish|Danish|Korean|Mexican|Syrian|Kenyan|Irish|Greek|Ukrainian|Canadian|South African|Vietnamese|Peruvian|Swiss|Dutch|Portuguese|Somali|Iraqi|Welsh|Scottish|Norwegian|Japanese|Chilean|Ghanaian'.split(
    '|',
  )
const CREEDS = 'Muslim|Jewish|Catholic|Hindu|Buddhist|Sikh|Protestant|Mormon|atheist|Lutheran|Quaker|Methodist'.split(
  '|',
)

function nrp(rng: Random): Seed {
  return rng.next() < 0.7
    ? carry(rng, rng.pick(NATIONS), [
        'I am a {} citizen',
        'my {} passport',
        'two {} students',
        'she is {}, you know',
        'Nationality: {}',
        'a {} family next door',
        'the {} gentleman who called',
      ])
    : carry(rng, rng.pick(CREEDS), [
        'we are a {} family',
        'he is {}',
        'my {} neighbours',
        'Religion: {}',
        'as a {} I cannot eat it',
      ])
}

function organization(rng: Random): Seed {
  const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1)
  const stem = rng.pick([
    capital(rng.pick(WORDS)),
    rng.pick(SURNAMES),
    `${capital(rng.pick(WORDS))} ${capital(rng.pick(WORDS))}`,
  ])
  const value = rng.pick([
    `${stem} Inc.`,
    `${stem} LLC`,
    `${stem} Ltd`,
    `${stem} GmbH`,
    `${stem} AG`,
    `${stem} B.V.`,
    `${stem} S.A.`,
    `${stem} Pty Ltd`,
    `${stem} & Sons`,
    `${stem} University`,
    `University of ${capital(rng.pick(WORDS))}`,
    `Bank of ${capital(rng.pick(WORDS))}`,
    `${stem} Hospital`,
    `${stem} Corporation`,
    `${stem} Technologies`,
    `${stem} S.p.A.`,
    `${stem} Oy`,
    `${stem} Partners`,
  ])
  return carry(rng, value, [
    'I work for {}',
    'the invoice from {} is wrong',
    'they sold it to {} last year',
    'ask {} about it',
    '\nEmployer: {}\n',
    'bought at {}, never again',
    '({})',
  ])
}

function postalCode(rng: Random): Seed {
  const letter = (alphabet = 'ABCEGHJKLMNPRSTVXY'): string => letters(rng, 1, alphabet)
  const [value, carriers] = rng.pick<readonly [string, readonly string[]]>([
    [
      digits(rng, 5),
      ['my zip code is {}', 'ZIP: {}', 'PLZ {}', 'code postal {}', 'Springfield, IL {}', 'código postal: {}'],
    ],
    [`${digits(rng, 5)}-${digits(rng, 4)}`, ['zip {}', 'Portland, OR {}', 'zip code: {}']],
    [
      `${rng.pick(['SW', 'LS', 'M', 'EC', 'B'])}${1 + rng.integer(9)} ${digits(rng, 1)}${letters(rng, 2, 'ABDEFGHJLNPQRSTUWXYZ')}`,
      ['postcode {}', 'I live in {}', '{}', 'post code: {}'],
    ],
    [
      `${letter()}${digits(rng, 1)}${letter()} ${digits(rng, 1)}${letter()}${digits(rng, 1)}`,
      ['postal code {}', 'Toronto {}', 'I moved to {}'],
    ],
    [`${1 + rng.integer(9)}${digits(rng, 3)} ${letters(rng, 2, 'BCDEFGHJKL')}`, ['postcode {}', 'mijn postcode is {}']],
    [`${digits(rng, 5)}-${digits(rng, 3)}`, ['CEP {}', 'meu CEP: {}']],
  ])
  return carry(rng, value, carriers)
}

const MONTHS = 'January|March|May|August|December|Januar|März|mars|août|marzo|settembre|fevereiro|Sept|Nov'.split('|')

function date(rng: Random): Seed {
  const day = 1 + rng.integer(28)
  const month = 1 + rng.integer(12)
  const year = 1950 + rng.integer(80)
  const two = (n: number): string => String(n).padStart(2, '0')
  const name = rng.pick(MONTHS)
  const value = rng.pick([
    `${year}-${two(month)}-${two(day)}`,
    `${two(day)}/${two(month)}/${year}`,
    `${day}.${month}.${year}`,
    `${two(day)}.${two(month)}.${year}`,
    `${day} ${name} ${year}`,
    `${name} ${day}, ${year}`,
    `${day}. ${name} ${year}`,
    `${name} ${year}`,
    `${day} de marzo de ${year}`,
    `${two(day)}-Mar-${year}`,
    `${year}/${two(month)}/${two(day)}`,
    `${year}年${month}月${day}日`,
    `${year}-${two(month)}-${two(day)}T${two(rng.integer(24))}:${two(rng.integer(60))}:00Z`,
    `${1 + rng.integer(12)}:${two(rng.integer(60))} pm`,
  ])
  return carryOrField(
    rng,
    value,
    [
      ...BARE.filter((place) => !place.includes('`')),
      'on {} it stopped',
      'since {}',
      'paid {}',
      'my appointment is {}',
      'admitted {} and discharged',
    ],
    ['date', 'created_at'],
  )
}

/** What is personal only together with other things: opt-in types. */
export const EVERYDAY_SEEDS = {
  URL: url,
  TITLE: title,
  AGE: age,
  NRP: nrp,
  ORGANIZATION: organization,
  POSTAL_CODE: postalCode,
  DATE: date,
} as const satisfies Readonly<Record<string, SeedMaker>>
