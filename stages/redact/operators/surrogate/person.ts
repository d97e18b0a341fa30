import { CYRILLIC_FAMILY, FAMILY_NAMES, HAN_FAMILY } from '../data/family-names.ts'
import {
  CYRILLIC_FEMALE,
  CYRILLIC_MALE,
  EITHER_NAMES,
  FEMALE_NAMES,
  HAN_GIVEN,
  MALE_NAMES,
} from '../data/given-names.ts'
import { drawOther } from '../draw.ts'
import type { Entity } from '../entities.ts'
import { foldName, genderOf, isHan, isKnownGiven, type NamePart, parseName } from '../name-parts.ts'
import { inCaseOf } from './case-style.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'

const ALL_GIVEN: readonly string[] = [...FEMALE_NAMES, ...MALE_NAMES, ...EITHER_NAMES]
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const CYRILLIC_LETTERS = 'АБВГДЕИКЛМНОПРСТФЮЯ'
const PATRONYMICS =
  'Александров Алексеев Андреев Борисов Викторов Дмитриев Иванов Михайлов Николаев Павлов Петров Сергеев'.split(' ')

/**
 * A name for a name. Each part is mapped by itself under the key, given names to given names of the same gender and family
 * names to family names, so "Ms Chen" and "Lily Chen" agree wherever they stand, in any record and any shard. Titles,
 * particles, order, hyphens, case and script (Latin, Cyrillic, Han) stay. Two people share a surrogate with a chance of about 1 in
 * 6,000 where their given names are equal, 1 in 480 where their family names are, 1 in 3 million otherwise: of 1,000 people of
 * whom each given name has ten, some 0.8 pairs do. In Cyrillic and Han, with 80 and 60 family names, many do.
 */
export const personSurrogate: SurrogateMaker = (value, context) => {
  const { lead, parts } = parseName(value)
  const entity = context.entities.of('PERSON', value)
  if (parts.length === 0) return undefined
  if (parts.length === 1 && isHan(parts[0]!.text)) return `${lead}${hanName(parts[0]!.text, context)}${parts[0]!.gap}`
  const written = parts.map((part, i) => {
    const role = part.role === 'alone' ? roleAlone(part, entity) : part.role
    switch (role) {
      case 'given':
        return mapGiven(part, context)
      case 'family':
        return mapFamily(part, context)
      case 'initial': {
        const whole = entity === undefined ? undefined : wordOfInitial(parts, i, entity)
        if (whole === undefined) return mapInitial(part, context)
        const name = whole.family ? mapFamily(bare(whole.key), context) : mapGiven(bare(whole.key), context)
        return part.text.replace(/\p{L}/u, (letter) => inCaseOf(letter, name[0]!.toUpperCase()))
      }
      default:
        return part.text
    }
  })
  const out = lead + parts.map((part, i) => written[i]! + part.gap).join('')
  return out === value ? undefined : out
}

function bare(key: string): NamePart {
  return { text: key[0]!.toUpperCase() + key.slice(1), key, role: 'given', gap: '', joined: false }
}

function roleAlone({ text, key }: NamePart, entity: Entity | undefined): 'given' | 'family' {
  if (entity !== undefined) return entity.family.includes(key) && !entity.given.includes(key) ? 'family' : 'given'
  if (/^(?:[OD]['’]|Mc|Mac(?=\p{Lu}))/u.test(text)) return 'family'
  return !isKnownGiven(key) && KNOWN_FAMILIES.has(key) ? 'family' : 'given'
}

const KNOWN_FAMILIES: ReadonlySet<string> = new Set([...FAMILY_NAMES, ...CYRILLIC_FAMILY].map(foldName))

function wordOfInitial(
  parts: readonly NamePart[],
  at: number,
  entity: Entity,
): { readonly key: string; readonly family: boolean } | undefined {
  const told = parts.filter(({ role }) => role !== 'title' && role !== 'suffix' && role !== 'particle')
  const i = told.indexOf(parts[at]!)
  const family = i === told.length - 1 && told.length > 1
  const key = family ? entity.family[0] : entity.given[i]
  return key?.startsWith(parts[at]!.key) === true ? { key, family } : undefined
}

/** The gender is the name's own and no title's: one name has one surrogate wherever it stands. */
export function mapGiven(part: Pick<NamePart, 'text' | 'key'>, context: SurrogateContext): string {
  const { key } = part
  if (isCyrillic(key)) return inCaseOf(part.text, cyrillicGiven(key, context))
  const known = genderOf(key)
  const list = known === 'female' ? FEMALE_NAMES : known === 'male' ? MALE_NAMES : ALL_GIVEN
  return inCaseOf(part.text, other(context, 'given', key, list))
}

export function mapFamily(part: Pick<NamePart, 'text' | 'key'>, context: SurrogateContext): string {
  const { key } = part
  if (!isCyrillic(key)) return inCaseOf(part.text, other(context, 'family', key, FAMILY_NAMES))
  // Иванова and Иванов are one family.
  const feminine = /(?:ов|ев|ёв|ин|ын)а$/.test(key)
  const name = other(context, 'family', feminine ? key.slice(0, -1) : key, CYRILLIC_FAMILY)
  return inCaseOf(part.text, feminine ? `${name}а` : name)
}

function cyrillicGiven(key: string, context: SurrogateContext): string {
  const patronymic = /(?:(вич)|(вна))$/.exec(key)
  if (patronymic !== null) {
    const stem = other(context, 'patronymic', key.slice(0, -2), PATRONYMICS)
    return stem + (patronymic[1] === undefined ? 'на' : 'ич')
  }
  const female = CYRILLIC_FEMALE.some((name) => foldName(name) === key)
  const male = CYRILLIC_MALE.some((name) => foldName(name) === key)
  const list = female ? CYRILLIC_FEMALE : male || !/[ая]$/.test(key) ? CYRILLIC_MALE : CYRILLIC_FEMALE
  return other(context, 'given', key, list)
}

function mapInitial(part: NamePart, context: SurrogateContext): string {
  const letters = isCyrillic(part.key) ? CYRILLIC_LETTERS : LETTERS
  const letter = other(context, 'initial', part.key, [...letters])
  return part.text.replace(/\p{L}/u, (original) => inCaseOf(original, letter))
}

/** 王小明: one character of family, the others given. */
function hanName(text: string, context: SurrogateContext): string {
  const [family = '', ...rest] = [...text]
  const given = rest.join('')
  const newFamily = other(context, 'family', family, HAN_FAMILY)
  if (given === '') return newFamily
  const fitting = HAN_GIVEN.filter((name) => [...name].length === rest.length)
  return newFamily + other(context, 'given', given, fitting.length > 1 ? fitting : HAN_GIVEN)
}

function other(context: SurrogateContext, kind: string, key: string, list: readonly string[]): string {
  return drawOther(
    context.key,
    [kind, key],
    (draw) => draw.pick(list),
    (name) => foldName(name) === key,
  )
}

function isCyrillic(text: string): boolean {
  return /\p{Script=Cyrillic}/u.test(text)
}
