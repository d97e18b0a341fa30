import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import { Type } from '../../util/schema-type.ts'
import { loadYaml } from '../../util/yaml-document.ts'
import { hintsOf } from '../attestations/bundle-hint.ts'
import { readEnvelopeKey } from '../attestations/dsse.ts'
import { checkKeyMode } from './key-file.ts'
import type { Signer } from './signer-interface.ts'

const SIGNERS = Type.Object(
  {
    bundle: Type.Object(
      {
        command: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
        public: Type.String({ minLength: 1 }),
        timeout_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)

/** Longest DER form of a P-256 signature is 72 bytes. */
const MAX_SIGNATURE = 72

/**
 * The signer that `<keysDir>/signers.yaml` names for attestations, where that file is there: a program that has the key
 * (a KMS client, an HSM tool). It gets the SHA-256 digest of what is to be signed, 32 bytes, on its input and writes the
 * ECDSA signature in DER form. No shell is between. The file must not be writable or readable by others (mode 600),
 * because it decides what is run.
 */
export function commandSigner(keysDir: string): Signer | undefined {
  const file = join(keysDir, 'signers.yaml')
  if (!existsSync(file)) return undefined
  checkKeyMode(file)
  const { bundle } = loadYaml(file, SIGNERS, 'SIGNERS').value
  const publicPath = resolve(keysDir, bundle.public)
  let pem: string
  try {
    pem = readFileSync(publicPath, 'utf8')
  } catch (cause) {
    throw failed('SIGNER_KEY_MISSING', 'the public key of the signer cannot be read', publicPath, cause)
  }
  const key = readEnvelopeKey(pem)
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw failed('SIGNER_KEY_UNUSABLE', 'the public key of the signer is not a P-256 key', publicPath)
  }
  const publicKeyPem = key.export({ type: 'spki', format: 'pem' }).toString()
  const timeout = (bundle.timeout_seconds ?? 60) * 1000
  return {
    algorithm: 'ecdsa-p256-sha256',
    keyId: hintsOf(publicKeyPem)[0],
    publicKeyPem,
    sign: (bytes) => runSigner(bundle.command, createHash('sha256').update(bytes).digest(), timeout, file),
  }
}

async function runSigner(command: readonly string[], digest: Buffer, timeout: number, file: string): Promise<Buffer> {
  const [program, ...args] = command
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout, killSignal: 'SIGKILL' })
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('close', done)
  })
  // A program that does not read its input closes it: how it ends says more than that.
  child.stdin.on('error', () => {})
  child.stdin.end(digest)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  let status: number | null
  try {
    status = await ended
  } catch (cause) {
    throw failed('SIGNER_FAILED', 'the program of the signer cannot be started', file, cause)
  }
  const signature = Buffer.concat(chunks)
  if (status === null) throw failed('SIGNER_FAILED', 'the program of the signer did not end in time', file)
  if (status !== 0) throw failed('SIGNER_FAILED', `the program of the signer ended with status ${status}`, file)
  if (signature.length === 0 || signature.length > MAX_SIGNATURE) {
    throw failed('SIGNER_FAILED', 'the program of the signer did not write one signature in DER form', file)
  }
  return signature
}

function failed(code: string, message: string, file: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code,
    message,
    next: 'check signers.yaml: `command` gets a SHA-256 digest on its input and writes an ECDSA signature in DER form',
    at: { file },
    exit: 5,
    cause,
  })
}
