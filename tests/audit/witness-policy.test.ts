import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cosign } from '../../audit/cosignature.ts'
import { formatCheckpoint, signNote } from '../../audit/note.ts'
import { verifierKey } from '../../audit/verifier-key.ts'
import { checkQuorum, parseWitnessPolicy } from '../../audit/witness/witness-policy.ts'

function newKey(name: string, kind: 'log' | 'witness') {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { ...verifierKey(name, kind, pem), sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }
}

const log = newKey('log.example', 'log')
const witnesses = ['x1', 'x2', 'x3', 'y1', 'y2'].map((name) => newKey(`w.example/${name}`, 'witness'))
const lines = witnesses.map((key) => `witness ${key.noteName.slice(10)} ${key.noteVerifier} http://127.0.0.1:1`)
const text = formatCheckpoint({ origin: log.noteName, size: 3, root: Buffer.alloc(32, 1) })
const noteBy = (...which: readonly number[]) =>
  signNote(text, log) + which.map((i) => cosign(text, 100, witnesses[i]!)).join('')

test('two of three here and one of two there: exactly those sets of witnesses are enough', () => {
  const policy = parseWitnessPolicy(
    `# who must have seen it\n\n log ${log.noteVerifier}\n${lines.join('\n')}\ngroup x 2 x1 x2 x3\ngroup y any y1\ty2\ngroup both all x y\nquorum both\n`,
    'policy',
  )
  expect([policy.logs[0]?.noteName, policy.quorum]).toEqual(['log.example', 'both'])
  for (let set = 0; set < 32; set++) {
    const chosen = [0, 1, 2, 3, 4].filter((i) => (set & (1 << i)) !== 0)
    const enough = chosen.filter((i) => i < 3).length >= 2 && chosen.some((i) => i >= 3)
    expect(checkQuorum(policy, noteBy(...chosen)).ok, chosen.join()).toBe(enough)
  }
  // One witness that signs twice is one.
  expect(checkQuorum(policy, noteBy(0, 0, 3)).ok).toBe(false)
})

test('one witness alone, or none, can be the quorum', () => {
  expect(checkQuorum(parseWitnessPolicy(`${lines[0]}\nquorum x1`, 'p'), noteBy(0)).ok).toBe(true)
  expect(checkQuorum(parseWitnessPolicy(`${lines[0]}\nquorum x1`, 'p'), noteBy(1)).ok).toBe(false)
  expect(checkQuorum(parseWitnessPolicy('quorum none', 'p'), noteBy()).ok).toBe(true)
})

test('what the format does not allow is refused with its line', () => {
  const wrong: Readonly<Record<string, readonly [string, number]>> = {
    'no quorum': [lines[0]!, 1],
    'two quorums': ['quorum none\nquorum none', 2],
    'a name before it is defined': [`group g all x1\n${lines[0]}\nquorum g`, 1],
    'a name twice': [`${lines[0]}\n${lines[0]}\nquorum x1`, 2],
    'a key twice': [`${lines[0]}\n${lines[0]!.replace('x1', 'z')}\nquorum x1`, 2],
    'none as a name': [`${lines[0]!.replace(' x1 ', ' none ')}\nquorum none`, 1],
    'a member in two groups': [`${lines[0]}\n${lines[1]}\ngroup a all x1\ngroup b all x1 x2\nquorum a`, 4],
    'a threshold of nothing': [`${lines[0]}\ngroup a 0 x1\nquorum a`, 2],
    'a threshold that cannot be met': [`${lines[0]}\ngroup a 2 x1\nquorum a`, 2],
    'a group of nobody': [`${lines[0]}\ngroup a all\nquorum a`, 2],
    'the key of a log as a witness': [`witness x ${log.noteVerifier}\nquorum x`, 1],
    'a word that is not known': ['witnes x', 1],
    'a control character': ['quorum none\r', 1],
    'a quorum that is not defined': ['quorum x', 1],
  }
  for (const [name, [file, line]] of Object.entries(wrong)) {
    expect(() => parseWitnessPolicy(file, 'policy'), name).toThrow(
      expect.objectContaining({ code: 'WITNESS_POLICY', at: { file: 'policy', line } }),
    )
  }
  fc.assert(
    fc.property(fc.string(), (any) => {
      try {
        parseWitnessPolicy(any, 'p')
      } catch (error) {
        expect(error).toMatchObject({ code: 'WITNESS_POLICY' })
      }
    }),
    { numRuns: 20 },
  )
})
