import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFromJSON } from '@sigstore/bundle'
import { type TrustMaterial, toSignedEntity, Verifier } from '@sigstore/verify'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signStatement, verifyBundle } from '../../../audit/attestations/bundle.ts'
import { preAuthEncoding, readEnvelopeKey } from '../../../audit/attestations/dsse.ts'
import { type Statement, statement } from '../../../audit/attestations/statement.ts'
import { openBundleSigner, signerOf } from '../../../audit/keys/signer.ts'
import { sha256 } from '../../../util/digest.ts'

const signer = openBundleSigner(join(mkdtempSync(join(tmpdir(), 'sluice-bundle-')), 'keys'), { env: {} })
const ed25519 = signerOf(generateKeyPairSync('ed25519').privateKey)
const said: Statement = statement([{ name: 'release.json', digest: { sha256: sha256('release') } }], {
  predicateType: 'https://sluice.local/attestation/test/v1',
  predicate: { passed: true, name: 'Zoë' },
})

/** A member of a parsed bundle; tests take bundles apart and change them. */
type Loose = Record<string, unknown>
interface LooseBundle extends Loose {
  verificationMaterial: Loose
  dsseEnvelope: Loose & { payload: string; signatures: { sig: string; keyid?: string }[] }
}

async function changed(change: (bundle: LooseBundle) => unknown): Promise<string> {
  const bundle = JSON.parse(await signStatement(said, signer)) as LooseBundle
  change(bundle)
  return JSON.stringify(bundle)
}

/** Stock verifier: our key as the only trust material, no log, no timestamp, no certificate asked for. */
function stockVerify(text: string, publicKeyPem: string): void {
  const trust: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: readEnvelopeKey(publicKeyPem), validFor: () => true }),
  }
  const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
  verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text))))
}

function code(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (error as { code?: string }).code ?? 'no code'
  }
  return 'accepted'
}

describe('a bundle', () => {
  it('gives its statement back to the key that signed it', async () => {
    expect(verifyBundle(await signStatement(said, signer), signer.publicKeyPem)).toEqual(said)
    expect(verifyBundle(await signStatement(said, ed25519), ed25519.publicKeyPem)).toEqual(said)
  })

  it('has the form of a sigstore bundle v0.3 with a bare public key', async () => {
    const { dsseEnvelope, ...rest } = JSON.parse(await signStatement(said, signer)) as LooseBundle
    expect(rest).toEqual({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: signer.keyId }, tlogEntries: [] },
    })
    expect(dsseEnvelope).toEqual({
      payloadType: 'application/vnd.in-toto+json',
      payload: Buffer.from(
        '{"_type":"https://in-toto.io/Statement/v1","predicate":{"name":"Zoë","passed":true},' +
          '"predicateType":"https://sluice.local/attestation/test/v1","subject":[{"digest":' +
          `{"sha256":"${sha256('release')}"},"name":"release.json"}]}`,
      ).toString('base64'),
      signatures: [{ keyid: '', sig: expect.any(String) }],
    })
  })

  it('is encoded for signing as DSSE says, with lengths in bytes', () => {
    // The example of the protocol's own text.
    expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
    expect(preAuthEncoding('é', Buffer.from('ü')).toString()).toBe('DSSEv1 2 é 2 ü')
  })

  it('is refused with a code for each way in which it is not what was signed', async () => {
    const text = await signStatement(said, signer)
    const pem = signer.publicKeyPem
    const other = signerOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    const lie = Buffer.from(JSON.stringify({ ...said, predicate: { passed: false } })).toString('base64')
    const cases: Record<string, string> = {
      'another payload': await changed((b) => Object.assign(b.dsseEnvelope, { payload: lie })),
      'another type': await changed((b) => Object.assign(b.dsseEnvelope, { payloadType: 'text/plain' })),
      'a signature by another key': await changed((b) => {
        b.dsseEnvelope.signatures[0]!.sig = (other.sign(Buffer.from('x')) as Buffer).toString('base64')
      }),
      'a hint at another key': await signStatement(said, other),
      'two signatures': await changed((b) => b.dsseEnvelope.signatures.push(b.dsseEnvelope.signatures[0]!)),
      'no signature': await changed((b) => b.dsseEnvelope.signatures.pop()),
      'an empty signature': await changed((b) => Object.assign(b.dsseEnvelope.signatures[0]!, { sig: '' })),
      'base64 of another spelling': await changed((b) =>
        Object.assign(b.dsseEnvelope, { payload: `${b.dsseEnvelope.payload}=` }),
      ),
      base64url: await changed((b) => Object.assign(b.dsseEnvelope.signatures[0]!, { sig: '_-8=' })),
      'a member that is not known': await changed((b) => Object.assign(b, { timestampVerificationData: {} })),
      'a second spelling of a name': await changed((b) =>
        Object.assign(b.dsseEnvelope, { payload_type: 'text/plain' }),
      ),
      'a member twice': text.replace('{"dsseEnvelope"', '{"mediaType":"x","dsseEnvelope"'),
      'a member twice by an escape': text.replace('{"dsseEnvelope"', '{"media\\u0054ype":"x","dsseEnvelope"'),
      'a log entry': await changed((b) => Object.assign(b.verificationMaterial, { tlogEntries: [{}] })),
      'a certificate': await changed((b) => Object.assign(b, { verificationMaterial: { certificate: {} } })),
      'another version': await changed((b) =>
        Object.assign(b, { mediaType: 'application/vnd.dev.sigstore.bundle.v0.9+json' }),
      ),
      'a cut text': text.slice(0, -3),
      'a byte order mark': `\uFEFF${text}`,
      'an empty text': '',
      'a list': '[]',
      'no envelope': '{}',
    }
    expect(
      Object.fromEntries(Object.entries(cases).map(([name, bad]) => [name, code(() => verifyBundle(bad, pem))])),
    ).toEqual({
      'another payload': 'BUNDLE_SIGNATURE_BAD',
      'another type': 'BUNDLE_SIGNATURE_BAD',
      'a signature by another key': 'BUNDLE_SIGNATURE_BAD',
      'a hint at another key': 'BUNDLE_KEY_OTHER',
      'two signatures': 'BUNDLE_MALFORMED',
      'no signature': 'BUNDLE_MALFORMED',
      'an empty signature': 'BUNDLE_MALFORMED',
      'base64 of another spelling': 'BUNDLE_MALFORMED',
      base64url: 'BUNDLE_MALFORMED',
      'a member that is not known': 'BUNDLE_MALFORMED',
      'a second spelling of a name': 'BUNDLE_MALFORMED',
      'a member twice': 'BUNDLE_MALFORMED',
      'a member twice by an escape': 'BUNDLE_MALFORMED',
      'a log entry': 'BUNDLE_MALFORMED',
      'a certificate': 'BUNDLE_MALFORMED',
      'another version': 'BUNDLE_MALFORMED',
      'a cut text': 'BUNDLE_MALFORMED',
      'a byte order mark': 'BUNDLE_MALFORMED',
      'an empty text': 'BUNDLE_MALFORMED',
      'a list': 'BUNDLE_MALFORMED',
      'no envelope': 'BUNDLE_MALFORMED',
    })
    expect(() => verifyBundle('{}', pem)).toThrow(expect.objectContaining({ exit: 4 }))
  })

  it('that is signed but holds no statement, or one that reads two ways, is refused', async () => {
    const sign = async (payloadType: string, payload: string): Promise<string> => {
      const bytes = Buffer.from(payload)
      const sig = (await signer.sign(preAuthEncoding(payloadType, bytes))).toString('base64')
      return changed((b) => {
        Object.assign(b.dsseEnvelope, { payloadType, payload: bytes.toString('base64'), signatures: [{ sig }] })
      })
    }
    const json = JSON.stringify(said)
    const read = async (payload: string, type = 'application/vnd.in-toto+json'): Promise<string> => {
      const text = await sign(type, payload)
      return code(() => verifyBundle(text, signer.publicKeyPem))
    }
    expect(await read(json)).toBe('accepted')
    expect(await read(json, 'application/json')).toBe('BUNDLE_PAYLOAD_TYPE')
    const bad = [
      json.replace('{', '{"predicateType":"x",'),
      json.replace('Statement/v1', 'Statement/v2'),
      json.replace(/"subject":\[.*?\]/, '"subject":[]'),
      json.replace('"sha256"', '"sha1"'),
      json.replace('"predicate":{', '"predicates":{'),
      'not JSON',
    ]
    for (const payload of bad) expect(await read(payload)).toBe('BUNDLE_STATEMENT_MALFORMED')
  })

  it('is read with public keys only', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = [
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
      'no key',
    ]
    for (const key of keys) expect(code(() => verifyBundle('{}', key))).toBe('BUNDLE_KEY_UNUSABLE')
  })

  it('is not made from a signer that holds another key than it names', async () => {
    const wrong = { ...signer, sign: (bytes: Uint8Array) => ed25519.sign(bytes) }
    await expect(signStatement(said, wrong)).rejects.toMatchObject({ code: 'BUNDLE_SIGNER_WRONG', exit: 4 })
    await expect(signStatement({ ...said, subject: [] }, signer)).rejects.toMatchObject({
      code: 'BUNDLE_STATEMENT_MALFORMED',
    })
  })

  it('survives no change of a byte', async () => {
    const text = await signStatement(said, signer)
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.integer({ min: 32, max: 126 }), (at, to) => {
        const bad = text.slice(0, at) + String.fromCharCode(to) + text.slice(at + 1)
        const meant = text[at] === String.fromCharCode(to)
        return meant || code(() => verifyBundle(bad, signer.publicKeyPem)).startsWith('BUNDLE_')
      }),
      { numRuns: 300 },
    )
  })
})

describe("npm's @sigstore/verify, offline with our key", () => {
  it('accepts our bundles of both algorithms', async () => {
    const p256 = await signStatement(said, signer)
    const edwards = await signStatement(said, ed25519)
    expect(() => stockVerify(p256, signer.publicKeyPem)).not.toThrow()
    expect(() => stockVerify(edwards, ed25519.publicKeyPem)).not.toThrow()
  })

  it('rejects another payload, another key and a broken signature', async () => {
    const text = await signStatement(said, signer)
    const payload = await changed((b) => {
      b.dsseEnvelope.payload = Buffer.from(JSON.stringify({ ...said, predicate: {} })).toString('base64')
    })
    const sig = await changed((b) =>
      Object.assign(b.dsseEnvelope.signatures[0]!, { sig: Buffer.alloc(70, 1).toString('base64') }),
    )
    expect(() => stockVerify(payload, signer.publicKeyPem)).toThrow(/signature/)
    expect(() => stockVerify(text, ed25519.publicKeyPem)).toThrow(/signature/)
    expect(() => stockVerify(sig, signer.publicKeyPem)).toThrow(/signature/)
  })
})
