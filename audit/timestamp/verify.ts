import { createHash, type KeyObject, verify as verifySignature } from 'node:crypto'
import { toSluiceError } from '../../util/errors.ts'
import { type Certificate, chainTo, isForTimeStamping, subjectKeyId } from './certificate.ts'
import { type Der, expectTag, membersOf, readInteger, readOid, TAG } from './der.ts'
import { HASHES } from './request.ts'
import { parseTimestampReply, type TimestampInfo, type TimestampToken } from './token.ts'

export type TimestampCode =
  | 'TIMESTAMP_MALFORMED'
  | 'TIMESTAMP_REFUSED'
  | 'TIMESTAMP_ALGORITHM'
  | 'TIMESTAMP_IMPRINT'
  | 'TIMESTAMP_NONCE'
  | 'TIMESTAMP_CONTENT'
  | 'TIMESTAMP_SIGNER'
  | 'TIMESTAMP_SIGNATURE'
  | 'TIMESTAMP_PURPOSE'
  | 'TIMESTAMP_CHAIN'
  | 'TIMESTAMP_EXPIRED'
  | 'TIMESTAMP_FUTURE'

export type TimestampCheck =
  | { readonly ok: true; readonly info: TimestampInfo }
  | { readonly ok: false; readonly code: TimestampCode; readonly message: string }

export interface TimestampExpectation {
  /** SHA-256 of what should be stamped, hex. */
  readonly digest: string
  /** The nonce of the request; `undefined` where only the token was kept, and any nonce will do. */
  readonly nonce: bigint | undefined
  /** Certificates that are trusted: the CA's, or the authority's own (`parseCertificates`). */
  readonly trusted: readonly Certificate[]
  /** Now. A time stamp from the future is refused. */
  readonly now: Date
}

const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
/** RFC 2634 §5.4 (SHA-1) and RFC 5816 §2.2.1: which certificate the signer meant. */
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
/** Signature algorithms and the hash function that each must go with; `undefined`: the one of the digest. RFC 5754 §3. */
const SIGNATURES: Readonly<Record<string, { readonly key: 'rsa' | 'ec'; readonly hash?: string }>> = {
  '1.2.840.113549.1.1.1': { key: 'rsa' },
  '1.2.840.113549.1.1.11': { key: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { key: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', hash: 'sha512' },
}
const CURVES: readonly string[] = ['prime256v1', 'secp384r1', 'secp521r1']
const LEAST_RSA_BITS = 2048
/** Clocks of two machines differ. */
const CLOCK_SLACK_MS = 300_000

/**
 * Checks a time stamp (RFC 3161 §2.2 and §2.4.2): that it was granted, is over this digest, answers this request, that
 * its content is what its signer signed, that the signer's certificate is the one it names, is for time stamping alone,
 * leads to a trusted certificate, and that all of the chain was valid at the time stamped. Revocation is not asked for:
 * there is no network. Never throws for what the bytes hold.
 *
 * @param reply a TimeStampResp or a bare token, DER.
 */
export function verifyTimestamp(reply: Buffer, expected: TimestampExpectation): TimestampCheck {
  try {
    const parsed = parseTimestampReply(reply)
    if (!parsed.granted) return bad('TIMESTAMP_REFUSED', `the authority gave no time stamp (status ${parsed.status})`)
    return checkToken(parsed.token, expected)
  } catch (cause) {
    return bad('TIMESTAMP_MALFORMED', toSluiceError(cause, 'reading a time stamp').message)
  }
}

function checkToken(token: TimestampToken, expected: TimestampExpectation): TimestampCheck {
  const { info, signer } = token
  if (HASHES[info.hash] !== 'sha256') return bad('TIMESTAMP_ALGORITHM', 'the imprint is not a SHA-256 digest')
  if (info.imprint !== expected.digest) return bad('TIMESTAMP_IMPRINT', 'the time stamp is over something else')
  if (expected.nonce !== undefined && info.nonce !== expected.nonce) {
    return bad('TIMESTAMP_NONCE', 'the time stamp answers another request')
  }
  const hash = HASHES[signer.digest]
  if (hash === undefined) return bad('TIMESTAMP_ALGORITHM', 'the signer uses a hash function that is not accepted')
  if (!contentHolds(token, hash)) return bad('TIMESTAMP_CONTENT', 'the content is not what the signer signed')
  const certificate = [...token.certificates, ...expected.trusted].find((candidate) => isSigner(candidate, token))
  if (certificate === undefined) {
    return bad('TIMESTAMP_SIGNER', 'the certificate that the signer names is not there')
  }
  const algorithm = SIGNATURES[signer.algorithm]
  if (algorithm === undefined || (algorithm.hash ?? hash) !== hash || !isAccepted(certificate, algorithm.key)) {
    return bad('TIMESTAMP_ALGORITHM', 'the signature is of a kind or strength that is not accepted')
  }
  if (!verifySignature(hash, signer.signedBytes, certificate.x509.publicKey, signer.signature)) {
    return bad('TIMESTAMP_SIGNATURE', 'the signature of the time stamp does not hold')
  }
  return checkSigner(certificate, token, expected)
}

function checkSigner(certificate: Certificate, token: TimestampToken, expected: TimestampExpectation): TimestampCheck {
  const { time } = token.info
  if (!isForTimeStamping(certificate)) {
    return bad('TIMESTAMP_PURPOSE', 'the signer’s certificate is not for time stamping alone')
  }
  const chain = chainTo(certificate, expected.trusted, token.certificates)
  if (chain === undefined) {
    return bad('TIMESTAMP_CHAIN', 'the signer’s certificate does not lead to one that is trusted')
  }
  if (chain.some(({ notBefore, notAfter }) => time < notBefore || time > notAfter)) {
    return bad('TIMESTAMP_EXPIRED', 'a certificate of the signer was not valid at the time that is stamped')
  }
  if (time.getTime() > expected.now.getTime() + CLOCK_SLACK_MS) {
    return bad('TIMESTAMP_FUTURE', 'the time stamp is from the future')
  }
  return { ok: true, info: token.info }
}

/** The attributes say: this type of content, this digest of it. */
function contentHolds(token: TimestampToken, hash: string): boolean {
  const { attributes } = token.signer
  const type = attributes.get(CONTENT_TYPE)
  const digest = attributes.get(MESSAGE_DIGEST)
  if (type === undefined || digest === undefined || readOid(type) !== TST_INFO) return false
  return expectTag(digest, TAG.octetString).value.equals(createHash(hash).update(token.content).digest())
}

function isSigner(certificate: Certificate, token: TimestampToken): boolean {
  const { issuer, keyId } = token.signer
  const named =
    issuer === undefined
      ? keyId !== undefined && subjectKeyId(certificate)?.equals(keyId) === true
      : certificate.serial === issuer.serial && certificate.issuer.equals(issuer.name)
  return named && signerMeant(certificate, token)
}

/** The signed attribute that names the certificate, so that none with the same key can be put in its place. */
function signerMeant(certificate: Certificate, token: TimestampToken): boolean {
  const v1 = token.signer.attributes.get(SIGNING_CERTIFICATE)
  const v2 = token.signer.attributes.get(SIGNING_CERTIFICATE_V2)
  if (v1 === undefined && v2 === undefined) return false
  const holds = (attribute: Der, withAlgorithm: boolean): boolean => {
    const id = membersOf(membersOf(membersOf(attribute)[0])[0])
    // ESSCertIDv2: the hash algorithm may stand first; left out, it is SHA-256.
    const algorithm = withAlgorithm && id[0]?.tag === TAG.sequence ? HASHES[readOid(membersOf(id[0])[0])] : undefined
    if (withAlgorithm && id[0]?.tag === TAG.sequence && algorithm === undefined) return false
    const digest = expectTag(id[0]?.tag === TAG.sequence ? id[1] : id[0], TAG.octetString).value
    const hash = withAlgorithm ? (algorithm ?? 'sha256') : 'sha1'
    return digest.equals(createHash(hash).update(certificate.raw).digest()) && serialHolds(id.at(-1), certificate)
  }
  return (v1 === undefined || holds(v1, false)) && (v2 === undefined || holds(v2, true))
}

/** IssuerSerial, where it is given: { GeneralNames, serial }. */
function serialHolds(element: Der | undefined, certificate: Certificate): boolean {
  if (element?.tag !== TAG.sequence) return true
  return readInteger(membersOf(element)[1]) === certificate.serial
}

function isAccepted(certificate: Certificate, kind: 'rsa' | 'ec'): boolean {
  const key: KeyObject = certificate.x509.publicKey
  if (key.asymmetricKeyType !== kind) return false
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return kind === 'rsa' ? (modulusLength ?? 0) >= LEAST_RSA_BITS : CURVES.includes(namedCurve ?? '')
}

function bad(code: TimestampCode, message: string): TimestampCheck {
  return { ok: false, code, message }
}
