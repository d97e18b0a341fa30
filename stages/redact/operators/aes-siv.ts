import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto'

const BLOCK = 16

/** AES-CMAC (RFC 4493, NIST SP 800-38B) with a key of 16, 24 or 32 bytes. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const aes = `aes-${key.length * 8}`
  const ecb = createCipheriv(`${aes}-ecb`, key, null).setAutoPadding(false)
  const first = double(Buffer.concat([ecb.update(Buffer.alloc(BLOCK)), ecb.final()]))
  const whole = message.length > 0 && message.length % BLOCK === 0
  const padded = whole ? Buffer.from(message) : pad(message)
  const mask = whole ? first : double(first)
  for (let i = 0; i < BLOCK; i++) padded[padded.length - BLOCK + i]! ^= mask[i]!
  const cbc = createCipheriv(`${aes}-cbc`, key, Buffer.alloc(BLOCK)).setAutoPadding(false)
  return Buffer.concat([cbc.update(padded), cbc.final()]).subarray(-BLOCK)
}

/**
 * Deterministic authenticated encryption AES-SIV (RFC 5297): 16 bytes of synthetic IV, then the ciphertext. Equal inputs give
 * equal outputs and nothing else shows; no nonce can be used twice.
 *
 * @param key 32, 48 or 64 bytes: half for S2V, half for CTR
 * @param associated at most 126 strings that are authenticated and not encrypted
 */
export function sivEncrypt(key: Uint8Array, associated: readonly Uint8Array[], plain: Uint8Array): Buffer {
  const [mac, ctr] = halves(key)
  const iv = s2v(mac, associated, plain)
  const cipher = createCipheriv(`aes-${ctr.length * 8}-ctr`, ctr, counter(iv))
  return Buffer.concat([iv, cipher.update(plain), cipher.final()])
}

/** `undefined` where key, associated data or ciphertext are not those of the encryption: then nothing is given away. */
export function sivDecrypt(key: Uint8Array, associated: readonly Uint8Array[], sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < BLOCK) return undefined
  const [mac, ctr] = halves(key)
  const iv = sealed.subarray(0, BLOCK)
  const decipher = createDecipheriv(`aes-${ctr.length * 8}-ctr`, ctr, counter(iv))
  const plain = Buffer.concat([decipher.update(sealed.subarray(BLOCK)), decipher.final()])
  return timingSafeEqual(s2v(mac, associated, plain), iv) ? plain : undefined
}

function halves(key: Uint8Array): readonly [Uint8Array, Uint8Array] {
  if (![32, 48, 64].includes(key.length)) throw new RangeError('AES-SIV takes a key of 32, 48 or 64 bytes')
  return [key.subarray(0, key.length / 2), key.subarray(key.length / 2)]
}

/** RFC 5297 §2.4. */
function s2v(key: Uint8Array, associated: readonly Uint8Array[], plain: Uint8Array): Buffer {
  if (associated.length > 126) throw new RangeError('AES-SIV takes at most 126 strings of associated data')
  let d = aesCmac(key, Buffer.alloc(BLOCK))
  for (const string of associated) d = xor(double(d), aesCmac(key, string))
  if (plain.length < BLOCK) return aesCmac(key, xor(double(d), pad(plain)))
  const last = Buffer.from(plain)
  for (let i = 0; i < BLOCK; i++) last[last.length - BLOCK + i]! ^= d[i]!
  return aesCmac(key, last)
}

/** The top bits of the third and fourth 32-bit words are cleared: RFC 5297 §2.5. */
function counter(iv: Uint8Array): Buffer {
  const out = Buffer.from(iv)
  out[8]! &= 0x7f
  out[12]! &= 0x7f
  return out
}

/** Multiplication by x in GF(2¹²⁸), RFC 4493 §2.3. */
function double(block: Uint8Array): Buffer {
  const out = Buffer.alloc(BLOCK)
  for (let i = 0; i < BLOCK; i++) out[i] = ((block[i]! << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff
  if ((block[0]! & 0x80) !== 0) out[BLOCK - 1]! ^= 0x87
  return out
}

/** A one bit and zeros up to the next whole block. */
function pad(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc((Math.floor(bytes.length / BLOCK) + 1) * BLOCK)
  out.set(bytes)
  out[bytes.length] = 0x80
  return out
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ b[i]!))
}
