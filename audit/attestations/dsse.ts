import type { KeyObject } from 'node:crypto'
import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { SluiceError } from '../../util/errors.ts'

/** DSSE, https://github.com/secure-systems-lab/dsse, protocol version 1. */
export interface Envelope {
  /** Raw bytes of the payload: what is signed and what is read are the same bytes. */
  readonly payload: Uint8Array
  readonly payloadType: string
  readonly signature: Uint8Array
}

/** The pre-authentication encoding: `DSSEv1 LEN TYPE LEN BODY`, lengths in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8')
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `, 'utf8'),
    type,
    Buffer.from(` ${payload.length} `, 'utf8'),
    payload,
  ])
}

/** Hash of each curve: FIPS 186-5, and what sigstore and model-signing use. */
const HASHES: Readonly<Record<string, string>> = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' }

/** Reads a public key that may sign envelopes: Ed25519, P-256, P-384, P-521. Throws `BUNDLE_KEY_UNUSABLE`. */
export function readEnvelopeKey(publicKeyPem: string): KeyObject {
  let key: KeyObject | undefined
  let cause: unknown
  try {
    // createPublicKey would take a private key too and derive the public one from it.
    if (publicKeyPem.includes('-----BEGIN PUBLIC KEY-----')) key = createPublicKey(publicKeyPem)
  } catch (error) {
    cause = error
  }
  if (key?.asymmetricKeyType === 'ed25519') return key
  if (key?.asymmetricKeyType === 'ec' && (key.asymmetricKeyDetails?.namedCurve ?? '') in HASHES) return key
  throw new SluiceError({
    code: 'BUNDLE_KEY_UNUSABLE',
    message: 'this is not a public key that signs attestations (Ed25519, P-256, P-384 or P-521, in PEM form)',
    next: 'give the bundle.pub of the signer',
    exit: 2,
    cause,
  })
}

/** True if this key signed the envelope. */
export function checkEnvelope(envelope: Envelope, key: KeyObject): boolean {
  const bytes = preAuthEncoding(envelope.payloadType, envelope.payload)
  const hash = key.asymmetricKeyType === 'ed25519' ? null : HASHES[key.asymmetricKeyDetails?.namedCurve ?? '']!
  return verifySignature(hash, bytes, key, envelope.signature)
}
