import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder, sluice, workFolder } from '../support/sluice.ts'

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: desk
purpose: tests
owner: tests
stages:
  ingest: { uses: ingest }
`
let dir: string
beforeEach(() => {
  dir = workFolder('waiver-cli', { 'p.yaml': PIPELINE })
  const lines = ['ana', 'ben'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)])
    return `${name} ${readFileSync(join(dir, `${name}.pub`), 'utf8')}`
  })
  writeFileSync(join(dir, 'allowed_signers'), lines.join(''))
})
afterEach(() => removeFolder(dir))

const request = (...more: readonly string[]) =>
  sluice(
    [
      ...[
        'waiver',
        'request',
        'p.yaml',
        '--id',
        'W-1',
        '--rule',
        'r',
        '--reason',
        'the vendor mends it',
        '--ticket',
        'T-1',
      ],
      ...[
        '--control',
        'a person reads',
        '--by',
        'ana',
        '--approver',
        'ben',
        '--from',
        '2026-01-01',
        '--expires',
        '2999-12-31',
      ],
      ...['--key', join(dir, 'ana'), ...more],
    ],
    dir,
  )

test('one asks, another approves, and the list says what counts', async () => {
  expect(await sluice(['waiver', 'list', 'p.yaml'], dir)).toMatchObject({
    code: 0,
    stdout: `no waivers in ${join(dir, 'waivers')}\n`,
  })
  const asked = await request()
  expect(asked).toMatchObject({ code: 0, stderr: '' })
  expect(asked.stdout).toContain('next: ben reads it and runs: sluice waiver approve p.yaml W-1')
  expect((await sluice(['waiver', 'list', 'p.yaml'], dir)).stdout).toBe(
    'W-1  waiting   r, until 2999-12-31, approved by ben (T-1)\n     the approval is not signed yet\n',
  )
  const approved = await sluice(['waiver', 'approve', 'p.yaml', 'W-1', '--key', join(dir, 'ben')], dir)
  expect(approved).toMatchObject({ code: 0, stdout: 'approved by ben: it counts from 2026-01-01 to 2999-12-31\n' })
  expect(approved.stderr).toContain('because    the vendor mends it')
  expect((await sluice(['waiver', 'list', 'p.yaml'], dir)).stdout).toBe(
    'W-1  in force  r, until 2999-12-31, approved by ben (T-1)\n',
  )
  expect(await request()).toMatchObject({ code: 2, stderr: expect.stringContaining('WAIVER_EXISTS') })
})

test('nobody approves their own, signs in the name of another, or asks for what cannot be', async () => {
  expect(await request('--approver', 'ana')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('who asks cannot also approve'),
  })
  expect(await request('--expires', '2026-02-30')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('YYYY-MM-DD'),
  })
  expect(await request('--break-glass')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--follow-up-owner'),
  })
  expect(await request('--by', 'eve')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('WAIVER_SIGNER_NOT_ALLOWED: eve is not there'),
  })
  await request()
  expect(await sluice(['waiver', 'approve', 'p.yaml', 'W-1', '--key', join(dir, 'ana')], dir)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('WAIVER_SIGNER_NOT_ALLOWED: ben has another key there'),
  })
  expect(await sluice(['waiver', 'approve', 'p.yaml', 'W-1', '--key', join(dir, 'nobody')], dir)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('SSH_SIGN_FAILED'),
  })
  expect((await sluice(['waiver', 'list', 'p.yaml'], dir)).stdout).toContain('waiting')
})
