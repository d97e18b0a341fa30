import { X509Certificate } from 'node:crypto'
import { SluiceError } from '../../util/errors.ts'
import {
  context,
  type Der,
  malformed,
  membersOf,
  readBoolean,
  readDer,
  readInteger,
  readOid,
  readTime,
  TAG,
} from './der.ts'

/** What a time stamp needs to know of a certificate (RFC 5280 §4.1), with the object of node:crypto for signatures. */
export interface Certificate {
  readonly x509: X509Certificate
  readonly raw: Buffer
  readonly serial: bigint
  /** Names as DER, to be compared byte for byte. */
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: ReadonlyMap<string, { readonly critical: boolean; readonly value: Buffer }>
}

const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
} as const
/** Extensions that may be critical: those checked here, and alternative names, which no check here relies on. */
const UNDERSTOOD: readonly string[] = [...Object.values(EXTENSION), '2.5.29.17', '2.5.29.18', '2.5.29.35']
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
/** Bits of KeyUsage, RFC 5280 §4.2.1.3, from the left. */
const USAGE = { digitalSignature: 0, contentCommitment: 1, keyCertSign: 5 } as const

/** Throws `TIMESTAMP_MALFORMED` for bytes that are not a certificate. */
export function parseCertificate(raw: Buffer): Certificate {
  let x509: X509Certificate
  try {
    x509 = new X509Certificate(raw)
  } catch {
    throw malformed('a certificate in it cannot be read')
  }
  const fields = [...membersOf(membersOf(readDer(raw))[0])]
  // Version [0], only left out in version 1.
  if (fields[0]?.tag === context(0)) fields.shift()
  const [serial, , issuer, validity, subject, , ...optional] = fields
  const [notBefore, notAfter] = membersOf(validity)
  return {
    x509,
    raw,
    serial: readInteger(serial),
    issuer: present(issuer).raw,
    subject: present(subject).raw,
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    extensions: readExtensions(optional.find((field) => field.tag === context(3))),
  }
}

/** All certificates of a PEM text. Throws `TIMESTAMP_CA_BROKEN` where there is none or one cannot be read. */
export function parseCertificates(pem: string): readonly Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? []
  try {
    if (blocks.length > 0) return blocks.map((block) => parseCertificate(new X509Certificate(block).raw))
  } catch (cause) {
    throw brokenCa(cause)
  }
  throw brokenCa()
}

export function subjectKeyId(certificate: Certificate): Buffer | undefined {
  const extension = certificate.extensions.get(EXTENSION.subjectKeyId)
  return extension === undefined ? undefined : readDer(extension.value).value
}

/** RFC 3161 §2.3: the one purpose of the certificate is time stamping, and it says so as critical. */
export function isForTimeStamping(certificate: Certificate): boolean {
  const extended = certificate.extensions.get(EXTENSION.extendedKeyUsage)
  if (extended === undefined || !extended.critical) return false
  const purposes = membersOf(readDer(extended.value)).map(readOid)
  if (purposes.length !== 1 || purposes[0] !== TIME_STAMPING) return false
  const usage = usageBits(certificate)
  return usage === undefined || usage(USAGE.digitalSignature) || usage(USAGE.contentCommitment)
}

/**
 * A chain from a certificate up to a trusted one, itself among them; `undefined` where there is none. A certificate
 * that is itself trusted needs no issuer. Names, signatures, CA flag, path length, key usage; the times are checked by
 * the caller, so that an expired chain is told from a foreign one.
 */
export function chainTo(
  leaf: Certificate,
  trusted: readonly Certificate[],
  others: readonly Certificate[],
): readonly Certificate[] | undefined {
  const climb = (chain: readonly Certificate[]): readonly Certificate[] | undefined => {
    const last = chain.at(-1)!
    if (hasUnknownCritical(last)) return undefined
    if (trusted.some((certificate) => certificate.raw.equals(last.raw))) return chain
    if (chain.length > MAX_CHAIN) return undefined
    for (const issuer of [...trusted, ...others]) {
      if (!issuer.subject.equals(last.issuer) || chain.some((below) => below.raw.equals(issuer.raw))) continue
      if (!mayIssue(issuer, chain.length - 1) || !last.x509.verify(issuer.x509.publicKey)) continue
      const found = climb([...chain, issuer])
      if (found !== undefined) return found
    }
    return undefined
  }
  return climb([leaf])
}

const MAX_CHAIN = 8

/** @param below CA certificates between this one and the leaf. */
function mayIssue(certificate: Certificate, below: number): boolean {
  const extension = certificate.extensions.get(EXTENSION.basicConstraints)
  if (extension === undefined) return false
  const [isCa, pathLength] = membersOf(readDer(extension.value))
  if (isCa?.tag !== TAG.boolean || !readBoolean(isCa)) return false
  if (pathLength !== undefined && readInteger(pathLength) < BigInt(below)) return false
  return usageBits(certificate)?.(USAGE.keyCertSign) ?? true
}

function hasUnknownCritical(certificate: Certificate): boolean {
  return [...certificate.extensions].some(([oid, { critical }]) => critical && !UNDERSTOOD.includes(oid))
}

function usageBits(certificate: Certificate): ((bit: number) => boolean) | undefined {
  const extension = certificate.extensions.get(EXTENSION.keyUsage)
  if (extension === undefined) return undefined
  const { tag, value } = readDer(extension.value)
  if (tag !== TAG.bitString) throw malformed('a key usage has a wrong form')
  // The first byte counts unused bits at the end.
  return (bit) => ((value[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0
}

function readExtensions(field: Der | undefined): Certificate['extensions'] {
  const map = new Map<string, { critical: boolean; value: Buffer }>()
  if (field === undefined) return map
  for (const extension of membersOf(membersOf(field, context(3))[0])) {
    const [id, ...rest] = membersOf(extension)
    const critical = rest.length === 2 ? readBoolean(rest[0]) : false
    const value = rest.at(-1)
    if (value?.tag !== TAG.octetString || rest.length > 2) throw malformed('an extension has a wrong form')
    const oid = readOid(id)
    if (map.has(oid)) throw malformed('a certificate has an extension twice')
    map.set(oid, { critical, value: value.value })
  }
  return map
}

function present(element: Der | undefined): Der {
  if (element === undefined) throw malformed('a certificate is cut')
  return element
}

function brokenCa(cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'TIMESTAMP_CA_BROKEN',
    message: 'the certificates to trust cannot be read',
    next: 'give a PEM file with the certificate of the CA (or of the time stamping authority itself)',
    cause,
  })
}
