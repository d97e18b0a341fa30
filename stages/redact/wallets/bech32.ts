const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** BIP 173, "Checksum". */
const GENERATOR: readonly number[] = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const BECH32 = 1
/** BIP 350. */
const BECH32M = 0x2bc830a3

export interface Bech32 {
  /** Human-readable part, in lower case. */
  readonly prefix: string
  /** Groups of five bits, without the checksum. */
  readonly data: readonly number[]
  readonly variant: 'bech32' | 'bech32m'
}

/**
 * A Bech32 (BIP 173) or Bech32m (BIP 350) string whose checksum is right; undefined for any other. The limit of 90
 * characters is the caller's: Cardano does not keep it.
 */
export function bech32Decode(text: string): Bech32 | undefined {
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return undefined
  const one = lower.lastIndexOf('1')
  if (one < 1 || lower.length - one < 7) return undefined
  const data: number[] = []
  for (const char of lower.slice(one + 1)) {
    const value = ALPHABET.indexOf(char)
    if (value < 0) return undefined
    data.push(value)
  }
  const prefix = lower.slice(0, one)
  let check = 1
  const feed = (value: number): void => {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    for (let i = 0; i < 5; i++) if ((top >>> i) & 1) check ^= GENERATOR[i]!
  }
  for (let i = 0; i < prefix.length; i++) {
    const code = prefix.charCodeAt(i)
    if (code < 33 || code > 126) return undefined
    feed(code >>> 5)
  }
  feed(0)
  for (let i = 0; i < prefix.length; i++) feed(prefix.charCodeAt(i) & 31)
  for (const value of data) feed(value)
  if (check !== BECH32 && check !== BECH32M) return undefined
  return { prefix, data: data.slice(0, -6), variant: check === BECH32 ? 'bech32' : 'bech32m' }
}

/** Whether a decoded string is a witness program: version 0 in Bech32 with 20 or 32 bytes, 1…16 in Bech32m with 2…40. */
export function isWitnessProgram({ data, variant }: Bech32): boolean {
  const [version, ...groups] = data
  if (version === undefined || version > 16) return false
  const bits = groups.length * 5
  const bytes = bits >> 3
  // Zero padding of less than a group.
  const spare = bits - bytes * 8
  if (spare > 4 || ((groups.at(-1) ?? 0) & ((1 << spare) - 1)) !== 0 || bytes < 2 || bytes > 40) return false
  return version === 0 ? variant === 'bech32' && (bytes === 20 || bytes === 32) : variant === 'bech32m'
}
