import { createPublicKey, type KeyObject } from 'node:crypto'
import { parseVerifierKey, type VerifierKey } from '../verifier-key.ts'
import { type Dossier, type DossierKeys, doc } from './dossier.ts'

/** Reads the keys of the dossier and compares them with those that the verifying person trusts. */
export function checkKeys(dossier: Dossier, trusted: readonly KeyObject[]): DossierKeys | undefined {
  const ledger = readKey(dossier, 'keys/ledger.pub', 'ed25519', trusted)
  const bundle = readKey(dossier, 'keys/bundle.pub', 'ec', trusted)
  const line = doc(dossier, 'keys/ledger.vkey')?.toString('utf8')
  if (ledger === undefined || line === undefined) return undefined
  const log = verifierOf(line)
  if (log === undefined || !createPublicKey(log.publicKeyPem).equals(ledger)) {
    dossier.findings.in('keys')('KEY_VERIFIER', 'keys/ledger.vkey')
    return undefined
  }
  return bundle === undefined ? undefined : { log, bundlePem: pemOf(bundle) }
}

function readKey(
  dossier: Dossier,
  path: string,
  type: 'ed25519' | 'ec',
  trusted: readonly KeyObject[],
): KeyObject | undefined {
  const pem = doc(dossier, path)?.toString('utf8')
  if (pem === undefined) return undefined
  const report = dossier.findings.in('keys')
  const key = publicKey(pem)
  const fits = key?.asymmetricKeyType === type && (type !== 'ec' || isP256(key))
  if (key === undefined || !fits) {
    report('KEY_MALFORMED', path)
    return undefined
  }
  const same = trusted.filter((each) => each.asymmetricKeyType === type)
  if (same.length > 0 && !same.some((each) => each.equals(key))) report('KEY_NOT_TRUSTED', path)
  return key
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

/** The key, where the text is exactly the PEM of its SPKI: a private key or a certificate would be read too. */
function publicKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem)
    return pemOf(key) === pem ? key : undefined
  } catch {
    return undefined
  }
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function verifierOf(line: string): VerifierKey | undefined {
  try {
    return parseVerifierKey(line, 'log')
  } catch {
    return undefined
  }
}
