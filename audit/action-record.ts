import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import type { Json } from '../util/json.ts'
import { canonicalJson } from '../util/json.ts'
import type { PublicKey } from './note.ts'

/**
 * What a stage (or one shard task of it) did, by its key: the reason why the same work is not done twice. Signed, so
 * that a result that someone placed in the store by hand is never taken for a computed one.
 */
export interface ActionRecord {
  readonly v: 1
  /** Stage or task key, 64 hex digits. */
  readonly key: string
  /** `uses` of the stage. */
  readonly stage: string
  /** What the key is the digest of, so that `explain` can compare. */
  readonly keyParts: Json
  /** Outputs, row counts, the result of a shard task: what is to come back. */
  readonly payload: Json
}

export type ActionRecordRead =
  | { readonly state: 'hit'; readonly record: ActionRecord }
  | { readonly state: 'miss'; readonly reason: 'absent' | 'bad_signature' | 'malformed' | 'wrong_key' }

type Signer = PublicKey & { sign(bytes: Uint8Array): Buffer }

/** Signatures of action records cover these words too, so that a signed checkpoint can never be passed off as one. */
const CONTEXT = 'sluice-action-record-v1\n'

/** Where the record of a key lies: `<dir>/ab/cdef….json`. */
export function actionRecordPath(dir: string, key: string): string {
  if (!/^[0-9a-f]{64}$/.test(key)) {
    throw new SluiceError({
      code: 'BAD_DIGEST',
      message: 'the key of an action is not 64 lower-case hex digits',
      exit: 5,
    })
  }
  return join(dir, key.slice(0, 2), `${key.slice(2)}.json`)
}

/** Writes the record, durable before it returns. Replaces an older record of the same key. */
export function writeActionRecord(dir: string, keys: Signer, record: ActionRecord): void {
  const body = canonicalJson(record)
  const signature = keys.sign(Buffer.from(CONTEXT + body, 'utf8')).toString('base64')
  writeFileDurable(actionRecordPath(dir, record.key), `${canonicalJson({ record, signature })}\n`)
}

/** Reads and checks a record. A record that cannot be trusted is a miss with its reason, never a hit. */
export function readActionRecord(dir: string, key: PublicKey, actionKey: string): ActionRecordRead {
  const path = actionRecordPath(dir, actionKey)
  if (!existsSync(path)) return { state: 'miss', reason: 'absent' }
  return parseActionRecord(readFileSync(path), key, actionKey)
}

export function parseActionRecord(bytes: Buffer, key: PublicKey, actionKey: string): ActionRecordRead {
  const envelope = parseEnvelope(bytes)
  if (envelope === undefined) return { state: 'miss', reason: 'malformed' }
  const body = canonicalJson(envelope.record)
  if (!key.verify(Buffer.from(CONTEXT + body, 'utf8'), Buffer.from(envelope.signature, 'base64'))) {
    return { state: 'miss', reason: 'bad_signature' }
  }
  if (envelope.record.key !== actionKey) return { state: 'miss', reason: 'wrong_key' }
  return { state: 'hit', record: envelope.record }
}

function parseEnvelope(bytes: Buffer): { readonly record: ActionRecord; readonly signature: string } | undefined {
  try {
    const text = bytes.toString('utf8')
    const envelope = JSON.parse(text) as { record: ActionRecord; signature: string }
    // Only the bytes that we would write: no second spelling of the same record, no duplicate or extra member.
    if (`${canonicalJson({ record: envelope.record, signature: envelope.signature })}\n` !== text) return undefined
    const { record, signature } = envelope
    const whole =
      typeof signature === 'string' &&
      // Base64 has several spellings of the last bits.
      Buffer.from(signature, 'base64').toString('base64') === signature &&
      record.v === 1 &&
      typeof record.key === 'string' &&
      typeof record.stage === 'string' &&
      record.keyParts !== undefined &&
      record.payload !== undefined
    return whole ? envelope : undefined
  } catch {
    return undefined
  }
}
