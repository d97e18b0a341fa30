import { hkdfSync } from 'node:crypto'
import { hmac256 } from '../../../util/digest.ts'

/** The algorithms that a key of the config serves, each through a key of its own. */
export type KeyUse = 'pseudonym' | 'hash' | 'surrogate' | 'shift_date' | 'fpe' | 'encrypt'

/**
 * The key of one algorithm, derived from a key of the config by HKDF-SHA-256 (RFC 5869): no key ever serves two algorithms,
 * and who learns one sub-key learns no other.
 *
 * @param bytes length of the derived key
 */
export function subKey(key: Uint8Array, use: KeyUse, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', key, 'sluice.redact', `operator:${use}`, bytes))
}

/** Eight hex digits that tell keys apart and give none away: written into tokens that can be turned back. */
export function keyId(key: Uint8Array): string {
  return hmac256(key, 'sluice key id').slice(0, 8)
}
