import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { APPROVAL_NAMESPACE } from '../../audit/sshsig.ts'

/** An Ed25519 key that signs as `ssh-keygen -Y sign` does, without a process for each signature. */
export interface SshKey {
  /** `ssh-ed25519 AAAA…` */
  readonly line: string
  sign(document: Uint8Array, namespace?: string): Buffer
}

const string = (data: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(data)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The same key for the same seed. */
export function sshKey(seed: string): SshKey {
  const raw = createHash('sha256').update(seed).digest()
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), raw])
  const key: KeyObject = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const wire = Buffer.concat([string('ssh-ed25519'), string(spki.subarray(-32))])
  return {
    line: `ssh-ed25519 ${wire.toString('base64')}`,
    sign(document, namespace = APPROVAL_NAMESPACE) {
      const hash = createHash('sha512').update(document).digest()
      const head = [string(namespace), string(''), string('sha512')]
      const message = Buffer.concat([Buffer.from('SSHSIG'), ...head, string(hash)])
      const signature = Buffer.concat([string('ssh-ed25519'), string(sign(null, message, key))])
      const version = Buffer.from([0, 0, 0, 1])
      const blob = Buffer.concat([Buffer.from('SSHSIG'), version, string(wire), ...head, string(signature)])
      const lines = blob
        .toString('base64')
        .match(/.{1,70}/g)!
        .join('\n')
      return Buffer.from(`-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`)
    },
  }
}
