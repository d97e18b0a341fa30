import { createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import type { LedgerEntry, StoredEntry } from '../entry.ts'
import { decodeEntry } from '../entry.ts'
import { type Files, readIfThere } from '../files.ts'
import { type NoteSigner, openNote, type PublicKey, readPublicKey } from '../note.ts'
import { decodeBundle, listTileFiles, parseTilePath } from '../tiles.ts'
import { verifierKey } from '../verifier-key.ts'

/**
 * The keys of a log over time. A log keeps its name (`origin`), which comes from its first key. When its key is replaced,
 * the entry `key.rotated` holds both public keys, and each signs the same sentence: the old one says who follows it, the
 * new one whom it follows. So whoever holds any one of the keys can walk to all others, and needs nothing but the log.
 */
export interface LogKeys {
  /** The key that must have signed the checkpoint. */
  readonly current: PublicKey
  /** Keys before it. Their signatures count for checkpoints of up to `until` entries. */
  readonly retired: readonly { readonly key: PublicKey; readonly until: number }[]
  /** Keys on the way from the one that was given to the current one which the log says were stolen. */
  readonly compromised: readonly string[]
  /** Positions of `key.rotated` entries whose signatures do not hold or which follow from no key of the log. */
  readonly bad: readonly number[]
}

/** The SPKI header of an Ed25519 key, RFC 8410 §4. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** What both keys sign. The first line keeps it apart from everything else that they sign. */
function sentence(origin: string, oldKey: string, newKey: string): Buffer {
  return Buffer.from(`sluice.local/key-rotation/v1\n${origin}\n${oldKey}\n${newKey}\n`, 'utf8')
}

/** The entry that hands the log from one key to the next. */
export function rotationEntry(old: NoteSigner, next: NoteSigner): LedgerEntry {
  const oldKey = rawOf(old)
  const newKey = rawOf(next)
  const text = sentence(old.noteName, oldKey, newKey)
  return {
    type: 'key.rotated',
    run: 'keys',
    subject: {
      use: 'ledger',
      old: old.keyId,
      new: next.keyId,
      old_key: oldKey,
      new_key: newKey,
      old_signature: old.sign(text).toString('hex'),
      new_signature: next.sign(text).toString('hex'),
    },
  }
}

interface Rotation {
  readonly seq: number
  readonly old: PublicKey
  readonly next: PublicKey
}

function readRotation(entry: StoredEntry, origin: string): Rotation | undefined {
  const { old, new: next, old_key, new_key, old_signature, new_signature } = entry.subject
  const oldKey = keyOf(old_key, origin)
  const newKey = keyOf(new_key, origin)
  if (oldKey === undefined || newKey === undefined || oldKey.keyId !== old || newKey.keyId !== next) return undefined
  const text = sentence(origin, old_key!, new_key!)
  const signed =
    oldKey.verify(text, Buffer.from(old_signature ?? '', 'hex')) &&
    newKey.verify(text, Buffer.from(new_signature ?? '', 'hex'))
  return signed ? { seq: entry.seq, old: oldKey, next: newKey } : undefined
}

/**
 * Finds the key that must have signed the checkpoint of the log in `dir`, from any key that the log ever had. Where the
 * key given cannot be followed, it is the current one itself, and the checkpoint will not open with it. Entries are read
 * only where the log has had more than one key.
 */
export function followLogKeys(dir: string, files: Files, given: PublicKey): LogKeys {
  const alone: LogKeys = { current: given, retired: [], compromised: [], bad: [] }
  const note = readIfThere(files, join(dir, 'checkpoint'))?.toString('utf8')
  if (note === undefined) return alone
  const origin = note.split('\n', 1)[0]!
  const first = readPublicKey(given.publicKeyPem)
  // A verifier key line says which log it is for; a bare key says so only if it is the first.
  if (given.noteName !== origin && given.noteName !== first.noteName) return alone
  if (first.noteName === origin && openNote(note, given).ok) return alone

  const { rotations, revoked } = keyEvents(dir, files)
  const chain: Rotation[] = []
  const bad: number[] = []
  for (const entry of rotations) {
    const rotation = readRotation(entry, origin)
    const before = chain.at(-1)
    const follows = before === undefined || before.next.keyId === rotation?.old.keyId
    if (rotation !== undefined && follows) chain.push(rotation)
    else bad.push(entry.seq)
  }
  const keys = chain.length === 0 ? [] : [chain[0]!.old, ...chain.map(({ next }) => next)]
  const at = keys.findIndex(({ keyId }) => keyId === given.keyId)
  if (at < 0) return { ...alone, bad }
  return {
    current: keys.at(-1)!,
    retired: chain.map(({ old, seq }) => ({ key: old, until: seq + 1 })),
    compromised: keys
      .slice(at)
      .map(({ keyId }) => keyId)
      .filter((keyId) => revoked.get(keyId) === 'compromised'),
    bad,
  }
}

/** The key that must have signed the checkpoint. Throws `LOG_KEY_REVOKED` where the way to it goes over a stolen one. */
export function currentLogKey(dir: string, files: Files, given: PublicKey): PublicKey {
  const { current, compromised } = followLogKeys(dir, files, given)
  if (compromised.length === 0) return current
  throw new SluiceError({
    code: 'LOG_KEY_REVOKED',
    message: 'the log says that the key given, or one on the way from it to the current one, was stolen',
    next: 'get the current verifier line from the owner of the log in a way that you trust',
    exit: 4,
  })
}

/** Opens a checkpoint that one of the keys of a log signed while it was the log's key. */
export function openLogNote(note: string, keys: LogKeys): { readonly text: string } | undefined {
  const opened = openNote(note, keys.current)
  if (opened.ok) return opened
  for (const { key, until } of keys.retired) {
    const old = openNote(note, key)
    if (old.ok && Number(old.text.split('\n')[1]) <= until) return old
  }
  return undefined
}

/** Rotations of the log's key and revocations, in order. Bundles without such an entry are not taken apart. */
function keyEvents(
  dir: string,
  files: Files,
): { readonly rotations: readonly StoredEntry[]; readonly revoked: ReadonlyMap<string, string> } {
  const found = new Map<number, StoredEntry>()
  for (const path of listTileFiles(dir, files)) {
    if (parseTilePath(path)?.level !== 'entries') continue
    const bytes = readIfThere(files, join(dir, path))
    if (bytes === undefined || !bytes.includes('"type":"key.')) continue
    for (const stored of decodeBundle(bytes) ?? []) {
      const entry = decodeEntry(Buffer.from(stored))
      if (entry?.type.startsWith('key.') === true) found.set(entry.seq, entry)
    }
  }
  const events = [...found.values()].sort((a, b) => a.seq - b.seq)
  return {
    rotations: events.filter(({ type, subject }) => type === 'key.rotated' && subject['use'] === 'ledger'),
    revoked: new Map(
      events.flatMap(({ type, subject }): [string, string][] =>
        type === 'key.revoked' ? [[subject['key'] ?? '', subject['reason'] ?? '']] : [],
      ),
    ),
  }
}

function keyOf(rawHex: string | undefined, origin: string): PublicKey | undefined {
  if (rawHex === undefined || !/^[0-9a-f]{64}$/.test(rawHex)) return undefined
  try {
    const spki = Buffer.concat([SPKI_HEAD, Buffer.from(rawHex, 'hex')])
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    return verifierKey(origin, 'log', key.export({ type: 'spki', format: 'pem' }).toString())
  } catch {
    return undefined
  }
}

function rawOf(key: PublicKey): string {
  return createPublicKey(key.publicKeyPem)
    .export({ type: 'spki', format: 'der' })
    .subarray(SPKI_HEAD.length)
    .toString('hex')
}
