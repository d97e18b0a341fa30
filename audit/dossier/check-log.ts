import { sha256 } from '../../util/digest.ts'
import { decodeEntry, type StoredEntry } from '../entry.ts'
import { leafHash, verifyConsistency, verifyInclusion } from '../merkle.ts'
import { type Checkpoint, openNote, type PublicKey, parseCheckpoint } from '../note.ts'
import { parseTlogProof } from '../tlog-proof.ts'
import { appendLeaf, type Edge, edgeRoot } from '../tree-edge.ts'
import { type Dossier, type DossierLog, doc, ownEntries } from './dossier.ts'
import { proofFile, RELEASE, SEALS } from './release-document.ts'

const [, ENTRY_FILE, PROOF_FILE, GROWTH_FILE] = SEALS as readonly [string, string, string, string]

/** A checkpoint that the log's key signed, or why it is none. */
export function openCheckpoint(note: string, key: PublicKey): Checkpoint | 'MALFORMED' | 'OTHER_KEY' | 'SIGNATURE' {
  const opened = openNote(note, key)
  if (opened.ok) {
    const checkpoint = parseCheckpoint(opened.text)
    if (checkpoint === undefined) return 'MALFORMED'
    return checkpoint.origin === key.noteName ? checkpoint : 'OTHER_KEY'
  }
  if (opened.reason === 'malformed') return 'MALFORMED'
  return opened.reason === 'no_signature' ? 'OTHER_KEY' : 'SIGNATURE'
}

/** Every entry is in the tree that the checkpoint signs, and the log only grew from there to the entry of the release. */
export function checkLog(dossier: Dossier, key: PublicKey): DossierLog {
  const report = dossier.findings.in('log')
  const note = doc(dossier, 'audit/checkpoint')?.toString('utf8')
  const opened = note === undefined ? undefined : openCheckpoint(note, key)
  if (typeof opened === 'string') report(`CHECKPOINT_${opened}`, 'audit/checkpoint')
  const checkpoint = typeof opened === 'object' ? opened : undefined
  const leaves = checkpoint === undefined ? undefined : readLeaves(dossier, checkpoint)
  const entries = new Map<number, StoredEntry>()
  for (const { seq, file } of dossier.release.entries) {
    const bytes = doc(dossier, file)
    const entry = bytes === undefined ? undefined : decodeEntry(bytes)
    if (entry?.seq === seq) entries.set(seq, entry)
    else if (bytes !== undefined) report('ENTRY_MALFORMED', file)
    if (!dossier.listed.has(file)) report('ENTRY_MISSING', file)
    else if (!dossier.listed.has(proofFile(file))) report('PROOF_MISSING', proofFile(file))
    else if (checkpoint !== undefined) {
      const problem = checkProof(dossier, proofFile(file), { seq, bytes, note: note!, checkpoint })
      if (problem !== undefined) report(problem, proofFile(file))
    }
  }
  const rootAt = (size: number): Buffer | undefined =>
    size === checkpoint?.size ? checkpoint.root : leaves === undefined ? undefined : rootOf(leaves, size)
  const whole = entries.size === dossier.release.entries.length
  const log: DossierLog = { entries, whole, rootAt, ...(checkpoint === undefined ? {} : { checkpoint }) }
  const latest = checkReleaseEntry(dossier, key, log)
  return latest === undefined
    ? log
    : { ...log, rootAt: (size) => (size === latest.size && size !== checkpoint?.size ? latest.root : rootAt(size)) }
}

function checkProof(
  dossier: Dossier,
  path: string,
  of: {
    readonly seq: number
    readonly bytes: Buffer | undefined
    readonly note: string
    readonly checkpoint: Checkpoint
  },
): string | undefined {
  const text = doc(dossier, path)?.toString('utf8')
  if (text === undefined) return undefined
  const proof = parseTlogProof(text)
  if (proof === undefined || proof.extra !== undefined) return 'PROOF_MALFORMED'
  if (proof.checkpoint !== of.note) return 'PROOF_STALE'
  if (proof.index !== of.seq) return 'PROOF_OTHER_ENTRY'
  if (of.bytes === undefined) return undefined
  const { size, root } = of.checkpoint
  return verifyInclusion(leafHash(of.bytes), of.seq, size, proof.hashes, root) ? undefined : 'PROOF_WRONG'
}

/** Leaf hashes of the whole log, checked against the root; `undefined` where the dossier has none, or wrong ones. */
function readLeaves(dossier: Dossier, checkpoint: Checkpoint): Buffer | undefined {
  const leaves = doc(dossier, 'audit/leaves')
  if (leaves === undefined) return undefined
  if (leaves.length === checkpoint.size * 32 && rootOf(leaves, checkpoint.size)?.equals(checkpoint.root) === true) {
    return leaves
  }
  dossier.findings.in('log')('LEAVES_WRONG', 'audit/leaves')
  return undefined
}

function rootOf(leaves: Buffer, size: number): Buffer | undefined {
  if (size * 32 > leaves.length) return undefined
  let edge: Edge = []
  for (let i = 0; i < size; i++) edge = appendLeaf(edge, leaves.subarray(i * 32, (i + 1) * 32)).edge
  return edgeRoot(edge)
}

/** The entry that says that this release was built. Returns the checkpoint that covers it. */
function checkReleaseEntry(dossier: Dossier, key: PublicKey, log: DossierLog): Checkpoint | undefined {
  const report = dossier.findings.in('release')
  const read = (path: string): Buffer | undefined =>
    dossier.source.files.has(path) ? dossier.source.read(path) : undefined
  const [bytes, proofText, growth] = [read(ENTRY_FILE), read(PROOF_FILE), read(GROWTH_FILE)]
  const proof = proofText === undefined ? undefined : parseTlogProof(proofText.toString('utf8'))
  const opened = proof === undefined || proof.extra !== undefined ? 'MALFORMED' : openCheckpoint(proof.checkpoint, key)
  const latest = typeof opened === 'object' ? opened : undefined
  if (bytes === undefined || proofText === undefined || growth === undefined) {
    report('RELEASE_SEAL_MISSING', '')
    return latest
  }
  const entry = decodeEntry(bytes)
  if (entry?.type !== 'release.built') report('RELEASE_ENTRY_MALFORMED', ENTRY_FILE)
  else if (proof === undefined || latest === undefined) report('RELEASE_PROOF_MALFORMED', PROOF_FILE)
  else if (
    proof.index !== entry.seq ||
    !verifyInclusion(leafHash(bytes), entry.seq, latest.size, proof.hashes, latest.root)
  ) {
    report('RELEASE_PROOF_WRONG', PROOF_FILE)
  } else {
    const { run, created } = dossier.release
    if (entry.payload !== sha256(dossier.releaseBytes) || entry.run !== run) report('RELEASE_NOT_LOGGED', RELEASE)
    const early = ownEntries(dossier, log, 'run.finished').some(({ ts }) => ts > created)
    if (early || created > entry.ts) report('RELEASE_TIME', RELEASE)
    const hashes = readHashes(growth.toString('utf8'))
    const { checkpoint } = log
    if (
      checkpoint !== undefined &&
      (checkpoint.size >= latest.size || hashes === undefined || !grew(checkpoint, latest, hashes))
    ) {
      report('LOG_FORKED', GROWTH_FILE)
    }
  }
  return latest
}

function grew(old: Checkpoint, latest: Checkpoint, hashes: readonly Buffer[]): boolean {
  return verifyConsistency(old.size, latest.size, hashes, old.root, latest.root)
}

/** Hashes in base64, one a line. */
function readHashes(text: string): readonly Buffer[] | undefined {
  if (text !== '' && !text.endsWith('\n')) return undefined
  const lines = text.split('\n').slice(0, -1)
  const hashes = lines.map((line) => Buffer.from(line, 'base64'))
  return hashes.every((hash, i) => hash.length === 32 && hash.toString('base64') === lines[i]) ? hashes : undefined
}
