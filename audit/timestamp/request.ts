import {
  context,
  der,
  derInteger,
  derOid,
  malformed,
  membersOf,
  readBoolean,
  readDer,
  readInteger,
  readOid,
  TAG,
} from './der.ts'

/** The object identifiers of the hash functions that are accepted, and their names in node:crypto. RFC 5754 §2. */
export const HASHES: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const SHA256 = '2.16.840.1.101.3.4.2.1'

export interface TimestampRequest {
  /** SHA-256 of what is to be stamped, hex. */
  readonly digest: string
  readonly nonce: bigint | undefined
  /** Whether the reply is to hold the certificate of the authority. */
  readonly wantsCertificate: boolean
}

/**
 * A TimeStampReq (RFC 3161 §2.4.1) over a SHA-256 digest, DER. Asks for the certificate, so that the reply can be
 * checked with the CA alone.
 *
 * @param digest 64 hex digits.
 * @param nonce eight random bytes: an old reply to the same question is then no answer.
 */
export function timestampRequest(digest: string, nonce: Uint8Array): Buffer {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new RangeError('a time stamp request needs a SHA-256 digest in hex')
  if (nonce.length < 8 || nonce.length > 32) throw new RangeError('a nonce has 8 to 32 bytes')
  const algorithm = der(TAG.sequence, derOid(SHA256), der(TAG.null))
  return der(
    TAG.sequence,
    derInteger(1n),
    der(TAG.sequence, algorithm, der(TAG.octetString, Buffer.from(digest, 'hex'))),
    derInteger(BigInt(`0x${Buffer.from(nonce).toString('hex')}`)),
    der(TAG.boolean, Buffer.from([0xff])),
  )
}

/** Reads a request back, ours or one that `openssl ts -query -sha256` made. Throws `TIMESTAMP_MALFORMED`. */
export function parseTimestampRequest(bytes: Buffer): TimestampRequest {
  const [version, imprint, ...rest] = membersOf(readDer(bytes))
  if (readInteger(version) !== 1n) throw malformed('it is a request of another version')
  const [algorithm, digest] = membersOf(imprint)
  if (readOid(membersOf(algorithm)[0]) !== SHA256) throw malformed('the request is not over a SHA-256 digest')
  if (digest?.tag !== TAG.octetString || digest.value.length !== 32) throw malformed('the digest has a wrong length')
  let at = 0
  if (rest[at]?.tag === TAG.oid) at += 1
  const nonce = rest[at]?.tag === TAG.integer ? readInteger(rest[at++]) : undefined
  const wantsCertificate = rest[at]?.tag === TAG.boolean ? readBoolean(rest[at++]) : false
  if (rest[at]?.tag === context(0)) at += 1
  if (at !== rest.length) throw malformed('the request holds something unknown')
  return { digest: digest.value.toString('hex'), nonce, wantsCertificate }
}
