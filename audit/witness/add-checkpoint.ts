/**
 * The body of `POST /add-checkpoint`, C2SP tlog-witness v1.0.0: `old SIZE`, the consistency proof with one hash in
 * base64 a line, an empty line, then the checkpoint as a signed note.
 */
export interface AddCheckpoint {
  /** Size that the witness cosigned last, as the client believes. */
  readonly old: number
  /** RFC 6962 §2.1.2, hashes of 32 bytes. */
  readonly proof: readonly Uint8Array[]
  /** The signed note. */
  readonly note: string
}

/** More hashes than any proof needs. */
const MAX_PROOF = 63

export function formatAddCheckpoint({ old, proof, note }: AddCheckpoint): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`)
  return `old ${old}\n${lines.join('')}\n${note}`
}

/** Strict; `undefined` for anything else. The note is not looked into. */
export function parseAddCheckpoint(body: string): AddCheckpoint | undefined {
  const end = body.indexOf('\n\n')
  if (end < 0) return undefined
  const [first, ...lines] = body.slice(0, end).split('\n')
  const size = /^old (0|[1-9][0-9]{0,14})$/.exec(first!)?.[1]
  if (size === undefined || lines.length > MAX_PROOF) return undefined
  const proof = lines.map((line) => Buffer.from(line, 'base64'))
  if (proof.some((hash, i) => hash.length !== 32 || hash.toString('base64') !== lines[i])) return undefined
  return { old: Number(size), proof, note: body.slice(end + 2) }
}
