import { EITHER_NAMES, FEMALE_KNOWN, FEMALE_NAMES, MALE_KNOWN, MALE_NAMES } from './data/given-names.ts'

/** What a word of a name is. `alone`: it stands by itself, and nothing says which. */
export type NameRole = 'title' | 'given' | 'initial' | 'particle' | 'family' | 'suffix' | 'alone'

export interface NamePart {
  /** As written. */
  readonly text: string
  /** Folded: lower case, without accents, apostrophes and full stops. */
  readonly key: string
  readonly role: NameRole
  /** What stands between this part and the next, or after the last. */
  readonly gap: string
  /** A hyphen joins it to the part before. */
  readonly joined: boolean
}

export interface ParsedName {
  /** What stands before the first part. */
  readonly lead: string
  readonly parts: readonly NamePart[]
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))
const TITLES = words(
  'mr mrs ms miss mx dr prof professor sir madam dame lord lady rev father sister brother captain capt lt col sgt herr hr frau fr fraulein monsieur madame mme mlle senor senora srta sr sra don dona signor signora sig sigra dott dottssa dhr mevr mw pan pani med phil rer nat ing dipl mag г-н г-жа',
)
const MALE_TITLES = words('mr sir lord herr hr monsieur senor sr don signor sig dhr pan brother father')
const FEMALE_TITLES = words(
  'mrs ms miss madam dame lady frau fraulein madame mme mlle senora sra srta signora pani mevr mw',
)
const SUFFIXES = words('jr sr jnr snr ii iii iv phd md esq obe mbe cbe mba dds cpa msc bsc')
const PARTICLES = words(
  'van von der den de del della delle dei di da do dos das du des la le los las el al bin ben ibn ter ten te zu zum zur af av y e i d',
)

const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*\.?/gu
const POSSESSIVE = /['’]s$/i

/** Lower case, without accents, apostrophes and full stops: equal for all spellings of one part of a name. */
export function foldName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/[\p{M}.'’]/gu, '')
    .normalize('NFC')
}

/** The form of address that stands right before a name ("Ms " before "Chen"), which is no part of what is found as a name. */
export function titleBefore(text: string, start: number): string | undefined {
  const word = /(?:^|[^\p{L}\p{N}])(\p{L}{1,12})\.? $/u.exec(text.slice(Math.max(0, start - 16), start))?.[1]
  return word !== undefined && TITLES.has(foldName(word)) ? word : undefined
}

/** Words of a name with what each is: "Dr. Lily M. van der Berg-Chen", "CHEN, Lily", "Ms Chen". */
export function parseName(value: string): ParsedName {
  const found = [...value.matchAll(WORD)].flatMap((match) => {
    const possessive = POSSESSIVE.exec(match[0])
    const text = possessive === null ? match[0] : match[0].slice(0, possessive.index)
    const key = foldName(text)
    return key === '' ? [] : [{ text, key, start: match.index, end: match.index + text.length }]
  })
  const lead = value.slice(0, found[0]?.start ?? value.length)
  const gaps = found.map((word, i) => value.slice(word.end, found[i + 1]?.start ?? value.length))
  const joined = found.map((_, i) => i > 0 && /^[-‐‑]$/.test(gaps[i - 1]!))
  const roles = rolesOf(
    found.map(({ text }) => text),
    found.map(({ key }) => key),
    joined,
    gaps.findIndex((gap, i) => i < found.length - 1 && /^,\s*$/.test(gap)),
  )
  return {
    lead,
    parts: found.map(({ text, key }, i) => ({ text, key, role: roles[i]!, gap: gaps[i]!, joined: joined[i]! })),
  }
}

function rolesOf(
  texts: readonly string[],
  keys: readonly string[],
  joined: readonly boolean[],
  comma: number,
): readonly NameRole[] {
  const roles: (NameRole | undefined)[] = keys.map(() => undefined)
  let first = 0
  while (first < keys.length && TITLES.has(keys[first]!)) roles[first++] = 'title'
  let last = keys.length
  while (last > first + 1 && SUFFIXES.has(keys[last - 1]!)) roles[--last] = 'suffix'
  // "Chen, Jr": the comma says nothing of the order.
  const turned = comma >= first && comma < last - 1
  const open: number[] = []
  for (let i = first; i < last; i++) {
    const key = keys[i]!
    // "Ben" opens a name more often as a given name than as "son of"; "E." is an initial, "e" a particle.
    const particle =
      PARTICLES.has(key) && i < last - 1 && !(i === first && isKnownGiven(key)) && !capitalLetter(texts[i]!)
    if (particle) roles[i] = 'particle'
    else if ([...key].length === 1 && !isHan(key)) roles[i] = 'initial'
    else open.push(i)
  }
  const particle = roles.indexOf('particle')
  if (turned) for (const i of open) roles[i] = i <= comma ? 'family' : 'given'
  else if (open.length === 1) roles[open[0]!] = single(open[0]!)
  else {
    // A hyphen holds two words in one role.
    let family = open.length - 1
    while (family > 0 && joined[open[family]!] === true) family -= 1
    if (family === 0 && open.length > 1) for (const i of open) roles[i] = single(open[0]!)
    else
      for (const [at, i] of open.entries())
        roles[i] = (particle > open[0]! ? i > particle : at >= family) ? 'family' : 'given'
  }
  return roles.map((role) => role ?? 'alone')

  /** A word that is the only one: what stands around it decides. */
  function single(i: number): NameRole {
    if (particle >= 0 && particle < i) return 'family'
    const initial = roles.indexOf('initial')
    if (initial >= 0) return initial < i ? 'family' : 'given'
    return first > 0 ? 'family' : 'alone'
  }
}

function capitalLetter(text: string): boolean {
  return /^\p{Lu}\.?$|\.$/u.test(text) && [...text.replace('.', '')].length === 1
}

export function isHan(text: string): boolean {
  return /^\p{Script=Han}+$/u.test(text)
}

export type Gender = 'female' | 'male'

const GENDERS: ReadonlyMap<string, Gender | 'either'> = new Map([
  ...[...FEMALE_NAMES, ...FEMALE_KNOWN].map((name) => [foldName(name), 'female'] as const),
  ...[...MALE_NAMES, ...MALE_KNOWN].map((name) => [foldName(name), 'male'] as const),
  ...EITHER_NAMES.map((name) => [foldName(name), 'either'] as const),
])

/** `undefined` where the name is not known, or both have it. */
export function genderOf(key: string): Gender | undefined {
  const gender = GENDERS.get(key)
  return gender === 'either' ? undefined : gender
}

export function isKnownGiven(key: string): boolean {
  return GENDERS.has(key)
}

export function genderOfTitle(key: string): Gender | undefined {
  return MALE_TITLES.has(key) ? 'male' : FEMALE_TITLES.has(key) ? 'female' : undefined
}
