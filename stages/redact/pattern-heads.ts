/** The plain letters that a part of a pattern may begin with. `isOpen`: what stands before the next part goes on there. */
interface Beginning {
  readonly text: string
  readonly isOpen: boolean
}

/**
 * The characters that every match of a pattern begins with, as a list of alternatives of at most `length` characters:
 * a text without any of them has no match. Understands groups, classes of plain characters, `?`, and passes over
 * assertions; what it does not understand ends an alternative. An alternative may be empty: then nothing is known.
 *
 * @param source of a pattern that is tested against lower-cased text
 */
export function patternHeads(source: string, length: number): readonly string[] {
  const reader = { source, at: 0 }
  const heads = new Set(alternatives(reader, length).map(({ text }) => text))
  // What begins with another head is found with it.
  return [...heads].filter((head) => ![...heads].some((other) => other !== head && head.startsWith(other)))
}

interface Reader {
  readonly source: string
  at: number
}

/** Up to the `)` that closes them, or the end. */
function alternatives(reader: Reader, length: number): readonly Beginning[] {
  const all: Beginning[] = []
  for (;;) {
    all.push(...sequence(reader, length))
    if (reader.source[reader.at] !== '|') return all
    reader.at += 1
  }
}

function sequence(reader: Reader, length: number): readonly Beginning[] {
  let open: readonly Beginning[] = [{ text: '', isOpen: true }]
  const closed: Beginning[] = []
  for (;;) {
    const char = reader.source[reader.at]
    if (char === undefined || char === '|' || char === ')') return [...open, ...closed]
    const part = atom(reader, length)
    const [least, most] = quantifier(reader)
    const next: Beginning[] = least === 0 ? [...open] : []
    for (const { text } of open) {
      for (const beginning of part) {
        const joined = text + beginning.text
        const isOpen = beginning.isOpen && most === 1 && joined.length < length
        ;(isOpen ? next : closed).push({ text: joined.slice(0, length), isOpen })
      }
    }
    open = next
  }
}

function atom(reader: Reader, length: number): readonly Beginning[] {
  const { source } = reader
  const char = source[reader.at]!
  if (char === '(') {
    const assertion = /^\(\?<?[=!]/.exec(source.slice(reader.at, reader.at + 4))
    reader.at += assertion?.[0].length ?? /^\((?:\?(?::|<\w+>))?/.exec(source.slice(reader.at))![0].length
    const inside = alternatives(reader, length)
    reader.at += 1
    return assertion === null ? inside : [{ text: '', isOpen: true }]
  }
  if (char === '[') {
    const end = source.indexOf(']', reader.at)
    const chars = source.slice(reader.at + 1, end)
    reader.at = end + 1
    // A range, a class or a negation: anything.
    if (/^\^|\\|.-./.test(chars)) return ANYTHING
    return [...chars].map((one) => ({ text: one, isOpen: true }))
  }
  reader.at += 1
  if (char === '.' || char === '^' || char === '$') return ANYTHING
  if (char !== '\\') return [{ text: char, isOpen: true }]
  const escaped = source[reader.at]!
  reader.at += 1
  if (escaped === 'p' || escaped === 'P') reader.at = source.indexOf('}', reader.at) + 1
  return /[A-Za-z\d]/.test(escaped) ? ANYTHING : [{ text: escaped, isOpen: true }]
}

const ANYTHING: readonly Beginning[] = [{ text: '', isOpen: false }]

/** Fewest and most times; a lazy or possessive mark says nothing here. */
function quantifier(reader: Reader): readonly [number, number] {
  const found = /^(?:([?*+])|\{(\d+)(,)?(\d*)\})\??/.exec(reader.source.slice(reader.at))
  if (found === null) return [1, 1]
  reader.at += found[0].length
  const [, sign, least, comma, most] = found
  if (sign !== undefined) return sign === '?' ? [0, 1] : [sign === '*' ? 0 : 1, 2]
  return [Number(least), comma === undefined ? Number(least) : most === '' ? 2 : Number(most)]
}
