import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { hasOpenssl, newAuthority } from '../audit/timestamp-authority.ts'
import { type Ended, type Running, removeFolder, sluice, start, workFolder } from '../support/sluice.ts'

/** What leaves the store, and what it then finds. Every case runs the built command. */
const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: checkpoints
purpose: tests
owner: tests
seed: 1
sources:
  data: { uri: data.jsonl, licence: CC0-1.0, lawful_basis: synthetic, purpose: tests }
stages:
  ingest: { uses: ingest }
`
const ROW =
  '{"messages":[{"role":"user","content":"Where is my order?"},{"role":"assistant","content":"On its way."}]}\n'

let dir = ''
/** What the newest run printed. */
let line = ''
/** The store as it was after the first run: what an attacker may put back. */
const OLD = '.old'
const running: Running[] = []

const verify = (...args: readonly string[]): Promise<Ended> => sluice(['verify', ...args], dir)
const codes = ({ stdout }: Ended): readonly string[] =>
  [...stdout.matchAll(/^PROBLEM {2}([A-Z_]+)/gm)].map((match) => match[1]!)
const restoreOld = (): void => {
  rmSync(join(dir, '.sluice'), { recursive: true })
  cpSync(join(dir, OLD), join(dir, '.sluice'), { recursive: true })
}

async function serveWitness(vkey: string): Promise<{ readonly url: string; readonly key: string; stop(): void }> {
  const server = start(
    ['ledger', 'witness', 'serve', '--listen', '127.0.0.1:0', '--state', 'witness', '--log', vkey],
    dir,
  )
  running.push(server)
  const said = await new Promise<string>((done, fail) => {
    let text = ''
    server.child.stdout?.on('data', (more: string) => {
      text += more
      if (/^url .*\n/m.test(text)) done(text)
    })
    void server.ended.then((ended) => fail(new Error(ended.stderr)))
  })
  return {
    key: /^witness +(\S+)/m.exec(said)![1]!,
    url: /^url +(\S+)/m.exec(said)![1]!,
    stop: () => void server.child.kill('SIGKILL'),
  }
}

beforeAll(() => {
  dir = workFolder('leave', { 'p.yaml': PIPELINE, 'data.jsonl': ROW })
})
afterAll(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  removeFolder(dir)
})

describe('a run takes its checkpoint out of the store', () => {
  it('prints it as one line, adds it to a file and commits it to git; verify compares all three', async () => {
    execFileSync('git', ['init', '-q', 'repository'], { cwd: dir })
    const first = await sluice(['run', 'p.yaml', '--checkpoint-to', 'kept.txt'], dir)
    expect([first.stderr, first.code]).toEqual(['', 0])
    cpSync(join(dir, '.sluice'), join(dir, OLD), { recursive: true })
    const second = await sluice(
      ['run', 'p.yaml', '--checkpoint-to', 'kept.txt', '--checkpoint-to', 'git:repository:log'],
      dir,
    )
    expect([second.stderr, second.code]).toEqual(['', 0])
    line = /sluice-checkpoint \d+ \S+ \S+/.exec(second.stdout)![0]
    const all = await verify('--checkpoint', 'kept.txt', join('repository', 'log'), line)
    expect([all.code, codes(all)]).toEqual([0, []])
    expect(all.stdout).toMatch(/consistent with the checkpoints given/)
    expect(execFileSync('git', ['-C', 'repository', 'log', '--format=%an'], { cwd: dir, encoding: 'utf8' })).toBe(
      'sluice\n',
    )
  })

  it('a target that cannot be used is told before the run; one that fails at its end makes exit 5', async () => {
    const early = await sluice(['run', 'p.yaml', '--checkpoint-to', 'git:nowhere'], dir)
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('GIT_NO_REPOSITORY')])
    writeFileSync(join(dir, 'README.md'), '# Not checkpoints\n')
    const late = await sluice(['run', 'p.yaml', '--checkpoint-to', 'README.md', '--checkpoint-to', 'kept.txt'], dir)
    expect([late.code, late.stderr]).toEqual([5, expect.stringContaining('README.md: CHECKPOINT_FILE_BROKEN')])
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('# Not checkpoints\n')
    const ledger = openLedger(join(dir, '.sluice', 'ledger'), openKeys(join(dir, '.sluice', 'keys')))
    expect([...ledger.entries(ledger.size - 2)].map(({ type }) => type)).toEqual([
      'checkpoint.export_failed',
      'checkpoint.exported',
    ])
  })

  it('an old copy of the store is intact by itself, and each of the three tells that it is old', async () => {
    cpSync(join(dir, '.sluice'), join(dir, '.newest'), { recursive: true })
    restoreOld()
    expect((await verify()).code).toBe(0)
    const found = await verify('--checkpoint', 'kept.txt', join('repository', 'log'), line)
    // Two later notes in the file, one in git, and the line.
    expect([found.code, codes(found)]).toEqual([4, Array(4).fill('LOG_ROLLED_BACK')])
    const next = await sluice(['run', 'p.yaml', '--checkpoint-to', 'kept.txt'], dir)
    expect([next.code, next.stderr]).toEqual([4, expect.stringContaining('CHECKPOINT_LOG_CUT')])
    rmSync(join(dir, '.sluice'), { recursive: true })
    cpSync(join(dir, '.newest'), join(dir, '.sluice'), { recursive: true })
  })
})

describe('a witness and an authority', () => {
  it('a witness that is killed goes on where it was, and finds the old copy of the store', async () => {
    const before = await serveWitness(line.split(' ')[3]!)
    const add = (at: { readonly url: string; readonly key: string }) =>
      sluice(['ledger', 'witness', 'add', '--url', at.url, '--witness', at.key], dir)
    const first = await add(before)
    expect([first.stderr, first.code]).toEqual(['', 0])
    writeFileSync(join(dir, 'policy'), `witness w ${before.key}\nquorum w\n`)
    const seen = await verify('--witness-policy', 'policy')
    expect([seen.code, seen.stdout]).toEqual([0, expect.stringContaining('assurance: externally witnessed')])
    before.stop()
    const after = await serveWitness(line.split(' ')[3]!)
    expect(after.key).toBe(before.key)
    expect((await add(after)).code).toBe(0)
    restoreOld()
    const cut = await add(after)
    expect([cut.code, cut.stderr]).toEqual([4, expect.stringContaining('WITNESS_AHEAD')])
    // The old copy has no cosigned note; none was made for it either.
    expect(codes(await verify('--witness-policy', 'policy'))).toEqual(['WITNESS_QUORUM_MISSING'])
  })

  it.skipIf(!hasOpenssl)('a time stamp by file; openssl verifies what was kept (skipped without openssl)', async () => {
    const authority = newAuthority()
    const ca = authority.caFile
    const anchor = (...args: readonly string[]) => sluice(['ledger', 'anchor', ...args], dir)
    expect((await anchor('--query', 'q.tsq')).code).toBe(0)
    const query = readFileSync(join(dir, 'q.tsq'))
    writeFileSync(join(dir, 'r.tsr'), authority.reply(query))
    const taken = await anchor('--reply', 'r.tsr', '--ca', ca)
    expect([taken.stderr, taken.code]).toEqual(['', 0])
    const base = /^kept +(\S+)\.note/m.exec(taken.stdout)![1]!
    const args = ['ts', '-verify', '-data', `${base}.note`, '-in', `${base}.tsr`, '-CAfile', ca]
    expect(spawnSync('openssl', args, { cwd: dir }).status).toBe(0)
  })
})
