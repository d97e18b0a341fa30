import { sha256 } from '../../util/digest.ts'
import { checkCosignatures } from '../cosignature.ts'
import type { Checkpoint, PublicKey } from '../note.ts'
import type { Certificate } from '../timestamp/certificate.ts'
import { verifyTimestamp } from '../timestamp/verify.ts'
import type { VerifierKey } from '../verifier-key.ts'
import { openCheckpoint } from './check-log.ts'
import { type Dossier, type DossierLog, ownEntries } from './dossier.ts'

const [COSIGNED, STAMPED, REPLY] = ['audit/cosignatures', 'audit/anchor.note', 'audit/anchor.tsr'] as const

/** What the verifying person has from elsewhere. */
export interface Outside {
  /** Signed notes, one or more in each text. */
  readonly checkpoints: readonly string[]
  readonly witnesses: readonly VerifierKey[]
  /** Certificates of time stamping authorities that are trusted. */
  readonly authorities?: readonly Certificate[]
  readonly now: Date
}

/**
 * What others saw of the log agrees with it. Returns whether one of them saw the whole run: only then somebody else
 * vouches for it.
 */
export function checkOutside(dossier: Dossier, key: PublicKey, log: DossierLog, outside: Outside): boolean {
  const report = dossier.findings.in('outside')
  const end = ownEntries(dossier, log, 'run.finished')[0]?.seq ?? Number.POSITIVE_INFINITY
  const read = (path: string): string | undefined =>
    dossier.source.files.has(path) ? dossier.source.read(path).toString('utf8') : undefined
  const compare = (note: string, kind: string, file: string): Checkpoint | undefined => {
    const seen = openCheckpoint(note, key)
    const root = typeof seen === 'string' ? undefined : log.rootAt(seen.size)
    if (typeof seen === 'string') report(`${kind}_OTHER_KEY`, file)
    else if (root === undefined) report(`${kind}_NOT_COMPARABLE`, file)
    else if (!root.equals(seen.root)) report(`${kind}_FORKED`, file)
    else return seen
    return undefined
  }
  const kept = outside.checkpoints.flatMap(notesIn).map((note) => compare(note, 'OUTSIDE', ''))
  const cosigned = read(COSIGNED)
  const seen = cosigned === undefined ? undefined : compare(cosigned, 'COSIGNATURE', COSIGNED)
  const witnessed = outside.witnesses.map((witness) => {
    const code = seen === undefined ? 'COSIGNATURE_MISSING' : witnessProblem(cosigned!, witness)
    if (code !== undefined) report(code, COSIGNED)
    return code === undefined ? seen : undefined
  })
  const stamped = read(STAMPED)
  const anchored = stamped === undefined ? undefined : compare(stamped, 'ANCHOR', STAMPED)
  let anchor: Checkpoint | undefined
  if (outside.authorities !== undefined) {
    const code = stampProblem(dossier, stamped, outside.authorities, outside.now)
    if (code === undefined) anchor = anchored
    else report(code, REPLY)
  }
  return [...kept, ...witnessed, anchor].some((checkpoint) => checkpoint !== undefined && checkpoint.size > end)
}

/** The notes of a file: one, or several with empty lines between them. What is no note is taken as one, and fails. */
function notesIn(text: string): readonly string[] {
  return text.match(/[^\n]+\n\d+\n[^\n]+\n\n(?:\u2014 [^\n]+\n)+/g) ?? [text]
}

function witnessProblem(note: string, witness: VerifierKey): string | undefined {
  const { cosignatures, problems } = checkCosignatures(note, [witness])
  if (problems.length > 0) return 'COSIGNATURE_WRONG'
  return cosignatures.length === 0 ? 'COSIGNATURE_MISSING' : undefined
}

function stampProblem(
  dossier: Dossier,
  note: string | undefined,
  trusted: readonly Certificate[],
  now: Date,
): string | undefined {
  if (note === undefined || !dossier.source.files.has(REPLY)) return 'ANCHOR_MISSING'
  const checked = verifyTimestamp(dossier.source.read(REPLY), { digest: sha256(note), nonce: undefined, trusted, now })
  return checked.ok ? undefined : 'ANCHOR_WRONG'
}
