import { createHmac } from 'node:crypto'

export interface HashForm {
  readonly encoding: 'hex' | 'base64url'
  /** Bits of the digest that are written: a multiple of 8, 64…256. */
  readonly bits: number
}

/**
 * HMAC-SHA-256 of a value in its canonical form, cut to the first `bits` bits (NIST SP 800-107 §5.3.3: the leftmost). With b
 * bits and n different values, the chance that any two share a hash is about n²/2^(b+1): 128 bits and ten million values, 10⁻²⁵.
 */
export function keyedHash(key: Uint8Array, canonical: string, form: HashForm): string {
  const digest = createHmac('sha256', key).update(canonical).digest()
  return digest.subarray(0, form.bits / 8).toString(form.encoding)
}
