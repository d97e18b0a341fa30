/**
 * The forms that a dossier is written in: JSON and its canonical spelling, the Merkle tree, signed notes, proofs, bundles.
 * A part of sluice-verify; imports nothing but Node.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isPlain } from './files.ts'

// biome-ignore lint/suspicious/noExplicitAny: JSON out of foreign hands; every use checks what it needs.
export type Any = any

export const sha = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** RFC 8259 without duplicate names, broken characters, NUL, byte order mark, or more than 100 levels. Throws. */
export function parse(bytes: Buffer): Any {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  const value = JSON.parse(text)
  const open: Set<string>[] = []
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")[ \t\r\n]*(:?)|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else {
      const name = JSON.parse(string!)
      if (name.isWellFormed() === false || (colon === ':' && open.at(-1)!.has(name))) throw new Error('twins')
      if (colon === ':') open.at(-1)!.add(name)
    }
    if (open.length > 100) throw new Error('too deep')
  }
  if (bytes.includes(0)) throw new Error('NUL')
  return value
}

/** RFC 8785. */
export function jcs(value: Any): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`)
    .join(',')}}`
}

/** A document in the one spelling that Sluice writes, or nothing. */
export function exact(bytes: Buffer | undefined, spell: (value: Any) => string = jcs): Any {
  try {
    const value = bytes === undefined ? undefined : parse(bytes)
    return value !== undefined && spell(value) === bytes!.toString() ? value : undefined
  } catch {
    return undefined
  }
}

export const isObject = (value: Any): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
export const list = (value: Any): Any[] => (Array.isArray(value) ? value : [])
export const isDigest = (value: Any): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
export const base64 = (text: Any): Buffer | undefined => {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}

export const leafOf = (data: Buffer): Buffer => createHash('sha256').update('\0').update(data).digest()
const nodeOf = (a: Buffer, b: Buffer): Buffer => createHash('sha256').update('\x01').update(a).update(b).digest()

/** RFC 6962 §2.1. */
export function rootOf(leaves: Buffer, from = 0, to = leaves.length / 32): Buffer {
  if (to - from === 0) return createHash('sha256').digest()
  if (to - from === 1) return leaves.subarray(from * 32, to * 32)
  let k = 1
  while (k * 2 < to - from) k *= 2
  return nodeOf(rootOf(leaves, from, from + k), rootOf(leaves, from + k, to))
}

/** RFC 9162 §2.1.3.2. */
export function included(leaf: Buffer, index: number, size: number, path: Buffer[], root: Buffer): boolean {
  let [fn, sn, hash] = [index, size - 1, leaf]
  for (const other of path) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeOf(other, hash)
      for (; fn % 2 === 0 && fn !== 0; fn /= 2) sn = Math.floor(sn / 2)
    } else hash = nodeOf(hash, other)
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return index < size && sn === 0 && hash.equals(root)
}

/** RFC 9162 §2.1.4.2, for an old tree smaller than the new one. */
export function grew(old: number, size: number, proof: Buffer[], oldRoot: Buffer, root: Buffer): boolean {
  if (old < 1 || old >= size) return false
  const path = Number.isInteger(Math.log2(old)) ? [oldRoot, ...proof] : proof
  let [fn, sn] = [old - 1, size - 1]
  for (; fn % 2 === 1; fn = Math.floor(fn / 2)) sn = Math.floor(sn / 2)
  let [fr, sr] = [path[0], path[0]]
  if (fr === undefined || sr === undefined) return false
  for (const other of path.slice(1)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeOf(other, fr)
      sr = nodeOf(other, sr)
      for (; fn % 2 === 0 && fn !== 0; fn /= 2) sn = Math.floor(sn / 2)
    } else sr = nodeOf(sr, other)
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && fr.equals(oldRoot) && sr.equals(root)
}

export type NoteKey = { name: string; hash: Buffer; key: KeyObject }
export type Checkpoint = { size: number; root: Buffer; text: string; lines: { name: string; data: Buffer }[] }

/** `NAME+HASH+BASE64`, C2SP signed-note. */
export function noteKey(line: string, type: number): NoteKey | undefined {
  const [, name, hash, key] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim()) ?? []
  const raw = base64(key)
  if (name === undefined || raw?.length !== 33 || raw[0] !== type) return undefined
  const id = createHash('sha256').update(`${name}\n`).update(raw).digest().subarray(0, 4)
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)])
  return id.toString('hex') === hash
    ? { name, hash: id, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) }
    : undefined
}

/** A checkpoint that the log's key signed; otherwise what is wrong, as the end of a code. */
export function openCheckpoint(note: string, log: NoteKey): Checkpoint | 'MALFORMED' | 'OTHER_KEY' | 'SIGNATURE' {
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return 'MALFORMED'
  const text = note.slice(0, split + 1)
  const lines: Checkpoint['lines'] = []
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const [, name, payload] = /^\u2014 ([^ +]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? []
    const data = base64(payload)
    if (name === undefined || data === undefined || data.length < 5) return 'MALFORMED'
    lines.push({ name, data })
  }
  const [, origin, size, root] = /^(.+)\n(0|[1-9][0-9]{0,14})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? []
  const hash = base64(root)
  if (hash?.length !== 32) return 'MALFORMED'
  const own = lines.filter(({ name, data }) => name === log.name && data.subarray(0, 4).equals(log.hash))
  if (own.length === 0 || origin !== log.name) return 'OTHER_KEY'
  if (!own.every(({ data }) => verify(null, Buffer.from(text), log.key, data.subarray(4)))) return 'SIGNATURE'
  return { size: Number(size), root: hash, text, lines }
}

/** C2SP tlog-proof@v1 without extra data. */
export function openProof(bytes: Buffer): { index: number; path: Buffer[]; note: string } | undefined {
  const [, index, hashes, note] =
    /^c2sp\.org\/tlog-proof@v1\nindex (0|[1-9][0-9]{0,14})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([\s\S]+)$/.exec(
      bytes.toString(),
    ) ?? []
  const path = hashes === undefined ? undefined : hashList(hashes)
  return path === undefined || note === undefined ? undefined : { index: Number(index), path, note }
}

export function hashList(text: string): Buffer[] | undefined {
  const path = text.split('\n').slice(0, -1).map(base64)
  return text !== '' && !text.endsWith('\n')
    ? undefined
    : path.every((hash) => hash?.length === 32)
      ? (path as Buffer[])
      : undefined
}

/** The statement in a sigstore bundle v0.3 with one DSSE signature by this P-256 key; otherwise the end of a code. */
export function openBundle(bytes: Buffer, pem: string, hint: string): Any {
  const bundle = exact(bytes, (value) => `${jcs(value)}\n`)
  const payload = base64(bundle?.dsseEnvelope?.payload)
  const sig = base64(list(bundle?.dsseEnvelope?.signatures)[0]?.sig)
  const type = 'application/vnd.in-toto+json'
  if (payload === undefined || sig === undefined) return 'MALFORMED'
  const named = bundle.verificationMaterial?.publicKey?.hint
  const form = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: named }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: type,
      signatures: [{ keyid: '', sig: sig.toString('base64') }],
    },
  }
  if (typeof named !== 'string' || jcs(form) !== jcs(bundle)) return 'MALFORMED'
  if (named !== hint) return 'OTHER_KEY'
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload])
  if (!verify('sha256', signed, createPublicKey(pem), sig)) return 'BAD'
  const statement = exact(payload)
  const ok =
    statement?._type === 'https://in-toto.io/Statement/v1' &&
    isObject(statement.predicate) &&
    typeof statement.predicateType === 'string' &&
    list(statement.subject).length > 0 &&
    list(statement.subject).every((subject) => isDigest(subject?.digest?.sha256))
  return ok ? statement : 'MALFORMED'
}

export const isTime = (value: Any): boolean =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value
export const isEntry = (entry: Any): boolean =>
  entry?.v === 1 &&
  Number.isSafeInteger(entry.seq) &&
  isTime(entry.ts) &&
  typeof entry.type === 'string' &&
  typeof entry.run === 'string' &&
  isObject(entry.subject)

/** The form of `release.json`. */
export function isRelease(value: Any): boolean {
  const text = (...values: Any[]): boolean => values.every((each) => typeof each === 'string' && each !== '')
  const item = (each: Any, ...texts: string[]): boolean => isObject(each) && text(...texts.map((name) => each[name]))
  const { candidate, ...rest } = value ?? {}
  const lists = [rest.attestations, rest.decisions, rest.entries, rest.files, rest.policies, candidate?.files ?? []]
  return (
    Object.keys(rest).sort().join(' ') ===
      'attestations created decisions entries files id kind pipeline policies run state v' &&
    rest.v === 1 &&
    rest.kind === 'Release' &&
    text(rest.id, rest.run, rest.pipeline?.name) &&
    isTime(rest.created) &&
    isDigest(rest.pipeline.digest) &&
    ['unreviewed', 'approved', 'blocked'].includes(rest.state) &&
    lists.every(Array.isArray) &&
    (candidate === undefined ||
      (text(candidate.stage) && isDigest(candidate.model) && candidate.sensitivity === 'redacted')) &&
    [...rest.files, ...rest.attestations, ...(candidate?.files ?? [])].every((each: Any) => isDigest(each?.sha256)) &&
    [...rest.decisions, ...rest.policies].every((each: Any) => isDigest(each?.digest)) &&
    [
      rest.id,
      rest.run,
      ...rest.decisions.map((each: Any) => each.gate),
      ...rest.policies.map((each: Any) => each.name),
    ].every((each) => /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(String(each))) &&
    item(rest.pipeline, 'name') &&
    rest.files.every((each: Any) => item(each, 'path') && isPlain(each.path) && Number.isSafeInteger(each.bytes)) &&
    rest.attestations.every((each: Any) => item(each, 'file', 'predicateType')) &&
    rest.entries.every(
      (each: Any) => Number.isSafeInteger(each?.seq) && each.file === `audit/entries/${each.seq}.json`,
    ) &&
    new Set(rest.files.map((each: Any) => each.path)).size === rest.files.length
  )
}
