import type { Decision } from '../../policies/engine/decision.ts'
import type { ExitCode, SerializedError } from '../../util/errors.ts'
import type { RunRecord } from './run-record.ts'

/**
 * How a run ended and its exit code, from nothing but the decisions and the errors. An integrity failure outweighs every
 * other error, an error outweighs a gate that blocks.
 *
 * @param fatal - what stopped the run as a whole (the log cannot be written, an interruption)
 */
export function outcomeOf(
  decisions: readonly Pick<Decision, 'outcome'>[],
  stageErrors: readonly SerializedError[],
  fatal: SerializedError | undefined,
): { readonly outcome: RunRecord['outcome']; readonly exit: ExitCode } {
  const errors = [...(fatal === undefined ? [] : [fatal]), ...stageErrors]
  const [first] = errors
  if (first !== undefined) {
    return { outcome: 'errored', exit: errors.some((error) => error.exit === 4) ? 4 : first.exit }
  }
  if (decisions.some((decision) => decision.outcome === 'block')) return { outcome: 'blocked', exit: 1 }
  return { outcome: 'passed', exit: 0 }
}
