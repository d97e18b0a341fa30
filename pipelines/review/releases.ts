import type { LedgerReader } from '../../audit/ledger-reader.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Desk } from './desk.ts'

/** What the log says of one release. */
export interface LoggedRelease {
  /** Digest of `release.json`. */
  readonly digest: string
  readonly run: string
  /** `built`: a dossier that no promotion followed. */
  readonly state: 'built' | 'promoted' | 'revoked'
  /** When that was logged. */
  readonly ts: string
  /** Why it was revoked. */
  readonly reason?: string
}

/** The releases that the log knows, oldest first. */
export function loggedReleases(ledger: LedgerReader): readonly LoggedRelease[] {
  const found = new Map<string, LoggedRelease>()
  for (const { type, run, subject, ts } of ledger.entries()) {
    if (!type.startsWith('release.')) continue
    const digest = subject['release'] ?? ''
    if (type === 'release.built') found.set(digest, { digest, run, state: 'built', ts })
    const known = found.get(digest)
    if (known === undefined || known.state === 'revoked') continue
    if (type === 'release.promoted') found.set(digest, { ...known, state: 'promoted', ts })
    if (type === 'release.revoked')
      found.set(digest, { ...known, state: 'revoked', ts, reason: subject['reason'] ?? '' })
  }
  return [...found.values()]
}

/** The release that is meant: by the beginning of its digest (8 digits at least), or its run. @throws `RELEASE_UNKNOWN`. */
export function findRelease(releases: readonly LoggedRelease[], named: string): LoggedRelease {
  const found = releases.filter(
    ({ digest, run }) => run === named || (/^[0-9a-f]{8,64}$/.test(named) && digest.startsWith(named)),
  )
  // A run may have been built before it was promoted: the promoted one is meant.
  const [only] = found.length > 1 ? found.filter(({ state }) => state === 'promoted') : found
  if (only !== undefined) return only
  throw new SluiceError({
    code: 'RELEASE_UNKNOWN',
    message: 'the log has no such release, or more than one',
    next: 'list them with: sluice release list',
  })
}

/** Logs that a release is taken back. Returns the new checkpoint. @throws `RELEASE_REASON`, `RELEASE_REVOKED`. */
export function revoke(desk: Desk, release: LoggedRelease, reason: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,63}$/.test(reason)) {
    throw new SluiceError({
      code: 'RELEASE_REASON',
      message: '--reason is not an id or a short word',
      next: 'give it without blanks: leaked_canary, or the number of a ticket. No names: it goes into the log',
    })
  }
  if (release.state === 'revoked') {
    throw new SluiceError({
      code: 'RELEASE_REVOKED',
      message: 'this release was revoked before',
      next: 'sluice release list says why',
    })
  }
  const { checkpoint } = desk.ledger.append([
    { type: 'release.revoked', run: release.run, subject: { release: release.digest, reason } },
  ])
  return checkpoint
}
