import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signStatement, verifyBundle } from '../../audit/attestations/bundle.ts'
import type { Statement } from '../../audit/attestations/statement.ts'
import { openBundleSigner, signerOf } from '../../audit/keys/signer.ts'
import { byParts } from '../../audit/model-files.ts'
import { signModel, verifyModel } from '../../audit/model-signing.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'

/** Golden signatures of the format's own releases, where this machine has them. */
const GOLDEN = join(process.env['SLUICE_SCHEMAS'] ?? join(PACKAGE_ROOT, '..', 'shared', 'schemas'), 'model-signing')

/** A Python with model-signing in it: SLUICE_MODEL_SIGNING_PYTHON, else SLUICE_PYTHON, else python3. */
const PYTHON = process.env['SLUICE_MODEL_SIGNING_PYTHON'] ?? process.env['SLUICE_PYTHON'] ?? 'python3'
const REFERENCE = spawnSync(PYTHON, ['-c', 'import model_signing']).status === 0
if (!REFERENCE)
  console.log('skipped: the reference implementation (pip install model-signing, SLUICE_MODEL_SIGNING_PYTHON)')
if (!existsSync(GOLDEN)) console.log('skipped: golden model signatures (SLUICE_SCHEMAS)')

const keysDir = join(mkdtempSync(join(tmpdir(), 'sluice-model-key-')), 'keys')
const signer = openBundleSigner(keysDir, { env: {} })
const key = signer.publicKeyPem

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sluice-model-')), 'tiny')
  mkdirSync(join(folder, 'a'), { recursive: true })
  writeFileSync(join(folder, 'config.json'), '{}')
  writeFileSync(join(folder, 'a', 'weights.safetensors'), 'weights')
  writeFileSync(join(folder, 'a-b'), 'sorts after a/ as paths sort')
  writeFileSync(join(folder, 'empty'), '')
})

describe('a signed model', () => {
  it('is what was signed, also under another name and with its signature beside the files', async () => {
    const signature = await signModel(folder, signer)
    writeFileSync(join(folder, 'model.sig'), signature)
    const moved = `${folder}-moved`
    renameSync(folder, moved)
    expect(verifyModel(moved, signature, key)).toEqual({
      ok: true,
      name: 'tiny',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      files: 4,
      ignored: ['model.sig'],
      problems: [],
    })
    expect(verifyBundle(signature, key).predicate['serialization']).toEqual({
      method: 'files',
      hash_type: 'sha256',
      allow_symlinks: false,
      ignore_paths: ['model.sig'],
    })
  })

  it('says of each file what became of it', async () => {
    writeFileSync(join(folder, 'gone'), 'gone')
    const signature = await signModel(folder, signer)
    appendFileSync(join(folder, 'config.json'), ' ')
    rmSync(join(folder, 'gone'))
    renameSync(join(folder, 'a-b'), join(folder, 'a-c'))
    writeFileSync(join(folder, 'a', 'added'), 'new')
    writeFileSync(join(folder, '.hidden'), 'new too')
    symlinkSync('weights.safetensors', join(folder, 'a', 'link'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const { ok, problems } = verifyModel(folder, signature, key)
    expect(ok).toBe(false)
    expect(problems.map(({ code, file }) => `${code} ${file}`).sort()).toEqual([
      'MODEL_FILE_ADDED .hidden',
      'MODEL_FILE_ADDED a/added',
      'MODEL_FILE_CHANGED config.json',
      'MODEL_FILE_MISSING gone',
      'MODEL_FILE_RENAMED a-b',
      'MODEL_FILE_SPECIAL pipe',
      'MODEL_SYMLINK a/link',
    ])
  })

  it('in which a file became a link, or a folder, is not the one that was signed', async () => {
    const signature = await signModel(folder, signer)
    renameSync(join(folder, 'config.json'), join(folder, '..', 'config.json'))
    symlinkSync('../config.json', join(folder, 'config.json'))
    rmSync(join(folder, 'empty'))
    mkdirSync(join(folder, 'empty'))
    expect(verifyModel(folder, signature, key).problems.map(({ code, file }) => `${code} ${file}`)).toEqual([
      'MODEL_SYMLINK config.json',
      'MODEL_FILE_MISSING config.json',
      'MODEL_FILE_MISSING empty',
    ])
  })

  it('is not compared where its signature does not hold', async () => {
    const signature = await signModel(folder, signer)
    const other = signerOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    const codes = (text: string, pem = key): readonly string[] =>
      verifyModel(folder, text, pem).problems.map(({ code }) => code)
    const statement = verifyBundle(signature, key)
    const bundle = JSON.parse(signature) as { dsseEnvelope: { payload: string } }
    bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify({ ...statement, predicate: {} })).toString('base64')
    expect(codes(JSON.stringify(bundle))).toEqual(['MODEL_SIGNATURE_BAD'])
    expect(codes(signature, other.publicKeyPem)).toEqual(['MODEL_SIGNATURE_KEY'])
    expect(codes('')).toEqual(['MODEL_SIGNATURE_MALFORMED'])
    const resign = (change: Partial<Statement>): Promise<string> => signStatement({ ...statement, ...change }, signer)
    const { serialization, resources } = statement.predicate as {
      serialization: Record<string, boolean | string>
      resources: { name: string; algorithm: string; digest: string }[]
    }
    const said = (change: object): Promise<string> =>
      resign({ predicate: { serialization, resources, ...change } as Statement['predicate'] })
    const first = resources[0]!
    const malformed = [
      await resign({ predicateType: 'https://slsa.dev/provenance/v1' }),
      await resign({ subject: [...statement.subject, ...statement.subject] }),
      await said({ serialization: { ...serialization, method: 'shards' } }),
      await said({ serialization: { ...serialization, hash_type: 'blake2b' } }),
      await said({ serialization: { ...serialization, allow_symlinks: true } }),
      await said({ serialization: { ...serialization, ignore_paths: ['.'] } }),
      await said({ serialization: { ...serialization, ignore_paths: ['../tiny'] } }),
      await said({ serialization: { ...serialization, ignore_paths: [''] } }),
      await said({ resources: [] }),
      await said({ resources: [...resources].reverse() }),
      await said({ resources: [first, ...resources] }),
      await said({ resources: [{ ...first, name: '../config.json' }] }),
      await said({ resources: [{ ...first, name: '/etc/passwd' }] }),
      await said({ resources: [{ ...first, algorithm: 'md5' }] }),
      await said({ resources: [{ ...first, digest: 'x' }] }),
    ]
    for (const text of malformed) expect(codes(text)).toEqual(['MODEL_SIGNATURE_MALFORMED'])
    expect(codes(await resign({ subject: [{ name: 'tiny', digest: { sha256: '0'.repeat(64) } }] }))).toEqual([
      'MODEL_ROOT_MISMATCH',
    ])
  })

  it('cannot be made of links, of nothing, or with an Ed25519 key', async () => {
    const edwards = signerOf(generateKeyPairSync('ed25519').privateKey)
    await expect(signModel(folder, edwards)).rejects.toMatchObject({ code: 'MODEL_SIGNER_UNUSABLE' })
    symlinkSync('config.json', join(folder, 'link'))
    await expect(signModel(folder, signer)).rejects.toMatchObject({ code: 'MODEL_SYMLINK' })
    const nothing = mkdtempSync(join(tmpdir(), 'sluice-model-none-'))
    await expect(signModel(nothing, signer)).rejects.toMatchObject({ code: 'MODEL_EMPTY' })
    await expect(signModel(join(nothing, 'absent'), signer)).rejects.toMatchObject({ code: 'SYSTEM_ENOENT' })
  })
})

it('files are in the order in which Python sorts paths', () => {
  expect(['a/b', 'a-b', 'a', 'B', 'é', '\u{1f600}', '\uffee', 'a/b/c', 'a.b/c'].sort(byParts)).toEqual([
    'B',
    'a',
    'a/b',
    'a/b/c',
    'a-b',
    'a.b/c',
    'é',
    '\uffee',
    '\u{1f600}',
  ])
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => Math.sign(byParts(a, b)) === -Math.sign(byParts(b, a))),
    { numRuns: 200 },
  )
})

describe.skipIf(!existsSync(GOLDEN))('golden signatures of the reference implementation', () => {
  it.each(['v1.0.1', 'v1.1.0'])('%s verifies, and no longer once a byte is changed', (version) => {
    const golden = join(GOLDEN, `${version}-elliptic-key`)
    const text = readFileSync(join(golden, 'model.sig'), 'utf8')
    const pem = readFileSync(join(GOLDEN, 'keys', 'signing-key-pub.pem'), 'utf8')
    // 1.0.1 did not write down what it left out.
    const ignorePaths = version === 'v1.0.1' ? ['model.sig', 'ignore-me'] : []
    expect(verifyModel(golden, text, pem, { ignorePaths })).toMatchObject({
      ok: true,
      files: 2,
      digest: '92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4',
    })
    const copy = join(mkdtempSync(join(tmpdir(), 'sluice-golden-')), 'copy')
    mkdirSync(copy)
    for (const name of ['signme-1', 'signme-2']) {
      writeFileSync(join(copy, name), name === 'signme-2' ? 'changed' : readFileSync(join(golden, name)))
    }
    expect(verifyModel(copy, text, pem).problems.map(({ code, file }) => [code, file])).toEqual([
      ['MODEL_FILE_CHANGED', 'signme-2'],
    ])
  })
})

describe.skipIf(!REFERENCE)('the reference implementation in Python', () => {
  const run = (...args: string[]) => spawnSync(PYTHON, ['-m', 'model_signing', ...args], { encoding: 'utf8' })
  const theirs = join(keysDir, 'theirs.pem')

  beforeAll(() => {
    const pem = createPrivateKey(readFileSync(join(keysDir, 'bundle.key'))).export({ type: 'sec1', format: 'pem' })
    writeFileSync(theirs, pem)
  })

  it('accepts our signature, and not once a file is changed or added', async () => {
    const signature = join(folder, 'model.sig')
    writeFileSync(signature, await signModel(folder, signer))
    const verify = () =>
      run('verify', 'key', folder, '--signature', signature, '--public_key', join(keysDir, 'bundle.pub'))
    expect(verify()).toMatchObject({ status: 0, stdout: expect.stringContaining('Verification succeeded') })
    appendFileSync(join(folder, 'a', 'weights.safetensors'), '!')
    expect(verify().status).not.toBe(0)
    writeFileSync(join(folder, 'a', 'weights.safetensors'), 'weights')
    expect(verify().status).toBe(0)
    writeFileSync(join(folder, 'added'), '')
    expect(verify().status).not.toBe(0)
  }, 120_000)

  it('makes signatures that we accept, over the same digest of the whole', async () => {
    const signature = join(folder, 'model.sig')
    const { status, stderr } = run('sign', 'key', folder, '--private_key', theirs, '--signature', signature)
    expect([status, stderr]).toEqual([0, expect.any(String)])
    const report = verifyModel(folder, readFileSync(signature, 'utf8'), key)
    expect(report).toMatchObject({ ok: true, files: 4, name: 'tiny' })
    rmSync(signature)
    const ours = verifyModel(folder, await signModel(folder, signer), key)
    expect(ours.digest).toBe(report.digest)
  }, 120_000)
})
