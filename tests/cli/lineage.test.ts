import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { removeFolder, sluice, workFolder } from '../support/sluice.ts'

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: tiny
purpose: tests
owner: tests
seed: 1
sources:
  desk: { uri: desk.jsonl }
stages:
  ingest: { uses: ingest, with: { meta: [person] } }
`

let dir: string
beforeAll(async () => {
  const rows = ['ada@example.org', 'bob@example.org'].map((person) =>
    JSON.stringify({ person, text: `I am ${person}` }),
  )
  dir = workFolder('lineage-cli', { 'p.yaml': PIPELINE, 'desk.jsonl': `${rows.join('\n')}\n` })
  expect((await sluice(['run', 'p.yaml'], dir)).code).toBe(0)
}, 60_000)
afterAll(() => removeFolder(dir))

/** The command with something on its standard input. */
function withInput(args: readonly string[], input: string): { code: number | null; out: string; err: string } {
  const main = join(PACKAGE_ROOT, 'dist/cli/main.js')
  const ended = spawnSync(process.execPath, [main, ...args], { cwd: dir, input, encoding: 'utf8' })
  return { code: ended.status, out: ended.stdout, err: ended.stderr }
}

describe('sluice trace and forget', () => {
  it('find a person by a value on the standard input, and never print it', () => {
    const { code, out, err } = withInput(['trace', '--field', 'meta.person'], 'ada@example.org\n')
    expect([code, err]).toEqual([0, ''])
    expect(out.replaceAll(/[0-9a-f]{12,64}…?/g, 'H').replaceAll(/\d{8}T\d{6}Z-H?\w*/g, 'R')).toBe(
      [
        'subject H: 1 record',
        '├─ ingest  in R',
        '│  └─ data  H  1 row',
        'objects  1 in the store',
        expect.stringMatching(/searched \d+ objects/),
        '',
      ]
        .map((line) => (typeof line === 'string' ? line : /searched \d+ objects/.exec(out)![0]))
        .join('\n'),
    )
  })

  it('say clearly what is not there, and refuse a plain value among the arguments', async () => {
    const unknown = await sluice(['trace', '0'.repeat(64)], dir)
    expect([unknown.code, unknown.stderr.split(':')[0]]).toEqual([2, 'TRACE_UNKNOWN'])
    const plain = await sluice(['forget', 'ada@example.org', '--field', 'person'], dir)
    expect([plain.code, plain.stderr.split(':')[0]]).toEqual([2, 'SUBJECT_USAGE'])
    expect(plain.stderr).not.toContain('ada@')
    const nobody = withInput(['forget', '--field', 'person'], 'eve@example.org')
    expect([nobody.code, nobody.err.split(':')[0]]).toEqual([2, 'SUBJECT_UNKNOWN'])
    const none = await sluice(['trace', '1'.repeat(64), '--store', 'nowhere'], dir)
    expect([none.code, existsSync(join(dir, 'nowhere'))]).toEqual([2, false])
  })

  it('forget by a file: certificate written, store intact, and the person stays out', async () => {
    writeFileSync(join(dir, 'who'), 'ada@example.org\n')
    const args = ['--field', 'person', '--subject-file', 'who']
    const dry = await sluice(['forget', ...args, '--dry-run'], dir)
    expect([dry.code, dry.stdout.includes('nothing was changed')]).toEqual([0, true])
    const done = await sluice(['forget', ...args, '--ticket', 'PRIV-9', '--out', 'certificate.json'], dir)
    expect([done.code, done.stderr]).toEqual([0, ''])
    expect(`${done.stdout}${dry.stdout}`).not.toContain('ada@')
    const bundle = JSON.parse(readFileSync(join(dir, 'certificate.json'), 'utf8')) as {
      dsseEnvelope: { payload: string }
    }
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8')) as {
      predicateType: string
    }
    expect(statement.predicateType).toBe('https://sluice.local/attestation/erasure/v1')
    const verified = await sluice(['verify'], dir)
    expect([verified.code, verified.stdout.includes('NOT INTACT')]).toEqual([0, false])
    expect((await sluice(['run', 'p.yaml'], dir)).code).toBe(0)
    const after = JSON.parse(
      (await sluice(['trace', '--field', 'person', '--subject-file', 'who', '--json'], dir)).stdout,
    )
    expect(after.objects.map((hit: { erased: boolean }) => hit.erased)).toEqual([true])
  }, 60_000)
})
