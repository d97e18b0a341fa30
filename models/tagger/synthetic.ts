import type { Random } from '../../util/random.ts'
import type { Entity, EntityType, Example } from './example.ts'
import type { NamePool } from './names.ts'
import { CHAT, CLEAN, FILLERS, FORMS, PROSE, WORDS } from './templates.ts'

/** Which templates to use: those with an index that leaves the other half out, for tests on unseen templates. */
export type Part = 'all' | 'even' | 'odd'

/** Made-up texts from our own templates. The same generator and state give the same texts. */
export function syntheticExamples(count: number, pool: NamePool, rng: Random, part: Part = 'all'): readonly Example[] {
  const pick = (templates: readonly string[]): string =>
    rng.pick(templates.filter((_, i) => part === 'all' || (i % 2 === 0) === (part === 'even')))
  return Array.from({ length: count }, () => {
    const x = rng.next()
    const template = pick(x < 0.5 ? CHAT : x < 0.62 ? FORMS : x < 0.8 ? PROSE : CLEAN)
    return fill(template, pool, rng)
  })
}

const SLOT = /\{([a-z-]+)\}/g

/** Fills the slots of a template. */
export function fill(template: string, pool: NamePool, rng: Random): Example {
  let text = ''
  let at = 0
  const entities: Entity[] = []
  for (const match of template.matchAll(SLOT)) {
    text += template.slice(at, match.index)
    at = match.index + match[0].length
    const { value, type } = draw(match[1]!, pool, rng)
    if (type !== undefined && value !== '') entities.push({ start: text.length, end: text.length + value.length, type })
    text += value
  }
  return { text: text + template.slice(at), entities, source: 'synthetic' }
}

interface Drawn {
  readonly value: string
  readonly type?: EntityType
}

function draw(slot: string, pool: NamePool, rng: Random): Drawn {
  const cased = /^(.+)-(lower|upper|capital)$/.exec(slot)
  if (cased !== null) {
    const { value, ...rest } = draw(cased[1]!, pool, rng)
    return { value: recase(value, cased[2]!), ...rest }
  }
  const digits = (n: number): string => Array.from({ length: n }, () => rng.integer(10)).join('')
  switch (slot) {
    case 'first':
      return { value: pool.first(rng), type: 'PERSON' }
    case 'last':
      return { value: pool.last(rng), type: 'PERSON' }
    case 'full':
      return { value: fullName(pool, rng), type: 'PERSON' }
    case 'initial':
      return { value: `${letter(rng)}.`, type: 'PERSON' }
    case 'initials':
      return {
        value: rng.pick([`${letter(rng)}.`, `${letter(rng)}. ${letter(rng)}.`, `${letter(rng)}.${letter(rng)}.`]),
        type: 'PERSON',
      }
    case 'bare':
      return { value: pool.first(rng) }
    case 'shop': {
      const owner = rng.next() < 0.6 ? pool.first(rng) : pool.last(rng)
      const shop = rng.next() < 0.3 ? '' : ` ${rng.pick(WORDS['trade']!)}`
      return { value: `${owner}${rng.next() < 0.7 || shop === '' ? "'s" : ''}${shop}`, type: 'ORGANIZATION' }
    }
    case 'city':
      return { value: pool.city(rng), type: 'LOCATION' }
    case 'country':
      return { value: pool.country(rng), type: 'LOCATION' }
    case 'street':
      return { value: pool.street(rng), type: 'LOCATION' }
    case 'org':
      return { value: pool.company(rng), type: 'ORGANIZATION' }
    case 'filler':
      return { value: rng.pick(FILLERS) }
    case 'product':
      return {
        value: `${rng.pick(WORDS['product-head']!)} ${rng.pick(WORDS['product-tail']!)}${rng.next() < 0.3 ? ` ${digits(1 + rng.integer(3))}` : ''}`,
      }
    case 'number':
      return { value: digits(1 + rng.integer(4)) }
    case 'age':
      return { value: String(18 + rng.integer(70)) }
    case 'year':
      return { value: String(1950 + rng.integer(75)) }
    case 'id':
      return {
        value: rng.pick([
          `${letter(rng)}${letter(rng)}-${digits(6)}`,
          `#${digits(5)}`,
          digits(8),
          `${letter(rng)}${digits(3)}${letter(rng)}`,
        ]),
      }
    case 'date':
      return {
        value: rng.pick([
          `${1 + rng.integer(28)} ${rng.pick(WORDS['month']!)} ${2000 + rng.integer(26)}`,
          `${rng.pick(WORDS['month']!)} ${1 + rng.integer(28)}`,
          `2024-0${1 + rng.integer(9)}-1${rng.integer(9)}`,
        ]),
      }
    case 'timestamp':
      return {
        value: rng.pick([
          `2025-0${1 + rng.integer(9)}-1${rng.integer(9)}T1${rng.integer(9)}:${10 + rng.integer(49)}:${10 + rng.integer(49)}Z`,
          `1${rng.integer(9)}:${10 + rng.integer(49)}:${10 + rng.integer(49)}.${digits(3)}`,
        ]),
      }
    case 'email':
      return { value: `${letter(rng).toLowerCase()}${digits(4)}@example.org` }
    case 'handle':
      return { value: `${rng.pick(WORDS['product-head']!)}${digits(2)}` }
    default: {
      const list = WORDS[slot]
      if (list === undefined) throw new Error(`no such slot: ${slot}`)
      return { value: rng.pick(list) }
    }
  }
}

function letter(rng: Random): string {
  return String.fromCharCode(65 + rng.integer(26))
}

/** As people write their names: mostly two words; at times a middle name or initial, two family names, a suffix. */
export function fullName(pool: NamePool, rng: Random): string {
  const [first, last] = pool.pair(rng)
  const x = rng.next()
  if (x < 0.76) return `${first} ${last}`
  if (x < 0.84) return `${first} ${letter(rng)}. ${last}`
  if (x < 0.89) return `${first} ${pool.first(rng)} ${last}`
  if (x < 0.93) return `${letter(rng)}. ${last}`
  if (x < 0.97) return `${first} ${last}-${pool.last(rng)}`
  return `${first} ${last} ${rng.pick(['Jr.', 'III', 'Sr.', 'PhD'])}`
}

function recase(value: string, how: string): string {
  if (how === 'lower') return value.toLowerCase()
  if (how === 'upper') return value.toUpperCase()
  return value.slice(0, 1).toUpperCase() + value.slice(1)
}
