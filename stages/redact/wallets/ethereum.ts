import { keccak256 } from './keccak.ts'

/** EIP-55: a letter is upper-case where the same nibble of Keccak-256 of the lower-case address is 8 or more. */
export function isChecksummed(hex: string): boolean {
  const lower = hex.toLowerCase()
  const hash = keccak256(new TextEncoder().encode(lower))
  for (let i = 0; i < lower.length; i++) {
    const nibble = (hash[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15
    if (hex[i] !== (nibble >= 8 ? lower[i]!.toUpperCase() : lower[i])) return false
  }
  return true
}
