import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCheckpoint, openNote, parseCheckpoint, readPublicKey, signNote } from '../../audit/note.ts'

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = readPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())
  return { ...key, sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }
}

test('opens the note that the documentation of Go’s sumdb/note signs', () => {
  // golang.org/x/mod/sumdb/note, package documentation.
  const noteVerifier = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const raw = Buffer.from(noteVerifier.split('+')[2]!, 'base64').subarray(1)
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]).toString('base64')
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`
  const key = { ...readPublicKey(pem), noteName: 'PeterNeumann', noteVerifier }
  const text =
    'If you think cryptography is the answer to your problem,\nthen you don\u2019t know what your problem is.\n'
  const note = (body: string) =>
    `${body}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`
  const plain = text.replace('\u2019', "'")
  expect(openNote(note(plain), key)).toEqual({ ok: true, text: plain })
  expect(openNote(note(text), key)).toEqual({ ok: false, reason: 'bad_signature' })
})

test('a signed checkpoint comes back, and no single changed byte does', () => {
  const key = newKey()
  const note = signNote(formatCheckpoint({ origin: key.noteName, size: 7, root: Buffer.alloc(32, 5) }), key)
  const opened = openNote(note, key)
  expect(opened.ok && parseCheckpoint(opened.text)).toEqual({
    origin: key.noteName,
    size: 7,
    root: Buffer.alloc(32, 5),
  })
  const bytes = Buffer.from(note)
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes)
    changed[i]! ^= 1
    expect(openNote(changed.toString('utf8'), key).ok, `byte ${i}`).toBe(false)
    expect(openNote(bytes.subarray(0, i).toString('utf8'), key).ok, `cut at ${i}`).toBe(false)
  }
})

test('signatures of other keys beside ours are passed over; without ours the note is not ours', () => {
  const [ours, theirs] = [newKey(), newKey()]
  const text = formatCheckpoint({ origin: ours.noteName, size: 1, root: Buffer.alloc(32) })
  const witness = signNote(text, theirs).slice(text.length + 1)
  expect(openNote(signNote(text, ours) + witness, ours).ok).toBe(true)
  expect(openNote(signNote(text, theirs), ours)).toEqual({ ok: false, reason: 'no_signature' })
})

test('parses only the one spelling of a checkpoint', () => {
  const root = Buffer.alloc(32, 1).toString('base64')
  for (const text of [
    `o\n01\n${root}\n`,
    `o\n-1\n${root}\n`,
    `o\n1.5\n${root}\n`,
    `o\n1\n${root}`,
    `o\n1\n${root}\nmore\n`,
    `\n1\n${root}\n`,
    `o\n1\n${root.slice(4)}\n`,
    `o\n1\n${root.replace('=', '')}\n`,
    `o\n9007199254740993\n${root}\n`,
  ]) {
    expect(parseCheckpoint(text)).toBeUndefined()
  }
  fc.assert(
    fc.property(fc.nat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, bytes) => {
      const checkpoint = { origin: 'log.example/a', size, root: Buffer.from(bytes) }
      expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint)
    }),
  )
})

test('opening a note never throws', () => {
  const key = newKey()
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void openNote(text, key)))
  fc.assert(fc.property(fc.string(), (text) => void openNote(`a\n\n\u2014 ${text}\n`, key)))
})

test('refuses keys that are not Ed25519', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  expect(() => readPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toThrow(
    expect.objectContaining({ code: 'KEY_FILE_BROKEN', exit: 4 }),
  )
  expect(() => readPublicKey('nothing')).toThrow(expect.objectContaining({ code: 'KEY_FILE_BROKEN' }))
})
