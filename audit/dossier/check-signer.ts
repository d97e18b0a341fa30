import { SluiceError } from '../../util/errors.ts'
import { type AllowedSigner, findAllowedSigner, parseAllowedSigners } from '../allowed-signers.ts'
import { parseSshSignature } from '../sshsig.ts'

/** The signers of a file; a file that cannot be read allows nobody: each signature then fails. */
export function readSigners(text: string): readonly AllowedSigner[] {
  try {
    return parseAllowedSigners(text)
  } catch (error) {
    if (error instanceof SluiceError) return []
    throw error
  }
}

export interface CheckedSignature {
  /** The key that it names, in wire form. */
  readonly publicKey?: Buffer
  readonly problem?: 'SIGNATURE' | 'SIGNER'
}

/** Whether a signature holds over a message, for a purpose, and its key is one of the person's at that time. */
export function checkSignature(
  armored: string,
  message: Buffer,
  signers: readonly AllowedSigner[],
  who: { readonly principal: string; readonly namespace: string; readonly at: Date },
): CheckedSignature {
  try {
    const signature = parseSshSignature(armored)
    const { publicKey } = signature
    if (signature.namespace !== who.namespace || !signature.verify(message)) return { publicKey, problem: 'SIGNATURE' }
    return findAllowedSigner(signers, { ...who, publicKey }).ok ? { publicKey } : { publicKey, problem: 'SIGNER' }
  } catch (error) {
    if (error instanceof SluiceError) return { problem: 'SIGNATURE' }
    throw error
  }
}

/** Whether a key stands beside a name at all, for whatever purpose and time. */
export function mayUseKey(principal: string, publicKey: Buffer, signers: readonly AllowedSigner[]): boolean {
  const lines = signers.map(({ namespaces: _n, validAfter: _a, validBefore: _b, ...line }) => line)
  return findAllowedSigner(lines, { principal, publicKey, namespace: '-', at: new Date(0) }).ok
}
