import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Keys } from '../../audit/keys.ts'
import { openLedger } from '../../audit/ledger.ts'
import { readLedger } from '../../audit/ledger-reader.ts'
import { verifyLedger } from '../../audit/verify.ts'
import { problemKind } from '../../audit/verify-report.ts'
import { compiledModule } from '../../util/package-root.ts'
import { quickDisk } from './failing-disk.ts'
import { group, newLog } from './setup.ts'

let dir: string
let keys: Keys
const open = (where = dir, earlier: readonly string[] = []) => openLedger(where, keys, { files: quickDisk, earlier })
const failure = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    const { code, exit } = error as { code: string; exit: number }
    return `${code} ${exit}`
  }
}
const copy = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true })
}

beforeEach(() => {
  const log = newLog()
  dir = log.dir
  keys = log.keys
  open().append(group(300))
})

test('a running process tells a fork from a log that was cut back, and both from damage', () => {
  const answers = ['grown', 'same', 'rolled back', 'forked', 'forked and longer', 'damaged'].map((what) => {
    const work = `${dir}-${what.replaceAll(' ', '-')}`
    const before = `${work}-before`
    copy(dir, work)
    copy(dir, before)
    const running = open(work)
    running.append(group(20, 'mine'))
    if (what === 'grown') open(work).append(group(5, 'other'))
    if (what === 'rolled back') copy(before, work)
    if (what.startsWith('forked')) {
      // The key's holder signs another history from the same beginning.
      open(before).append(group(what === 'forked' ? 20 : 700, 'theirs'))
      copy(before, work)
    }
    if (what === 'damaged') {
      open(work).append(group(300, 'other'))
      const tile = readFileSync(join(work, 'tile/0/001'))
      tile[40]! ^= 1
      writeFileSync(join(work, 'tile/0/001'), tile)
    }
    return `${what}: ${failure(() => running.append(group(1)))}`
  })
  expect(answers).toEqual([
    'grown: none',
    'same: none',
    'rolled back: LOG_ROLLED_BACK 4',
    'forked: LOG_FORKED 4',
    'forked and longer: LOG_FORKED 4',
    'damaged: LOG_DAMAGED 4',
  ])
})

test('a new process that knows an earlier checkpoint tells them apart too, and so does the verifier', () => {
  const kept = `${dir}-kept`
  copy(dir, kept)
  const mine = open().append(group(20, 'mine')).checkpoint
  const codes = (where: string) =>
    verifyLedger(where, keys, { earlier: [mine] }).problems.map(({ code }) => `${code} ${problemKind(code)}`)
  expect(failure(() => open(dir, [mine]))).toBe('none')
  expect(codes(dir)).toEqual([])
  expect(failure(() => open(kept, [mine]))).toBe('LOG_ROLLED_BACK 4')
  expect(codes(kept)).toEqual(['LOG_ROLLED_BACK fork'])
  open(kept).append(group(50, 'theirs'))
  expect(failure(() => open(kept, [mine]))).toBe('LOG_FORKED 4')
  expect(codes(kept)).toEqual(['LOG_FORKED fork'])
  writeFileSync(join(dir, 'tile/0/000'), Buffer.alloc(8192))
  expect(codes(dir).every((each) => each.endsWith(' tamper') || each === 'LOG_FORKED fork')).toBe(true)
  expect(codes(dir)).toContain('LOG_ENTRY_HASH tamper')
})

test('a second writer that ignores the lock is noticed by the first before it commits', () => {
  const other = open()
  let armed = true
  const ledger = openLedger(dir, keys, {
    files: {
      ...quickDisk,
      rename: (from, to) => {
        // While the first one writes its tiles, the second takes the lock away, appends, and puts the lock back.
        if (armed && to.includes('tile/entries')) {
          armed = false
          const lock = readFileSync(join(dir, 'lock'))
          rmSync(join(dir, 'lock'))
          other.append(group(40, 'second'))
          writeFileSync(join(dir, 'lock'), lock)
        }
        quickDisk.rename(from, to)
      },
    },
  })
  expect(failure(() => ledger.append(group(30, 'first')))).toBe('LOG_FORKED 4')
  expect(verifyLedger(dir, keys)).toMatchObject({ ok: true, size: 340 })
})

test('a log is verified and read while others append to it', () => {
  const { dir: live, keys: liveKeys } = newLog()
  const writer = openLedger(live, liveKeys, { files: quickDisk })
  writer.append(group(250))
  let appends = 0
  // Between any two reads of the verifier a writer commits, and removes the tiles that it replaced.
  const files = {
    ...quickDisk,
    read: (path: string) => {
      if (!path.endsWith('checkpoint') && appends < 40) {
        appends += 1
        writer.append(group(1 + (appends % 9), `n${appends}`))
      }
      return quickDisk.read(path)
    },
  }
  for (let n = 0; n < 5; n++) {
    expect(verifyLedger(live, liveKeys, { files }), `${n}`).toMatchObject({ ok: true, problems: [], warnings: [] })
    appends = 0
    const reader = readLedger(live, liveKeys, files)
    expect([...reader.entries()].map(({ seq }) => seq)).toEqual(Array.from({ length: reader.size }, (_, i) => i))
    expect(reader.proveInclusion(0).length).toBeGreaterThan(0)
    appends = 0
  }
  // What is missing without anybody having appended is missing.
  const { size } = writer
  rmSync(join(live, `tile/entries/00${Math.floor(size / 256)}.p/${size % 256}`))
  expect(verifyLedger(live, liveKeys).problems.map(({ code }) => code)).toEqual(['LOG_BUNDLE_MISSING'])
})

test('a lock that a terminated worker thread left is taken over while its process lives', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-thread-'))
  const program = join(folder, 'thread.mjs')
  writeFileSync(
    program,
    `
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
const { acquireLock } = await import(${JSON.stringify(compiledModule('audit/lock.js').href)})
const path = process.argv[2] ?? workerData
if (isMainThread) {
  const worker = new Worker(process.argv[1], { workerData: path })
  await new Promise((done) => worker.once('message', done))
  let busy = ''
  try { acquireLock(path, { timeoutMs: 50 }) } catch (error) { busy = error.code }
  await worker.terminate()
  const held = acquireLock(path, { timeoutMs: 5000 })
  console.log(busy, held.tookOver, held.isMine())
  held.release()
} else {
  acquireLock(path)
  parentPort.postMessage('held')
  setInterval(() => {}, 1000)
}
`,
  )
  const said = execFileSync(process.execPath, [program, join(folder, 'lock')], { encoding: 'utf8' })
  expect(said).toBe('LOG_LOCKED true true\n')
  expect(readdirSync(dirname(program))).toEqual(['thread.mjs'])
})
