import type { Random } from '../../util/random.ts'

/**
 * Licence plates and driving licences of many places, as patterns: `A` is a letter, `9` a digit, `1` a digit but 0, `h` a
 * letter or digit, `\` before a sign that stands as it is, `|` between forms. Facts of the authorities' public descriptions.
 */
const PLATES: Readonly<Record<string, string>> = {
  // Europe
  AT: '\\W-999 AA|\\G\\U 999 AB|\\S-9999 A|\\L-AAA 9',
  BE: '1-AAA-999|1AAA999|AAA-999',
  BG: '\\C\\B 9999 AB|\\E\\H9999\\K\\M',
  CH: '\\Z\\H 999 999|\\B\\E 99999|\\G\\E-99999|\\V\\D 9999',
  CZ: '1A9 9999|9AA 9999|1AA9999',
  DE: '\\B-AA 1999|\\M AA 199|\\H\\H-A 1999|\\K\\I AA199|\\G\\Ö-AA 19|\\F-AA 199\\E|\\M\\Ü\\R-A 1999|\\L\\Ö AA 19|\\S-A 1999 \\H',
  DK: 'AA 99 999|AA99999|AA 99999',
  EE: '999 AAA|999AAA',
  ES: '9999 \\B\\C\\D|9999-\\F\\G\\H|9999\\J\\K\\L|\\M-9999-\\B\\C',
  FI: 'AAA-999|AA-99|AAA-9',
  FR: 'AA-999-AA|AA 999 AA|AA999AA|999 AAA 99',
  GB: 'AA99 AAA|AA99AAA|A999 AAA|AAA 999A|A1 AAA|999 AAA|AAA 9',
  GR: '\\I\\K\\A-9999|\\Y\\Z\\B 9999|\\N\\H\\E9999',
  HR: '\\Z\\G 999-AA|\\S\\T 9999-AA|\\R\\I-999-A',
  HU: 'AAA-999|AA AA-999|AAAA-999',
  IE: '999-\\D-99999|99-\\C-9999|999 \\K\\Y 999|999\\D9999',
  IS: 'AA 999|AA A99|AAA99',
  IT: 'AA 999 AA|AA999AA|AA-999-AA',
  LT: 'AAA 999|AAA999',
  LU: 'AA 9999|AA9999',
  LV: 'AA-9999|AA 999',
  NL: 'AA-999-A|99-AAA-9|A-999-AA|99-AA-99|9-AAA-99|AAA-99-A|A999AA',
  NO: 'AA 99999|AA99999',
  PL: '\\W\\A 99999|\\K\\R 9A999|\\P\\O 9AA99|\\W\\X\\Y 999A|\\G\\D\\A 99AA|\\W\\B9999A',
  PT: 'AA-99-AA|99-AA-99|99-99-AA|AA 99 AA',
  RO: '\\B 999 AAA|\\C\\J 99 AAA|\\T\\M-99-AAA|\\B99AAA',
  RS: '\\B\\G 9999-AA|\\N\\S-999-AA',
  RU: '\\A999\\B\\C 99|\\K999\\M\\H999|\\X 999 \\P\\O 77',
  SE: 'AAA 999|AAA 99A|AAA999',
  SI: '\\L\\J AA-999|\\M\\B 99-99A',
  SK: '\\B\\A-999AA|\\K\\E 999 AA|\\A\\A999AB',
  TR: '34 AA 9999|06 AAA 99|35 A 9999|34AAA999',
  UA: '\\A\\A 9999 AA|\\K\\A9999AB',
  // America
  US: '9AAA999|AAA-9999|AAA 9999|AAA9999|AAA-999|AAA 999|999-AAA|999 AAA|AA 99999|AA9 9999|A99-AAA|999 9AA|AAA-99A|99A 999|AA-999|9AA 999|A99 99A|999-99A|9-9999A|1999 AA|AAAA 99|9A9 99A|A9A 9A9|AAA 9AA',
  vanity:
    '\\G\\O\\D\\A\\W\\G1|2\\F\\A\\S\\T4\\U|\\G\\R8\\D\\A\\Y|\\M\\Y \\V\\W 1|\\I\\L\\U\\V\\C8|\\K\\9\\M\\O\\M|\\N\\U\\R\\S\\E22|\\M0\\U\\N\\T\\N|\\R\\U\\N26\\2',
  CA: 'AAAA 999|AAA 999|A99 AAA|AA9 99A|AAA-9999|999 AAA|A99AAA',
  MX: 'AAA-999-A|AAA-99-99|A99-AAA|AAA999A',
  BR: 'AAA9A99|AAA-9999|AAA 9A99|AAA9999',
  AR: 'AA 999 AA|AAA 999|AA999AA',
  CL: 'AAAA-99|AA-AA-99|AAAA99|AA 9999',
  CO: 'AAA 999|AAA-999|AAA99A',
  PE: 'A9A-999|AAA-999',
  // Asia, Pacific, Africa
  AU: 'AAA 999|AAA-999|AA-99-AA|1AA 9AA|999-AAA|1AAA 999|AAA99A|\\S999-AAA|\\Y\\A\\B 99\\C',
  NZ: 'AAA999|AA9999|AAA 999',
  CN: '\\京A-99999|\\沪A·99999|\\粤AA9999',
  HK: 'AA 9999|AA 999',
  IN: '\\M\\H 12 AA 9999|\\K\\A01AA9999|\\D\\L 3\\C AA 9999|\\T\\N-99-A-9999|22 \\B\\H 9999 AA|\\U\\P16 AA 9999|\\G\\J-01-AA-9999',
  IL: '99-999-99|999-99-999',
  JP: '\\品\\川 500 \\さ 99-99|\\横\\浜 330 \\あ 12-34',
  KR: '99\\가 9999|999\\나 9999',
  MY: 'AAA 9999|A 9999 A|\\W\\X\\Y 999',
  SG: '\\S\\B\\A 9999 A|\\S\\G\\X9999A|\\S\\L 9999 A',
  TH: '9\\ก\\ข 9999',
  AE: 'A 99999|\\D\\u\\b\\a\\i A 99999',
  ZA: '\\C\\A 999-999|AA 99 AA \\G\\P|AAA 999 \\G\\P|\\N\\D 99999',
  KE: '\\K\\A\\A 999A|\\K\\B\\C999D',
  NG: 'AAA-999AA|AAA 999 AA|AAA999AA',
}

/** US driver licences by state (AAMVA's list of jurisdictions, states' own printing). */
const US_LICENSES =
  '9999999|A99999999|999999999|A9999999|99-999-9999|AA999999A|A999-9999-9999|A99999999999|9999-99-9999|999AA9999|A9A9A|\\K99-99-9999|A99-999-999|99999999|9999999A|A-999-999-999-999|A999999999999|\\S99999999|A 999 999 999 999|A9999-99999|999A999999|A999999\\R|9999999999999|A99999999|9999999999|1999999999|99AAA99999|\\N\\H\\L99999999|A9999 99999 99999|A99999999999999|999 999 999|A999999999999999999|999999999999|\\S\\D\\A-99-9999|AAA999999|AA999999|A999999999|9999999|99 999 999|99999999|A99-99-9999|\\W\\D\\L\\A\\B\\C9\\D\\E9\\F\\G|\\W\\D\\Lhhhhhhhh9|\\S\\M\\I\\T\\H\\J\\K999\\L9|A999999|A999-9999-9999-99|A9999999999999|999999-999|A999-999-99-999-0|AA-99-9999'

/** Driving licences of other countries. */
const OTHER_LICENCES =
  // Ontario, Quebec, British Columbia, Alberta, Manitoba, Nova Scotia, Newfoundland
  'A9999-99999-99999|A9999 99999 99999|A9999-999999-99|A999999999999|9999999|999999-999|\\S\\M\\I\\T\\H999999999|A999999999|' +
  // Australia: New South Wales, Victoria, Queensland, South Australia, Tasmania; New Zealand
  '9999AA|99999999|999999999|999 999 999|A99999|AA999999|' +
  // Germany, France, Italy, Ireland, Spain, Netherlands, Poland, Sweden
  '\\B072\\R\\R\\E2\\I55|Ahh9hhhhh99|99AA99999|999999999999|\\U1A99A999A|AA9999999A|999AA9999|99999999-A|9999999999|99999/99/9999|999999-9999|' +
  // India, Brazil, South Africa, Japan, Korea
  '\\M\\H12 20110012345|\\K\\A-0120190001234|\\D\\L-1420110149646|99999999999|99999999\\A\\B\\C9|99-99-999999-99'

const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ'

export const PLATE_COUNTRIES: readonly string[] = Object.keys(PLATES).filter((name) => name.length === 2)

export function fillForm(rng: Random, form: string): string {
  let out = ''
  for (let i = 0; i < form.length; i++) {
    const char = form[i]!
    if (char === '\\') out += form[++i]!
    else if (char === 'A') out += LETTERS[rng.integer(LETTERS.length)]!
    else if (char === '9') out += rng.integer(10)
    else if (char === '1') out += 1 + rng.integer(9)
    else if (char === 'h') out += rng.integer(2) === 0 ? LETTERS[rng.integer(LETTERS.length)]! : rng.integer(10)
    else out += char
  }
  return out
}

export function anyPlate(rng: Random): string {
  return fillForm(rng, rng.pick(rng.pick(Object.values(PLATES)).split('|')))
}

/** Plates as people of English-speaking countries write them. */
export function englishPlate(rng: Random): string {
  const country = rng.pick(['US', 'US', 'US', 'vanity', 'CA', 'GB', 'GB', 'AU', 'NZ', 'IE', 'IN', 'ZA'])
  return fillForm(rng, rng.pick(PLATES[country]!.split('|')))
}

export function plateOf(rng: Random, country: string): string {
  return fillForm(rng, rng.pick(PLATES[country]!.split('|')))
}

export function usLicense(rng: Random): string {
  return fillForm(rng, rng.pick(US_LICENSES.split('|')))
}

export function otherLicence(rng: Random): string {
  return fillForm(rng, rng.pick(OTHER_LICENCES.split('|')))
}
