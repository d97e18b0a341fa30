import { keyedDraw } from '../draw.ts'
import { ff1, ff1DomainIsLargeEnough } from '../ff1.ts'
import { compactOf, putBack, reshape } from './characters.ts'
import type { SurrogateContext, SurrogateMaker } from './context.ts'
import { checkOf } from './validators.ts'

/** How often a number is encrypted on until its check digits are right. One in eleven is, for most kinds. */
const MAX_CYCLES = 40

/**
 * A number of an authority for another with the same form whose check digits are right where the original's are.
 *
 * Digits alone are encrypted with FF1 (the type as tweak), again and again until the check holds ("cycle walking"): a
 * permutation of the valid numbers, so no two people get the same one. Numbers with letters, and those that are rarely right by
 * chance (two check digits, a date of birth), are reached by small steps instead: one or two characters at a time are changed so that the check
 * still holds, until each that can change has. Then two people may meet, with a chance of about one in the number of valid numbers.
 * A real person may have the number that comes out, as with every valid number that someone writes down.
 */
export const identifierSurrogate: SurrogateMaker = (value, context, type) => {
  const compact = compactOf(value)
  if (compact === '' || /[^\p{ASCII}]/u.test(value.replace(/[^\p{L}\p{N}]/gu, ''))) return reshape(value, type, context)
  const isValid = checkOf(type, value, (made) => putBack(value, made)) ?? (() => true)
  const turned =
    (/^\d+$/.test(compact) ? walkCycle(compact, type, context, isValid) : undefined) ??
    walkSteps(compact, type, context, isValid)
  return turned === undefined ? undefined : putBack(value, turned)
}

function walkCycle(
  compact: string,
  type: string,
  context: SurrogateContext,
  isValid: (compact: string) => boolean,
): string | undefined {
  if (!ff1DomainIsLargeEnough(10, compact.length)) return undefined
  const cipher = ff1(context.key, 10)
  const tweak = Buffer.from(type, 'utf8')
  let digits = [...compact].map(Number)
  for (let cycle = 0; cycle < MAX_CYCLES; cycle++) {
    digits = cipher.encrypt(digits, tweak)
    const candidate = digits.join('')
    if (candidate === compact) return undefined
    if (isValid(candidate)) return candidate
  }
  return undefined
}

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const DIGITS = [...'0123456789']

/** Characters that are tried in one place, and other places that may make up for it. */
const MAX_TRIED = 5
const MAX_PARTNERS = 5

/** From a valid number to another, one character at a time and, where the check asks for it, a second one that makes up for it. */
function walkSteps(
  compact: string,
  type: string,
  context: SurrogateContext,
  isValid: (compact: string) => boolean,
): string | undefined {
  const draw = keyedDraw(context.key, type, 'steps', compact)
  const current = [...compact]
  // The check digit is last, mostly; whichever place has made up for another is asked first from then on.
  let partners = draw
    .shuffle([...current.keys()].slice(0, -2))
    .concat([current.length - 2, current.length - 1])
    .reverse()
  const holds = (): boolean => isValid(current.join(''))
  const others = (i: number): readonly string[] =>
    draw.shuffle(/\d/.test(current[i]!) ? DIGITS : ALPHABET).filter((character) => character !== compact[i])
  const change = (i: number): boolean => {
    const before = current[i]!
    for (const character of others(i).slice(0, MAX_TRIED)) {
      current[i] = character
      if (holds()) return true
      for (const j of partners.slice(0, MAX_PARTNERS)) {
        if (i === j) continue
        const kept = current[j]!
        for (const other of others(j)) {
          current[j] = other
          if (!holds()) continue
          partners = [j, ...partners.filter((place) => place !== j)]
          return true
        }
        current[j] = kept
      }
      if (twoChecks(i)) return true
    }
    current[i] = before
    return false
  }
  /** Two check digits at the end (CPF, CNPJ, TC Kimlik): neither makes up for a change alone. */
  const twoChecks = (i: number): boolean => {
    const [a, b] = [current.length - 2, current.length - 1]
    if (i >= a || !/\d\d$/.test(compact)) return false
    const kept = [current[a]!, current[b]!] as const
    for (const first of DIGITS) {
      for (const second of DIGITS) {
        current[a] = first
        current[b] = second
        if (holds()) return true
      }
    }
    ;[current[a], current[b]] = kept
    return false
  }
  for (const i of draw.shuffle([...current.keys()])) if (current[i] === compact[i]) change(i)
  const out = current.join('')
  return out === compact ? undefined : out
}
