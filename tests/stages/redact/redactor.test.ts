import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SLOTS, slotContext } from '../../../bench/redaction/slots.ts'
import { syntheticTexts } from '../../../bench/redaction/synthetic.ts'
import { createBlockRedactor, cutAt } from '../../../stages/redact/blocks.ts'
import { openDefaultDetector } from '../../../stages/redact/configured.ts'
import { createDetector, type Detector, type Span } from '../../../stages/redact/detector.ts'
import { createOperators } from '../../../stages/redact/operators/create.ts'
import { createRedactor, type Redactor } from '../../../stages/redact/redactor.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'
import { random } from '../../../util/random.ts'

let redactor: Redactor
beforeAll(async () => {
  redactor = await createRedactor()
})
afterAll(() => redactor.close())

const TEXT = 'Hi, my name is Lily Chen, write to ada@example.org or call +44 20 7946 0958.'

test('a text, its spans and their trace', async () => {
  expect(await redactor.redact(TEXT)).toBe('Hi, my name is <PERSON>, write to <EMAIL> or call <PHONE>.')
  expect((await redactor.find(TEXT)).map(({ type, start, end }) => [type, TEXT.slice(start, end)])).toEqual([
    ['PERSON', 'Lily Chen'],
    ['EMAIL', 'ada@example.org'],
    ['PHONE', '+44 20 7946 0958'],
  ])
  const trace = await redactor.explain('ssn 000-12-3456, card 4111 1111 1111 1112')
  expect(trace.map(({ type, outcome }) => `${type} ${outcome}`)).toContain('CREDIT_CARD found')
  for (const decision of trace) expect(JSON.stringify(decision)).not.toMatch(/4111|3456/)
})

test('the trace says why a candidate was not found: too unsure, allowed, overlapped, already redacted', async () => {
  const text = 'write to Ada@example.org, <EMAIL>, serial 078-05-1120'
  const strict = await createRedactor({
    allow: [{ values: ['ada@EXAMPLE.org'], owner: 'desk', reason: 'our own address', expires: '2999-12-31' }],
    min_score: { US_SSN: 0.99 },
  })
  const outcomes = (await strict.explain(text)).map(({ type, outcome, detail }) => `${type} ${outcome} ${detail}`)
  expect(outcomes).toContain('EMAIL allowed 0')
  expect(outcomes).toContain('US_SSN below_min_score 0.99')
  expect(await strict.redact(text)).toBe(text)
  await strict.close()
})

test('JSON keeps every byte that is not redacted, and names are known across it', async () => {
  const json =
    '{ "customer": {"name": "lily chen", "age": 41}, "big": 12345678901234567890,\n  "log": ["Lily said hi", 1.50] }'
  expect(await redactor.redactJson(json)).toBe(
    '{ "customer": {"name": "<PERSON>", "age": 41}, "big": 12345678901234567890,\n  "log": ["<PERSON> said hi", 1.50] }',
  )
  expect(await redactor.redactJson('plain')).toBeUndefined()
})

test('a denied value is redacted as whole words, whatever its case, until its entry ends', async () => {
  const deny = [
    {
      values: ['Bluebird', 'Project Heron'],
      type: 'ORGANIZATION',
      owner: 'legal',
      reason: 'secret',
      expires: '2030-01-01',
    },
  ]
  const listed = await createRedactor({
    deny,
    types: ['default', 'ORGANIZATION'],
    now: new Date('2029-12-31T12:00:00Z'),
  })
  expect(await listed.redact('bluebird, bluebirds and PROJECT  Heron or project heron!')).toBe(
    '<ORGANIZATION>, bluebirds and PROJECT  Heron or <ORGANIZATION>!',
  )
  await listed.close()
  await expect(createRedactor({ deny, now: new Date('2030-01-02T00:00:00Z') })).rejects.toMatchObject({
    code: 'REDACT_LIST_EXPIRED',
    message: expect.stringContaining('deny.0.expires'),
  })
})

test('mistakes in the options are errors with what to do', async () => {
  await expect(createRedactor({ types: ['EMIAL'] })).rejects.toMatchObject({
    code: 'REDACT_UNKNOWN_TYPE',
    next: 'did you mean EMAIL?',
  })
  await expect(createRedactor({ typs: [] } as never)).rejects.toMatchObject({ code: 'REDACT_CONFIG' })
  await expect(createRedactor({ operators: { default: { operator: 'pseudonym' } } })).rejects.toMatchObject({
    code: 'SECRET_MISSING',
  })
})

describe('a stream', () => {
  const operators = createOperators({ operatorOf: () => ({ operator: 'replace' }), keys: {}, regions: ['US'] })
  const detector = createDetector()
  const sizes = { size: 160, ahead: 48, behind: 32 }
  const inParts = async (text: string, cuts: readonly number[]): Promise<string> => {
    const blocks = createBlockRedactor(detector, operators, sizes)
    const at = [0, ...[...cuts].sort((a, b) => a - b), text.length]
    let out = ''
    for (let i = 1; i < at.length; i++) out += await blocks.push(text.slice(at[i - 1], at[i]))
    return out + (await blocks.end())
  }
  const lines = readFileSync(join(PACKAGE_ROOT, 'examples/support-tickets/tickets.jsonl'), 'utf8').split('\n')

  /** With SLUICE_SPLITS=1000 a thousand texts are cut at every place; here some. */
  const texts = Number(process.env['SLUICE_SPLITS'] ?? 16)
  test(`gives the same text for every place where it can be cut (${texts} texts)`, { timeout: 7_200_000 }, async () => {
    const all = await openDefaultDetector()
    const byBytes = await createRedactor({ blocks: sizes })
    let found = 0
    let cuts = 0
    for (let i = 0; i < texts; i++) {
      const text = splitText(i)
      const whole = await byBytes.redact(text)
      if (whole !== text) found += 1
      // Blocks mostly do not depend on the cut, and then what is found in them is known.
      const known = remembering(all)
      for (let cut = 1; cut < text.length; cut++, cuts++) {
        const blocks = createBlockRedactor(known, operators, sizes)
        const parted =
          (await blocks.push(text.slice(0, cut))) + (await blocks.push(text.slice(cut))) + (await blocks.end())
        if (parted !== whole) expect([i, cut, parted]).toEqual([i, cut, whole])
      }
      // The same through the stream, cut between bytes, at some places of each text.
      const bytes = Buffer.from(text)
      for (let cut = 1 + (i % 97); cut < bytes.length; cut += 97, cuts++) {
        const out: Buffer[] = []
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)]
        for await (const chunk of Readable.from(parts).pipe(byBytes.stream())) out.push(chunk as Buffer)
        const parted = Buffer.concat(out).toString()
        if (parted !== whole) expect([i, cut, parted]).toEqual([i, cut, whole])
      }
    }
    await Promise.all([all.close(), byBytes.close()])
    if (process.env['SLUICE_SPLITS'] !== undefined) console.info(`${texts} texts, ${cuts} cuts, ${found} with a find`)
    expect(found).toBeGreaterThan(0.9 * texts)
  })

  test('gives the same text however often it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: lines.length - 4 }),
        fc.array(fc.nat({ max: 3000 }), { maxLength: 40 }),
        async (row, cuts) => {
          const text = lines.slice(row, row + 2).join('\n')
          expect(
            await inParts(
              text,
              cuts.map((cut) => Math.min(cut, text.length)),
            ),
          ).toBe(await inParts(text, []))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('follows a value that is longer than a block', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n'.repeat(30)}-----END PRIVATE KEY-----`
    const text = `${'a line of prose that is no secret. '.repeat(4)}${key}\nand on it goes. ${'More prose here. '.repeat(20)}`
    for (const cuts of [[], [10, 300, 301, 900]]) {
      const out = await inParts(text, cuts)
      expect(out).toContain('<SECRET>\nand on it goes.')
      expect(out).not.toContain('MIIE')
    }
  })

  test('of bytes is what the whole text gives, cut inside characters too; broken UTF-8 is an error', async () => {
    const text = `Grüße von Zoë 😀 <zoe@example.org>\n`.repeat(30)
    const bytes = Buffer.from(text)
    const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7))
    const out: Buffer[] = []
    for await (const chunk of Readable.from(parts).pipe(redactor.stream())) out.push(chunk as Buffer)
    expect(Buffer.concat(out).toString()).toBe(await redactor.redact(text))
    const broken = Readable.from([Buffer.from('hello '), Buffer.from([0xff, 0xfe])]).pipe(redactor.stream())
    await expect(broken.toArray()).rejects.toMatchObject({ code: 'REDACT_ENCODING' })
  })
})

/** The same detector, which looks at each text once. */
function remembering(detector: Detector): Detector {
  const known = new Map<string, readonly Span[]>()
  return {
    ...detector,
    async findAll(inputs) {
      const out: (readonly Span[])[] = []
      for (const input of inputs) {
        const spans = known.get(input.text) ?? (await detector.findAll([input]))[0]!
        known.set(input.text, spans)
        out.push(spans)
      }
      return out
    },
  }
}

const EMOJI = ['😀', '👩‍👩‍👧', '🏳️‍🌈', '中文', 'Ünï', '\u{1F1E9}\u{1F1EA}', 'e\u0301', '\u200b', 'ﬁ', '𝔘']

/** Texts of several kinds, 350 units or so: two or three blocks of the sizes above, with values at any place in them. */
function splitText(i: number): string {
  const rng = random(11, 'split', i)
  const slots = slotContext(rng, rng.pick(['en', 'en', 'de', 'es', 'fr']))
  const names = Object.keys(SLOTS)
  const value = (): string => SLOTS[rng.pick(names)]!(slots, 1 + rng.integer(2)).text
  const words = (n: number): string => Array.from({ length: n }, () => rng.pick(PLAIN)).join(' ')
  const many = (n: number, make: (k: number) => string, join: string): string =>
    Array.from({ length: n }, (_, k) => make(k)).join(join)
  const { first, last } = slots.person(1)
  switch (i % 8) {
    case 0:
      return DEV[i % DEV.length]!.text + many(6, () => ` ${words(6)} ${value()}.`, '')
    case 1:
      return `From: ${first} ${last} <${first}.${last}@example.org>\r\nTo: ${value()}\r\nSubject: ${words(3)}\r\n\r\n${many(5, () => `> ${words(4)} ${value()}`, '\r\n')}\r\n--\r\n${first}\r\n`
    case 2:
      return JSON.stringify({ name: `${first} ${last}`, rows: Array.from({ length: 6 }, () => [words(2), value()]) })
    case 3:
      return many(12, () => `${rng.pick(EMOJI)}${value()}${rng.pick(EMOJI)} ${words(2)}`, rng.pick([' ', '', '\n']))
    case 4:
      return `name,phone,note\r\n${many(7, () => `"${value()}",${value()},${words(2)}`, '\r\n')}`
    case 5:
      return many(8, (k) => `2024-05-0${k + 1}T10:00:0${k}Z INFO ${words(2)} user=${value()} ip=10.0.0.${k}`, '\n')
    case 6:
      // No white space: blocks are cut where nothing invites it.
      return many(16, value, rng.pick(['', ',', ';', '|'])).slice(0, 420)
    default:
      return `${words(12)}\n\n-----BEGIN PRIVATE KEY-----\n${many(6, () => 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj', '\n')}\n-----END PRIVATE KEY-----\n${words(8)} ${value()}`
  }
}

const DEV = syntheticTexts('dev', 500)
const PLAIN =
  'we sent the parcel again because it was late and please tell me when your team can look at this order thank you for help'.split(
    ' ',
  )

test('blocks end after a blank line, a line, a sentence, a word, and never inside a character', () => {
  expect(cutAt('aaaa bbb. cc\nd\n\neeeee', 20)).toBe(16)
  expect(cutAt('aaaa bbb. cc\ndeeeeeeeeee', 20)).toBe(13)
  expect(cutAt('aaaaaaa bbb. cceeeeeeeeee', 20)).toBe(13)
  expect(cutAt('aaaaaaaaaaaa bbbbbbbbbbbbb', 20)).toBe(13)
  expect(cutAt(`${'a'.repeat(19)}😀b`, 20)).toBe(19)
})
