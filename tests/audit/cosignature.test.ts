import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCosignatures, cosign, splitNote } from '../../audit/cosignature.ts'
import { formatCheckpoint, openNote, readPublicKey, signNote } from '../../audit/note.ts'
import { parseVerifierKey, verifierKey } from '../../audit/verifier-key.ts'

function pair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { pem, sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }
}

function newWitness(name: string) {
  const { pem, sign } = pair()
  return { ...verifierKey(name, 'witness', pem), sign }
}

function newNote() {
  const { pem, sign } = pair()
  const key = { ...readPublicKey(pem), sign }
  const text = formatCheckpoint({ origin: key.noteName, size: 9, root: Buffer.alloc(32, 3) })
  return { key, text, note: signNote(text, key) }
}

test('a cosigned checkpoint still opens with the key of the log, and names its witness and time', () => {
  const { key, text, note } = newNote()
  const [w1, w2] = [newWitness('w.example/1'), newWitness('w.example/2')]
  const cosigned = note + cosign(text, 1_700_000_000, w1)
  expect(openNote(cosigned, key)).toEqual({ ok: true, text })
  expect(checkCosignatures(cosigned, [w1, w2])).toEqual({
    cosignatures: [{ witness: 'w.example/1', verifier: w1.noteVerifier, time: 1_700_000_000 }],
    problems: [],
  })
  expect(checkCosignatures(cosigned, [w2])).toEqual({ cosignatures: [], problems: [] })
})

test('the earliest of two cosignatures of one witness counts, and a witness counts once', () => {
  const { text, note } = newNote()
  const witness = newWitness('w.example/1')
  const { cosignatures } = checkCosignatures(note + cosign(text, 200, witness) + cosign(text, 100, witness), [witness])
  expect(cosignatures.map(({ time }) => time)).toEqual([100])
})

test('a known witness whose line does not hold is a problem, not only absent', () => {
  const { text, note } = newNote()
  const witness = newWitness('w.example/1')
  const good = cosign(text, 100, witness)
  const code = (line: string, now?: Date) =>
    checkCosignatures(note + line, [witness], now).problems.map((problem) => problem.code)
  const payload = Buffer.from(good.split(' ')[2]!, 'base64')
  const line = (bytes: Uint8Array) => `\u2014 w.example/1 ${Buffer.from(bytes).toString('base64')}\n`
  for (let at = 4; at < payload.length; at++) {
    const changed = Buffer.from(payload)
    changed[at]! ^= 1
    // The high bytes of the time make it too large to be one.
    expect(['COSIGNATURE_INVALID', 'COSIGNATURE_MALFORMED']).toContain(code(line(changed))[0])
  }
  expect(code(line(payload.subarray(0, 75)))).toEqual(['COSIGNATURE_MALFORMED'])
  expect(code(cosign('other\n1\n', 100, witness))).toEqual(['COSIGNATURE_INVALID'])
  expect(code(cosign(text, 10_000, witness), new Date(1_000_000))).toEqual(['COSIGNATURE_FROM_FUTURE'])
  expect(code('\u2014 no base64\n')).toEqual(['COSIGNATURE_NOTE_MALFORMED'])
})

test('a signature of the log is no cosignature: the same key under the other type has another hash', () => {
  const { pem, sign } = pair()
  const [log, witness] = [verifierKey('x.example', 'log', pem), verifierKey('x.example', 'witness', pem)]
  expect(log.hash.equals(witness.hash)).toBe(false)
  expect(checkCosignatures(signNote('x.example\n', { ...log, sign }), [witness]).cosignatures).toEqual([])
})

test('reads the verifier key of the Go documentation, and refuses every other spelling of it', () => {
  const line = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const key = parseVerifierKey(`${line}\n`, 'log')
  expect([key.noteName, key.hash.toString('hex'), key.noteVerifier]).toEqual(['PeterNeumann', 'c74f20a3', line])
  const broken = expect.objectContaining({ code: 'VERIFIER_KEY_BROKEN', exit: 2 })
  for (const text of ['', 'a+b', line.slice(1), line.slice(0, -4), line.replace('c7', 'C7'), `a ${line}`, `${line}=`]) {
    expect(() => parseVerifierKey(text, 'log'), text).toThrow(broken)
  }
  expect(() => parseVerifierKey(line, 'witness')).toThrow(broken)
  expect(() => verifierKey('with blank', 'witness', key.publicKeyPem)).toThrow(broken)
})

test('splitting and checking never throw', () => {
  const witness = newWitness('w.example/1')
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, line) => {
      splitNote(text)
      checkCosignatures(`${text}\n\n\u2014 ${line}\n`, [witness])
    }),
    { numRuns: 30 },
  )
})
