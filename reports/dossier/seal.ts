import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { signStatement } from '../../audit/attestations/bundle.ts'
import { svr } from '../../audit/attestations/predicates/svr.ts'
import { statement } from '../../audit/attestations/statement.ts'
import {
  entryFile,
  type FileItem,
  LATER,
  proofFile,
  RELEASE,
  type ReleaseDocument,
  SEALS,
} from '../../audit/dossier/release-document.ts'
import { encodeEntry, type StoredEntry } from '../../audit/entry.ts'
import type { Signer } from '../../audit/keys/signer.ts'
import type { Ledger } from '../../audit/ledger.ts'
import { formatTlogProof } from '../../audit/tlog-proof.ts'
import { sha256, sha256FileSync } from '../../util/digest.ts'
import { canonicalJson } from '../../util/json.ts'
import { releaseProperties } from './properties.ts'

/** Everything in `release.json` but the list of files, which is made of what lies in the folder. */
export type ReleaseDraft = Omit<ReleaseDocument, 'files'>

export interface Sealed {
  readonly release: ReleaseDocument
  /** SHA-256 of `release.json`. */
  readonly digest: string
  /** Position of `release.built` in the log, and the checkpoint that covers it. */
  readonly seq: number
  readonly checkpoint: string
}

/**
 * Closes a dossier: lists and hashes every file, writes `release.json`, signs it, logs it, and writes the proof that it
 * is in the log and that the log only grew since the evidence was taken.
 *
 * @param keys.since entries of the log when the evidence was taken from it
 * @param keys.keep stores the document, so that the log's payload can be found.
 */
export async function sealDossier(
  folder: string,
  draft: ReleaseDraft,
  keys: {
    readonly signer: Signer
    readonly ledger: Ledger
    readonly since: number
    readonly keep: (text: string) => void
  },
): Promise<Sealed> {
  const { signer, ledger, since, keep } = keys
  const release: ReleaseDocument = { ...draft, files: listFiles(folder) }
  const text = canonicalJson(release)
  const digest = sha256(text)
  writeFileSync(join(folder, RELEASE), text)
  const claim = svr({
    time: release.created,
    policies: release.policies.map(({ name, digest: sha }) => ({ name, digest: sha })),
    properties: releaseProperties(release, folder),
  })
  const model = release.candidate === undefined ? [] : [{ name: 'model', digest: { sha256: release.candidate.model } }]
  const subject = [{ name: RELEASE, digest: { sha256: digest } }, ...model]
  writeFileSync(join(folder, 'release.sigstore.json'), await signStatement(statement(subject, claim), signer))
  keep(text)
  const { first, checkpoint } = ledger.append([
    {
      type: 'release.built',
      run: release.run,
      subject: {
        release: digest,
        state: release.state,
        ...(release.candidate === undefined ? {} : { model: release.candidate.model }),
      },
      payload: digest,
    },
  ])
  const [entry] = [...ledger.entries(first, first + 1)]
  writeFileSync(join(folder, 'audit/release.json-entry'), encodeEntry(entry!))
  writeFileSync(join(folder, 'audit/release.tlog-proof'), proofText(first, ledger))
  writeFileSync(join(folder, 'audit/release.consistency'), hashLines(ledger.proveConsistency(since)))
  return { release, digest, seq: first, checkpoint }
}

/** Writes the checkpoint, and each entry with its proof. Returns what `release.json` says of them. */
export function writeEntries(
  folder: string,
  ledger: Ledger,
  entries: readonly StoredEntry[],
): ReleaseDocument['entries'] {
  mkdirSync(join(folder, 'audit/entries'), { recursive: true })
  writeFileSync(join(folder, 'audit/checkpoint'), ledger.checkpoint())
  return entries.map((entry) => {
    const file = entryFile(entry.seq)
    writeFileSync(join(folder, file), encodeEntry(entry))
    writeFileSync(join(folder, proofFile(file)), proofText(entry.seq, ledger))
    return { seq: entry.seq, file }
  })
}

function proofText(seq: number, ledger: Ledger): string {
  const hashes = ledger.proveInclusion(seq).map((hash) => Buffer.from(hash, 'hex'))
  return formatTlogProof({ index: seq, hashes, checkpoint: ledger.checkpoint() })
}

/** Hashes in base64, one a line. */
function hashLines(hashes: readonly string[]): string {
  return hashes.map((hash) => `${Buffer.from(hash, 'hex').toString('base64')}\n`).join('')
}

/** Every file of the folder but `release.json` and what is made after it, sorted, hashed. */
function listFiles(folder: string): readonly FileItem[] {
  const without = new Set([RELEASE, ...SEALS, ...LATER])
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !without.has(path))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => ({ path, ...sha256FileSync(join(folder, path)) }))
    .map(({ path, sha256: sha, bytes }) => ({ path, sha256: sha, bytes }))
}

/** Files of a finished dossier in the order of its archive. */
export function dossierFiles(folder: string): readonly { readonly path: string; readonly bytes: number }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: file.slice(folder.length + 1), bytes: statSync(file).size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

export function writeInto(folder: string, path: string, data: string | Uint8Array): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, data)
}
