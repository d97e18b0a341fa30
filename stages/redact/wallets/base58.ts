import { createHash } from 'node:crypto'
import { keccak256 } from './keccak.ts'

/** Bitcoin's alphabet: no 0, O, I, l. */
export const BITCOIN = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** The XRP ledger's: the same characters in another order, so that accounts start with `r`. */
export const RIPPLE = 'rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz'

/** Big-endian bytes of a base-58 number; the alphabet's first character is a zero byte where it leads. Undefined for other characters. */
export function base58Decode(text: string, alphabet: string = BITCOIN): Uint8Array | undefined {
  const bytes: number[] = []
  for (const char of text) {
    let carry = alphabet.indexOf(char)
    if (carry < 0) return undefined
    for (let i = 0; i < bytes.length; i++) {
      carry += bytes[i]! * 58
      bytes[i] = carry & 0xff
      carry >>= 8
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 0xff)
  }
  for (let i = 0; i < text.length && text[i] === alphabet[0]; i++) bytes.push(0)
  return Uint8Array.from(bytes.reverse())
}

/** Version and payload of a Base58Check string (the last four bytes are the start of a double SHA-256); undefined if it is wrong. */
export function base58Check(text: string, alphabet: string = BITCOIN): Uint8Array | undefined {
  const bytes = base58Decode(text, alphabet)
  if (bytes === undefined || bytes.length < 5) return undefined
  const payload = bytes.subarray(0, -4)
  return equal(sha256(sha256(payload)).subarray(0, 4), bytes.subarray(-4)) ? payload : undefined
}

/** Bytes of the last, short block by its characters: Monero writes eight bytes as eleven characters. */
const LAST_BLOCK: Readonly<Record<number, number>> = { 0: 0, 2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7 }

/** Whether a Monero address is right: base 58 in blocks, the last four bytes are the start of Keccak-256 of the others. */
export function isMoneroAddress(text: string): boolean {
  const out: number[] = []
  for (let at = 0; at < text.length; at += 11) {
    const block = text.slice(at, at + 11)
    const size = block.length === 11 ? 8 : LAST_BLOCK[block.length]
    const bytes = base58Decode(block.replace(/^1+/, ''))
    if (size === undefined || bytes === undefined || bytes.length > size) return false
    out.push(...new Uint8Array(size - bytes.length), ...bytes)
  }
  const bytes = Uint8Array.from(out)
  return bytes.length >= 69 && equal(keccak256(bytes.subarray(0, -4)).subarray(0, 4), bytes.subarray(-4))
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
