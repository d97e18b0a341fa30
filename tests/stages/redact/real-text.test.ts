import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Message, TextRecord } from '../../../artifacts/record.ts'
import { createDetector } from '../../../stages/redact/detector.ts'
import { createOperators } from '../../../stages/redact/operators/create.ts'
import { findInRecords, redactRecords, redactText } from '../../../stages/redact/record-redactor.ts'
import { PACKAGE_ROOT } from '../../../util/package-root.ts'

const DATA = process.env['SLUICE_DATA'] ?? join(PACKAGE_ROOT, '../shared/data')
const detector = createDetector()
const operators = createOperators({ operatorOf: () => ({ operator: 'replace' }), keys: {}, regions: ['US'] })

/** Numbers in twitter-care that look like phones to a simple pattern; read one by one: tickets, versions, ids, sizes. */
const IDS =
  /^(?:1497421950|8\.5\.50\.916|10267422|\(1\.16\.0\.53|8-4750000030256|5 3600 3\.6|\(?5030799148|15\.5\.2\.1054|2017 - 17|40256780019417115|10052474284|1909 18563\.592)$/

const twitter = join(DATA, 'corpora/twitter-care')
describe.skipIf(!existsSync(twitter))('twitter-care (skipped where SLUICE_DATA has no corpora/twitter-care)', () => {
  interface Dialog {
    readonly agentURL: { readonly url_utterance: string }
    readonly dialogContent: readonly { readonly message: string }[]
  }
  const messages = ['dev', 'test'].flatMap((part) =>
    (JSON.parse(readFileSync(join(twitter, `${part}.json`), 'utf8')) as Dialog[]).flatMap((dialog) => [
      ...dialog.dialogContent.map((turn) => turn.message),
      dialog.agentURL.url_utterance,
    ]),
  )

  test('no e-mail address and no phone number is left, by patterns that are not ours', async () => {
    expect(messages).toHaveLength(2350)
    const left: string[] = []
    for (const message of messages) {
      const out = await redactText(message, detector, operators)
      for (const match of out.matchAll(
        /[^\s<>@]+@[\w-]+\.\w{2,}|\S+ ?@ ?(?:gmail|yahoo|hotmail|outlook|icloud) ?\. ?com/gi,
      )) {
        if (!/^itself\.@/.test(match[0])) left.push(match[0])
      }
      // Ids inside web addresses are none.
      const prose = out.replace(/https?:\S+/g, '')
      for (const match of prose.matchAll(/(?<![\w/=.])\+?\(?\d[\d\s().-]{6,}\d(?!\w)/g))
        if (!IDS.test(match[0])) left.push(match[0])
    }
    expect(left).toEqual([])
  })

  test('the twelve addresses and the numbers are found, and ids are not taken for numbers', async () => {
    const counts = new Map<string, number>()
    for (const message of messages)
      for (const span of (await detector.findAll([{ text: message }]))[0]!)
        counts.set(span.type, (counts.get(span.type) ?? 0) + 1)
    expect(counts.get('EMAIL')).toBe(12)
    expect(counts.get('PHONE')).toBe(15)
    for (const type of ['CREDIT_CARD', 'IBAN', 'US_SSN', 'MAC_ADDRESS', 'IP_ADDRESS', 'SECRET', 'URL_CREDENTIALS']) {
      expect([type, counts.get(type) ?? 0]).toEqual([type, 0])
    }
  })
})

interface Ticket {
  readonly id: string
  readonly messages: readonly Message[]
  readonly [key: string]: unknown
}
interface Gold {
  readonly id: string
  readonly spans: readonly {
    readonly type: string
    readonly value: string
    readonly message: number | null
    readonly field: string
  }[]
}

const tickets = join(PACKAGE_ROOT, 'examples/support-tickets/tickets.jsonl')
test.skipIf(!existsSync(tickets))(
  'the sample tickets: share of the gold values gone, by type (synthetic text)',
  async () => {
    const lines = <T>(name: string): T[] =>
      readFileSync(join(PACKAGE_ROOT, 'examples/support-tickets', name), 'utf8')
        .trimEnd()
        .split('\n')
        .filter((_, i) => i % 5 === 0)
        .map((line) => JSON.parse(line) as T)
    const gold = new Map(lines<Gold>('gold.jsonl').map((entry) => [entry.id, entry]))
    const gone = new Map<string, { n: number; k: number }>()
    for (const [row, { id, messages, ...meta }] of lines<Ticket>('tickets.jsonl').entries()) {
      const record = { id, messages, meta, source: { uri: 'tickets', row }, notes: {} } as unknown as TextRecord
      const [redacted] = await redactRecords([record], await findInRecords([record], detector), operators, detector)
      const out = redacted!.record
      for (const span of gold.get(id)!.spans) {
        const before = span.message === null ? record.meta : record.messages![span.message]!
        const after = span.message === null ? out.meta : out.messages![span.message]!
        // JSON in a string is escaped twice: compare without the backslashes.
        const text = (value: unknown): string => JSON.stringify(value).replace(/\\+/g, '')
        if (!text(before).includes(span.value)) continue
        const entry = gone.get(span.type) ?? { n: 0, k: 0 }
        entry.n += 1
        if (!text(after).includes(span.value)) entry.k += 1
        gone.set(span.type, entry)
      }
    }
    const least: Readonly<Record<string, number>> = { PERSON: 0.95, LOCATION: 0.7, ADDRESS: 0.85, DATE_OF_BIRTH: 0.95 }
    for (const [type, { n, k }] of gone)
      expect([type, k / n >= (least[type] ?? 0.99), k, n]).toEqual([type, true, k, n])
    expect(gone.size).toBeGreaterThanOrEqual(12)
  },
)
