import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { type LedgerReader, readLedger } from '../ledger-reader.ts'
import { verifyConsistency } from '../merkle.ts'
import type { PublicKey } from '../note.ts'
import { verifyLedger } from '../verify.ts'
import type { Dossier, DossierLog } from './dossier.ts'

/**
 * What a newer state of the log says of this release: it must have grown out of the log of the dossier, hold the entry of
 * the release, and not say that the release was revoked. An older copy cannot tell, and that is reported too.
 */
export function checkLaterLog(dossier: Dossier, key: PublicKey, log: DossierLog, folder: string): void {
  const code = laterLogProblem(dossier, key, log, folder)
  if (code !== undefined) dossier.findings.in('outside')(code, '')
}

function laterLogProblem(dossier: Dossier, key: PublicKey, log: DossierLog, folder: string): string | undefined {
  const later = open(folder, key)
  if (later === undefined || !verifyLedger(folder, key).ok) return 'LATER_LOG_BROKEN'
  const { checkpoint } = log
  if (checkpoint === undefined) return undefined
  if (later.size < checkpoint.size) return 'LATER_LOG_OLDER'
  const hashes = later.proveConsistency(checkpoint.size).map((hash) => Buffer.from(hash, 'hex'))
  const root = Buffer.from(later.root, 'hex')
  if (!verifyConsistency(checkpoint.size, later.size, hashes, checkpoint.root, root)) return 'LATER_LOG_FORKED'
  const digest = sha256(dossier.releaseBytes)
  let built = false
  for (const { type, subject, payload } of later.entries(checkpoint.size)) {
    if (type === 'release.built' && payload === digest) built = true
    if (type === 'release.revoked' && subject['release'] === digest) return 'RELEASE_REVOKED'
  }
  return built ? undefined : 'LATER_LOG_OLDER'
}

function open(folder: string, key: PublicKey): LedgerReader | undefined {
  try {
    return readLedger(folder, key)
  } catch (error) {
    if (error instanceof SluiceError) return undefined
    throw error
  }
}
