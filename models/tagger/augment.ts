import type { Random } from '../../util/random.ts'
import type { Entity, Example } from './example.ts'
import type { NamePool } from './names.ts'
import { fullName } from './synthetic.ts'

/** Real sentences with other names in them: what stands around a name is learned apart from the name. */
export function swapNames(example: Example, pool: NamePool, rng: Random, share: number): Example {
  if (example.entities.length === 0) return example
  let text = ''
  let at = 0
  const entities: Entity[] = []
  for (const { start, end, type } of example.entities) {
    text += example.text.slice(at, start)
    const old = example.text.slice(start, end)
    const name = rng.next() < share ? otherName(old, type, pool, rng) : old
    entities.push({ start: text.length, end: text.length + name.length, type })
    text += name
    at = end
  }
  return { ...example, text: text + example.text.slice(at), entities }
}

/** A name of the same type, length in words and casing. */
function otherName(old: string, type: Entity['type'], pool: NamePool, rng: Random): string {
  const words = old.split(/\s+/).length
  const name = ((): string => {
    if (type === 'PERSON') {
      if (words > 1) return fullName(pool, rng)
      return rng.next() < 0.6 ? pool.first(rng) : pool.last(rng)
    }
    if (type === 'LOCATION') return rng.next() < 0.7 ? pool.city(rng) : pool.country(rng)
    return pool.company(rng)
  })()
  if (old === old.toLowerCase() && /\p{L}/u.test(old)) return name.toLowerCase()
  return old === old.toUpperCase() && old.length > 4 ? name.toUpperCase() : name
}

/** The text in lower or upper case, where that keeps its length (offsets stay). */
export function recased(example: Example, how: 'lower' | 'upper'): Example {
  const text = how === 'lower' ? example.text.toLowerCase() : example.text.toUpperCase()
  return text.length === example.text.length ? { ...example, text } : example
}

/**
 * The text with slips of the hand in words that belong to no name: a letter twice, missing, or in its neighbour's place. A
 * word of no dictionary must not be a name for that alone. Capitals keep their spelling, but for the first word: what stands
 * after "Dear" and is no word should be a name.
 */
export function misspelt(example: Example, rng: Random, share: number): Example {
  let text = ''
  let at = 0
  let next = 0
  const entities: Entity[] = []
  for (const match of example.text.matchAll(/(?<![\p{L}\p{N}])\p{Ll}{4,}|^\p{L}{4,}/gu)) {
    const { index } = match
    const word = match[0]
    while (next < example.entities.length && example.entities[next]!.end <= index) {
      const { start, end, type } = example.entities[next++]!
      entities.push({ start: start + text.length - at, end: end + text.length - at, type })
    }
    const entity = example.entities[next]
    if ((entity !== undefined && entity.start < index + word.length) || rng.next() >= share) continue
    text += example.text.slice(at, index) + slip(word, rng)
    at = index + word.length
  }
  for (const { start, end, type } of example.entities.slice(next))
    entities.push({ start: start + text.length - at, end: end + text.length - at, type })
  return { ...example, text: text + example.text.slice(at), entities }
}

function slip(word: string, rng: Random): string {
  const i = 1 + rng.integer(word.length - 2)
  const x = rng.next()
  if (x < 0.4) return word.slice(0, i) + word[i]! + word.slice(i)
  if (x < 0.75) return word.slice(0, i) + word.slice(i + 1)
  return word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2)
}

/** Texts one after the other, as one text. */
export function joined(examples: readonly Example[], separator: string): Example {
  const [first] = examples
  if (first === undefined) throw new RangeError('joined: no examples')
  let text = ''
  const entities: Entity[] = []
  examples.forEach((example, i) => {
    if (i > 0) text += separator
    for (const { start, end, type } of example.entities)
      entities.push({ start: start + text.length, end: end + text.length, type })
    text += example.text
  })
  const same = examples.every((example) => example.source === first.source)
  return { ...first, source: same ? first.source : 'any', text, entities }
}
