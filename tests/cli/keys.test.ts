import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder, sluice, workFolder } from '../support/sluice.ts'

let dir = ''
beforeEach(() => {
  dir = workFolder('keys')
})
afterEach(() => removeFolder(dir))

test('keys are made, listed, replaced and revoked, and the log says so', async () => {
  const env = { SLUICE_KEY_PASSPHRASE: 'open sesame' }
  const run = (...args: readonly string[]) => sluice(['keys', ...args], dir, env)
  const made = await run('init')
  expect([made.code, made.stderr]).toEqual([0, ''])
  const [, ledger, bundle] = /^ledger {2}(\w{64}) {2}recorded in the log\nbundle {2}(\w{64}) {2}recorded/.exec(
    made.stdout,
  )!
  expect(bundle).toMatch(/^[0-9a-f]{64}$/)

  expect(await run('revoke', ledger!, '--reason', 'retired')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('sluice keys rotate ledger'),
  })
  const rotated = await run('rotate', 'ledger')
  expect([rotated.code, rotated.stdout.startsWith(`old     ${ledger}\n`)]).toEqual([0, true])
  expect((await run('rotate', 'bundle')).code).toBe(0)
  expect((await run('revoke', ledger!, '--reason', 'superseded')).stdout).toBe(`revoked ${ledger} (superseded)\n`)

  const listed = JSON.parse((await run('list', '--json')).stdout) as {
    readonly keys: readonly { readonly use: string; readonly rotated: string | null; readonly revoked: object | null }[]
  }
  expect(listed.keys.map(({ use, rotated, revoked }) => [use, rotated !== null, revoked !== null])).toEqual([
    ['ledger', true, true],
    ['bundle', true, false],
    ['ledger', false, false],
    ['bundle', false, false],
  ])
  const verified = await sluice(['verify'], dir, env)
  expect([verified.code, verified.stderr]).toEqual([0, ''])
})

test('a model folder is signed, and what changed in it is found with the public key alone', async () => {
  mkdirSync(join(dir, 'model'))
  writeFileSync(join(dir, 'model', 'weights'), 'weights')
  expect((await sluice(['models', 'sign', 'model'], dir)).code).toBe(0)
  const check = () => sluice(['models', 'verify-signature', 'model', '--key', '.sluice/keys/bundle.pub'], dir)
  expect(await check()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^intact {3}1 files, sha256 \w{64}/) })
  appendFileSync(join(dir, 'model', 'weights'), '!')
  writeFileSync(join(dir, 'model', 'added'), '')
  expect(await check()).toMatchObject({
    code: 4,
    stdout:
      'PROBLEM  MODEL_FILE_ADDED: a file was not signed (added)\n' +
      'PROBLEM  MODEL_FILE_CHANGED: a file has other bytes than were signed (weights)\n' +
      'NOT INTACT: 2 problems\n',
  })
  expect(readFileSync(join(dir, 'model', 'model.sig'), 'utf8')).toContain('"tlogEntries":[]')
})
