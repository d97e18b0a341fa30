import { SluiceError } from '../../util/errors.ts'

/** Keeps the names of tokens in data apart, so that the template's own are the only ones found. */
export interface Guard {
  /** Stands inside guarded names; it occurs in no text of the record. */
  readonly character: string
  /** The text, with the guard inside each name and inside what could become one with the text around it. */
  protect(text: string): string
}

/** Unicode's noncharacters U+FDD0 … U+FDEF: meant for use inside a program, never for exchange. */
const NONCHARACTERS = Array.from({ length: 32 }, (_, i) => String.fromCodePoint(0xfdd0 + i))

/** Names of tokens that no data may spell, made ready to be looked for. */
export interface GuardedNames {
  readonly pattern: RegExp | undefined
  readonly beginnings: ReadonlySet<string>
  readonly ends: ReadonlySet<string>
  readonly longest: number
  readonly letters: readonly string[]
}

/**
 * Makes the names of special tokens ready for `Guard`: with their beginnings and ends, since text around them could
 * complete one.
 */
export function guardedNames(names: readonly string[]): GuardedNames {
  const long = names.filter((name) => name.length > 1)
  const escaped = long.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  const lengths = (name: string): readonly number[] => Array.from({ length: name.length - 1 }, (_, i) => i + 1)
  return {
    // Of no width, so that names that overlap are all found.
    pattern: long.length === 0 ? undefined : new RegExp(`(?=${escaped.join('|')})`, 'gu'),
    beginnings: new Set(long.flatMap((name) => lengths(name).map((length) => name.slice(0, length)))),
    ends: new Set(long.flatMap((name) => lengths(name).map((length) => name.slice(-length)))),
    longest: long.reduce((longest, name) => Math.max(longest, name.length), 0),
    letters: names.filter((name) => name.length === 1),
  }
}

/**
 * @param record all that will be rendered, as one text
 * @throws SluiceError CHAT_GUARD where the record holds every character that could be used
 */
export function createGuard(names: GuardedNames, record: string): Guard {
  const character = NONCHARACTERS.find((candidate) => !record.includes(candidate))
  if (character === undefined) {
    throw new SluiceError({
      code: 'CHAT_GUARD',
      message: 'a record holds all of the noncharacters U+FDD0 to U+FDEF, of which one must be free',
      next: 'take them out: they are no text',
    })
  }
  return {
    character,
    protect(text) {
      if (names.letters.some((letter) => text.includes(letter))) {
        throw new SluiceError({
          code: 'CHAT_GUARD',
          message: 'a text holds a character that is a special token of the model by itself',
          next: 'take the character out of the data, or use another model',
        })
      }
      return protect(text, names, character)
    },
  }
}

function protect(text: string, names: GuardedNames, guard: string): string {
  const cuts = new Set<number>()
  if (names.pattern !== undefined) for (const { index } of text.matchAll(names.pattern)) cuts.add(index + 1)
  // The text ends in the beginning of a name, or begins with the end of one: the template may have the rest.
  for (let length = 1; length < names.longest && length <= text.length; length++) {
    if (names.beginnings.has(text.slice(-length))) cuts.add(text.length - length + 1)
    if (names.ends.has(text.slice(0, length))) cuts.add(length - 1)
  }
  if (cuts.size === 0) return text
  let out = ''
  let last = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    out += text.slice(last, cut) + guard
    last = cut
  }
  return out + text.slice(last)
}
