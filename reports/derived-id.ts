import { sha256Json } from '../util/digest.ts'

/**
 * A UUID that follows from what it names: the first 16 bytes of the SHA-256 of the canonical JSON of `parts`, marked
 * as version 5, variant 1 (RFC 9562 §5.5 has SHA-1 there; formats that ask for a "type 5" id check the marks only).
 * The same parts give the same id, so a report written again has the same bytes.
 */
export function derivedUuid(...parts: readonly string[]): string {
  const hex = sha256Json(['sluice/uuid/v1', ...parts])
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** Hex SHA-256 as a URI: RFC 6920 `ni` with the digest in base64url. It says what a thing is and promises no place. */
export function digestUri(sha256Hex: string): string {
  return `ni:///sha-256;${Buffer.from(sha256Hex.replace(/^sha256:/, ''), 'hex').toString('base64url')}`
}
