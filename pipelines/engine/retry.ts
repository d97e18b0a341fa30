import { SluiceError, toSluiceError } from '../../util/errors.ts'

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number
  /** The first wait; it doubles each time. */
  readonly backoffMs: number
}

/** Tries again after errors that say that they are transient (a busy file, a worker that died), and after no others. */
export async function withRetry<T>(
  policy: RetryPolicy,
  doing: string,
  signal: AbortSignal,
  onRetry: (retry: { readonly attempt: number; readonly code: string; readonly wait_ms: number }) => void,
  act: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (cause) {
      const error = toSluiceError(cause, doing)
      if (!error.transient || signal.aborted) throw error
      // It was tried often enough: whoever is above must not take it for something to try again.
      if (attempt >= policy.attempts) throw new SluiceError({ ...error.toJSON(), transient: false, cause: error.cause })
      const wait = policy.backoffMs * 2 ** (attempt - 1)
      onRetry({ attempt, code: error.code, wait_ms: wait })
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}
