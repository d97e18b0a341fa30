import { createPublicKey, sign as signBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDir, writeFileDurable } from '../../util/durable.ts'
import { SluiceError } from '../../util/errors.ts'
import { cosign, type NoteLine, splitNote } from '../cosignature.ts'
import { generatePrivateKey, readPrivateKeyFile, writePrivateKeyOnce } from '../keys/key-file.ts'
import { acquireLock } from '../lock.ts'
import { EMPTY_ROOT, verifyConsistency } from '../merkle.ts'
import type { Checkpoint } from '../note.ts'
import { openNote } from '../note.ts'
import { parseVerifierKey, type VerifierKey, verifierKey } from '../verifier-key.ts'
import { type AddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
import { checkpointIn, keepEvidence, readWitnessed, writeWitnessed } from './witness-state.ts'

/** What a witness answers over HTTP. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size'
  readonly body: string
}

export interface Witness {
  /** The witness's own key, `noteVerifier` is the line to give to others. */
  readonly key: VerifierKey
  /** Origins of the logs it knows. */
  readonly origins: readonly string[]
  /** Handles one `add-checkpoint` request. Throws where its state cannot be read or written: then nothing is signed. */
  addCheckpoint(body: string): WitnessAnswer
}

export interface WitnessOptions {
  /** Folder for the key and for what was seen; made where it is missing. */
  readonly state: string
  /** Verifier keys of the logs to witness. */
  readonly logs: readonly VerifierKey[]
  /** Name of the key; by default one that is made from the key. Once the key is there its name stays. */
  readonly name?: string
  readonly now?: () => Date
}

/**
 * A witness, C2SP tlog-witness v1.0.0: cosigns a checkpoint only where the log grew out of what this witness cosigned
 * before. For each log it remembers one signed note. Looking it up, replacing it (durable) and signing happen under one
 * lock, so that two requests at once, or two processes with one state, cannot bring the log back to an older tree.
 */
export function openWitness(options: WitnessOptions): Witness {
  const { state, logs } = options
  const now = options.now ?? (() => new Date())
  ensureDir(state)
  const key = openWitnessKey(state, options.name)
  const byOrigin = new Map<string, VerifierKey[]>()
  for (const log of logs) byOrigin.set(log.noteName, [...(byOrigin.get(log.noteName) ?? []), log])
  return {
    key,
    origins: [...byOrigin.keys()],
    addCheckpoint(body) {
      const request = parseAddCheckpoint(body)
      const origin = request?.note.split('\n', 1)[0]
      if (request === undefined || origin === undefined) return plain(400, 'the request has not the form of one')
      const trusted = byOrigin.get(origin)
      if (trusted === undefined) return plain(404, 'this log is not known here')
      const split = splitNote(request.note)
      if (split === undefined) return plain(400, 'this is not a signed note')
      const opened = trusted.map((log) => openNote(request.note, log)).find(({ ok }) => ok)
      if (opened?.ok !== true) return plain(403, 'no known key of this log signed this')
      const checkpoint = checkpointIn(opened.text)
      if (checkpoint === undefined) return plain(400, 'this is not a checkpoint')
      if (request.old > checkpoint.size) return plain(400, 'the old size is larger than the new one')
      // What anybody may have added (signatures of other keys) is not kept.
      const known = split.lines.filter((line) => trusted.some((log) => isOf(line, log)))
      const note = `${split.text}\n${known.map(({ line }) => `${line}\n`).join('')}`
      const held = acquireLock(join(state, 'lock'), { timeoutMs: 10_000 })
      try {
        const refused = compare(state, checkpoint, request, note)
        if (refused !== undefined) return refused
        // Also where nothing changed: an earlier write may have failed after the rename.
        writeWitnessed(state, origin, note)
        const time = Math.floor(now().getTime() / 1000)
        return { ...plain(200, ''), body: cosign(opened.text, time, key) }
      } finally {
        held.release()
      }
    },
  }
}

/** The refusal, if this checkpoint does not grow out of the one that was cosigned last. The lock is held. */
function compare(
  state: string,
  checkpoint: Checkpoint,
  request: AddCheckpoint,
  note: string,
): WitnessAnswer | undefined {
  const last = readWitnessed(state, checkpoint.origin)?.checkpoint
  const known = last?.size ?? 0
  const fork = last !== undefined && last.size === checkpoint.size && !last.root.equals(checkpoint.root)
  if (fork) keepEvidence(state, note)
  if (request.old !== known || fork) return { status: 409, type: 'text/x.tlog.size', body: `${known}\n` }
  const grew =
    known === 0
      ? request.proof.length === 0 && (checkpoint.size > 0 || checkpoint.root.equals(EMPTY_ROOT))
      : verifyConsistency(known, checkpoint.size, request.proof, last!.root, checkpoint.root)
  return grew ? undefined : plain(422, 'the proof does not show that the log only grew')
}

function openWitnessKey(state: string, name: string | undefined): VerifierKey & { sign(bytes: Uint8Array): Buffer } {
  const path = join(state, 'keys', 'witness.key')
  const namePath = join(state, 'keys', 'witness.vkey')
  if (!existsSync(path)) {
    if (existsSync(namePath)) throw keyMissing(path)
    writePrivateKeyOnce(path, generatePrivateKey('ledger'))
  }
  const secret = readPrivateKeyFile(path, 'ledger')
  const pem = createPublicKey(secret).export({ type: 'spki', format: 'pem' }).toString()
  let key: VerifierKey
  if (existsSync(namePath)) {
    key = parseVerifierKey(readFileSync(namePath, 'utf8'), 'witness')
    const other = name !== undefined && name !== key.noteName
    if (other || verifierKey(key.noteName, 'witness', pem).noteVerifier !== key.noteVerifier)
      throw keyMismatch(namePath)
  } else {
    const { keyId } = verifierKey('x', 'witness', pem)
    key = verifierKey(name ?? `sluice.local/witness-${keyId.slice(0, 16)}`, 'witness', pem)
    writeFileDurable(namePath, `${key.noteVerifier}\n`)
  }
  return { ...key, sign: (bytes) => signBytes(null, bytes, secret) }
}

function isOf(line: NoteLine, key: VerifierKey): boolean {
  return line.name === key.noteName && line.hash.equals(key.hash)
}

function plain(status: WitnessAnswer['status'], message: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: message === '' ? '' : `${message}\n` }
}

function keyMissing(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_MISSING',
    message: 'the private key of the witness is gone while its name is still there',
    next: 'restore it from your backup, or begin a new witness in another folder',
    at: { file },
    exit: 4,
  })
}

function keyMismatch(file: string): SluiceError {
  return new SluiceError({
    code: 'KEY_PAIR_MISMATCH',
    message: 'the witness has another key or name than its witness.vkey says',
    next: 'leave --name out, or restore the pair from your backup',
    at: { file },
    exit: 4,
  })
}
