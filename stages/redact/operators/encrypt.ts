import { isPiiType, type PiiType } from '../pii-type.ts'
import { sivDecrypt, sivEncrypt } from './aes-siv.ts'
import { keyId, subKey } from './keys.ts'

/** Part of what is authenticated: a later form of the token cannot be read as this one. */
const FORM = 'sluice encrypt 1'

/** `<EMAIL_E_7f3a91c2_…>`: type, id of the key, AES-SIV of the padded value in base64url. */
export const ENCRYPTED = /<([A-Z][A-Z_]{1,24})_E_([0-9a-f]{8})_([\w-]{43,131072})>/g

/** Longest value, in UTF-8 bytes, whose token is still recognised. */
const MAX_BYTES = 96_000

export interface Sealer {
  readonly keyId: string
  /** `undefined` for a value of more than 96,000 bytes. */
  seal(type: PiiType, value: string): string | undefined
  /** The value in a token's parts. `undefined` where it was not made by this key for this type, or was changed. */
  open(type: string, sealed: string): string | undefined
}

/**
 * Reversible tokens: AES-SIV (RFC 5297) with a 512-bit key, the type as associated data. The same value has the same token in
 * the whole dataset; that two values are equal is all a token shows. Values are padded to 16 bytes, so lengths show roughly.
 */
export function sealer(key: Uint8Array): Sealer {
  const siv = subKey(key, 'encrypt', 64)
  const id = keyId(key)
  const associated = (type: string) => [Buffer.from(FORM, 'utf8'), Buffer.from(type, 'utf8')]
  return {
    keyId: id,
    seal(type, value) {
      const bytes = Buffer.from(value, 'utf8')
      if (bytes.length > MAX_BYTES) return undefined
      return `<${type}_E_${id}_${sivEncrypt(siv, associated(type), pad(bytes)).toString('base64url')}>`
    },
    open(type, sealed) {
      if (!isPiiType(type)) return undefined
      const bytes = Buffer.from(sealed, 'base64url')
      // The last character has bits that the bytes do not: only the one spelling is right.
      if (bytes.toString('base64url') !== sealed) return undefined
      const padded = sivDecrypt(siv, associated(type), bytes)
      return padded === undefined ? undefined : padded.subarray(0, padded.lastIndexOf(0x80)).toString('utf8')
    },
  }
}

/** 0x80 and zeros up to a whole number of 16 bytes (ISO/IEC 7816-4). */
function pad(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc((Math.floor(bytes.length / 16) + 1) * 16)
  out.set(bytes)
  out[bytes.length] = 0x80
  return out
}
