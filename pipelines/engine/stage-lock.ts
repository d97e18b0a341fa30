import { join } from 'node:path'
import { acquireLock } from '../../audit/lock.ts'
import { ensureDir } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { aborted } from './fan-out.ts'

const PAUSE_MS = 200

/**
 * Holds the right to run the stage with this key in this store, so that two runs at once do not write into each other's
 * checkpoints: the second waits, and then finds the first one's result. The lock of a killed process is taken over.
 *
 * @param onWait - called once if another run holds it
 */
export async function lockStage(
  storeRoot: string,
  key: string,
  signal: AbortSignal,
  onWait: () => void,
): Promise<() => void> {
  const folder = join(storeRoot, 'work')
  ensureDir(folder)
  for (let waited = false; ; waited = true) {
    if (signal.aborted) throw aborted()
    try {
      return acquireLock(join(folder, `${key}.lock`), { timeoutMs: 0 }).release
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'LOG_LOCKED') throw error
    }
    if (!waited) onWait()
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}
