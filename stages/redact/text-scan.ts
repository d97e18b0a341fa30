import { Feature } from './feature.ts'
import { ODD_RANGES } from './odd-characters.ts'
import { CHUNK, loadUnits, units } from './text-units.ts'
import { type WordAutomaton, wordAutomaton } from './word-automaton.ts'

/** Of one text, as the single pass over it finds it. */
export interface TextScan {
  /** Bits of `Feature`, as far as single characters and their neighbours tell. */
  readonly features: number
  /** Some characters are mapped to ASCII before recognizers see them. */
  readonly isOdd: boolean
  /** Start and end of each run of ASCII digits, one after the other. */
  readonly digitRuns: readonly number[]
  /** The bits (`hintBit`) of the groups of which a hint occurs in the lower-cased text. */
  readonly hints: number
  /** The start of each word of the text that begins with a head, and the index of that head, one after the other. */
  readonly heads: readonly number[]
}

export interface TextScanner {
  /** Linear, and without state between calls. */
  scan(text: string): TextScan
}

/** The bit of a group. More than 31 groups may share one. */
export function hintBit(index: number): number {
  return 1 << (index % 31)
}

/** What a code unit says by itself, as bits of `Feature`, and what has to be done about it. */
const SAYS = new Int32Array(0x10000)
/** Not features: the unit is a digit, a mark that is counted, or one that is mapped to ASCII. */
const IS_DIGIT = 1 << 29
const IS_MARK = 1 << 28
const IS_ODD = 1 << 30
const STEPS = IS_DIGIT | IS_MARK
for (let code = 97; code <= 122; code++) SAYS[code] = SAYS[code - 32] = Feature.LETTER
for (let code = 65; code <= 90; code++) SAYS[code]! |= Feature.UPPER
SAYS[95] = Feature.LETTER
for (let code = 48; code <= 57; code++) SAYS[code] = Feature.DIGIT | IS_DIGIT
for (const char of '.:-/') SAYS[char.charCodeAt(0)] = IS_MARK
for (const [char, bit] of [
  ['@', Feature.AT],
  ['=', Feature.EQUALS],
  ['%', Feature.PERCENT],
  ['<', Feature.LESS_THAN],
] as const)
  SAYS[char.charCodeAt(0)] = bit
// Capital letters of other scripts are not told apart.
SAYS.fill(Feature.UPPER | Feature.LETTER, 192)
for (const [from, to] of [
  [0xc0, 0x1fff],
  [0x2e80, 0xd7ff],
  [0xf900, 0xffff],
] as const)
  for (let code = from; code <= to; code++) SAYS[code]! |= Feature.FOREIGN
for (const [from, to] of ODD_RANGES) for (let code = from; code <= to; code++) SAYS[code]! |= IS_ODD

const NONE: readonly number[] = []

/**
 * One pass for everything that is looked for in every text: which characters there are, where digits stand, which hints
 * occur and which words begin with a head.
 *
 * @param groups lower-case substrings; one that begins with `^` counts only where no ASCII letter or digit stands before it
 * @param heads lower-case; found where no ASCII letter, digit or `_` stands before them
 */
export function textScanner(groups: readonly (readonly string[])[], heads: readonly string[]): TextScanner {
  const hints = groups.flatMap((group, index) => group.map((hint) => ({ hint, bit: hintBit(index) })))
  const automaton = wordAutomaton([...hints.map(({ hint }) => hint), ...heads.map((head) => `^${head}`)])
  const { firstEnd, ends } = automaton
  // What ends at a node: hints as bits, and heads.
  const bits = Int32Array.from(ends, (words) => words.reduce((all, word) => all | (hints[word]?.bit ?? 0), 0))
  const headsAt = ends.map((words) => {
    const own = words.filter((word) => word >= hints.length).map((word) => word - hints.length)
    return own.length === 0 ? undefined : own
  })
  return {
    scan(text) {
      const { length } = text
      let digitRuns: number[] | undefined
      let headStarts: number[] | undefined
      let says = 0
      let found = 0
      let node = 0
      let lastDigit = -1
      let [colons, dots] = [0, 0]
      // Marks between two letters or digits, and dots between two digits.
      let [innerColons, innerHyphens, innerDots, decimals] = [0, 0, 0, 0]
      for (let from = 0; from < length; ) {
        const count = loadUnits(text, from)
        const pass = onePass(automaton, count, node)
        says |= pass.says
        node = pass.node
        for (let k = 0; k < pass.stops; k++) {
          const i = STOPS[k]!
          const at = from + i
          const ended = NODES[k]! - firstEnd
          if (ended >= 0) {
            found |= bits[ended]!
            const own = headsAt[ended]
            if (own !== undefined) {
              for (const head of own) {
                const start = at + 1 - heads[head]!.length
                // The automaton lets a word begin behind it.
                if (text.charCodeAt(start - 1) === 95) continue
                headStarts ??= []
                headStarts.push(start, head)
              }
            }
          }
          const code = units[i]!
          if (isDigit(code)) {
            if (digitRuns === undefined) digitRuns = [at, at + 1]
            else if (lastDigit === at - 1) digitRuns[digitRuns.length - 1] = at + 1
            else digitRuns.push(at, at + 1)
            lastDigit = at
            continue
          }
          if ((SAYS[code]! & IS_MARK) === 0) continue
          const after = text.charCodeAt(at + 1)
          if (code === 45) {
            if (after === 45) says |= Feature.DASHES
            if (isAlnum(after) && isAlnum(text.charCodeAt(at - 1))) innerHyphens += 1
          } else if (code === 47) {
            if (after === 47) says |= Feature.SLASHES
          } else {
            const isDot = code === 46
            if (isDot) dots += 1
            else colons += 1
            if (!isAlnum(after)) continue
            const before = text.charCodeAt(at - 1)
            if (!isAlnum(before)) continue
            if (!isDot) innerColons += 1
            else {
              innerDots += 1
              if (isDigit(before) && isDigit(after)) decimals += 1
            }
          }
        }
        from += count
      }
      if (dots > 0) says |= dots < 3 ? Feature.DOT : Feature.DOT | Feature.DOTS
      if (colons > 0) says |= colons < 2 ? Feature.COLON : Feature.COLON | Feature.COLONS
      if (innerColons >= 5 || innerHyphens >= 5 || innerDots >= 2) says |= Feature.PAIR_MARKS
      if (decimals >= 2) says |= Feature.DECIMALS
      return {
        features: says & ~(STEPS | IS_ODD),
        isOdd: (says & IS_ODD) !== 0,
        digitRuns: digitRuns ?? NONE,
        hints: found,
        heads: headStarts ?? NONE,
      }
    },
  }
}

/** Units at which there is something to do, and the node of the automaton there. */
const STOPS = new Uint16Array(CHUNK)
const NODES = new Uint16Array(CHUNK)

/**
 * The loop that every unit of every text goes through: two look-ups, no calls. What is to do at one unit in ten is noted
 * in `STOPS` and done afterwards; done here it would take the loop twice the time.
 */
function onePass(
  { symbols, next, shift, firstEnd }: WordAutomaton,
  count: number,
  from: number,
): { readonly says: number; readonly node: number; readonly stops: number } {
  let node = from
  let says = 0
  let stops = 0
  for (let i = 0; i < count; i++) {
    const code = units[i]!
    const said = SAYS[code]!
    says |= said
    node = next[(node << shift) + symbols[code]!]!
    if (node >= firstEnd || (said & STEPS) !== 0) {
      STOPS[stops] = i
      NODES[stops] = node
      stops += 1
    }
  }
  return { says, node, stops }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isAlnum(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}
