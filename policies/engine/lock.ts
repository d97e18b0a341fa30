import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { lockName } from './refs.ts'

/** `sluice.lock`: what the policies of a pipeline were when somebody last looked at them. */
export interface PolicyLock {
  readonly file: string
  /** Reference → digest of the policy with all that it extends. */
  readonly policies: Readonly<Record<string, string>>
}

/** The lock in a folder; `undefined` where there is none. @throws SluiceError `LOCK_INVALID`. */
export function readPolicyLock(dir: string): PolicyLock | undefined {
  const file = join(dir, 'sluice.lock')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw invalid(file, error)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(file, error)
  }
  const { version, policies } = (value ?? {}) as { readonly version?: unknown; readonly policies?: unknown }
  if (version !== 1 || typeof policies !== 'object' || policies === null || Array.isArray(policies)) throw invalid(file)
  if (!Object.values(policies).every((digest) => typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest))) {
    throw invalid(file)
  }
  return { file, policies: policies as Readonly<Record<string, string>> }
}

/** Writes the lock beside a pipeline, references in order, durable before it returns. */
export function writePolicyLock(dir: string, policies: Readonly<Record<string, string>>): string {
  const file = join(dir, 'sluice.lock')
  const sorted = Object.fromEntries(Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileDurable(file, `${JSON.stringify({ version: 1, policies: sorted }, null, 2)}\n`)
  return file
}

/**
 * Refuses a policy that is not what the lock says.
 *
 * @throws SluiceError `POLICY_NOT_LOCKED`, `POLICY_LOCK_MISMATCH` (exit 4).
 */
export function checkPolicyLock(
  lock: PolicyLock,
  ref: string,
  baseDir: string,
  policy: { readonly digest: string },
): void {
  const name = lockName(ref, baseDir)
  const wanted = lock.policies[name]
  if (wanted === policy.digest) return
  throw new SluiceError({
    code: wanted === undefined ? 'POLICY_NOT_LOCKED' : 'POLICY_LOCK_MISMATCH',
    message:
      wanted === undefined
        ? `the policy \`${name}\` is not in the lock`
        : `the policy \`${name}\` (with all that it extends) is not what was locked`,
    next: 'see what changed with `sluice policy diff`, then `sluice policy lock PIPELINE`',
    at: { file: lock.file },
    exit: 4,
  })
}

function invalid(file: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'LOCK_INVALID',
    message: 'this is not a lock file of Sluice',
    next: 'restore it from version control, or write it again: sluice policy lock PIPELINE',
    at: { file },
    exit: 4,
    cause,
  })
}
