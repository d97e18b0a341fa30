import { join } from 'node:path'
import { type CheckpointTarget, type Exported, exportCheckpoint } from '../audit/checkpoint-export.ts'
import { checkpointLine } from '../audit/checkpoint-line.ts'
import { type Keys, openKeys } from '../audit/keys.ts'
import { type Ledger, openLedger } from '../audit/ledger.ts'
import { SluiceError, toSluiceError } from '../util/errors.ts'

export interface LeavingCheckpoint {
  /** `sluice-checkpoint SIZE ROOT KEY`, to be pasted where the store's owner cannot change it; none if the log is broken. */
  readonly line: string | undefined
  readonly exported: readonly Exported[]
  /** What went wrong; each has exit 4 (the log is not what the target saw) or 5. */
  readonly errors: readonly SluiceError[]
}

/**
 * Takes the checkpoint of a finished run out of the store. A target that fails does not keep the others from getting
 * theirs; the failure is logged (`checkpoint.export_failed`) and given back, never swallowed.
 */
export function leaveCheckpoint(store: string, targets: readonly CheckpointTarget[]): LeavingCheckpoint {
  try {
    const keys = openKeys(join(store, 'keys'))
    const ledger = openLedger(join(store, 'ledger'), keys)
    const line = checkpointLine(ledger, keys)
    const results = targets.map((target) => tryExport(ledger, keys, target))
    return {
      line,
      exported: results.flatMap((result) => (result instanceof SluiceError ? [] : [result])),
      errors: results.flatMap((result) => (result instanceof SluiceError ? [result] : [])),
    }
  } catch (cause) {
    // The run has said that its log is broken; without a target there is nothing more to miss.
    const error = asRunError(toSluiceError(cause, EXPORTING))
    return { line: undefined, exported: [], errors: targets.length === 0 ? [] : [error] }
  }
}

function tryExport(ledger: Ledger, keys: Keys, target: CheckpointTarget): Exported | SluiceError {
  try {
    return exportCheckpoint(ledger, keys, target)
  } catch (cause) {
    const error = asRunError(toSluiceError(cause, EXPORTING))
    const subject = { to: target.to, code: error.code }
    ledger.append([{ type: 'checkpoint.export_failed', run: 'log', subject }])
    return error
  }
}

const EXPORTING = 'taking the checkpoint out of the store'

/** At the end of a run a target that cannot be used is no mistake of usage any more: the run did not do all it should. */
function asRunError({ code, message, next, at, cause, exit }: SluiceError): SluiceError {
  return new SluiceError({
    code,
    message,
    ...(next === undefined ? {} : { next }),
    ...(at === undefined ? {} : { at }),
    exit: exit === 4 ? 4 : 5,
    cause,
  })
}
