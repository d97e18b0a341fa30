import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKeys } from '../../audit/keys.ts'
import { type Ledger, openLedger } from '../../audit/ledger.ts'
import { checkConsistencyProof, checkTlogProof, parseConsistencyProof, parseTlogProof } from '../../audit/tlog-proof.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { removeFolder, sluice, start, workFolder } from '../support/sluice.ts'

let cwd: string
let ledger: Ledger
const DIGEST = 'ab'.repeat(32)
const now = () => new Date('2026-11-28T08:00:00.000Z')
const keys = () => openKeys(join(cwd, '.sluice/keys'))
const command = (...args: string[]) => sluice(['ledger', ...args], cwd)
const json = async (...args: string[]) => JSON.parse((await command(...args, '--json')).stdout)

beforeAll(() => {
  cwd = workFolder('ledger')
  ledger = openLedger(join(cwd, '.sluice/ledger'), keys(), { now })
  ledger.append([
    { type: 'run.planned', run: 'r1', subject: { stages: '1' }, payload: DIGEST },
    { type: 'stage.planned', run: 'r1', subject: { stage: 'ingest', key: DIGEST } },
    { type: 'stage.completed', run: 'r1', subject: { stage: 'ingest' } },
    { type: 'run.finished', run: 'r1', subject: { exit: '0' } },
  ])
  writeFileSync(join(cwd, 'old'), ledger.checkpoint())
  ledger.append(Array.from({ length: 600 }, (_, i) => ({ type: 'sample.noted', run: 'r', subject: { n: String(i) } })))
})
afterAll(() => removeFolder(cwd))

test('verify says what was compared and how sure it is', async () => {
  const ended = await command('verify', '--checkpoint', 'old')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toBe(
    [
      `log         604 entries, root ${ledger.root}`,
      'compared    with earlier checkpoints: 1 given with --checkpoint',
      'steps       each that was begun has ended once',
      'intact      assurance: signed, and it contains the checkpoints that you gave',
      '',
    ].join('\n'),
  )
  expect(await json('verify')).toMatchObject({ ok: true, size: 604, earlier: 0, problems: [], assurance: 'signed' })
})

test('verify tells a fork from damage, and ends with 4', async () => {
  const other = openLedger(join(cwd, 'other'), keys(), { now })
  other.append(Array.from({ length: 10 }, () => ({ type: 'sample.noted', run: 'x', subject: {} })))
  writeFileSync(join(cwd, 'vkey'), `${keys().noteVerifier}\n`)
  const forked = await command('verify', '--log', 'other', '--key', 'vkey', '--checkpoint', 'old')
  expect(forked.code).toBe(4)
  expect(forked.stdout).toContain('FORK        LOG_FORKED: at 4 entries this log is not the one')
  expect(forked.stdout.split('\n').at(-2)).toBe('not intact  1 problem')
  rmSync(join(cwd, 'other/tile/entries/000.p/10'))
  const damaged = await command('verify', '--log', 'other', '--json')
  expect(damaged.code).toBe(4)
  expect(JSON.parse(damaged.stdout).problems).toMatchObject([{ kind: 'tamper', code: 'LOG_BUNDLE_MISSING' }])
})

test('prove writes proofs that hold', async () => {
  expect(await command('prove', '2', '--out', '2.tlog-proof')).toMatchObject({
    code: 0,
    stdout: 'wrote 2.tlog-proof\n',
  })
  const raw = await command('show', '2', '--raw')
  const proof = parseTlogProof(readFileSync(join(cwd, '2.tlog-proof'), 'utf8'))!
  expect(checkTlogProof(proof, Buffer.from(raw.stdout), keys())).toBeUndefined()
  const grown = parseConsistencyProof((await command('prove', '--from', '4')).stdout)!
  expect(checkConsistencyProof(grown, readFileSync(join(cwd, 'old'), 'utf8'), keys())).toBeUndefined()
  expect(await json('prove', '2')).toMatchObject({ index: 2, size: 604, root: ledger.root })
  for (const [args, code] of [
    [['prove', '604'], 'LOG_NO_ENTRY'],
    [['prove', '--from', '605'], 'LOG_NO_ENTRY'],
    [['prove'], 'USAGE'],
    [['prove', '1', '--from', '2'], 'USAGE'],
    [['verify', '--store', 'nowhere'], 'LOG_NOT_FOUND'],
  ] as const) {
    const ended = await command(...args)
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`${code}: `) })
  }
  expect((await command('show', '1.5')).code).toBe(2)
})

test('show and tail are for reading', async () => {
  expect((await command('show', '1')).stdout).toBe(
    [
      `entry    1 of 604, in the tree that ${ledger.origin} signed`,
      'type     stage.planned',
      'time     2026-11-28T08:00:00.000Z',
      'run      r1',
      `  key    ${DIGEST}`,
      '  stage  ingest',
      `prev     ${[...ledger.entries(1, 2)][0]!.prev}`,
      '',
    ].join('\n'),
  )
  expect((await command('tail', '-n', '2')).stdout).toBe(
    [598, 599].map((n) => `   ${n + 4}  2026-11-28T08:00:00.000Z  sample.noted      r  n=${n}\n`).join(''),
  )
  expect((await command('tail', '-n', '1', '--json')).stdout).toBe(`${JSON.stringify([...ledger.entries(603)][0])}\n`)
})

test('tail --follow shows what comes', async () => {
  const { child, ended } = start(['ledger', 'tail', '-n', '1', '--follow', '--json'], cwd)
  let out = ''
  child.stdout!.on('data', (text: string) => {
    out += text
  })
  while (!out.includes('"seq":603')) await wait(20)
  ledger.append([{ type: 'sample.noted', run: 'r', subject: { n: 'last' } }])
  while (!out.includes('"n":"last"')) await wait(20)
  child.kill('SIGTERM')
  await ended
  expect(out.trim().split('\n').length).toBe(2)
})

test('a reader that goes early is no error of the command', () => {
  const sluice = `"${process.execPath}" "${join(PACKAGE_ROOT, 'dist/cli/main.js')}"`
  for (const command of ['reference', 'ledger tail -n 604 --json']) {
    const script = `${sluice} ${command} | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8', timeout: 60_000 })
    expect([stdout, stderr], command).toEqual(['0\n', ''])
  }
})

test('a full disk behind the output is told once and fails the command, which ends', () => {
  const command = [join(PACKAGE_ROOT, 'dist/cli/main.js'), 'ledger', 'tail', '-n', '604', '--json']
  const full = openSync('/dev/full', 'w')
  const run = (err: 'pipe' | number) =>
    spawnSync(process.execPath, command, { cwd, encoding: 'utf8', timeout: 60_000, stdio: ['ignore', full, err] })
  const { status, stderr } = run('pipe')
  expect([status, stderr.match(/SYSTEM_ENOSPC/g), stderr.includes('    at ')]).toEqual([5, ['SYSTEM_ENOSPC'], false])
  expect(run(full).status).toBe(5)
  closeSync(full)
})

test('tail --follow ends when nobody reads it', async () => {
  const { child, ended } = start(['ledger', 'tail', '--follow'], cwd)
  await new Promise((seen) => child.stdout!.once('data', seen))
  child.stdout!.destroy()
  const more = setInterval(() => ledger.append([{ type: 'sample.noted', run: 'r', subject: {} }]), 200)
  await ended
  clearInterval(more)
  expect(child.exitCode).toBe(0)
})

test('export makes a copy that verifies by itself, and prune is seen in the next', async () => {
  // As many entries as the tests before this one wrote.
  const { size } = ledger
  expect(await json('export', 'copy')).toMatchObject({ size, files: 8, key: keys().noteVerifier })
  expect((await command('export', 'copy')).stderr).toContain('LOG_EXPORT_NOT_EMPTY')
  expect(await json('verify', '--log', 'copy', '--key', 'vkey', '--checkpoint', 'old')).toMatchObject({
    ok: true,
    size,
  })

  expect((await command('prune')).stderr).toContain('there is no pruning without a policy')
  expect((await command('prune', '--before', '600', '--dry-run')).stdout).toBe('would remove 512 entries before 512\n')
  expect((await command('prune', '--before', '600')).stdout).toBe(
    `removed 512 entries before 512; the log says so in entry ${size}\n`,
  )
  expect((await command('prune', '--before', '600')).stdout).toBe(
    'nothing to prune: entries go in whole bundles of 256\n',
  )
  expect((await command('verify', '--checkpoint', 'old')).stdout).toContain(
    'pruned      entries below 512, as the log says',
  )
  expect((await command('show', '7')).stderr).toContain('LOG_ENTRIES_ABSENT')
  expect(await json('export', 'smaller')).toMatchObject({ size: size + 1, files: 6 })
  expect(await json('verify', '--log', 'smaller', '--checkpoint', 'old')).toMatchObject({ ok: true, pruned: 512 })
})
