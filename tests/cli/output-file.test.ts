import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openOutput, outputFault } from '../../cli/output-file.ts'
import { removeFolder, start, workFolder } from '../support/sluice.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = workFolder('output')
  file = join(dir, 'out.txt')
})
afterEach(() => removeFolder(dir))

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync('true').pid

/** Waits until the command has opened its output. */
async function opened(): Promise<void> {
  while (readdirSync(dir).length === 0) await new Promise((wait) => setTimeout(wait, 20))
}

test('an output has its name only when it is published, and is readable by its owner alone', () => {
  const output = openOutput(file)
  output.write(Buffer.from('one '))
  output.write(Buffer.from('two'))
  output.seal()
  expect(existsSync(file)).toBe(false)
  output.publish()
  expect(readdirSync(dir)).toEqual(['out.txt'])
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['one two', 0o600])
})

test('what is discarded leaves nothing, and keeps the file that was there', () => {
  writeFileSync(file, 'before')
  const output = openOutput(file)
  output.write(Buffer.from('half'))
  output.discard()
  expect([readdirSync(dir), readFileSync(file, 'utf8')]).toEqual([['out.txt'], 'before'])
})

test('what a killed run left of the same file goes; what lives or is another file stays', () => {
  const dead = deadPid()
  const stay = [`out.txt.tmp-${process.pid}-0-99`, `out.txt.tmp-${dead}-0-1.bak`, `other.txt.tmp-${dead}-0-1`]
  for (const name of [...stay, `out.txt.tmp-${dead}-0-1`, `out.txt.tmp-${dead}-3-22`])
    writeFileSync(join(dir, name), '')
  const output = openOutput(file)
  output.discard()
  expect(readdirSync(dir).sort()).toEqual([...stay].sort())
})

test('a full disk says what to do about this file', () => {
  // This device answers as a full disk does.
  const full = openSync('/dev/full', 'w')
  let fault: unknown
  try {
    writeSync(full, 'x')
  } catch (error) {
    fault = error
  } finally {
    closeSync(full)
  }
  const error = outputFault(fault, 'clean.jsonl')
  expect(error.format()).toBe(
    `clean.jsonl: SYSTEM_ENOSPC: writing the output: the disk is full
  → make room, or choose another place with --out; then run the same command again: nothing was left behind`,
  )
  expect(error.exit).toBe(5)
})

test('somebody listens for signals from before the file is there until it has its name, and not after a failure', () => {
  const listeners = (): readonly number[] =>
    ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal))
  const before = listeners()
  const output = openOutput(file)
  expect(listeners()).toEqual(before.map((count) => count + 1))
  output.seal()
  output.publish()
  expect(listeners()).toEqual(before)
  expect(() => openOutput(join(dir, 'nowhere', 'out.txt'))).toThrow('cannot be written')
  expect(listeners()).toEqual(before)
})

test('a signal takes the unfinished output away', async () => {
  const running = start(['redact', '--format', 'text', '--out', file], dir)
  running.child.stdin!.write('call 212-555-0123 now. '.repeat(4000))
  await opened()
  running.child.kill('SIGTERM')
  expect((await running.ended).signal).toBe('SIGTERM')
  expect(readdirSync(dir)).toEqual([])
})

test('a run that is killed leaves a file that the next one removes', async () => {
  const running = start(['redact', '--format', 'text', '--out', file], dir)
  await opened()
  running.child.kill('SIGKILL')
  await running.ended
  expect(readdirSync(dir)).toHaveLength(1)
  const next = start(['redact', '--format', 'text', '--out', file], dir)
  next.child.stdin!.end('call 212-555-0123')
  expect((await next.ended).code).toBe(0)
  expect(readdirSync(dir)).toEqual(['out.txt'])
  expect(readFileSync(file, 'utf8')).toBe('call <PHONE>')
})
