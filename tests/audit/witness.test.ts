import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { checkCosignatures } from '../../audit/cosignature.ts'
import type { Keys } from '../../audit/keys.ts'
import { type Ledger, openLedger } from '../../audit/ledger.ts'
import { consistencyProof, leafHash, readerOf, treeRoot } from '../../audit/merkle.ts'
import { formatCheckpoint, openNote, signNote } from '../../audit/note.ts'
import { parseVerifierKey, type VerifierKey, verifierKey } from '../../audit/verifier-key.ts'
import { formatAddCheckpoint, parseAddCheckpoint } from '../../audit/witness/add-checkpoint.ts'
import { openWitness } from '../../audit/witness/witness.ts'
import { askWitness } from '../../audit/witness/witness-client.ts'
import { checkQuorum, parseWitnessPolicy } from '../../audit/witness/witness-policy.ts'
import { parseListen, serveWitness, type WitnessServer } from '../../audit/witness/witness-server.ts'
import { witnessedCheckpoints, witnessLedger } from '../../audit/witness/witnessed-ledger.ts'
import { group, newLog } from './setup.ts'

const servers: WitnessServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const newState = (): string => mkdtempSync(join(tmpdir(), 'sluice-witness-'))
const logKey = (keys: Keys) => parseVerifierKey(keys.noteVerifier, 'log')

/** A log made of nothing but leaves, so that it can be forked at will. */
function fakeLog(keys: Keys) {
  const leaves = (history: string) => [...history].map((leaf) => leafHash(Buffer.from(leaf)))
  return {
    note: (history: string) =>
      signNote(
        formatCheckpoint({
          origin: keys.noteName,
          size: history.length,
          root: treeRoot(history.length, readerOf(leaves(history))),
        }),
        keys,
      ),
    proof: (old: number, history: string) =>
      old === 0 ? [] : consistencyProof(old, history.length, readerOf(leaves(history))),
  }
}

function newWitness(state = newState()) {
  const { keys } = newLog()
  const log = fakeLog(keys)
  const witness = openWitness({ state, logs: [logKey(keys)], now: () => new Date(1_700_000_000_000) })
  const add = (old: number, history: string, proof = log.proof(old, history)) =>
    witness.addCheckpoint(formatAddCheckpoint({ old, proof, note: log.note(history) }))
  return { state, keys, log, witness, add }
}

describe('what a witness answers', () => {
  test('a log that grows is cosigned each time, and its note then has both signatures', () => {
    const { witness, add, log, keys } = newWitness()
    for (const [old, history] of [
      [0, 'abc'],
      [3, 'abc'],
      [3, 'abcdefgh'],
      [8, 'abcdefghi'],
    ] as const) {
      const { status, body } = add(old, history)
      const note = log.note(history) + body
      expect([status, openNote(note, keys).ok, checkCosignatures(note, [witness.key])]).toEqual([
        200,
        true,
        {
          cosignatures: [{ witness: witness.key.noteName, verifier: witness.key.noteVerifier, time: 1_700_000_000 }],
          problems: [],
        },
      ])
    }
  })

  test('a log that was cut, forked or rewritten gets no cosignature, and the witness stays where it was', () => {
    const { add, state } = newWitness()
    expect(add(0, 'abcdef').status).toBe(200)
    const refusals = {
      'rolled back, told as new': add(0, 'abc'),
      'rolled back, older size than known': add(3, 'abcdef'),
      'replay of the first request': add(0, 'abcdef'),
      'fork at the same size': add(6, 'abcdeX'),
      'fork that grew': add(6, 'abcdeXgh'),
      'proof of another size': add(6, 'abcdefgh', fakeLog(newLog().keys).proof(5, 'abcdefgh')),
      'no proof': add(6, 'abcdefgh', []),
      'proof that is not needed': add(6, 'abcdef', [Buffer.alloc(32)]),
      'ahead of what the witness knows': add(7, 'abcdefgh'),
    }
    const conflict = { status: 409, type: 'text/x.tlog.size', body: '6\n' }
    const unproven = {
      status: 422,
      type: 'text/plain; charset=utf-8',
      body: 'the proof does not show that the log only grew\n',
    }
    expect(refusals).toEqual({
      'rolled back, told as new': conflict,
      'rolled back, older size than known': conflict,
      'replay of the first request': conflict,
      'fork at the same size': conflict,
      'fork that grew': unproven,
      'proof of another size': unproven,
      'no proof': unproven,
      'proof that is not needed': unproven,
      'ahead of what the witness knows': conflict,
    })
    // Two signatures of the log over two trees of one size prove that it lied; that one is kept.
    expect(readdirSync(join(state, 'forks'))).toHaveLength(1)
    expect(add(6, 'abcdefgh').status).toBe(200)
  })

  test('other logs, other keys and other forms are refused', () => {
    const { witness, keys, log } = newWitness()
    const other = fakeLog(newLog().keys)
    const answer = (body: string) => witness.addCheckpoint(body).status
    const ask = (note: string, old = 0, proof: readonly Uint8Array[] = []) =>
      answer(formatAddCheckpoint({ old, proof, note }))
    const good = log.note('abc')
    expect(ask(other.note('abc'))).toBe(404)
    expect(ask(signNote(good.slice(0, good.indexOf('\n\n') + 1), { ...newLog().keys, noteName: keys.noteName }))).toBe(
      403,
    )
    expect(ask(good.replace('\n3\n', '\n4\n'))).toBe(403)
    expect(ask(signNote(`${keys.noteName}\n03\n${Buffer.alloc(32).toString('base64')}\n`, keys))).toBe(400)
    expect(ask(signNote(`${keys.noteName}\n0\n${Buffer.alloc(32).toString('base64')}\n`, keys))).toBe(422)
    expect(ask(good, 4)).toBe(400)
    expect(ask(good.slice(0, -1))).toBe(400)
    for (const body of ['', 'old 0\n', 'old 00\n\n', 'old -1\n\n', 'new 0\n\n', 'old 0\nAAAA\n\n']) {
      expect(answer(body + good), body).toBe(400)
    }
    expect(answer(`old 1\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${good}`)).toBe(400)
    expect(ask(good)).toBe(200)
  })

  test('lines that anybody adds to a note are not kept, so they cannot spoil what the witness remembers', () => {
    const { witness, log, add } = newWitness()
    const line = `\u2014 x.example ${Buffer.alloc(68).toString('base64')}\n`
    const ask = (count: number) =>
      witness.addCheckpoint(formatAddCheckpoint({ old: 0, proof: [], note: log.note('ab') + line.repeat(count) }))
        .status
    expect([ask(100), ask(20), add(2, 'abc').status]).toEqual([400, 200, 200])
  })

  test('a checkpoint with extension lines is cosigned as a whole', () => {
    const { witness, keys, log } = newWitness()
    const text = `${log.note('ab').split('\n\n')[0]}\nextension 1\n`
    const { status, body } = witness.addCheckpoint(
      formatAddCheckpoint({ old: 0, proof: [], note: signNote(text, keys) }),
    )
    expect([status, checkCosignatures(signNote(text, keys) + body, [witness.key]).cosignatures.length]).toEqual([
      200, 1,
    ])
  })
})

describe('what a witness remembers', () => {
  test('it goes on where it was after a restart, with the same key', () => {
    const { state, add, keys, log, witness } = newWitness()
    add(0, 'abc')
    const again = openWitness({ state, logs: [logKey(keys)] })
    expect(again.key.noteVerifier).toBe(witness.key.noteVerifier)
    expect(again.addCheckpoint(formatAddCheckpoint({ old: 0, proof: [], note: log.note('aXcd') }))).toMatchObject({
      status: 409,
      body: '3\n',
    })
  })

  test('a state that cannot be read stops it: it does not begin anew', () => {
    const { state, add } = newWitness()
    add(0, 'abc')
    const file = join(state, 'logs', readdirSync(join(state, 'logs'))[0]!)
    for (const text of ['', 'x\n', 'other\n3\nAAAA\n\n\u2014 a AAAAAAA=\n']) {
      writeFileSync(file, text)
      expect(() => add(3, 'abcd'), text).toThrow(expect.objectContaining({ code: 'WITNESS_STATE_BROKEN', exit: 4 }))
    }
  })

  test('a key that is gone, or is another, stops it', () => {
    const { state, keys } = newWitness()
    const open = (name?: string) => () =>
      openWitness({ state, logs: [logKey(keys)], ...(name === undefined ? {} : { name }) })
    expect(open('other.example/w')).toThrow(expect.objectContaining({ code: 'KEY_PAIR_MISMATCH' }))
    rmSync(join(state, 'keys', 'witness.key'))
    expect(open()).toThrow(expect.objectContaining({ code: 'KEY_MISSING', exit: 4 }))
  })

  test('however requests come, two cosigned trees never contradict each other', () => {
    const histories = ['a', 'ab', 'abc', 'abcd', 'aX', 'aXY', 'abZ', 'abcdefgh', 'abcdefgX']
    const request = fc.record({ old: fc.nat(8), history: fc.constantFrom(...histories), honest: fc.boolean() })
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
        const { add, log } = newWitness()
        let last = ''
        for (const { old, history, honest } of requests) {
          const from = honest ? last.length : old
          const proof = from > 0 && from <= history.length ? log.proof(from, history) : []
          if (add(from, history, proof).status !== 200) continue
          expect(history.startsWith(last)).toBe(true)
          last = history
        }
      }),
      { numRuns: 25 },
    )
  })
})

/** Asks one witness, and throws what it answers wrongly. */
async function addOne(store: string, ledger: Ledger, url: string, witness: VerifierKey) {
  const { witnessed, errors } = await witnessLedger(store, ledger, [{ url, witness }])
  if (errors[0] !== undefined) throw errors[0]
  return witnessed[0]!
}

describe('over HTTP', () => {
  test('several witnesses sign one checkpoint, so that a quorum can be counted; one that is away is told', async () => {
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    ledger.append(group(3))
    const [a, b] = [await serve(ledger, keys), await serve(ledger, keys)]
    const targets = [a, b].map(({ server, witness }) => ({ url: server.url, witness: witness.key }))
    const store = newState()
    const away = { url: 'http://127.0.0.1:9', witness: a.witness.key }
    const { witnessed, errors } = await witnessLedger(store, ledger, [targets[0]!, away, targets[1]!])
    expect(errors.map(({ code }) => code)).toEqual(['WITNESS_UNREACHABLE'])
    expect(witnessed.map(({ size }) => size)).toEqual([ledger.size - 2, ledger.size - 2])
    const lines = targets.map(({ witness }, i) => `witness w${i} ${witness.noteVerifier}\n`).join('')
    const policy = parseWitnessPolicy(`${lines}group all all w0 w1\nquorum all\n`, 'policy')
    expect(witnessed.map(({ note }) => checkQuorum(policy, note).ok)).toEqual([true, true])
  })

  async function serve(ledger: Ledger, keys: Keys, state = newState()) {
    const witness = openWitness({ state, logs: [logKey(keys)] })
    const server = await serveWitness(witness, { host: '127.0.0.1', port: 0 })
    servers.push(server)
    const store = mkdtempSync(join(tmpdir(), 'sluice-store-'))
    return {
      witness,
      server,
      state,
      store,
      add: () => addOne(store, ledger, server.url, witness.key),
    }
  }

  test('a log is witnessed as it grows; each cosigned note is kept, and the log says so', async () => {
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    const { witness, store, add } = await serve(ledger, keys)
    ledger.append(group(5))
    const first = await add()
    ledger.append(group(300))
    const second = await add()
    expect([first.size, second.size]).toEqual([5, 306])
    const kept = witnessedCheckpoints(store)
    expect(kept.map(({ size }) => size)).toEqual([5, 306])
    for (const { note } of kept) {
      expect([openNote(note, keys).ok, checkCosignatures(note, [witness.key]).cosignatures.length]).toEqual([true, 1])
    }
    expect([...ledger.entries(306)]).toMatchObject([
      { type: 'log.witnessed', subject: { size: '306', root: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    ])
    // A client that forgot what the witness knows is told.
    rmSync(join(store, 'ledger-witnesses'), { recursive: true })
    expect((await add()).size).toBe(307)
  })

  test('a log that was cut, or written anew with its own key, is found out by the witness alone', async () => {
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    ledger.append(group(10))
    const { server, witness, store, add } = await serve(ledger, keys)
    await add()
    const attack = (count: number, tag: string) => {
      const other = openLedger(join(mkdtempSync(join(tmpdir(), 'sluice-fork-')), 'ledger'), keys)
      other.append(group(count, tag))
      return addOne(store, other, server.url, witness.key)
    }
    await expect(attack(4, 'a')).rejects.toMatchObject({ code: 'WITNESS_AHEAD', exit: 4 })
    await expect(attack(10, 'other')).rejects.toMatchObject({ code: 'WITNESS_FORK', exit: 4 })
    await expect(attack(50, 'other')).rejects.toMatchObject({ code: 'WITNESS_FORK', exit: 4 })
  })

  test('many requests at once: one order, every answer true, the largest tree stays', async () => {
    const { keys } = newLog()
    const log = fakeLog(keys)
    const state = newState()
    // Two servers over one state, as two processes would be.
    const open = async () => {
      const witness = openWitness({ state, logs: [logKey(keys)] })
      const server = await serveWitness(witness, { host: '127.0.0.1', port: 0 })
      servers.push(server)
      return { witness, server }
    }
    const both = [await open(), await open()]
    const histories = ['a', 'ab', 'abc', 'abcd', 'abcde', 'X', 'aX', 'abX']
    const results = await Promise.allSettled(
      [...histories, ...histories].map((history, i) =>
        askWitness({
          url: both[i % 2]!.server.url,
          witness: both[0]!.witness.key,
          note: log.note(history),
          size: history.length,
          old: 0,
          prove: (old) => log.proof(old, history),
        }),
      ),
    )
    const signed = new Set(results.flatMap((result, i) => (result.status === 'fulfilled' ? [histories[i % 8]!] : [])))
    expect(signed.size).toBeGreaterThan(0)
    const longest = [...signed].sort((a, b) => b.length - a.length)[0]!
    for (const history of signed) expect(longest.startsWith(history)).toBe(true)
  })

  test('an answer that is not of the witness that was asked is not taken', async () => {
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    const { server } = await serve(ledger, keys)
    const stranger = openWitness({ state: newState(), logs: [] }).key
    const ask = (url: string) => addOne(newState(), ledger, url, stranger)
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'WITNESS_ANSWER', exit: 4 })
    await expect(ask('127.0.0.1')).rejects.toMatchObject({ code: 'WITNESS_URL' })
    await server.close()
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'WITNESS_UNREACHABLE', transient: true })
    expect(ledger.size).toBe(0)
  })

  test('only POST /add-checkpoint, of a bounded size; a failing state gives 500 and no signature', async () => {
    const { dir, keys } = newLog()
    const ledger = openLedger(dir, keys)
    const { server, state, add } = await serve(ledger, keys)
    const status = async (path: string, init: RequestInit) => (await fetch(server.url + path, init)).status
    expect(await status('/', { method: 'POST', body: 'x' })).toBe(404)
    expect(await status('/add-checkpoint', {})).toBe(405)
    expect(await status('/add-checkpoint', { method: 'POST', body: Buffer.from([0xff, 0xfe]) })).toBe(400)
    expect(await status('/add-checkpoint', { method: 'POST', body: 'x'.repeat(200_000) })).toBe(413)
    writeFileSync(join(state, 'logs'), 'a file in the way')
    await expect(add()).rejects.toMatchObject({ code: 'WITNESS_REFUSED' })
  })

  test('listens on loopback only unless told', async () => {
    const { keys } = newLog()
    const witness = openWitness({ state: newState(), logs: [logKey(keys)] })
    await expect(serveWitness(witness, { host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'WITNESS_ADDRESS' })
    servers.push(await serveWitness(witness, { host: '0.0.0.0', port: 0, anyAddress: true }))
    expect(parseListen('[::1]:80')).toEqual({ host: '::1', port: 80 })
    expect(parseListen('localhost:0')).toEqual({ host: 'localhost', port: 0 })
    for (const text of ['', '127.0.0.1', ':80', '127.0.0.1:70000', '::1:80', 'a:b']) {
      expect(() => parseListen(text), text).toThrow(expect.objectContaining({ code: 'WITNESS_ADDRESS' }))
    }
  })
})

test('requests read back, and reading never throws', () => {
  const proof = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 5 })
  fc.assert(
    fc.property(fc.nat(), proof, fc.string(), (old, hashes, note) => {
      const read = parseAddCheckpoint(formatAddCheckpoint({ old, proof: hashes, note }))
      expect({ ...read, proof: read?.proof.map((hash) => Buffer.from(hash)) }).toEqual({
        old,
        proof: hashes.map((hash) => Buffer.from(hash)),
        note,
      })
    }),
    { numRuns: 30 },
  )
  fc.assert(fc.property(fc.string(), (body) => void parseAddCheckpoint(body)))
})

const GO_ENV = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
const hasGo = spawnSync('go', ['list', 'golang.org/x/mod/sumdb/note'], { env: GO_ENV }).status === 0

test.skipIf(!hasGo)(
  'Go’s sumdb/note opens our cosigned notes, by the log and by the witness (skipped without Go)',
  () => {
    const { keys, log, witness, add } = newWitness()
    const dir = mkdtempSync(join(tmpdir(), 'sluice-go-'))
    writeFileSync(join(dir, 'note'), log.note('abc') + add(0, 'abc').body)
    // A verifier of type 4, which sumdb/note lets its callers write.
    writeFileSync(
      join(dir, 'main.go'),
      `package main
import ("crypto/ed25519"; "encoding/base64"; "encoding/binary"; "fmt"; "os"; "strconv"; "strings"; "golang.org/x/mod/sumdb/note")
type w struct { name string; hash uint32; key []byte }
func (v w) Name() string { return v.name }
func (v w) KeyHash() uint32 { return v.hash }
func (v w) Verify(msg, sig []byte) bool {
  if len(sig) != 72 { return false }
  m := "cosignature/v1\\ntime " + strconv.FormatUint(binary.BigEndian.Uint64(sig), 10) + "\\n" + string(msg)
  return ed25519.Verify(v.key, []byte(m), sig[8:])
}
func main() {
  msg, _ := os.ReadFile(os.Args[1])
  l, err := note.NewVerifier(os.Args[2])
  if err != nil { panic(err) }
  p := strings.SplitN(os.Args[3], "+", 3)
  h, _ := strconv.ParseUint(p[1], 16, 32)
  k, _ := base64.StdEncoding.DecodeString(p[2])
  n, err := note.Open(msg, note.VerifierList(l))
  fmt.Println(err, len(n.Sigs), len(n.UnverifiedSigs))
  n, err = note.Open(msg, note.VerifierList(l, w{p[0], uint32(h), k[1:]}))
  fmt.Println(err, len(n.Sigs), len(n.UnverifiedSigs), strings.Count(n.Text, "\\n"))
}
`,
    )
    const args = ['run', join(dir, 'main.go'), join(dir, 'note'), keys.noteVerifier, witness.key.noteVerifier]
    const run = spawnSync('go', args, { env: GO_ENV, encoding: 'utf8' })
    expect([run.stderr, run.stdout]).toEqual(['', '<nil> 1 1\n<nil> 2 0 3\n'])
  },
)

test('a witness’s key line is what C2SP says: type 4, hash over name and key', () => {
  const { witness } = newWitness()
  const again = verifierKey(witness.key.noteName, 'witness', witness.key.publicKeyPem)
  expect(parseVerifierKey(witness.key.noteVerifier, 'witness').hash).toEqual(again.hash)
  expect(Buffer.from(witness.key.noteVerifier.split('+').slice(2).join('+'), 'base64')[0]).toBe(4)
})
