import { SluiceError } from '../../util/errors.ts'
import { canonicalJson, type Json } from '../../util/json.ts'
import { parseStrictJson, parseStrictJsonBytes } from '../../util/strict-json.ts'
import type { Signer } from '../keys/signer.ts'
import { hintsOf } from './bundle-hint.ts'
import { checkEnvelope, type Envelope, preAuthEncoding, readEnvelopeKey } from './dsse.ts'
import { isObject, STATEMENT_PAYLOAD, type Statement, statementProblem } from './statement.ts'

/**
 * Sigstore bundles v0.3 with a bare public key: one DSSE envelope, a hint at its key, no transparency log entries.
 * `@sigstore/verify` checks them with the key given as trust material and all thresholds 0.
 */
const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

export interface SignOptions {
  /** What tells keys apart in the bundle; the signer's `keyId` where left out. */
  readonly hint?: string
}

/** Signs a statement, written as canonical JSON. Returns the text of the bundle: one line and a newline. */
export async function signStatement(statement: Statement, signer: Signer, options: SignOptions = {}): Promise<string> {
  const problem = statementProblem(statement as unknown as Json)
  if (problem !== undefined) throw malformed('BUNDLE_STATEMENT_MALFORMED', `the statement cannot be signed: ${problem}`)
  const payload = Buffer.from(canonicalJson(statement), 'utf8')
  const signature = await signer.sign(preAuthEncoding(STATEMENT_PAYLOAD, payload))
  const text = `${canonicalJson({
    mediaType: MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: options.hint ?? signer.keyId }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: STATEMENT_PAYLOAD,
      signatures: [{ keyid: '', sig: signature.toString('base64') }],
    },
  })}\n`
  // A signer outside this process may hold another key than the one it names.
  if (!checkEnvelope(parseBundle(text).envelope, readEnvelopeKey(signer.publicKeyPem))) {
    throw new SluiceError({
      code: 'BUNDLE_SIGNER_WRONG',
      message: 'what the signer returned is not a signature by the key that it names',
      next: 'check the key and the program of the signer',
      exit: 4,
    })
  }
  return text
}

/**
 * The statement of a bundle that this key signed. Throws `BUNDLE_MALFORMED` (not a bundle in the form above, or one that
 * two readers could read differently), `BUNDLE_KEY_OTHER` (made with another key), `BUNDLE_SIGNATURE_BAD`,
 * `BUNDLE_PAYLOAD_TYPE` and `BUNDLE_STATEMENT_MALFORMED` (signed, but not a statement); all with exit 4.
 */
export function verifyBundle(text: string, publicKeyPem: string): Statement {
  const key = readEnvelopeKey(publicKeyPem)
  const { envelope, hint } = parseBundle(text)
  if (hint !== undefined && !hintsOf(publicKeyPem).includes(hint)) {
    throw malformed('BUNDLE_KEY_OTHER', 'the bundle names another key', 'give the key of the signer')
  }
  if (!checkEnvelope(envelope, key)) {
    throw malformed(
      'BUNDLE_SIGNATURE_BAD',
      'the signature of the bundle does not fit its content and this key',
      'the bundle was changed after it was signed, or another key signed it: do not rely on it',
    )
  }
  if (envelope.payloadType !== STATEMENT_PAYLOAD) {
    throw malformed('BUNDLE_PAYLOAD_TYPE', 'what the bundle signs is not an in-toto statement')
  }
  const statement = parseStrictJsonBytes(envelope.payload)
  const problem = statementProblem(statement)
  if (problem !== undefined) throw malformed('BUNDLE_STATEMENT_MALFORMED', `the statement is malformed: ${problem}`)
  return statement as unknown as Statement
}

/** Reads a bundle without checking its signature. Throws `BUNDLE_MALFORMED`. */
function parseBundle(text: string): { readonly envelope: Envelope; readonly hint: string | undefined } {
  const bundle = members(parseStrictJson(text), ['mediaType', 'verificationMaterial', 'dsseEnvelope'])
  if (bundle['mediaType'] !== MEDIA_TYPE) throw notABundle('`mediaType` is not that of a bundle v0.3')
  const material = members(bundle['verificationMaterial'], ['publicKey', 'tlogEntries'])
  const entries = material['tlogEntries'] ?? []
  if (!Array.isArray(entries) || entries.length > 0) throw notABundle('it has transparency log entries')
  // model-signing 1.0 wrote the key itself in place of a hint. The key that counts is the one the verifier gives.
  const publicKey = members(material['publicKey'], ['hint', 'rawBytes', 'keyDetails'])
  const hint = publicKey['hint']
  if (hint !== undefined && typeof hint !== 'string') throw notABundle('`hint` is not a text')
  const dsse = members(bundle['dsseEnvelope'], ['payload', 'payloadType', 'signatures'])
  const signatures = dsse['signatures']
  if (!Array.isArray(signatures) || signatures.length !== 1) throw notABundle('it has not exactly one signature')
  const { sig } = members((signatures as readonly Json[])[0], ['sig', 'keyid'])
  if (typeof dsse['payloadType'] !== 'string') throw notABundle('`payloadType` is not a text')
  return {
    envelope: { payload: base64(dsse['payload']), payloadType: dsse['payloadType'], signature: base64(sig) },
    hint: hint === undefined || hint === '' ? undefined : hint,
  }
}

/** The members of an object that has no others: a second spelling of a name must not slip through. */
function members(value: Json | undefined, names: readonly string[]): { readonly [name: string]: Json | undefined } {
  if (!isObject(value)) throw notABundle('a part is missing, or a member is named twice')
  if (Object.keys(value).some((name) => !names.includes(name))) throw notABundle('it has a member that is not known')
  return value
}

function base64(value: Json | undefined): Buffer {
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== value) throw notABundle('a part is not base64')
  return bytes
}

function notABundle(why: string): SluiceError {
  return malformed('BUNDLE_MALFORMED', `this is not a bundle with one DSSE envelope and a public key: ${why}`)
}

function malformed(code: string, message: string, next?: string): SluiceError {
  return new SluiceError({ code, message, exit: 4, ...(next === undefined ? {} : { next }) })
}
