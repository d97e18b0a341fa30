import type { Json } from '../../util/json.ts'
import type { StoredEntry } from '../entry.ts'
import type { Checkpoint, PublicKey } from '../note.ts'
import { parseCanonical } from './documents.ts'
import type { CheckName, Findings } from './findings.ts'
import type { FileItem, ReleaseDocument } from './release-document.ts'
import type { DossierSource } from './source.ts'

/** A dossier while it is being checked: its files, and what the checks before found out. */
export interface Dossier {
  readonly release: ReleaseDocument
  readonly releaseBytes: Buffer
  readonly listed: ReadonlyMap<string, FileItem>
  /** Paths whose bytes are those that the list says. A file that is not was reported, and is looked at no further. */
  readonly intact: ReadonlySet<string>
  readonly source: DossierSource
  readonly findings: Findings
}

/** What the keys check gives to those after it. */
export interface DossierKeys {
  readonly log: PublicKey
  readonly bundlePem: string
}

/** What the log check gives to those after it. */
export interface DossierLog {
  /** Entries that are whole, by their number. */
  readonly entries: ReadonlyMap<number, StoredEntry>
  /** False where an entry is not whole: then what is missing cannot be told from what is broken. */
  readonly whole: boolean
  /** Root of the log at a size, where the dossier can tell. */
  rootAt(size: number): Buffer | undefined
  readonly checkpoint?: Checkpoint
}

/** Bytes of a file that is as it was listed. */
export function doc(dossier: Dossier, path: string): Buffer | undefined {
  return dossier.intact.has(path) ? dossier.source.read(path) : undefined
}

/** A document in canonical JSON; where its bytes are listed so but are not that, `code` is reported. */
export function canonicalDoc(dossier: Dossier, check: CheckName, path: string, code: string): Json | undefined {
  const bytes = doc(dossier, path)
  if (bytes === undefined) return undefined
  const value = parseCanonical(bytes)
  if (value === undefined) dossier.findings.in(check)(code, path)
  return value
}

/** Listed paths that begin so, in order. */
export function below(dossier: Dossier, prefix: string): readonly string[] {
  return [...dossier.listed.keys()].filter((path) => path.startsWith(prefix))
}

/** Entries of the run with this type. */
export function ownEntries(dossier: Dossier, log: DossierLog, type: string): readonly StoredEntry[] {
  return [...log.entries.values()].filter((entry) => entry.run === dossier.release.run && entry.type === type)
}
