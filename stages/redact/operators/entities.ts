import type { PiiType } from '../pii-type.ts'
import { foldName, genderOf, genderOfTitle, isKnownGiven, type NamePart, parseName } from './name-parts.ts'

/** A person as a full name tells of one. */
export interface Entity {
  /** The full name in canonical form: given names, particles, family names. Two different full names never share it. */
  readonly id: string
  readonly given: readonly string[]
  readonly family: readonly string[]
}

export interface Mention {
  readonly type: PiiType
  readonly value: string
}

export interface Entities {
  /** The one person that a value of this record stands for; `undefined` where there is none, or more than one it could be. */
  of(type: PiiType, value: string): Entity | undefined
}

/**
 * Which values of one record stand for the same person: "Lily Chen", "CHEN, Lily", "Ms Chen", "L. Chen", "Lily",
 * "lily.chen@acme.com", "@lilychen". A full name is an entity of its own, always; a part of a name, an address or a handle
 * goes with the one full name that it fits, and with none where it fits two (two Chens), or where a title says another person
 * ("Mr Chen" beside Lily Chen). An address that is itself made of a known given name and another word is that person without
 * any record. Pure: the order of the mentions does not matter.
 */
export function findEntities(mentions: readonly Mention[]): Entities {
  const full = new Map<string, Entity>()
  const titled: { readonly family: string; readonly parts: readonly NamePart[] }[] = []
  for (const { type, value } of mentions) {
    if (type !== 'PERSON') continue
    const { parts } = parseName(value)
    const entity = fullName(parts)
    if (entity !== undefined) full.set(entity.id, entity)
    else if (parts[0]?.role === 'title') titled.push({ family: parts.at(-1)!.key, parts })
  }
  const all = [...full.values()]
  // Families that someone else has as well: "Mr Chen", whom no full name fits.
  const others = new Set(
    titled
      .filter(({ parts }) => all.every((entity) => !fitsParts(entity, parts)))
      .map(({ parts }) => familyKeys(parts).join(' ')),
  )
  const find = (type: PiiType, value: string): Entity | undefined => {
    if (type === 'PERSON') {
      const { parts } = parseName(value)
      const own = fullName(parts)
      if (own !== undefined) return own
      const fitting = onlyOne(all.filter((entity) => fitsParts(entity, parts)))
      const bare = parts.length === 1 && fitting?.family.includes(parts[0]!.key) === true
      return bare && others.has(parts[0]!.key) ? undefined : fitting
    }
    if (type !== 'EMAIL' && type !== 'HANDLE') return undefined
    const local = localPart(value)
    const fitting = all.filter((entity) => fitsLocal(entity, local))
    return fitting.length === 0 ? nameInLocal(local) : onlyOne(fitting)
  }
  // A record repeats its names.
  const known = new Map<string, Entity | undefined>()
  return {
    of(type, value) {
      const key = `${type} ${value}`
      if (!known.has(key)) known.set(key, find(type, value))
      return known.get(key)
    },
  }
}

/** `undefined` unless both a given and a family name are there. */
function fullName(parts: readonly NamePart[]): Entity | undefined {
  const given = parts.filter(({ role }) => role === 'given').map(({ key }) => key)
  const family = familyKeys(parts)
  if (given.length === 0 || family.length === 0) return undefined
  return { id: canonicalName(parts), given, family }
}

function familyKeys(parts: readonly NamePart[]): readonly string[] {
  return parts.filter(({ role }) => role === 'family').map(({ key }) => key)
}

/** Given names and initials, then particles and family names; without titles and suffixes. */
export function canonicalName(parts: readonly NamePart[]): string {
  const front = parts.filter(({ role }) => role === 'given' || role === 'initial' || role === 'alone')
  const back = parts.filter(({ role }) => role === 'family' || role === 'particle')
  return [...front, ...back].map(({ key }) => key).join(' ')
}

/** Whether a part of a name can be this person's. */
function fitsParts(entity: Entity, parts: readonly NamePart[]): boolean {
  const gender = parts.map(({ role, key }) => (role === 'title' ? genderOfTitle(key) : undefined)).find(Boolean)
  const known = genderOf(entity.given[0]!)
  if (gender !== undefined && known !== undefined && gender !== known) return false
  const told = parts.filter(({ role }) => role !== 'title' && role !== 'suffix' && role !== 'particle')
  if (told.length === 0) return false
  return (
    told.every(({ key, role }, i) => {
      if (role === 'family') return entity.family.includes(key) || (told.length === 1 && entity.given[0] === key)
      if (role === 'given') return entity.given.includes(key)
      if (role === 'initial') {
        // "Lily C." has the family's initial last.
        const isFamily = i === told.length - 1 && told.length > 1
        return isFamily ? entity.family[0]!.startsWith(key) : entity.given[i]?.startsWith(key) === true
      }
      return entity.given.includes(key) || entity.family.includes(key)
    }) && told.some(({ role }) => role !== 'initial')
  )
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}

/** Words of an address's local part or of a handle: without what follows a plus, digits and underscores at its ends. */
export function localPart(value: string): string {
  const local = value.startsWith('@') ? value.slice(1) : (value.split(/@|%40/)[0] ?? '')
  return local
    .toLowerCase()
    .split('+')[0]!
    .replace(/[\d._-]+$/, '')
    .replace(/^[\d._-]+/, '')
}

/** How a name may be made into one word: both ways to write an umlaut without it. */
function spellings(key: string, parts: readonly string[]): readonly string[] {
  return [...new Set([key, ...parts.map((part) => part.replace(/[^\p{L}]/gu, ''))])].filter((word) => word.length > 0)
}

function fitsLocal(entity: Entity, local: string): boolean {
  const plain = foldName(local).replace(/[^\p{L}]/gu, '')
  const umlauts = plain.replaceAll('ae', 'a').replaceAll('oe', 'o').replaceAll('ue', 'u')
  if (plain.length < 3) return false
  const given = spellings(entity.given[0]!, [entity.given.join('')])
  const family = spellings(entity.family.at(-1)!, [entity.family.join('')])
  const forms = given.flatMap((g) => family.flatMap((f) => [g + f, f + g, g[0]! + f, f + g[0]!, g + f[0]!, g, f]))
  return forms.some(
    (form) => form === plain || form.replaceAll('ue', 'u').replaceAll('ae', 'a').replaceAll('oe', 'o') === umlauts,
  )
}

/** `lily.chen`: two words, of which one is a given name. */
function nameInLocal(local: string): Entity | undefined {
  const words = local.split(/[._-]/).map((word) => foldName(word.replace(/\d+$/, '')))
  if (words.length !== 2 || words.some((word) => word.length < 2 || !/^\p{L}+$/u.test(word))) return undefined
  const [first, second] = words as [string, string]
  if (isKnownGiven(first)) return { id: `${first} ${second}`, given: [first], family: [second] }
  if (isKnownGiven(second)) return { id: `${second} ${first}`, given: [second], family: [first] }
  return undefined
}
