import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { compiledModule } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { newLog } from './setup.ts'

/** `SLUICE_APPENDERS=8x4x2000` is what the issue asks for: processes, threads of each, appends of each thread. */
const [PROCESSES, THREADS, APPENDS] = (process.env['SLUICE_APPENDERS'] ?? '3x2x12').split('x').map(Number) as [
  number,
  number,
  number,
]

/**
 * Threads that append one entry at a time and say which were acknowledged. Each goes on where it is told to: after a kill
 * the process is started again, and a thread repeats the append of which it did not say that it was acknowledged.
 */
const PROGRAM = `
import { writeSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
const task = workerData ?? JSON.parse(process.argv[2])
const { openKeys } = await import(${JSON.stringify(compiledModule('audit/keys.js').href)})
const { openLedger } = await import(${JSON.stringify(compiledModule('audit/ledger.js').href)})
if (isMainThread) {
  task.from.slice(1).forEach((from, i) => new Worker(task.program, { workerData: { ...task, thread: i + 1 } }))
}
const thread = task.thread ?? 0
const ledger = openLedger(task.dir, openKeys(task.keys), { lockTimeoutMs: 600_000 })
for (let i = task.from[thread]; i < task.appends; i++) {
  const id = task.name + '.' + thread + '.' + i
  const subject = { id, attempt: String(task.attempt) }
  const { first } = ledger.append([{ type: 'sample.noted', run: 'r', subject }])
  writeSync(1, id + ' ' + task.attempt + ' ' + first + '\\n')
}
`

test('processes and threads that append together and are killed lose nothing that was acknowledged', async () => {
  const { dir, keys } = newLog()
  openLedger(dir, keys)
  const program = join(mkdtempSync(join(tmpdir(), 'sluice-append-')), 'append.mjs')
  writeFileSync(program, PROGRAM)
  const pick = random(7, 'kill')
  const acknowledged: string[] = []
  let kills = 0

  /** Runs one process until it ends or is killed. */
  const attempt = (name: string, from: readonly number[], number: number) =>
    new Promise<string>((done, fail) => {
      const task = { keys: join(dir, '../keys'), dir, name, program, from, appends: APPENDS, attempt: number }
      const child = spawn(process.execPath, [program, JSON.stringify(task)])
      let out = ''
      let err = ''
      // The first kills come soon; then each lasts longer, so that all threads come to their end.
      const most = 20 * 2 ** Math.min(number, 8)
      let left = 1 + pick.integer(most)
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString('utf8')
        left -= chunk.toString('utf8').split('\n').length - 1
        if (left <= 0) child.kill('SIGKILL')
      })
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString('utf8')
      })
      child.on('close', (code, signal) => {
        if (signal === 'SIGKILL') kills += 1
        if (signal === 'SIGKILL' || code === 0) done(out)
        else fail(new Error(err))
      })
    })

  const whole = async (name: string): Promise<void> => {
    let from = Array.from({ length: THREADS }, () => 0)
    for (let number = 0; from.some((next) => next < APPENDS); number++) {
      const said = (await attempt(name, from, number)).split('\n').slice(0, -1)
      acknowledged.push(...said)
      from = from.map((next, thread) => next + said.filter((line) => line.startsWith(`${name}.${thread}.`)).length)
    }
  }
  await Promise.all(Array.from({ length: PROCESSES }, (_, i) => whole(`p${i}`)))

  const ledger = openLedger(dir, keys)
  const found = new Map<string, number[]>()
  const lastOf = new Map<string, number>()
  for (const { seq, subject } of ledger.entries()) {
    const id = subject['id']
    if (id === undefined) continue
    found.set(`${id} ${subject['attempt']}`, [...(found.get(`${id} ${subject['attempt']}`) ?? []), seq])
    // What one thread appended lies in the order in which it did.
    const [name, thread, place] = id.split('.')
    expect(Number(place)).toBeGreaterThanOrEqual(lastOf.get(`${name}.${thread}`) ?? 0)
    lastOf.set(`${name}.${thread}`, Number(place))
  }
  expect(acknowledged.length).toBe(PROCESSES * THREADS * APPENDS)
  for (const line of acknowledged) {
    const [id, number, seq] = line.split(' ')
    expect(found.get(`${id} ${number}`), line).toEqual([Number(seq)])
  }
  for (const [id, places] of found) expect(places.length, id).toBe(1)
  expect(kills).toBeGreaterThan(PROCESSES)
  if (process.env['SLUICE_APPENDERS'] !== undefined) {
    process.stdout.write(`${acknowledged.length} acknowledged, ${kills} kills, ${ledger.size} entries in the log\n`)
  }
  expect(verifyLedger(dir, keys)).toMatchObject({ ok: true, problems: [], warnings: [] })
}, 7_200_000)
