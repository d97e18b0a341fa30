import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { signStatement, verifyBundle } from '../../audit/attestations/bundle.ts'
import { statement } from '../../audit/attestations/statement.ts'
import { rotateLedgerKey } from '../../audit/keys/rotate.ts'
import { openBundleSigner } from '../../audit/keys/signer.ts'
import { openKeys } from '../../audit/keys.ts'

const said = statement([{ name: 'x', digest: { sha256: '0'.repeat(64) } }], { predicateType: 'test', predicate: {} })
const bytes = Buffer.from('bytes')
const pemOf = (kind: 'ed25519' | 'p256'): string => {
  const pair = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

let dir: string
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'sluice-key-sources-')), 'keys')
})

describe('a passphrase', () => {
  it('encrypts the key files, and openssl opens them with it', () => {
    const env = { SLUICE_KEY_PASSPHRASE: 'correct horse' }
    const keys = openKeys(dir, { env })
    const signer = openBundleSigner(dir, { env })
    expect(openKeys(dir, { env }).keyId).toBe(keys.keyId)
    expect(openBundleSigner(dir, { env }).keyId).toBe(signer.keyId)
    for (const name of ['ledger', 'bundle']) {
      expect(readFileSync(join(dir, `${name}.key`), 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/)
      const out = execFileSync('openssl', ['pkey', '-in', join(dir, `${name}.key`), '-passin', 'env:WORD', '-pubout'], {
        env: { ...process.env, WORD: env.SLUICE_KEY_PASSPHRASE },
        encoding: 'utf8',
      })
      expect(out).toBe(readFileSync(join(dir, `${name}.pub`), 'utf8'))
    }
  })

  it('is asked for, and a wrong one is told apart from a broken file', () => {
    openBundleSigner(dir, { env: { SLUICE_KEY_PASSPHRASE: 'right' } })
    const open = (env: Record<string, string>) => () => openBundleSigner(dir, { env })
    expect(open({})).toThrow(expect.objectContaining({ code: 'KEY_PASSPHRASE_MISSING', exit: 2 }))
    expect(open({ SLUICE_KEY_PASSPHRASE: '' })).toThrow(expect.objectContaining({ code: 'KEY_PASSPHRASE_MISSING' }))
    expect(open({ SLUICE_KEY_PASSPHRASE: 'wrong' })).toThrow(
      expect.objectContaining({ code: 'KEY_PASSPHRASE_WRONG', exit: 4 }),
    )
    writeFileSync(join(dir, 'bundle.key'), 'not a key')
    expect(open({ SLUICE_KEY_PASSPHRASE: 'right' })).toThrow(expect.objectContaining({ code: 'KEY_FILE_BROKEN' }))
  })

  it('comes from the first line of a file, before the variable', () => {
    const passphraseFile = join(mkdtempSync(join(tmpdir(), 'sluice-pass-')), 'word')
    writeFileSync(passphraseFile, 'from a file\r\nnot this\n')
    const { keyId } = openKeys(dir, { env: { SLUICE_KEY_PASSPHRASE: 'other' }, passphraseFile })
    expect(openKeys(dir, { env: { SLUICE_KEY_PASSPHRASE: 'from a file' } }).keyId).toBe(keyId)
    writeFileSync(passphraseFile, '\nfrom a file\n')
    for (const file of [passphraseFile, join(dir, 'absent')]) {
      expect(() => openKeys(dir, { env: {}, passphraseFile: file })).toThrow(
        expect.objectContaining({ code: 'KEY_PASSPHRASE_FILE' }),
      )
    }
  })
})

describe('keys from the environment', () => {
  it('are used as PEM text or its base64, and nothing is written', () => {
    const ledger = pemOf('ed25519')
    const bundle = pemOf('p256')
    const plain = { env: { SLUICE_LEDGER_KEY: ledger, SLUICE_BUNDLE_KEY: bundle } }
    const coded = {
      env: {
        SLUICE_LEDGER_KEY: Buffer.from(ledger).toString('base64'),
        SLUICE_BUNDLE_KEY: `\n${Buffer.from(bundle.trim()).toString('base64')}\n`,
      },
    }
    const keys = openKeys(dir, plain)
    expect(keys.verify(bytes, keys.sign(bytes))).toBe(true)
    expect(openKeys(dir, coded).keyId).toBe(keys.keyId)
    expect(openBundleSigner(dir, coded).keyId).toBe(openBundleSigner(dir, plain).keyId)
    expect(existsSync(dir)).toBe(false)
  })

  it('of another kind, or what is no key, are refused without showing them', () => {
    for (const value of [pemOf('p256'), 'c2VjcmV0IHdvcmRz', '']) {
      const open = (): unknown => openKeys(dir, { env: { SLUICE_LEDGER_KEY: value } })
      expect(open).toThrow(expect.objectContaining({ code: 'KEY_FILE_BROKEN', at: { file: 'SLUICE_LEDGER_KEY' } }))
      expect(open).not.toThrow(/secret words|BEGIN/)
    }
    const env = { SLUICE_BUNDLE_KEY: pemOf('ed25519') }
    expect(() => openBundleSigner(dir, { env })).toThrow(expect.objectContaining({ code: 'KEY_FILE_BROKEN' }))
    expect(existsSync(dir)).toBe(false)
  })

  it('keep the name of a log whose key was replaced, and cannot be replaced themselves', () => {
    const store = join(dir, '..')
    const first = openKeys(dir, { env: {} })
    rotateLedgerKey(store, { env: {} })
    const pem = readFileSync(join(dir, 'ledger.key'), 'utf8')
    expect(openKeys(dir, { env: { SLUICE_LEDGER_KEY: pem } }).noteName).toBe(first.noteName)
    const elsewhere = { SLUICE_LEDGER_KEY: pem, SLUICE_LEDGER_ORIGIN: first.noteName }
    expect(openKeys(join(store, 'none'), { env: elsewhere }).noteName).toBe(first.noteName)
    expect(() => rotateLedgerKey(store, { env: { SLUICE_LEDGER_KEY: pem } })).toThrow(
      expect.objectContaining({ code: 'KEY_IN_ENVIRONMENT', exit: 2 }),
    )
  })
})

describe('a program in place of a key file', () => {
  const program = (command: readonly string[], mode = 0o600): void => {
    openBundleSigner(dir, { env: {} })
    renameSync(join(dir, 'bundle.key'), join(dir, 'elsewhere.pem'))
    writeFileSync(join(dir, 'signers.yaml'), `bundle:\n  command: ${JSON.stringify(command)}\n  public: bundle.pub\n`)
    chmodSync(join(dir, 'signers.yaml'), mode)
  }

  it('signs a digest: openssl does', async () => {
    program(['openssl', 'pkeyutl', '-sign', '-inkey', join(dir, 'elsewhere.pem')])
    const signer = openBundleSigner(dir, { env: {} })
    expect(verifyBundle(await signStatement(said, signer), signer.publicKeyPem)).toEqual(said)
    expect(readdirSync(dir).sort()).toEqual(['bundle.pub', 'elsewhere.pem', 'signers.yaml'])
  })

  it('that has another key, fails, hangs, floods or is not there gives no signature', async () => {
    const other = join(mkdtempSync(join(tmpdir(), 'sluice-other-')), 'other.pem')
    writeFileSync(other, pemOf('p256'))
    const commands: Readonly<Record<string, readonly string[]>> = {
      BUNDLE_SIGNER_WRONG: ['openssl', 'pkeyutl', '-sign', '-inkey', other],
      'status 3': ['sh', '-c', 'exit 3'],
      'cannot be started': ['/nonexistent/program'],
      'one signature in DER form': ['sh', '-c', 'head -c 100000 /dev/zero'],
      'one signature': ['true'],
    }
    for (const [said_, command] of Object.entries(commands)) {
      dir = join(mkdtempSync(join(tmpdir(), 'sluice-key-sources-')), 'keys')
      program(command)
      const error = await signStatement(said, openBundleSigner(dir, { env: {} })).then(
        () => 'signed',
        (thrown: { code: string; message: string }) => `${thrown.code} ${thrown.message}`,
      )
      expect(error).toContain(said_)
    }
    dir = join(mkdtempSync(join(tmpdir(), 'sluice-key-sources-')), 'keys')
    program(['sleep', '60'])
    writeFileSync(
      join(dir, 'signers.yaml'),
      'bundle:\n  command: [sleep, "60"]\n  public: bundle.pub\n  timeout_seconds: 1\n',
    )
    await expect(signStatement(said, openBundleSigner(dir, { env: {} }))).rejects.toMatchObject({
      code: 'SIGNER_FAILED',
      message: expect.stringContaining('in time'),
    })
  })

  it('is not believed from a file that others can write, with slips, or without a P-256 key', () => {
    program(['true'], 0o644)
    expect(() => openBundleSigner(dir, { env: {} })).toThrow(expect.objectContaining({ code: 'KEY_FILE_OPEN' }))
    chmodSync(join(dir, 'signers.yaml'), 0o600)
    writeFileSync(join(dir, 'bundle.pub'), openKeys(`${dir}-2`, { env: {} }).publicKeyPem)
    expect(() => openBundleSigner(dir, { env: {} })).toThrow(expect.objectContaining({ code: 'SIGNER_KEY_UNUSABLE' }))
    writeFileSync(join(dir, 'signers.yaml'), 'bundle:\n  command: [true]\n  public: x\n  shell: true\n')
    expect(() => openBundleSigner(dir, { env: {} })).toThrow(expect.objectContaining({ code: 'SIGNERS_UNKNOWN_KEY' }))
  })
})
