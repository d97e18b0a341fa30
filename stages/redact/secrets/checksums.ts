import { crc32 } from 'node:zlib'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * GitHub's and npm's tokens end in the CRC-32 of the 30 characters between prefix and checksum, as six digits of base 62
 * (github.blog, "Behind GitHub's new authentication token formats", 2021).
 */
export function base62Checksum(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1)
  return body.length === 36 && digits(crc32(body.slice(0, 30)), BASE62, 6) === body.slice(30)
}

/** GitLab's routable tokens end in `.` version, length and the CRC-32 of all before it, seven digits of base 36. */
export function base36Checksum(token: string): boolean {
  return digits(crc32(token.slice(0, -7)), BASE36, 7) === token.slice(-7)
}

/** Grafana's service account tokens end in the CRC-32 of what stands before the last `_`, four bytes in hex. */
export function hexChecksum(token: string): boolean {
  const at = token.lastIndexOf('_')
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(token.slice(0, at)))
  const written = token.slice(at + 1).toLowerCase()
  return sum.toString('hex') === written || sum.reverse().toString('hex') === written
}

function digits(value: number, alphabet: string, width: number): string {
  let out = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / alphabet.length))
    out = alphabet[rest % alphabet.length]! + out
  return out.padStart(width, '0')
}
