import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, expect, test } from 'vitest'
import { openKeys } from '../../audit/keys.ts'
import { readPublicKey } from '../../audit/note.ts'
import { compiledModule } from '../../util/package-root.ts'

let dir: string
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'sluice-keys-')), 'keys')
})

test('makes the pair on first use and keeps it', () => {
  const keys = openKeys(dir)
  const bytes = Buffer.from('checkpoint')
  expect(readdirSync(dir).sort()).toEqual(['ledger.key', 'ledger.pub'])
  expect(statSync(join(dir, 'ledger.key')).mode & 0o777).toBe(0o600)
  const again = openKeys(dir)
  expect(again.keyId).toBe(keys.keyId)
  expect(again.verify(bytes, keys.sign(bytes))).toBe(true)
  expect(again.verify(Buffer.from('checkpoinT'), keys.sign(bytes))).toBe(false)
  expect(again.verify(bytes, Buffer.alloc(64))).toBe(false)
  expect(again.verify(bytes, Buffer.alloc(3))).toBe(false)
  const published = readPublicKey(readFileSync(join(dir, 'ledger.pub'), 'utf8'))
  expect(published.noteVerifier).toBe(keys.noteVerifier)
  expect(published.verify(bytes, keys.sign(bytes))).toBe(true)
})

test('refuses a key that others can read', () => {
  openKeys(dir)
  chmodSync(join(dir, 'ledger.key'), 0o640)
  expect(() => openKeys(dir)).toThrow(expect.objectContaining({ code: 'KEY_FILE_OPEN', exit: 4 }))
})

test('refuses a public key of another pair, and broken files', () => {
  openKeys(dir)
  const other = openKeys(`${dir}-other`)
  writeFileSync(join(dir, 'ledger.pub'), other.publicKeyPem)
  expect(() => openKeys(dir)).toThrow(expect.objectContaining({ code: 'KEY_PAIR_MISMATCH', exit: 4 }))
  writeFileSync(join(dir, 'ledger.key'), 'no key')
  expect(() => openKeys(dir)).toThrow(expect.objectContaining({ code: 'KEY_FILE_BROKEN', exit: 4 }))
})

test('does not make a new key where only the public one is left', () => {
  openKeys(dir)
  rmSync(join(dir, 'ledger.key'))
  expect(() => openKeys(dir)).toThrow(expect.objectContaining({ code: 'KEY_MISSING', exit: 4 }))
  expect(readdirSync(dir)).toEqual(['ledger.pub'])
})

test('six processes that make the pair at once end with one', async () => {
  const script = `import(${JSON.stringify(compiledModule('audit/keys.js').href)}).then(({ openKeys }) => {
    while (Date.now() < Number(process.argv[2]));
    process.stdout.write(openKeys(process.argv[1]).keyId)
  })`
  const start = String(Date.now() + 500)
  const ids = await Promise.all(
    Array.from(
      { length: 6 },
      async () => (await promisify(execFile)(process.execPath, ['-e', script, dir, start])).stdout,
    ),
  )
  expect(new Set(ids)).toEqual(new Set([openKeys(dir).keyId]))
  expect(readdirSync(dir).sort()).toEqual(['ledger.key', 'ledger.pub'])
})
