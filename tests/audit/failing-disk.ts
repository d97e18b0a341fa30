import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Calls that change the disk, in the form our code uses them. */
const CHANGES = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'renameSync',
  'linkSync',
  'mkdirSync',
  'rmSync',
] as const

export type Fault = 'EIO' | 'ENOSPC' | 'crash'

/**
 * Runs `work` on a disk whose n-th change fails. After a `crash` every later change fails too, as for a process that
 * was killed in the middle of the n-th: a write leaves half of its bytes, anything else is not done at all.
 */
export function onFailingDisk<T>(
  n: number,
  fault: Fault,
  work: () => T,
): { readonly changes: number; readonly result?: T; readonly error?: unknown } {
  const originals = new Map(CHANGES.map((name) => [name, fs[name]]))
  let changes = 0
  const target = fs as unknown as Record<string, unknown>
  for (const [name, original] of originals) {
    target[name] = (...args: unknown[]) => {
      changes += 1
      const call = original as (...args: unknown[]) => unknown
      if (changes < n || (changes > n && fault !== 'crash')) return call(...args)
      if (changes === n && name === 'writeSync' && args[1] instanceof Uint8Array) {
        const half = Math.floor((args[3] as number) / 2)
        if (half > 0) call(args[0], args[1], args[2], half)
      }
      const code = fault === 'crash' ? 'EIO' : fault
      throw Object.assign(new Error(`${code} by the test`), { code, syscall: name.replace('Sync', '') })
    }
  }
  syncBuiltinESMExports()
  try {
    return { result: work(), changes }
  } catch (error) {
    return { error, changes }
  } finally {
    for (const [name, original] of originals) target[name] = original
    syncBuiltinESMExports()
  }
}
