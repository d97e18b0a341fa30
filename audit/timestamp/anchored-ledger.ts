import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../util/digest.ts'
import { writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Ledger } from '../ledger.ts'
import type { Certificate } from './certificate.ts'
import { parseTimestampRequest, timestampRequest } from './request.ts'
import { parseTimestampReply, type TimestampInfo } from './token.ts'
import { type TimestampCode, verifyTimestamp } from './verify.ts'

/** Anchors of the log: `<store>/ledger-anchors/<size>-<nonce>.note|tsq|tsr`: checkpoint, question, answer. */
const FOLDER = 'ledger-anchors'

export interface Anchor {
  /** Path in the store without its ending. */
  readonly base: string
  readonly size: number
  /** The checkpoint, a signed note: its bytes are what is stamped. */
  readonly note: string
  /** The TimeStampReq. */
  readonly query: Buffer
  /** The TimeStampResp as it came; `undefined` while it is awaited. Checked when it was taken, to be checked again. */
  readonly reply: Buffer | undefined
}

/**
 * Begins an anchor: keeps the log's current checkpoint and a request for a time stamp over its bytes.
 *
 * @param nonce eight random bytes.
 */
export function askForAnchor(store: string, ledger: Ledger, nonce: Uint8Array): Anchor {
  const note = ledger.checkpoint()
  const query = timestampRequest(sha256(note), nonce)
  const base = join(FOLDER, `${ledger.size}-${Buffer.from(nonce).toString('hex')}`)
  writeFileDurable(join(store, `${base}.note`), note)
  writeFileDurable(join(store, `${base}.tsq`), query)
  return { base, size: ledger.size, note, query, reply: undefined }
}

/**
 * Takes the answer of a time stamping authority: finds the question that it answers, checks it, keeps it, and logs
 * `log.anchored` with size, imprint and time.
 *
 * @param trusted certificates that the person trusts.
 * @throws SluiceError with a `TIMESTAMP_*` code (exit 4) where it does not hold; then nothing is kept or logged.
 */
export function takeAnchorReply(
  store: string,
  ledger: Ledger,
  reply: Buffer,
  trusted: readonly Certificate[],
  now: Date,
): { readonly anchor: Anchor; readonly info: TimestampInfo } {
  const parsed = parseTimestampReply(reply)
  const anchors = anchorsOf(store)
  if (!parsed.granted) throw failed('TIMESTAMP_REFUSED', `the authority gave no time stamp (status ${parsed.status})`)
  const { imprint, nonce } = parsed.token.info
  const asked = anchors.filter(({ note }) => sha256(note) === imprint)
  if (asked.length === 0) throw failed('TIMESTAMP_IMPRINT', 'the time stamp is over no checkpoint that was asked for')
  const anchor = asked.find(({ query }) => parseTimestampRequest(query).nonce === nonce)
  if (anchor === undefined) throw failed('TIMESTAMP_NONCE', 'the time stamp answers no request of this store')
  const checked = verifyTimestamp(reply, { digest: imprint, nonce, trusted, now })
  if (!checked.ok) throw failed(checked.code, checked.message)
  writeFileDurable(join(store, `${anchor.base}.tsr`), reply)
  const subject = { size: String(anchor.size), imprint, time: checked.info.time.toISOString() }
  ledger.append([{ type: 'log.anchored', run: 'log', subject }])
  return { anchor: { ...anchor, reply }, info: checked.info }
}

/** All anchors of a store, answered or not, by size. */
export function anchorsOf(store: string): readonly Anchor[] {
  const folder = join(store, FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((name) => {
      const match = /^(([0-9]{1,15})-[0-9a-f]+)\.tsq$/.exec(name)
      if (match === null) return []
      const base = join(FOLDER, match[1]!)
      const file = (ending: string): string => join(store, `${base}.${ending}`)
      // The question is written last, so one without its checkpoint was taken apart by somebody.
      if (!existsSync(file('note'))) return []
      const reply = existsSync(file('tsr')) ? readFileSync(file('tsr')) : undefined
      const note = readFileSync(file('note'), 'utf8')
      return [{ base, size: Number(match[2]), note, query: readFileSync(file('tsq')), reply }]
    })
    .sort((a, b) => a.size - b.size || (a.base < b.base ? -1 : 1))
}

const ADVICE: Partial<Record<TimestampCode, string>> = {
  TIMESTAMP_IMPRINT: 'ask again with --query, and give the reply to that question',
  TIMESTAMP_NONCE: 'ask again with --query, and give the reply to that question',
  TIMESTAMP_CHAIN: 'give the certificate of the CA that the authority belongs to with --ca',
  TIMESTAMP_FUTURE: 'check the clock of this machine',
}

function failed(code: TimestampCode, message: string): SluiceError {
  const next = ADVICE[code] ?? 'do not use this reply; ask the authority again, or another one'
  return new SluiceError({ code, message, next, exit: 4 })
}
