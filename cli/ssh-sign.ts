import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseSshSignature } from '../audit/sshsig.ts'
import { SluiceError } from '../util/errors.ts'

/** Keys that people have, the most usual first; `.pub` is enough where an agent or a token holds the private one. */
const USUAL_KEYS = ['id_ed25519', 'id_ed25519_sk', 'id_ecdsa_sk', 'id_ecdsa', 'id_rsa']

/**
 * Signs bytes with a person's SSH key through `ssh-keygen -Y sign`, so that the agent, passphrases and FIDO tokens work as
 * they do everywhere else: what it asks, it asks on the terminal. No private key is read by this program.
 *
 * @returns the armored signature.
 * @throws SluiceError `SSH_KEYGEN_MISSING`, `SSH_KEY_MISSING`, `SSH_SIGN_FAILED`.
 */
export function sshSign(document: Uint8Array, namespace: string, key: string | undefined): Buffer {
  const file = key ?? usualKey()
  const { status, stdout, error } = spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', file], {
    input: document,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env },
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new SluiceError({
      code: 'SSH_KEYGEN_MISSING',
      message: 'the program ssh-keygen is not here',
      next: 'install OpenSSH 8.2 or newer (Debian: openssh-client)',
      cause: error,
    })
  }
  if (error !== undefined || status !== 0 || stdout.length === 0) {
    throw new SluiceError({
      code: 'SSH_SIGN_FAILED',
      message: 'ssh-keygen did not sign',
      next: 'what it said stands above; the key must be there, or held by the agent with its .pub file here',
      at: { file },
      cause: error,
    })
  }
  // A signature that nobody will be able to check is not handed out.
  if (!parseSshSignature(stdout.toString('utf8')).verify(document)) {
    throw new SluiceError({ code: 'SSH_SIGN_FAILED', message: 'the signature of ssh-keygen does not hold', exit: 5 })
  }
  return stdout
}

function usualKey(): string {
  for (const name of USUAL_KEYS) {
    const file = join(homedir(), '.ssh', name)
    if (existsSync(file)) return file
    if (existsSync(`${file}.pub`)) return `${file}.pub`
  }
  throw new SluiceError({
    code: 'SSH_KEY_MISSING',
    message: 'there is no SSH key in the usual place',
    next: 'name one with --key FILE, or make one: ssh-keygen -t ed25519',
    at: { file: join(homedir(), '.ssh') },
  })
}
