import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurable } from '../../../util/durable.ts'

/** What a killed run needs to find its way back. Holds ids and digests only. */
export interface RemoteState {
  /** Digest of what is asked for: files, model, hyperparameters, seed. Another one begins anew. */
  readonly fingerprint: string
  readonly trainingFile?: string
  readonly validationFile?: string
  /** Counts jobs that failed at the provider and were started again by a person. */
  readonly attempt: number
  readonly job?: string
  /** Id of the newest event that was told. */
  readonly lastEvent?: string
}

const NAME = 'remote-job.json'

/** The state of the same fingerprint, or a fresh one. */
export function loadState(folder: string, fingerprint: string): RemoteState {
  const path = join(folder, NAME)
  if (existsSync(path)) {
    try {
      const state = JSON.parse(readFileSync(path, 'utf8')) as RemoteState
      if (state.fingerprint === fingerprint) return state
    } catch {
      // Written atomically, so it was damaged from outside: the provider still knows the job by its metadata.
    }
  }
  return { fingerprint, attempt: 1 }
}

/** Writes the state durably, for nobody but the owner. */
export function saveState(folder: string, state: RemoteState): void {
  writeFileDurable(join(folder, NAME), `${JSON.stringify(state, null, 2)}\n`, 0o600)
}
