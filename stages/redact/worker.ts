import type { TextRecord } from '../../artifacts/record.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { sha256 } from '../../util/digest.ts'
import type { OpenContext, ShardWorker } from '../stage.ts'
import type { RedactConfig } from './config.ts'
import { openDetector } from './configured.ts'
import type { Span } from './detector.ts'
import { type FieldPolicy, fieldPolicies } from './field-policy.ts'
import type { Finding } from './finding.ts'
import { applySpans, placeholder } from './operators/apply.ts'
import { configuredOperators } from './operators/configured.ts'
import { typesOf } from './options.ts'
import { withPack } from './packs/with-pack.ts'
import type { PiiType } from './pii-type.ts'
import { openQuasiCounter } from './quasi-identifiers/open.ts'
import { findInRecords, redactRecords } from './record-redactor.ts'
import { createSeeder } from './seeding.ts'

/** Opens the stage for one shard. */
export async function openRedactor(given: RedactConfig, context: OpenContext): Promise<ShardWorker> {
  const config = withPack(given)
  const detector = await openDetector(config, context.baseDir)
  const operators = configuredOperators(
    config,
    (ref) => context.secret(ref),
    (operator, type) => context.tally.category('operator_fallbacks', `${operator} ${type}`),
  )
  const policies = fieldPolicies(config.fields as Readonly<Record<string, FieldPolicy>>)
  const find = { propagate: config.same_record_names, ...(policies === undefined ? {} : { policies }) }
  const wanted = new Set(typesOf(config.types, config.countries))
  const seeder = createSeeder({
    ...config.seeding,
    types: typesOf(config.seeding.types).filter((type) => wanted.has(type)),
    names: config.names,
    seed: context.seed,
  })
  const quasi = openQuasiCounter(config, (ref) => context.secret(ref))
  const { tally } = context
  return {
    async process(batch) {
      const findings = await findInRecords(batch, detector, find)
      const redacted = await redactRecords(batch, findings, operators, detector)
      const laterOf = (r: number): readonly (readonly Span[])[] => redacted[r]!.later
      for (const [name, id] of Object.entries(operators.keyIds))
        tally.category('operator_keys', `${name} ${id}`, batch.length)
      const trials = batch.flatMap((record) => seeder.trials(record))
      const seeded = await findInRecords(
        trials.map(({ place }) => place.record),
        detector,
        find,
      )
      for (const [i, trial] of trials.entries()) seeder.count(trial, seeded[i]!, tally)
      const kept = batch.map((record, r) => {
        const counts = countTypes([...findings[r]!.map(({ spans }) => spans), ...laterOf(r)].flat())
        report(record, findings[r]!, laterOf(r), counts, tally)
        quasi?.(redacted[r]!.record, record, findings[r]!, tally)
        const total = [...counts.values()].reduce((sum, n) => sum + n, 0)
        return {
          ...redacted[r]!.record,
          notes: { ...record.notes, redact: { spans: Object.fromEntries(counts), total } },
        }
      })
      return { kept, dropped: [], quarantined: [] }
    },
    close: () => detector.close(),
  }
}
/** Values by type, types in order of their names. */
function countTypes(spans: readonly Span[]): ReadonlyMap<PiiType, number> {
  const counts = new Map<PiiType, number>()
  for (const { type } of spans) counts.set(type, (counts.get(type) ?? 0) + 1)
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function report(
  record: TextRecord,
  findings: readonly Finding[],
  later: readonly (readonly Span[])[],
  counts: ReadonlyMap<PiiType, number>,
  tally: Tally,
): void {
  tally.count('records')
  if (counts.size > 0) tally.count('records_with_pii')
  for (const [type, n] of counts) {
    tally.category('spans', type, n)
    tally.category('records_by_type', type)
  }
  for (const [i, { text, kind, spans: first }] of findings.entries()) {
    const spans = [...first, ...later[i]!]
    tally.count('chars', text.length)
    tally.count(
      'chars_redacted',
      spans.reduce((sum, span) => sum + span.end - span.start, 0),
    )
    if (kind === 'tool-arguments') tally.count('tool_call_fields_redacted', spans.length)
  }
  sample(record, findings, tally)
}

const EXCERPT = 200

/** An excerpt with placeholders, whatever the operators are: what was found never stands in it. */
function sample(record: TextRecord, findings: readonly Finding[], tally: Tally): void {
  // One record in sixteen is offered: the tally keeps the 24 smallest hashes anyway.
  if (!sha256(`sample:${record.id}`).startsWith('0')) return
  const shown = findings.find(
    ({ kind, spans }) => spans.length > 0 && (kind === 'content' || kind === 'text' || kind === 'tool-arguments'),
  )
  if (shown === undefined) return
  const first = shown.spans[0]!.start
  const from = boundary(shown.text, Math.max(0, first - 60))
  const text = applySpans(
    shown.text.slice(from),
    shown.spans.map((span) => ({ ...span, start: span.start - from, end: span.end - from })),
    (_, span) => placeholder(span.type),
  )
  // Cut where no placeholder is cut.
  const cut = text.length <= EXCERPT ? text : text.slice(0, boundary(text, EXCERPT)).replace(/<[A-Z_]*$/, '')
  tally.sample('redacted', record.id, {
    where: shown.kind,
    text: `${from > 0 ? '…' : ''}${cut}${cut.length < text.length ? '…' : ''}`,
    types: [...new Set(shown.spans.map((span) => placeholder(span.type)))].sort(),
  })
}

/** `at`, moved off the middle of a surrogate pair. */
function boundary(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}
