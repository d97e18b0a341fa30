import { createPublicKey } from 'node:crypto'
import { sha256 } from '../../util/digest.ts'

/** What a bundle says of its key: SHA-256 of the SPKI in DER form (ours) or in PEM form (OpenSSF model-signing), hex. */
export function hintsOf(publicKeyPem: string): readonly [der: string, pem: string] {
  const key = createPublicKey(publicKeyPem)
  return [sha256(key.export({ type: 'spki', format: 'der' })), sha256(key.export({ type: 'spki', format: 'pem' }))]
}
