import type { TextRecord } from '../../artifacts/record.ts'
import type { Detector, Span, TextInput } from './detector.ts'
import type { FieldPolicies } from './field-policy.ts'
import type { Finding } from './finding.ts'
import { namesGivenAway, withNames } from './known-names.ts'
import { keepingApart, type Range, untouched, writeSpans } from './operators/apply.ts'
import type { Operators, Replacer } from './operators/operator.ts'
import { isPlaceholder, MASK } from './placeholder.ts'
import { type Field, rewriteRecord } from './record-fields.ts'

export interface FindOptions {
  /** Whether a name found in one field is looked for in the other fields of its record. Default true. */
  readonly propagate?: boolean
  readonly policies?: FieldPolicies
}

/** Finds what records hold: `findInFields` over their fields in the order of `rewriteRecord`. */
export async function findInRecords(
  records: readonly TextRecord[],
  detector: Detector,
  options: FindOptions = {},
): Promise<readonly (readonly Finding[])[]> {
  return await findInFields(
    records.map((record) => fieldsOf((visit) => rewriteRecord(record, visit))),
    detector,
    options,
  )
}

/** The fields that a rewriting function visits, in its order. */
export function fieldsOf(rewrite: (visit: (field: Field) => string) => unknown): readonly Field[] {
  const fields: Field[] = []
  rewrite((field) => {
    fields.push(field)
    return field.text
  })
  return fields
}

/**
 * Finds what documents hold, each given as its fields. Names that one field gives away are looked for in the others of its
 * document: "my name is Lily Chen" in one message, "Lily" under another. What is found in a document does not depend on
 * the others of the batch.
 */
export async function findInFields(
  documents: readonly (readonly Field[])[],
  detector: Detector,
  { propagate = true, policies }: FindOptions = {},
): Promise<readonly (readonly Finding[])[]> {
  // Copies of one record (seeding) and forms repeat their fields: each text is looked at once.
  const places = new Map<string, number>()
  const inputs: TextInput[] = []
  const placeOf = (field: Field): number => {
    const key = `${field.field ?? ''}\u0000${field.text}`
    let place = places.get(key)
    if (place === undefined) {
      place = inputs.push({ text: field.text, field: field.field }) - 1
      places.set(key, place)
    }
    return place
  }
  const plan = documents.map((fields) =>
    fields.map((field) => policies?.spansOf(field) ?? { place: placeOf(field), spans: undefined }),
  )
  const found = await detector.findAll(inputs)
  return documents.map((fields, d) => {
    const findings = fields.map((field, i): Finding => {
      const { place, spans } = plan[d]![i]!
      return { ...field, spans: spans ?? wholeNumbers(field, found[place]!) }
    })
    const names = propagate ? namesGivenAway(findings) : NO_NAMES
    if (names.size === 0) return findings
    return findings.map((finding) =>
      finding.number || policies?.keeps(finding) === true ? finding : { ...finding, spans: withNames(finding, names) },
    )
  })
}

const NO_NAMES: ReadonlySet<string> = new Set()

export interface RedactedRecord {
  readonly record: TextRecord
  /** By field, in the order of its findings; see `Redacted`. */
  readonly later: readonly (readonly Span[])[]
}

/** Writes the replacements for what `findInRecords` found in the same records. */
export async function redactRecords(
  records: readonly TextRecord[],
  findings: readonly (readonly Finding[])[],
  operators: Operators,
  detector: Detector,
): Promise<readonly RedactedRecord[]> {
  const redacted = await redactFields(
    findings.map((list, r) => ({ findings: list, replace: operators.forRecord(records[r], list) })),
    operators,
    detector,
  )
  return records.map((record, r) => {
    const fields = redacted[r]!
    const texts = fields.map(({ text }) => text)
    return { record: rewriteRecord(record, inOrder(findings[r]!, texts)), later: fields.map(({ later }) => later) }
  })
}

/** Gives the new texts to a rewriting function that visits the same fields in the same order. */
export function inOrder(fields: readonly Field[], texts: readonly string[]): (field: Field) => string {
  let index = 0
  return (field) => {
    if (fields[index]?.text !== field.text) throw new Error('the fields of a record moved between two passes')
    return texts[index++]!
  }
}

export interface FoundDocument {
  readonly findings: readonly Finding[]
  readonly replace: Replacer
}

export interface Redacted {
  readonly text: string
  /**
   * What was found and replaced only once its neighbours were (see `settle`): values like the others, to be counted with
   * them. Their offsets are those of the text as it was by then.
   */
  readonly later: readonly Span[]
}

/** The new text of every field of every document. */
export async function redactFields(
  documents: readonly FoundDocument[],
  operators: Operators,
  detector: Detector,
): Promise<readonly (readonly Redacted[])[]> {
  const jobs = documents.map(({ findings, replace }) =>
    findings.map((finding) => (finding.spans.length === 0 ? undefined : startJob(finding, finding.spans, replace))),
  )
  const open = jobs.flat().filter((job) => job !== undefined)
  await settle(open, operators, detector)
  return documents.map(({ findings }, d) => findings.map(({ text }, i) => jobs[d]![i] ?? { text, later: [] }))
}

/** Redacts one text whose spans are known. */
export async function redactFound(
  text: string,
  spans: readonly Span[],
  operators: Operators,
  detector: Detector,
  field?: string,
): Promise<Redacted> {
  if (spans.length === 0) return { text, later: [] }
  const finding: Finding = { text, field, kind: 'text', path: 'text', number: false, spans }
  const job = startJob(finding, spans, operators.forRecord(undefined, [finding]))
  await settle([job], operators, detector)
  return job
}

/** Redacts one text on its own. */
export async function redactText(
  text: string,
  detector: Detector,
  operators: Operators,
  field?: string,
): Promise<string> {
  const [spans = []] = await detector.findAll([{ text, field }])
  return (await redactFound(text, spans, operators, detector, field)).text
}

/** A text on its way to a fixed point. */
interface Job extends Redacted {
  text: string
  readonly later: Span[]
  readonly field: string | undefined
  /** Where replacements that look real stand in `text`: surrogates are no finds. */
  written: readonly Range[]
  /** Of the looks after the first. */
  readonly replace: Replacer
}

function startJob(field: Pick<Field, 'text' | 'field'>, spans: readonly Span[], replace: Replacer): Job {
  return { ...write(field.text, spans, replace, []), later: [], field: field.field, replace: keepingApart(replace) }
}

function write(
  text: string,
  spans: readonly Span[],
  replace: Replacer,
  earlier: readonly Range[],
): { readonly text: string; readonly written: readonly Range[] } {
  const out = writeSpans(text, spans, replace, earlier)
  // Placeholders and masks are known by their form; what a mask leaves readable must be looked at again.
  return { text: out.text, written: out.written.filter(([start, end]) => !FORM.test(out.text.slice(start, end))) }
}

const FORM = new RegExp(`^<|${MASK}`)

/** Most looks at one text. Two are enough for nearly every text; each look can only find less. */
const MAX_LOOKS = 5

/**
 * Redaction changes what stands near a value, so a second look may see what the first did not (and an address cut out
 * joins its neighbours). Looks again until nothing is found: the output is then a fixed point, redacting it again gives the
 * same text.
 */
async function settle(jobs: readonly Job[], operators: Operators, detector: Detector): Promise<void> {
  let open = jobs
  for (let look = 1; look < MAX_LOOKS && open.length > 0; look++) {
    open = open.filter((job) => !isPlaceholder(job.text))
    const found = await detector.findAll(open)
    open = open.filter((job, i) => {
      const spans = untouched(
        found[i]!.filter((span) => !operators.keeps(span.type)),
        job.written,
      )
      if (spans.length === 0) return false
      job.later.push(...spans)
      Object.assign(job, write(job.text, spans, job.replace, job.written))
      return true
    })
  }
}

/** A JSON number is one value: it goes as a whole or not at all. */
function wholeNumbers(field: Field, spans: readonly Span[]): readonly Span[] {
  if (!field.number || spans.length === 0) return spans
  const best = spans.reduce((a, b) => (b.score > a.score ? b : a))
  return best.end - best.start >= field.text.length - 1 ? [{ ...best, start: 0, end: field.text.length }] : []
}
