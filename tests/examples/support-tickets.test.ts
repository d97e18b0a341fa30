import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../examples/support-tickets/catalogue.ts'
import { generate } from '../../examples/support-tickets/generate.ts'
import { concat, marked, rewrite } from '../../examples/support-tickets/marked.ts'
import type { GoldSpan } from '../../examples/support-tickets/write.ts'
import { sha256 } from '../../util/digest.ts'
import { packageFile } from '../../util/package-root.ts'

const folder = packageFile('examples/support-tickets')
const scratch = mkdtempSync(join(tmpdir(), 'sluice-tickets-'))
afterAll(() => rmSync(scratch, { recursive: true }))

interface Ticket {
  readonly id: string
  readonly customer: Readonly<Record<string, string>>
  readonly messages: readonly {
    readonly role: string
    readonly content: string
    readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[]
  }[]
}
interface Gold {
  readonly id: string
  readonly template: string
  readonly customer: string
  readonly features: readonly string[]
  readonly labels: readonly string[]
  readonly duplicate_of?: string
  readonly near_duplicate_of?: string
  readonly spans: readonly GoldSpan[]
}

const lines = <T>(name: string): T[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
const tickets = lines<Ticket>('tickets.jsonl')
const gold = lines<Gold>('gold.jsonl')

function fieldOf(ticket: Ticket, span: GoldSpan): string {
  let value: unknown = span.message === null ? ticket : ticket.messages[span.message]
  for (const key of span.field.split('.')) value = (value as Record<string, unknown>)[key]
  return value as string
}

describe('the support tickets', () => {
  it('are exactly what the generator writes with its default seed', () => {
    const written = generate(scratch)
    expect(written).toEqual({
      tickets: sha256(readFileSync(join(folder, 'tickets.jsonl'))),
      gold: sha256(readFileSync(join(folder, 'gold.jsonl'))),
    })
    expect(sha256(readFileSync(join(scratch, 'tickets.jsonl')))).toBe(written.tickets)
  })

  it('differ with another seed', () => {
    expect(generate(scratch, 7, 20).tickets).not.toBe(generate(scratch, 8, 20).tickets)
  })

  it('have a gold line each, in the same order', () => {
    expect(tickets.length).toBe(3000)
    expect(gold.map((line) => line.id)).toEqual(tickets.map((ticket) => ticket.id))
    expect(new Set(tickets.map((ticket) => ticket.id)).size).toBe(3000)
  })

  it('have gold spans that are the text they point at, sorted and apart', () => {
    for (const [i, { spans }] of gold.entries()) {
      let last: GoldSpan | undefined
      for (const span of spans) {
        expect(fieldOf(tickets[i]!, span).slice(span.start, span.end)).toBe(span.value)
        expect(span.value).toMatch(/^\S(.*\S)?$/s)
        if (last?.message === span.message && last.field === span.field) {
          expect(span.start).toBeGreaterThanOrEqual(last.end)
        }
        last = span
      }
    }
  })

  it('come from at least 80 templates, all of them used', () => {
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(80)
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length)
    expect(new Set(gold.map(({ template }) => template))).toEqual(new Set(CATALOGUE.map(({ id }) => id)))
  })

  it('leave no slot and no alternative unfilled', () => {
    for (const { messages } of tickets) {
      for (const { role, content } of messages) {
        if (role !== 'tool') expect(content).not.toMatch(/\{\w*\}|\{[^{}"]*\||\ba\.(hi|else|bye)\b/)
      }
    }
  })

  it('have every kind of personal data often enough to measure recall', () => {
    const counts = new Map<string, number>()
    for (const { spans } of gold) for (const { type } of spans) counts.set(type, (counts.get(type) ?? 0) + 1)
    for (const type of [
      ...['PERSON', 'EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'US_SSN', 'IP', 'MAC', 'URL_CREDENTIALS'],
      ...['DATE_OF_BIRTH', 'API_KEY', 'LOCATION', 'ADDRESS'],
    ]) {
      expect(counts.get(type), type).toBeGreaterThanOrEqual(50)
    }
  })

  it('have card numbers and IBANs with right check digits, and mail at reserved domains only', () => {
    for (const { type, value } of gold.flatMap(({ spans }) => spans)) {
      if (type === 'CREDIT_CARD') expect(luhn(value.replaceAll(/\D/g, '')), 'Luhn').toBe(true)
      if (type === 'IBAN') expect(ibanRemainder(value)).toBe(1n)
      if (type === 'EMAIL') expect(value.toLowerCase()).toMatch(/@(example\.(com|org|net)|(\w+\.)+example)$/)
    }
  })

  it('have JSON in the arguments of tool calls, with personal data in it', () => {
    const calls = tickets.flatMap(({ messages }) => messages.flatMap(({ tool_calls }) => tool_calls ?? []))
    for (const { function: called } of calls) expect(() => JSON.parse(called.arguments)).not.toThrow()
    expect(calls.length).toBeGreaterThan(200)
    const inside = gold.flatMap(({ spans }) => spans).filter(({ field }) => field.startsWith('tool_calls'))
    expect(inside.length).toBeGreaterThan(200)
  })

  it('have each feature of real tickets in its share', () => {
    const share = (feature: string): number => gold.filter((line) => line.features.includes(feature)).length / 3000
    const between = (feature: string, low: number, high: number): void => {
      expect(share(feature), feature).toBeGreaterThan(low)
      expect(share(feature), feature).toBeLessThan(high)
    }
    between('abuse', 0.03, 0.045)
    between('group_mention', 0.04, 0.09)
    between('typos', 0.15, 0.4)
    between('signature', 0.05, 0.2)
    between('quoted_mail', 0.02, 0.1)
    between('log', 0.01, 0.06)
    between('stack_trace', 0.005, 0.03)
    between('table', 0.01, 0.06)
    between('tool_call', 0.08, 0.2)
    between('own_language', 0.03, 0.1)
    between('emoji', 0.03, 0.12)
    between('almost_empty', 0.02, 0.12)
  })

  it('have several conversations by one customer, exact and near duplicates', () => {
    expect(new Set(gold.map(({ customer }) => customer)).size).toBeLessThan(2000)
    const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]))
    const exact = gold.filter((line) => line.duplicate_of !== undefined)
    expect(exact.length).toBeGreaterThan(20)
    for (const line of exact) {
      expect(byId.get(line.id)!.messages).toEqual(byId.get(line.duplicate_of!)!.messages)
    }
    const near = gold.filter((line) => line.near_duplicate_of !== undefined)
    expect(near.length).toBeGreaterThan(40)
    for (const line of near) {
      expect(byId.get(line.id)!.messages).not.toEqual(byId.get(line.near_duplicate_of!)!.messages)
    }
  })

  it('are described by the figures in the README', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    const counts = new Map<string, number>()
    for (const { spans } of gold) for (const { type } of spans) counts.set(type, (counts.get(type) ?? 0) + 1)
    for (const [type, n] of counts) expect(readme).toContain(`| ${type} | ${n.toLocaleString('en')} |`)
    expect(readme).toContain(`${CATALOGUE.length} templates`)
  })
})

describe('marked text', () => {
  it('keeps its marks through edits of other lengths', () => {
    const text = concat(['to ', marked('Zoë', 'PERSON'), ' at ', marked('Ulm', 'LOCATION'), '!'])
    const edited = rewrite(
      text,
      (outside) => outside.repeat(2),
      (inside) => inside.toUpperCase(),
    )
    expect(edited.marks.map(({ start, end }) => edited.text.slice(start, end))).toEqual(['ZOË', 'ULM'])
    expect(edited.text).toBe('to to ZOË at  at ULM!!')
  })
})

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const n = Number(digit) * (i % 2 === 0 ? 1 : 2)
    return total + (n > 9 ? n - 9 : n)
  }, 0)
  return sum % 10 === 0
}

function ibanRemainder(iban: string): bigint {
  const compact = iban.replaceAll(' ', '')
  const rotated = compact.slice(4) + compact.slice(0, 4)
  return BigInt([...rotated].map((c) => Number.parseInt(c, 36)).join('')) % 97n
}
