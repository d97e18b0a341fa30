import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findAllowedSigner, parseAllowedSigners } from '../../audit/allowed-signers.ts'
import { APPROVAL_NAMESPACE, parseSshSignature } from '../../audit/sshsig.ts'

const HAS_SSH = spawnSync('ssh-keygen', ['-?']).error === undefined
if (!HAS_SSH) console.warn('skipped: ssh-keygen is not there, so its signatures are not compared with')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-ssh-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const MESSAGE = Buffer.from('{"kind":"Approval","v":1}')

function keygen(args: readonly string[], input?: Uint8Array): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('ssh-keygen', args, {
    cwd: dir,
    ...(input === undefined ? {} : { input }),
  })
  return { status, out: `${stdout}${stderr}` }
}

/** Makes a key and signs with OpenSSH. */
function signed(type: string, extra: readonly string[] = [], namespace = APPROVAL_NAMESPACE): string {
  const name = `${type}-${Math.abs(hashOf([...extra, namespace].join()))}`
  keygen(['-q', '-t', type, ...extra, '-N', '', '-f', name])
  writeFileSync(join(dir, `${name}.msg`), MESSAGE)
  const made = keygen(['-q', '-Y', 'sign', '-f', name, '-n', namespace, `${name}.msg`])
  if (made.status !== 0) throw new Error(made.out)
  return readFileSync(join(dir, `${name}.msg.sig`), 'utf8')
}

const hashOf = (text: string): number => createHash('sha256').update(text).digest().readInt32BE()

describe.skipIf(!HAS_SSH)('signatures of ssh-keygen', () => {
  it.each([
    ['ed25519', [], 'ssh-ed25519'],
    ['ecdsa', ['-b', '256'], 'ecdsa-sha2-nistp256'],
    ['rsa', ['-b', '2048'], 'ssh-rsa'],
  ] as const)('%s: verify, and not over another text', (type, extra, keyType) => {
    const signature = parseSshSignature(signed(type, extra))
    expect(signature).toMatchObject({
      keyType,
      namespace: APPROVAL_NAMESPACE,
      hashAlgorithm: 'sha512',
      hardwareKey: false,
    })
    expect(signature.verify(MESSAGE)).toBe(true)
    expect(signature.verify(Buffer.concat([MESSAGE, Buffer.from(' ')]))).toBe(false)
    const name = `${type}-${Math.abs(hashOf([...extra, APPROVAL_NAMESPACE].join()))}`
    expect(keygen(['-l', '-f', `${name}.pub`]).out.split(' ')[1]).toBe(signature.fingerprint)
  })

  it('says the namespace, so that a signature for another purpose can be refused', () => {
    expect(parseSshSignature(signed('ed25519', [], 'git')).namespace).toBe('git')
  })

  it('refuses keys that are too weak or of a kind that is not taken', () => {
    const weak = signed('rsa', ['-b', '1024'])
    expect(() => parseSshSignature(weak)).toThrow('fewer than 2048 bits')
    const other = signed('ecdsa', ['-b', '384'])
    expect(() => parseSshSignature(other)).toThrow('of a type that is not taken here')
  })

  it.each(['ed25519', 'p256'] as const)('FIDO %s: OpenSSH and this reader agree, touch required', (kind) => {
    for (const flags of [0x01, 0x05, 0x00]) {
      const { armored, line } = fido(kind, flags)
      writeFileSync(join(dir, 'fido.sig'), armored)
      writeFileSync(join(dir, 'allowed'), `carol ${line}\n`)
      const theirs = keygen(
        ['-Y', 'verify', '-f', 'allowed', '-I', 'carol', '-n', APPROVAL_NAMESPACE, '-s', 'fido.sig'],
        MESSAGE,
      )
      const ours = parseSshSignature(armored)
      expect(ours.hardwareKey).toBe(true)
      // OpenSSH leaves the touch to the caller; for an approval a person must have been there.
      expect(theirs.status).toBe(0)
      expect(ours.verify(MESSAGE)).toBe((flags & 1) === 1)
    }
  })
})

describe('a broken signature', () => {
  it('is refused, never crashes, and no changed byte passes', () => {
    const { armored } = fido('ed25519', 1)
    const lines = armored.split('\n')
    const blob = Buffer.from(lines.slice(1, -2).join(''), 'base64')
    fc.assert(
      fc.property(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(blob)
        changed[at]! ^= flip
        expect(accepts(armor(changed))).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.nat(blob.length - 1), (length) => {
        expect(accepts(armor(blob.subarray(0, length)))).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(accepts(text)).toBe(false)
      }),
    )
  })
})

describe('allowed signers', () => {
  const { line, publicKey } = fido('ed25519', 1)
  const ask = (text: string, at: string, principal = 'carol', namespace = APPROVAL_NAMESPACE): string => {
    const answer = findAllowedSigner(parseAllowedSigners(text), { principal, publicKey, namespace, at: new Date(at) })
    return answer.ok ? 'yes' : answer.reason
  }

  it('bind name, key, namespace and time, to the second', () => {
    const text = `# reviewers\ncarol,dave namespaces="sluice-approval,git" valid-after="20260101Z",valid-before="202612312359Z" ${line} a comment\n`
    expect(ask(text, '2026-06-01T00:00:00Z')).toBe('yes')
    expect(ask(text, '2026-12-31T23:59:00.999Z')).toBe('yes')
    expect(ask(text, '2026-12-31T23:59:01Z')).toBe('too_late')
    expect(ask(text, '2025-12-31T23:59:59.999Z')).toBe('too_early')
    expect(ask(text, '2026-06-01T00:00:00Z', 'erin')).toBe('unknown')
    expect(ask(text, '2026-06-01T00:00:00Z', 'carol', 'file')).toBe('namespace')
    expect(ask(text.replace(line, fido('ed25519', 1).line), '2026-06-01T00:00:00Z')).toBe('other_key')
    expect(ask(text, 'no date')).toBe('too_early')
  })

  it('match patterns as OpenSSH does', () => {
    expect(ask(`*@example.org,!bob@* ${line}`, '2026-06-01T00:00:00Z', 'carol@example.org')).toBe('yes')
    expect(ask(`*@example.org,!bob@* ${line}`, '2026-06-01T00:00:00Z', 'bob@example.org')).toBe('unknown')
    expect(ask(`c?rol ${line}`, '2026-06-01T00:00:00Z')).toBe('yes')
    expect(ask(`"carol" ${line}`, '2026-06-01T00:00:00Z')).toBe('yes')
  })

  it('allow nobody by a certificate authority, and refuse what is not clear', () => {
    expect(ask(`* cert-authority ${line}`, '2026-06-01T00:00:00Z')).toBe('unknown')
    for (const text of [
      `carol valid-before="20261231" ${line}`,
      `carol valid-before="20260230Z" ${line}`,
      `carol verify-required ${line}`,
      `carol "${line}`,
      'carol ssh-ed25519',
      `carol ssh-ed25519 ${line.split(' ')[1]}`,
      'carol',
    ]) {
      expect(() => parseAllowedSigners(`\n${text}`), text).toThrow(
        expect.objectContaining({ code: 'ALLOWED_SIGNERS_MALFORMED', at: { file: 'allowed_signers', line: 2 } }),
      )
    }
  })
})

function accepts(text: string): boolean {
  try {
    return parseSshSignature(text).verify(MESSAGE)
  } catch (error) {
    expect(error).toMatchObject({ code: 'SSHSIG_MALFORMED' })
    return false
  }
}

function armor(blob: Uint8Array): string {
  const body = Buffer.from(blob).toString('base64').replace(/.{70}/g, '$&\n')
  return `-----BEGIN SSH SIGNATURE-----\n${body}\n-----END SSH SIGNATURE-----\n`
}

/** What a FIDO token would have made: PROTOCOL.u2f, with a key of this process. */
function fido(kind: 'ed25519' | 'p256', flags: number): { armored: string; line: string; publicKey: Buffer } {
  const pair =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const der = pair.publicKey.export({ type: 'spki', format: 'der' })
  const type = kind === 'ed25519' ? 'sk-ssh-ed25519@openssh.com' : 'sk-ecdsa-sha2-nistp256@openssh.com'
  const body = kind === 'ed25519' ? [der.subarray(-32)] : [Buffer.from('nistp256'), der.subarray(-65)]
  const publicKey = wire(Buffer.from(type), ...body, Buffer.from('ssh:'))
  const digest = createHash('sha512').update(MESSAGE).digest()
  const signed = Buffer.concat([
    Buffer.from('SSHSIG'),
    wire(Buffer.from(APPROVAL_NAMESPACE), Buffer.alloc(0), Buffer.from('sha512'), digest),
  ])
  const tail = Buffer.concat([Buffer.from([flags]), Buffer.from([0, 0, 0, 7])])
  const sha = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()
  const value = signRaw(kind, pair.privateKey, Buffer.concat([sha(Buffer.from('ssh:')), tail, sha(signed)]))
  const blob = Buffer.concat([
    Buffer.from('SSHSIG'),
    Buffer.from([0, 0, 0, 1]),
    wire(publicKey, Buffer.from(APPROVAL_NAMESPACE), Buffer.alloc(0), Buffer.from('sha512')),
    wire(Buffer.concat([wire(Buffer.from(type), value), tail])),
  ])
  return { armored: armor(blob), line: `${type} ${publicKey.toString('base64')}`, publicKey }
}

function signRaw(kind: 'ed25519' | 'p256', key: KeyObject, data: Buffer): Buffer {
  if (kind === 'ed25519') return sign(null, data, key)
  const raw = sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
  const mpint = (bytes: Buffer): Buffer => {
    const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
    return short[0]! > 0x7f ? Buffer.concat([Buffer.from([0]), short]) : short
  }
  return wire(mpint(raw.subarray(0, 32)), mpint(raw.subarray(32)))
}

function wire(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )
}
