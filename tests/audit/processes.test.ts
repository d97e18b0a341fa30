import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger } from '../../audit/ledger.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { compiledModule } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'
import { newLog } from './setup.ts'

/** Appends until it is killed, from its main thread and one worker, and prints the id of each acknowledged entry. */
const PROGRAM = `
import { writeSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
const { keys, dir, name, program } = workerData ?? JSON.parse(process.argv[2])
const { openKeys } = await import(${JSON.stringify(compiledModule('audit/keys.js').href)})
const { openLedger } = await import(${JSON.stringify(compiledModule('audit/ledger.js').href)})
if (isMainThread) new Worker(program, { workerData: { keys, dir, name: name + 'w', program } })
const ledger = openLedger(dir, openKeys(keys))
for (let i = 0; ; i++) {
  const ids = [name + '-' + i + 'x', name + '-' + i + 'y']
  const { first } = ledger.append(ids.map((id) => ({ type: 'stage.completed', run: 'r', subject: { id } })))
  writeSync(1, ids.map((id, k) => id + ' ' + (first + k) + '\\n').join(''))
}
`

test('processes and threads that append together and are killed lose nothing that was acknowledged', async () => {
  const { dir, keys } = newLog()
  openLedger(dir, keys)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-append-'))
  const program = join(folder, 'append.mjs')
  writeFileSync(program, PROGRAM)
  const pick = random(7, 'kill')
  const acknowledged: string[] = []
  const one = (name: string) =>
    new Promise<void>((done, fail) => {
      const child = spawn(process.execPath, [
        program,
        JSON.stringify({ keys: join(dir, '../keys'), dir, name, program }),
      ])
      let out = ''
      let err = ''
      let started = false
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString('utf8')
        // The clock of the kill starts with the first entry, so that a slow machine tests as much as a fast one.
        if (!started) setTimeout(() => child.kill('SIGKILL'), 200 + pick.integer(700))
        started = true
      })
      child.stderr.on('data', (chunk: Buffer) => {
        err += chunk.toString('utf8')
      })
      child.on('close', (_code, signal) => {
        acknowledged.push(...out.split('\n').slice(0, -1))
        if (signal === 'SIGKILL') done()
        else fail(new Error(err))
      })
    })
  for (let round = 0; round < 3; round++) {
    await Promise.all(['a', 'b', 'c'].map((name) => one(`${name}${round}`)))
  }
  const ledger = openLedger(dir, keys)
  const found = new Map<string, number[]>()
  for (const entry of ledger.entries()) {
    const id = entry.subject['id']
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), entry.seq])
  }
  expect(acknowledged.length).toBeGreaterThan(100)
  for (const line of acknowledged) {
    const [id, seq] = line.split(' ')
    expect(found.get(id!), line).toEqual([Number(seq)])
  }
  for (const [id, places] of found) expect(places.length, id).toBe(1)
  expect(verifyLedger(dir, readFileSync(join(dir, '../keys/ledger.pub'), 'utf8'))).toMatchObject({
    ok: true,
    warnings: [],
  })
})
