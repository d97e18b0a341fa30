import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKeys } from '../../audit/keys.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { loadRun } from '../../pipelines/engine/history.ts'
import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import { PACKAGE_ROOT } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { removeFolder, someTickets, workFolder } from '../support/sluice.ts'
import { countCalls, FAULTS, hasStrace, type Injection, injectOption } from './strace.ts'

/**
 * Every call × every fault with `SLUICE_STRACE=all`, the third quarter of them with `3/4`; else so many of them (or
 * `SLUICE_STRACE=40`), chosen by a seed.
 */
const ASKED = process.env['SLUICE_STRACE'] ?? '2'
if (!/^(?:all|[1-9]\d*(?:\/[1-9]\d*)?)$/.test(ASKED)) throw new Error('SLUICE_STRACE: give all, 3/4 or 40')
const [SHARD, SHARDS] = (ASKED.includes('/') ? ASKED : '1/1').split('/').map(Number) as [number, number]
const SAMPLE = ASKED === 'all' || ASKED.includes('/') ? undefined : Number(ASKED)
/** Calls that change the store or decide what is in it. Reads of Node's own modules are not what this is about. */
const CALLS = ['openat', 'write', 'fsync', 'fdatasync', 'rename', 'link', 'unlink', 'mkdir', 'close'] as const

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: tiny
purpose: tests
owner: tests
seed: 5
sources:
  tickets: { uri: tickets.jsonl, licence: CC0-1.0, lawful_basis: synthetic, purpose: tests }
stages:
  ingest: { uses: ingest, with: { shard: { rows: 100 } } }
`

let cwd = ''
const store = () => join(cwd, '.sluice')
const command = [join(PACKAGE_ROOT, 'dist/cli/main.js'), 'run', 'p.yaml', '--jobs', '1']
const env = { ...process.env, NO_COLOR: '1' }

beforeAll(() => {
  cwd = workFolder('run-strace', { 'p.yaml': PIPELINE, 'tickets.jsonl': someTickets(3) })
})
afterAll(() => removeFolder(cwd))

describe.skipIf(!hasStrace())('strace of a run (skipped where it is not installed or may not trace)', () => {
  test('whichever file call of a run fails or kills, the log is whole and the next run ends well', async () => {
    const log = join(cwd, 'calls')
    const options = ['-y', '-e', `trace=${CALLS.join(',')}`, '-o', log]
    expect(await exitOf('strace', ['-qq', ...options, process.execPath, ...command])).toBe(0)
    const injections = ordinals(readFileSync(log, 'utf8')).flatMap(({ call, n }) =>
      FAULTS.map((fault): Injection => ({ call, n, fault })),
    )
    expect(injections.length).toBeGreaterThan(200)
    const seen = { passed: 0, failed: 0, killed: 0, withoutLog: 0 }
    const chosen = SAMPLE === undefined ? shard(injections) : sample(injections, SAMPLE)
    expect(chosen.length).toBeGreaterThan(0)
    for (const injection of chosen) {
      const what = JSON.stringify(injection)
      rmSync(store(), { recursive: true })
      const args = ['-qq', '-o', '/dev/null', ...injectOption(injection), process.execPath, ...command]
      const status = await exitOf('strace', args)
      if (existsSync(join(store(), 'ledger/checkpoint')) && existsSync(join(store(), 'keys/ledger.pub'))) {
        const report = check()
        expect(report.problems, what).toEqual([])
        // A run that said it passed is in the log with its end.
        if (status === 0) expect(report.openRuns, what).toEqual([])
      } else seen.withoutLog += 1
      if (injection.fault === 'SIGKILL') seen.killed += 1
      else if (status === 0) seen.passed += 1
      else seen.failed += 1
      expect(await exitOf(process.execPath, command), what).toBe(0)
      expect(check(), what).toMatchObject({ ok: true, problems: [], warnings: [], openRuns: [] })
    }
    if (process.env['SLUICE_STRACE'] !== undefined)
      process.stdout.write(
        `strace of a run: ${chosen.length} of ${injections.length} injections, ${JSON.stringify(seen)}\n`,
      )
  }, 14_400_000)
})

/** Exit code of a program; `null` where a signal ended it. Waiting without blocking leaves the test runner its turn. */
async function exitOf(program: string, args: readonly string[]): Promise<number | null> {
  const [code] = await once(spawn(program, args, { cwd, env, stdio: 'ignore' }), 'close')
  return code
}

/** The log against the checkpoints of all run records. */
function check() {
  const folder = join(store(), 'runs')
  const records = (existsSync(folder) ? readdirSync(folder) : []).flatMap((run): RunRecord[] =>
    existsSync(join(folder, run, 'run.json')) ? [loadRun(store(), run)] : [],
  )
  const earlier = records.flatMap(({ ledger }) => (ledger === null ? [] : [ledger.checkpoint]))
  return verifyLedger(join(store(), 'ledger'), openKeys(join(store(), 'keys')), { earlier })
}

/** Which calls of each name, counted from the start of the process, are about the store. */
function ordinals(log: string): readonly { readonly call: string; readonly n: number }[] {
  const found: { readonly call: string; readonly n: number }[] = []
  const counts = new Map<string, number>()
  for (const line of log.split('\n')) {
    const [call] = countCalls(line).keys()
    if (call === undefined) continue
    const n = (counts.get(call) ?? 0) + 1
    counts.set(call, n)
    if (line.includes('.sluice')) found.push({ call, n })
  }
  return found
}

function shard(injections: readonly Injection[]): readonly Injection[] {
  const bound = (shards: number): number => Math.round((injections.length * shards) / SHARDS)
  return injections.slice(bound(SHARD - 1), bound(SHARD))
}

function sample(injections: readonly Injection[], size: number): readonly Injection[] {
  const pick = random(8, 'run-strace')
  return Array.from({ length: size }, () => injections[pick.integer(injections.length)]!)
}
