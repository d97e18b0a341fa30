import type { VerifierKey } from './verifier-key.ts'

/**
 * Cosignatures, C2SP tlog-cosignature v1 with Ed25519 (type 0x04): a witness says that at a time, this was the largest
 * tree of the log that it had seen, and that it grew out of every earlier one. A line of a signed note whose payload is
 * 8 bytes of POSIX time, big-endian, and 64 bytes of signature.
 */
export interface Cosignature {
  /** Name of the witness's key. */
  readonly witness: string
  /** Its verifier key line. */
  readonly verifier: string
  /** POSIX seconds. */
  readonly time: number
}

export interface NoteLine {
  readonly name: string
  /** Key id, 4 bytes. */
  readonly hash: Buffer
  readonly signature: Buffer
  /** The line as it stands, without its newline. */
  readonly line: string
}

export interface SplitNote {
  /** What is signed; ends in a newline. */
  readonly text: string
  readonly lines: readonly NoteLine[]
}

export type CosignatureProblem = {
  readonly code:
    | 'COSIGNATURE_NOTE_MALFORMED'
    | 'COSIGNATURE_MALFORMED'
    | 'COSIGNATURE_INVALID'
    | 'COSIGNATURE_FROM_FUTURE'
  readonly message: string
  /** Name of the witness, where it is about one. */
  readonly witness?: string
}

/** Enough for 64 cosigners; C2SP asks for at least 16. */
const MAX_LINES = 64
const SIGNATURE_LINE = /^\u2014 ([^\s+\p{Cc}\p{Z}]+) ([A-Za-z0-9+/]+={0,2})$/u

/** Splits a signed note into its text and signature lines; `undefined` where it is not one. Checks no signature. */
export function splitNote(note: string): SplitNote | undefined {
  const split = note.lastIndexOf('\n\n')
  // A broken UTF-8 sequence arrives here as U+FFFD; control characters are not allowed in a note.
  if (split < 1 || !note.endsWith('\n') || /(?!\n)[\p{Cc}\ufffd]/u.test(note)) return undefined
  const raw = note.slice(split + 2, -1).split('\n')
  if (raw.length > MAX_LINES) return undefined
  const lines: NoteLine[] = []
  for (const line of raw) {
    const match = SIGNATURE_LINE.exec(line)
    if (match === null) return undefined
    const bytes = Buffer.from(match[2]!, 'base64')
    if (bytes.length < 5 || bytes.toString('base64') !== match[2]) return undefined
    lines.push({ name: match[1]!, hash: bytes.subarray(0, 4), signature: bytes.subarray(4), line })
  }
  return { text: note.slice(0, split + 1), lines }
}

/** What a witness signs: header, time, then the text of the checkpoint with its last newline. */
export function cosignedMessage(text: string, time: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`, 'utf8')
}

/**
 * A signature line, with its newline, by a witness.
 *
 * @param text of the checkpoint, up to and with its last newline.
 * @param time POSIX seconds, whole and not negative.
 */
export function cosign(text: string, time: number, key: VerifierKey & { sign(bytes: Uint8Array): Buffer }): string {
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError('a cosignature needs a time in whole seconds')
  const stamp = Buffer.alloc(8)
  stamp.writeBigUInt64BE(BigInt(time))
  const payload = Buffer.concat([key.hash, stamp, key.sign(cosignedMessage(text, time))])
  return `\u2014 ${key.noteName} ${payload.toString('base64')}\n`
}

/**
 * The cosignatures of known witnesses on a note. Lines of unknown keys are passed over, as the format asks; a line of a
 * known key that does not hold is a problem, never a cosignature that is only missing. Where a witness cosigned the
 * same text more than once the earliest time counts, since it says the most.
 *
 * @param now to refuse times that lie ahead of it by more than five minutes; left out, no time is refused.
 */
export function checkCosignatures(
  note: string,
  witnesses: readonly VerifierKey[],
  now?: Date,
): { readonly cosignatures: readonly Cosignature[]; readonly problems: readonly CosignatureProblem[] } {
  const split = splitNote(note)
  if (split === undefined) {
    const message = 'this is not a signed note'
    return { cosignatures: [], problems: [{ code: 'COSIGNATURE_NOTE_MALFORMED', message }] }
  }
  const found = new Map<string, Cosignature>()
  const problems: CosignatureProblem[] = []
  for (const line of split.lines) {
    for (const key of witnesses) {
      if (line.name !== key.noteName || !line.hash.equals(key.hash)) continue
      const read = checkLine(split.text, line, key, now)
      if ('code' in read) problems.push(read)
      else if (read.time < (found.get(key.noteVerifier)?.time ?? Number.POSITIVE_INFINITY)) {
        found.set(key.noteVerifier, read)
      }
    }
  }
  return { cosignatures: [...found.values()], problems }
}

/** Clocks of two machines differ; a witness that is further ahead than this is not believed. */
const CLOCK_SLACK_SECONDS = 300

function checkLine(text: string, line: NoteLine, key: VerifierKey, now?: Date): Cosignature | CosignatureProblem {
  const problem = (code: CosignatureProblem['code'], message: string): CosignatureProblem => ({
    code,
    message,
    witness: key.noteName,
  })
  if (line.signature.length !== 72) return problem('COSIGNATURE_MALFORMED', 'a cosignature has a wrong length')
  const time = Number(line.signature.readBigUInt64BE(0))
  if (!Number.isSafeInteger(time)) return problem('COSIGNATURE_MALFORMED', 'a cosignature has no sensible time')
  if (!key.verify(cosignedMessage(text, time), line.signature.subarray(8))) {
    return problem('COSIGNATURE_INVALID', 'a cosignature does not hold')
  }
  if (now !== undefined && time > now.getTime() / 1000 + CLOCK_SLACK_SECONDS) {
    return problem('COSIGNATURE_FROM_FUTURE', 'a cosignature is from the future')
  }
  return { witness: key.noteName, verifier: key.noteVerifier, time }
}
