import type { Random } from '../../../../util/random.ts'
import { drawOther } from '../draw.ts'
import type { SurrogateContext } from './context.ts'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = UPPER.toLowerCase()

/** Zeros of the decimal digits of scripts that recognizers read. */
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0xff10]

/** A character of the same kind: a digit of its script, a letter of its case; anything else stays. */
export function likeCharacter(character: string, draw: Random, hexOnly = false): string {
  const code = character.charCodeAt(0)
  const zero = ZEROS.find((first) => code >= first && code <= first + 9)
  if (zero !== undefined) return String.fromCharCode(zero + draw.integer(10))
  if (/\p{Lu}/u.test(character)) return UPPER[draw.integer(hexOnly ? 6 : 26)]!
  if (/\p{L}/u.test(character)) return LOWER[draw.integer(hexOnly ? 6 : 26)]!
  return /\p{N}/u.test(character) ? String(draw.integer(10)) : character
}

/** Every letter and digit drawn anew under the key, the rest in its place; never the same value. */
export function reshape(value: string, kind: string, context: SurrogateContext): string | undefined {
  if (!/[\p{L}\p{N}]/u.test(value)) return undefined
  return drawOther(
    context.key,
    [kind, value],
    (draw) => [...value].map((character) => likeCharacter(character, draw)).join(''),
    (candidate) => candidate === value,
  )
}

/** `value` with its ASCII letters and digits, in order, replaced by those of `compact`; undefined where their number differs. */
export function putBack(value: string, compact: string): string | undefined {
  let next = 0
  const out = value.replace(/[A-Za-z0-9]/g, (character) => {
    const written = compact[next++] ?? ''
    return character === character.toLowerCase() && /[a-z]/.test(character) ? written.toLowerCase() : written
  })
  return next === compact.length ? out : undefined
}

/** Letters and digits alone, upper case: what check digits are computed over. */
export function compactOf(value: string): string {
  return value.replace(/[^A-Za-z0-9]/g, '').toUpperCase()
}
