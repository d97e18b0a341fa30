/** Signs for attestations and model signatures. A key in a KMS or an HSM is one more implementation of this. */
export interface Signer {
  readonly algorithm: 'ed25519' | 'ecdsa-p256-sha256'
  /** SHA-256 of the SPKI in DER form, 64 hex digits. */
  readonly keyId: string
  /** SPKI PEM, as `openssl pkey -pubout` writes it. */
  readonly publicKeyPem: string
  /** Ed25519: 64 bytes. ECDSA: the DER form, over the SHA-256 of the bytes. */
  sign(bytes: Uint8Array): Buffer | Promise<Buffer>
}
