import { type Certificate, parseCertificate } from './certificate.ts'
import {
  children,
  context,
  type Der,
  expectTag,
  malformed,
  membersOf,
  readDer,
  readInteger,
  readOid,
  readTime,
  TAG,
} from './der.ts'

/** What a time stamp says, RFC 3161 §2.4.2 (TSTInfo). */
export interface TimestampInfo {
  /** Policy of the authority, dotted. */
  readonly policy: string
  /** Hash function of the imprint, dotted, and the imprint in hex. */
  readonly hash: string
  readonly imprint: string
  readonly serial: bigint
  readonly time: Date
  readonly nonce: bigint | undefined
}

/** A time stamp taken apart, nothing checked: CMS SignedData (RFC 5652 §5) with one signer. */
export interface TimestampToken {
  readonly info: TimestampInfo
  /** The bytes of the TSTInfo. */
  readonly content: Buffer
  readonly certificates: readonly Certificate[]
  readonly signer: {
    /** Issuer and serial of the signer's certificate, or its key id. */
    readonly issuer?: { readonly name: Buffer; readonly serial: bigint }
    readonly keyId?: Buffer
    readonly digest: string
    readonly algorithm: string
    readonly signature: Buffer
    /** The signed attributes as they are hashed: as a SET. */
    readonly signedBytes: Buffer
    readonly attributes: ReadonlyMap<string, Der>
  }
}

export type TimestampReply =
  | { readonly granted: true; readonly token: TimestampToken }
  /** PKIStatus, RFC 3161 §2.4.2: 2 rejection, 3 waiting, 4 and 5 revocation. */
  | { readonly granted: false; readonly status: number }

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'

/** Takes apart a TimeStampResp, or a bare token as `openssl ts -reply -token_out` writes it. Throws `TIMESTAMP_MALFORMED`. */
export function parseTimestampReply(bytes: Buffer): TimestampReply {
  const whole = readDer(bytes)
  const [first, second, ...more] = membersOf(whole)
  if (first?.tag === TAG.oid) return { granted: true, token: parseToken(whole) }
  const status = Number(readInteger(membersOf(first)[0]))
  // granted, grantedWithMods
  if (status !== 0 && status !== 1) return { granted: false, status }
  if (more.length > 0) throw malformed('a reply holds something unknown')
  return { granted: true, token: parseToken(expectTag(second, TAG.sequence)) }
}

function parseToken(contentInfo: Der): TimestampToken {
  const [type, wrapped] = membersOf(contentInfo)
  if (readOid(type) !== SIGNED_DATA) throw malformed('it is not signed data')
  const [version, digests, encapsulated, ...rest] = membersOf(membersOf(wrapped, context(0))[0])
  // RFC 5652 §5.1: version 3 where the content is not plain data, as here.
  if (readInteger(version) !== 3n) throw malformed('it is signed data of another version')
  const [contentType, contentWrap] = membersOf(encapsulated)
  if (readOid(contentType) !== TST_INFO) throw malformed('what is signed is not a time stamp')
  const content = expectTag(membersOf(contentWrap, context(0))[0], TAG.octetString).value
  const certificates = rest.find(({ tag }) => tag === context(0))
  const signers = membersOf(rest.at(-1), TAG.set)
  if (signers.length !== 1) throw malformed('it has not exactly one signer')
  const signer = parseSigner(signers[0])
  if (membersOf(digests, TAG.set).some((digest) => readAlgorithm(digest) !== signer.digest)) {
    throw malformed('it lists another hash function than its signer used')
  }
  return {
    info: parseInfo(content),
    content,
    certificates:
      certificates === undefined
        ? []
        : children(certificates)
            .filter(({ tag }) => tag === TAG.sequence)
            .map(({ raw }) => parseCertificate(raw)),
    signer,
  }
}

function parseSigner(element: Der | undefined): TimestampToken['signer'] {
  const [version, sid, digest, signed, algorithm, signature] = membersOf(element)
  if (readInteger(version) !== (sid?.tag === TAG.sequence ? 1n : 3n)) throw malformed('its signer has another version')
  const { raw, value } = expectTag(signed, context(0))
  const attributes = new Map<string, Der>()
  for (const attribute of children(expectTag(signed, context(0)))) {
    const [id, values] = membersOf(attribute)
    const all = membersOf(values, TAG.set)
    const oid = readOid(id)
    if (all.length !== 1 || attributes.has(oid)) throw malformed('a signed attribute has not exactly one value')
    attributes.set(oid, all[0]!)
  }
  // RFC 5652 §5.4: the signature is over the attributes with the tag of a SET in place of the implicit [0].
  const signedBytes = Buffer.concat([Buffer.from([TAG.set]), raw.subarray(1, raw.length - value.length), value])
  return {
    ...signerId(sid),
    digest: readAlgorithm(digest),
    algorithm: readAlgorithm(algorithm),
    signature: expectTag(signature, TAG.octetString).value,
    signedBytes,
    attributes,
  }
}

/** AlgorithmIdentifier of a kind that takes no parameters: none, or NULL. */
function readAlgorithm(element: Der | undefined): string {
  const [id, parameters, ...more] = membersOf(element)
  if (more.length > 0 || (parameters !== undefined && (parameters.tag !== TAG.null || parameters.value.length > 0))) {
    throw malformed('an algorithm has parameters that it cannot have')
  }
  return readOid(id)
}

function signerId(sid: Der | undefined): Pick<TimestampToken['signer'], 'issuer' | 'keyId'> {
  // [0] IMPLICIT OCTET STRING, so not constructed.
  if (sid?.tag === 0x80) return { keyId: sid.value }
  const [name, serial] = membersOf(sid)
  return { issuer: { name: expectTag(name, TAG.sequence).raw, serial: readInteger(serial) } }
}

function parseInfo(content: Buffer): TimestampInfo {
  const [version, policy, imprint, serial, time, ...rest] = membersOf(readDer(content))
  if (readInteger(version) !== 1n) throw malformed('it is a time stamp of another version')
  const [algorithm, digest] = membersOf(imprint)
  return {
    policy: readOid(policy),
    hash: readAlgorithm(algorithm),
    imprint: expectTag(digest, TAG.octetString).value.toString('hex'),
    serial: readInteger(serial),
    time: readTime(expectTag(time, TAG.generalizedTime)),
    // accuracy SEQUENCE, ordering BOOLEAN, nonce INTEGER, tsa [0], extensions [1]: only the nonce is a bare INTEGER.
    nonce: rest.some(({ tag }) => tag === TAG.integer)
      ? readInteger(rest.find(({ tag }) => tag === TAG.integer))
      : undefined,
  }
}
