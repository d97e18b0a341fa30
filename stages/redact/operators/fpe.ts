import { FF1_MAX_LENGTH, type Ff1, ff1, ff1DomainIsLargeEnough } from './ff1.ts'
import type { FpeAlphabet } from './kinds.ts'

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Zeros of the digits that recognizers read as ASCII ones: their script is kept. */
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0xff10]

export interface Fpe {
  /** `undefined` where the value cannot be encrypted safely: fewer than 1,000,000 values of its form, or letters and digits that the alphabet lacks. */
  encrypt(value: string, tweak: string): string | undefined
  decrypt(value: string, tweak: string): string | undefined
}

/**
 * Format-preserving encryption of a value: FF1 over its digits (radix 10) or its letters and digits (radix 62), everything
 * else in its place. The tweak (the name of the type) makes equal digits of two types different.
 *
 * @param key 16, 24 or 32 bytes
 */
export function fpe(key: Uint8Array, alphabet: FpeAlphabet): Fpe {
  const radix = alphabet === 'digits' ? 10 : ALPHANUMERIC.length
  const cipher = ff1(key, radix)
  const turn = (value: string, tweak: string, direction: keyof Ff1): string | undefined => {
    const characters = [...value]
    const symbols = characters.map((character) => symbolOf(character, alphabet))
    const taken = symbols.filter((symbol) => symbol !== undefined)
    if (!ff1DomainIsLargeEnough(radix, taken.length) || taken.length > FF1_MAX_LENGTH) return undefined
    if (characters.some((character, i) => symbols[i] === undefined && wouldShow(character, alphabet))) return undefined
    const turned = cipher[direction](taken, Buffer.from(tweak, 'utf8'))
    let next = 0
    return characters
      .map((character, i) => (symbols[i] === undefined ? character : write(turned[next++]!, character, alphabet)))
      .join('')
  }
  return {
    encrypt: (value, tweak) => turn(value, tweak, 'encrypt'),
    decrypt: (value, tweak) => turn(value, tweak, 'decrypt'),
  }
}

function symbolOf(character: string, alphabet: FpeAlphabet): number | undefined {
  if (alphabet === 'alphanumeric') {
    const symbol = ALPHANUMERIC.indexOf(character)
    return symbol < 0 ? undefined : symbol
  }
  const zero = zeroOf(character)
  return zero === undefined ? undefined : character.charCodeAt(0) - zero
}

function zeroOf(character: string): number | undefined {
  const code = character.charCodeAt(0)
  return ZEROS.find((zero) => code >= zero && code <= zero + 9)
}

function write(symbol: number, instead: string, alphabet: FpeAlphabet): string {
  return alphabet === 'digits' ? String.fromCharCode(zeroOf(instead)! + symbol) : ALPHANUMERIC[symbol]!
}

/** Characters that carry the value and would stay readable. Letters beside encrypted digits are its format (`DE`, `SSN`). */
function wouldShow(character: string, alphabet: FpeAlphabet): boolean {
  return alphabet === 'digits' ? /\p{N}/u.test(character) : /[\p{L}\p{N}]/u.test(character)
}
