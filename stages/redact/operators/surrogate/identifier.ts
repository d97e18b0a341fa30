import { keyedDraw } from '../draw.ts'
import { ff1, ff1DomainIsLargeEnough } from '../ff1.ts'
import { compactOf, putBack, reshape } from './characters.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'
import { validatorOf } from './validators.ts'

/** How often a number is encrypted on until its check digits are right. One in eleven is, for most kinds. */
const MAX_CYCLES = 200

/**
 * A number of an authority for another with the same form whose check digits are right where the original's are.
 *
 * The digits are encrypted with FF1 (the type as tweak), again and again until the check holds ("cycle walking"): a permutation
 * of the valid numbers, so no two people get the same one. Where a number has parts that rarely fit by chance (a date of
 * birth), valid numbers are reached by small steps instead: two characters at a time are changed so that the check still
 * holds, until all that can change has. Then two people may meet, with a chance of about one in the number of valid numbers.
 * A real person may have the number that comes out, as with every valid number that someone writes down.
 */
export const identifierSurrogate: SurrogateMaker = (value, context, type) => {
  const compact = compactOf(value)
  if (compact === '' || /[^\p{ASCII}]/u.test(value.replace(/[^\p{L}\p{N}]/gu, ''))) return reshape(value, type, context)
  const valid = validatorOf(type)
  const check = valid === undefined || !valid(value) ? () => true : valid
  const isValid = (candidate: string): boolean => check(putBack(value, candidate) ?? '')
  const turned = walkCycle(compact, type, context, isValid) ?? walkSteps(compact, type, context, isValid)
  return turned === undefined ? undefined : putBack(value, turned)
}

function walkCycle(
  compact: string,
  type: string,
  context: SurrogateContext,
  isValid: (compact: string) => boolean,
): string | undefined {
  const places = [...compact].flatMap((character, i) => (/\d/.test(character) ? [i] : []))
  if (!ff1DomainIsLargeEnough(10, places.length)) return undefined
  const cipher = ff1(context.key, 10)
  const tweak = Buffer.from(type, 'utf8')
  let digits = places.map((i) => Number(compact[i]))
  // Letters carry a name or a country as often as chance: drawn anew where the check allows it, kept where it does not.
  for (let cycle = 0; cycle < MAX_CYCLES; cycle++) {
    digits = cipher.encrypt(digits, tweak)
    const out = [...compact]
    for (const [i, place] of places.entries()) out[place] = String(digits[i])
    const candidate = out.join('')
    if (candidate === compact) return undefined
    if (isValid(candidate))
      return places.length === compact.length ? candidate : withLetters(candidate, compact, type, context, isValid)
  }
  return undefined
}

/** Other letters as well, one by one, where the number stays right. */
function withLetters(
  start: string,
  original: string,
  type: string,
  context: SurrogateContext,
  isValid: (compact: string) => boolean,
): string {
  let current = start
  for (const [i, character] of [...original].entries()) {
    if (!/[A-Z]/.test(character)) continue
    const draw = keyedDraw(context.key, type, 'letter', original, i)
    for (const letter of draw.shuffle(ALPHABET)) {
      const candidate = current.slice(0, i) + letter + current.slice(i + 1)
      if (letter !== character && isValid(candidate)) {
        current = candidate
        break
      }
    }
  }
  return current
}

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const DIGITS = [...'0123456789']

/** Most candidates that are looked at for one number. */
const MAX_STEPS = 20_000

/** From a valid number to others, two characters at a time. */
function walkSteps(
  compact: string,
  type: string,
  context: SurrogateContext,
  isValid: (compact: string) => boolean,
): string | undefined {
  const draw = keyedDraw(context.key, type, 'steps', compact)
  const current = [...compact]
  let left = MAX_STEPS
  const ways = (i: number): string[] => draw.shuffle(/\d/.test(current[i]!) ? DIGITS : ALPHABET)
  const tryAt = (i: number, character: string, then: () => boolean): boolean => {
    const before = current[i]!
    current[i] = character
    if (then()) return true
    current[i] = before
    return false
  }
  const holds = (): boolean => left-- > 0 && isValid(current.join(''))
  const places = [...current.keys()]
  for (let round = 0; round < 2; round++) {
    for (const i of draw.shuffle(places)) {
      ways(i).some(
        (character) =>
          character !== compact[i] &&
          character !== current[i] &&
          tryAt(
            i,
            character,
            () =>
              holds() ||
              // The check digit is last, mostly.
              [...places].reverse().some((j) => j !== i && ways(j).some((other) => tryAt(j, other, holds))),
          ),
      )
    }
  }
  const out = current.join('')
  return out === compact ? undefined : out
}
