import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts'
import type { Checkpoint, PublicKey } from './note.ts'
import { openNote, parseCheckpoint } from './note.ts'

/** C2SP tlog-proof@v1: that an entry is in a log, to be checked by whoever has the entry and the public key of the log. */
export interface TlogProof {
  /** Place of the entry, from 0. */
  readonly index: number
  /** Inclusion proof, RFC 6962 §2.1.1, from the leaf's sibling up; 32 bytes each. */
  readonly hashes: readonly Uint8Array[]
  /** The signed checkpoint as the log issued it, with any cosignatures. */
  readonly checkpoint: string
  /** Not authenticated, never to be trusted. This log writes none. */
  readonly extra?: Uint8Array
}

/** Why a proof does not hold. */
export interface ProofProblem {
  readonly code:
    | 'PROOF_CHECKPOINT_MALFORMED'
    | 'PROOF_CHECKPOINT_OTHER_KEY'
    | 'PROOF_CHECKPOINT_SIGNATURE'
    | 'PROOF_OTHER_LOG'
    | 'PROOF_OUTSIDE'
    | 'PROOF_INCLUSION'
    | 'PROOF_CONSISTENCY'
  readonly message: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^63 leaves has no longer path. */
const MAX_HASHES = 63

export function formatTlogProof(proof: TlogProof): string {
  const lines = [HEADER]
  if (proof.extra !== undefined) lines.push(`extra ${base64(proof.extra)}`)
  lines.push(`index ${proof.index}`, ...proof.hashes.map(base64), '')
  return `${lines.join('\n')}\n${proof.checkpoint}`
}

/** The parts of a proof, or `undefined` where the text is not exactly of the format. Proves nothing yet. */
export function parseTlogProof(text: string): TlogProof | undefined {
  const split = splitProof(text, HEADER)
  if (split === undefined) return undefined
  const [first, ...rest] = split.lines
  const extra = first?.startsWith('extra ') === true ? fromBase64(first.slice(6)) : null
  if (extra === undefined) return undefined
  const [index, ...hashes] = extra === null ? split.lines : rest
  const place = /^index (0|[1-9][0-9]{0,14})$/.exec(index ?? '')?.[1]
  const path = readHashes(hashes)
  if (place === undefined || path === undefined) return undefined
  return {
    index: Number(place),
    hashes: path,
    checkpoint: split.checkpoint,
    ...(extra === null ? {} : { extra }),
  }
}

/** Checks that `entry`, byte by byte, is the entry `index` of the log with this key. `undefined` where it is. */
export function checkTlogProof(proof: TlogProof, entry: Uint8Array, key: PublicKey): ProofProblem | undefined {
  const checkpoint = openCheckpoint(proof.checkpoint, key)
  if ('code' in checkpoint) return checkpoint
  const { size, root } = checkpoint
  if (proof.index >= size) return problem('PROOF_OUTSIDE', 'the checkpoint of the proof does not cover the entry')
  if (verifyInclusion(leafHash(entry), proof.index, size, proof.hashes, root)) return undefined
  return problem('PROOF_INCLUSION', 'the entry is not at its place in the tree that the checkpoint signed')
}

/**
 * That a log of `old` entries was only appended to, in the form in which a witness is asked for a cosignature (C2SP
 * tlog-witness, `add-checkpoint`): `old SIZE`, the hashes, an empty line, the newer checkpoint.
 */
export interface ConsistencyProof {
  readonly old: number
  /** RFC 6962 §2.1.2. */
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: string
}

export function formatConsistencyProof(proof: ConsistencyProof): string {
  return `${[`old ${proof.old}`, ...proof.hashes.map(base64), ''].join('\n')}\n${proof.checkpoint}`
}

/** The parts, or `undefined` where the text is not exactly of the format. Proves nothing yet. */
export function parseConsistencyProof(text: string): ConsistencyProof | undefined {
  const split = splitProof(text)
  const old = /^old (0|[1-9][0-9]{0,14})$/.exec(split?.lines[0] ?? '')?.[1]
  const hashes = readHashes(split?.lines.slice(1) ?? [])
  if (split === undefined || old === undefined || hashes === undefined) return undefined
  return { old: Number(old), hashes, checkpoint: split.checkpoint }
}

/** Checks that the log of the newer checkpoint contains the older one. `undefined` where it does. */
export function checkConsistencyProof(
  proof: ConsistencyProof,
  oldCheckpoint: string,
  key: PublicKey,
): ProofProblem | undefined {
  const before = openCheckpoint(oldCheckpoint, key)
  if ('code' in before) return before
  const now = openCheckpoint(proof.checkpoint, key)
  if ('code' in now) return now
  if (before.size !== proof.old) return problem('PROOF_OUTSIDE', 'the proof is about another size than the older log')
  // Every log contains the empty one; the format then has no hashes.
  const holds =
    proof.old === 0
      ? proof.hashes.length === 0
      : verifyConsistency(proof.old, now.size, proof.hashes, before.root, now.root)
  return holds ? undefined : problem('PROOF_CONSISTENCY', 'the newer log does not contain the older one')
}

/** The checkpoint in a signed note of this key, or why it is not one. */
function openCheckpoint(note: string, key: PublicKey): Checkpoint | ProofProblem {
  const opened = openNote(note, key)
  if (!opened.ok) {
    if (opened.reason === 'malformed')
      return problem('PROOF_CHECKPOINT_MALFORMED', 'the checkpoint is not a signed note')
    if (opened.reason === 'no_signature') {
      return problem('PROOF_CHECKPOINT_OTHER_KEY', 'the checkpoint is not signed by this key')
    }
    return problem('PROOF_CHECKPOINT_SIGNATURE', 'the signature of the checkpoint is wrong')
  }
  const checkpoint = parseCheckpoint(opened.text)
  if (checkpoint === undefined) return problem('PROOF_CHECKPOINT_MALFORMED', 'the note is not a checkpoint')
  return checkpoint.origin === key.noteName
    ? checkpoint
    : problem('PROOF_OTHER_LOG', 'the checkpoint is of another log with the same key')
}

function splitProof(
  text: string,
  header?: string,
): { readonly lines: readonly string[]; readonly checkpoint: string } | undefined {
  const end = text.indexOf('\n\n')
  if (end < 0) return undefined
  const lines = text.slice(0, end).split('\n')
  if (header !== undefined && lines.shift() !== header) return undefined
  const checkpoint = text.slice(end + 2)
  return checkpoint === '' ? undefined : { lines, checkpoint }
}

function readHashes(lines: readonly string[]): readonly Buffer[] | undefined {
  if (lines.length > MAX_HASHES) return undefined
  const hashes = lines.map(fromBase64)
  return hashes.every((hash) => hash?.length === 32) ? (hashes as Buffer[]) : undefined
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** Strict: base64 has several spellings of the last bits, and one is enough. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function problem(code: ProofProblem['code'], message: string): ProofProblem {
  return { code, message }
}
