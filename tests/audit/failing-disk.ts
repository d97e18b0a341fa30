import { disk, type Files } from '../../audit/files.ts'

export type Fault = 'EIO' | 'ENOSPC' | 'crash'

export interface FailingDisk extends Files {
  /** Operations until now. */
  readonly operations: number
  /** The operation that failed. */
  readonly failed: string | undefined
  /** From here on, count and fail. */
  arm(): void
}

/** The disk without its fsync: what these tests are about is which operation fails, not the power. */
export const quickDisk: Files = { ...disk, sync: () => {} }

/**
 * The disk, but its n-th operation after `arm()` fails. After a `crash` every later one fails too, as for a process that
 * was killed in the middle of the n-th: a write leaves half of its bytes, anything else is not done at all.
 */
export function failingDisk(n: number, fault: Fault): FailingDisk {
  let operations = 0
  let armed = false
  let failed: string | undefined
  const wrap = <K extends keyof Files>(name: K): Files[K] => {
    const call = quickDisk[name] as (...args: unknown[]) => unknown
    return ((...args: unknown[]) => {
      if (!armed) return call(...args)
      operations += 1
      if (operations < n || (operations > n && fault !== 'crash')) return call(...args)
      failed ??= name
      if (operations === n && name === 'write') {
        const half = Math.floor((args[3] as number) / 2)
        if (half > 0) call(args[0], args[1], args[2], half)
      }
      // A descriptor is closed even where that is reported as failed, by the kernel as by the end of a process.
      if (name === 'close') call(...args)
      const code = fault === 'crash' ? 'EIO' : fault
      throw Object.assign(new Error(`${code} by the test`), { code, syscall: name === 'sync' ? 'fsync' : name })
    }) as Files[K]
  }
  const names = Object.keys(disk) as (keyof Files)[]
  return {
    ...(Object.fromEntries(names.map((name) => [name, wrap(name)])) as unknown as Files),
    get operations() {
      return operations
    },
    get failed() {
      return failed
    },
    arm: () => {
      armed = true
    },
  }
}
