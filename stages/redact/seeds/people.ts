import type { Random } from '../../../util/random.ts'
import { BARE, carryOrField } from './carriers.ts'
import type { Seed } from './seed.ts'

/** Given and family names from many places, common and rare, written down for this generator alone. */
const GIVEN =
  'Emily|Jack|Olivia|Liam|Charlotte|Noah|Grace|Mark|Rose|Will|Hannah|Thomas|Brigitte|Jürgen|Uwe|Ingrid|Chloé|Baptiste|Solène|Aurélien|Lucía|Íñigo|Ximena|Joaquín|Giulia|Matteo|Chiara|Ludovico|Sanne|Bram|Femke|Zofia|Kacper|Agnieszka|Oskar|Freya|Astrid|Torbjörn|Aylin|Emre|Zeynep|Dimitra|Yannis|Svetlana|Dmitri|Olena|Taras|Priya|Rohan|Ananya|Siddharth|Harpreet|Fatima|Yusuf|Khalid|Layla|Ngozi|Chukwuemeka|Adaeze|Kwame|Akosua|Wanjiru|Thabo|Lerato|Mei|Xiaoming|Wei|Haruto|Yuki|Ji-woo|Minh|Linh|Nguyet|Somchai|Putri|Budi|Maria|João|Thiago|Beatriz|Siobhán|Eoghan|Aoife|Rhys|Nia|Teuvo|Aino|Ilmar|Zsófia|Bálint|Ana|Goran|Milica|Tariq|Shanice|DeShawn|Jamal|Kayleigh|Brooklyn'.split(
    '|',
  )
const FAMILY =
  "Whitaker|Okonkwo|Castellano|Lindqvist|Featherstone|Nakagawa|Abernathy|Szymański|O'Sullivan|MacGregor|van der Meer|de la Cruz|Al-Rashid|ben Ari|Dlamini|Papadaki|Trevelyan|Oyelaran|Vasquez|Haugen|Brandt|Kessler|Zimmer|Rousseau|Deschamps|Beaumont|Ferrara|Bellini|Moretti|Duarte|Figueiredo|Yıldırım|Korkmaz|Chaudhuri|Subramanian|Bhattacharya|Kaur|Ng|Tran|Phạm|Lê|Takeda|Matsumoto|Hwang|Zhou|Quispe|Mamani|Achieng|Mbeki|Sesay|Hovhannisyan|Kvaratskhelia|Horváth|Kovačević|Novotná|Jurić|Byrne|Gallagher|Pritchard|Llewellyn|Baker|Stone|Young|Rivers|Wood|King|Lane|Field|Small|Price|Best|Power|Winter".split(
    '|',
  )

export function someGiven(rng: Random): string {
  return rng.pick(GIVEN)
}

export function someFamily(rng: Random): string {
  return rng.pick(FAMILY)
}

const INTRODUCED: readonly string[] = [
  'my name is {}',
  'This is {} again.',
  'Hi, {} here.',
  "I'm {} and I ordered last week",
  'Dear {},',
  '\n\nBest regards,\n{}\n',
  '\nThanks\n{}\n',
  '\n-- \n{}\n',
  'Name: {}',
  'Kunde: {}',
  'ich heiße {}',
  'me llamo {}',
  "je m'appelle {}",
  'Please ask for {}.',
  'I spoke to {} yesterday',
  'the account is in the name of {}',
  'cc {}',
  '\nFrom: {}\n',
  '\n| Name | {} |\n',
]
const WITHOUT: readonly string[] = [
  '{} told me it would arrive.',
  'It was {} who signed for it.',
  'could you tell {} about this',
  "that is {}'s parcel",
  'My neighbour {} has it.',
  'Send it to {} instead.',
  ...BARE,
]

export function personSeed(rng: Random): Seed {
  const given = someGiven(rng)
  const family = someFamily(rng)
  const full = `${given} ${family}`
  const value = rng.pick([
    full,
    full,
    full,
    given,
    given,
    `${given} ${rng.pick(['A', 'J', 'M', 'K'])}. ${family}`,
    `${given[0]}. ${family}`,
    `${family}, ${given}`,
    full.toUpperCase(),
    full.toLowerCase(),
    `${rng.pick(['Mr', 'Mrs.', 'Ms', 'Dr.', 'Herr', 'Frau', 'Mme', 'Sr.'])} ${family}`,
  ])
  const introduced = rng.next() < 0.6
  // A title is not part of the value: it may stay.
  const title = /^(?:Mr|Mrs\.|Ms|Dr\.|Herr|Frau|Mme|Sr\.) /.exec(value)?.[0] ?? ''
  const seed = carryOrField(rng, value.slice(title.length), introduced ? INTRODUCED : WITHOUT, [
    'customer_name',
    'fullName',
    'recipient',
    'account_holder',
    'name',
    'passenger',
  ])
  return seed.field === undefined ? { ...seed, before: seed.before + title } : seed
}

const TOWNS =
  'London|Paris|Berlin|Madrid|Leeds|Lyon|Seville|Porto|Krakow|Gothenburg|Antwerp|Bologna|Chicago|Denver|Tulsa|Boise|Spokane|Mumbai|Pune|Lagos|Nairobi|Osaka|Busan|Hanoi|Izmir|Ankara|Curitiba|Recife|Perth|Hobart|Dunedin|Wolverhampton|Milton Keynes|Newcastle upon Tyne|Aix-en-Provence|Bad Homburg|Castelldefels|San Bernardino|Fort Collins|Saint-Denis|Llanelli|Gdynia|Uppsala|Trondheim|Ghent|Nijmegen|Kirkcaldy|Poughkeepsie|Kalamazoo'.split(
    '|',
  )

export function locationSeed(rng: Random): Seed {
  return carryOrField(
    rng,
    rng.pick(TOWNS),
    [
      'I live in {}',
      'I moved to {} in spring.',
      'we are in {} now',
      'the shop in {} is closed',
      'delivery to {} please',
      'our {} office',
      'flight from {} was late',
      'greetings from {}!',
      '{}, that is',
      'I am near {}.',
    ],
    ['city', 'town', 'location', 'ville'],
  )
}

const STREETS: readonly string[] = [
  '# Oak Street',
  '# Maple Ave., Apt 3B',
  '# N. Lincoln Blvd',
  '#B Baker Street',
  'Flat 2, # Church Lane',
  '# Harbour View Road',
  '# Quarry Hill',
  '# The Crescent',
  '# main st',
  'Lindenstraße #',
  'Am Mühlbach #a',
  'Karl-Marx-Allee #',
  'Goethestr. #',
  '# rue des Lilas',
  '#, avenue Victor-Hugo',
  'Calle de Alcalá, #',
  'C/ Mayor #, 2º B',
  'Via Garibaldi #',
  'Piazza del Popolo, #',
  'Prinsengracht #-II',
  'ul. Marszałkowska #/12',
  'Storgatan #',
  'Rua das Flores, #',
  'Atatürk Caddesi No: #',
  'PO Box ###',
  'SW1A #AA',
  '# Elm Drive, Springfield, IL 62704',
  '10### Berlin',
]

export function addressSeed(rng: Random): Seed {
  const form = rng.pick(STREETS)
  const value =
    form.includes('##') || form.includes('SW1A')
      ? form.replace(/#/g, () => String(rng.integer(9) + 1))
      : form.replace('#', String(rng.integer(240) + 1))
  return carryOrField(
    rng,
    value,
    [
      'my address is {}',
      'I live at {}.',
      'send it to {}, please',
      'Deliver to: {}',
      'ship to\n{}\nthanks',
      'Adresse: {}',
      'wir wohnen {}',
      'the parcel went to {} by mistake',
      '\n| Address | {} |\n',
      '{}',
    ],
    ['address', 'shipping_address', 'street', 'billingAddress'],
  )
}
