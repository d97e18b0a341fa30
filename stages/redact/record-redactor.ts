import type { TextRecord } from '../../artifacts/record.ts'
import type { Detector, Span, TextInput } from './detector.ts'
import type { FieldPolicies } from './field-policy.ts'
import { namesGivenAway, withNames } from './known-names.ts'
import { keepingApart, type Range, untouched, writeSpans } from './operators/apply.ts'
import type { Operators, Replacer } from './operators/operator.ts'
import { isPlaceholder, MASK } from './placeholder.ts'
import { type Field, rewriteRecord } from './record-fields.ts'

/** A field of a record with what was found in it. */
export interface Finding extends Field {
  readonly spans: readonly Span[]
}

export interface FindOptions {
  /** Whether a name found in one field is looked for in the other fields of its record. Default true. */
  readonly propagate?: boolean
  readonly policies?: FieldPolicies
}

/**
 * Finds what records hold, field by field, in the order of `rewriteRecord`. Names that one field gives away are looked for
 * in the others of its record: "my name is Lily Chen" in one message, "Lily" under another. What is found in a record does
 * not depend on the others of the batch.
 */
export async function findInRecords(
  records: readonly TextRecord[],
  detector: Detector,
  { propagate = true, policies }: FindOptions = {},
): Promise<readonly (readonly Finding[])[]> {
  const fields = records.map(fieldsOf)
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
  const plan = fields.map((list) =>
    list.map((field) => policies?.spansOf(field) ?? { place: placeOf(field), spans: undefined }),
  )
  const found = await detector.findAll(inputs)
  return fields.map((list, r) => {
    const findings = list.map((field, i): Finding => {
      const { place, spans } = plan[r]![i]!
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

function fieldsOf(record: TextRecord): readonly Field[] {
  const fields: Field[] = []
  rewriteRecord(record, (field) => {
    fields.push(field)
    return field.text
  })
  return fields
}

/** Writes the replacements for what `findInRecords` found in the same records. */
export async function redactRecords(
  records: readonly TextRecord[],
  findings: readonly (readonly Finding[])[],
  operators: Operators,
  detector: Detector,
): Promise<readonly TextRecord[]> {
  const jobs: Job[] = []
  const perRecord = records.map((record, r) => {
    const replace = operators.forRecord(record, findings[r]!)
    return findings[r]!.map((finding) => {
      if (finding.spans.length === 0) return undefined
      const job = startJob(finding, finding.spans, replace)
      jobs.push(job)
      return job
    })
  })
  await settle(jobs, operators, detector)
  return records.map((record, r) => {
    let index = 0
    return rewriteRecord(record, (field) => {
      const finding = findings[r]![index]
      const job = perRecord[r]![index]
      index += 1
      if (finding === undefined || finding.text !== field.text)
        throw new Error('the fields of a record moved between two passes')
      return job?.text ?? field.text
    })
  })
}

/** Redacts one text whose spans are known. */
export async function redactFound(
  text: string,
  spans: readonly Span[],
  operators: Operators,
  detector: Detector,
  field?: string,
): Promise<string> {
  if (spans.length === 0) return text
  const finding: Finding = { text, field, kind: 'text', path: 'text', number: false, spans }
  const job = startJob(finding, spans, operators.forRecord(undefined, [finding]))
  await settle([job], operators, detector)
  return job.text
}

/** Redacts one text on its own. */
export async function redactText(
  text: string,
  detector: Detector,
  operators: Operators,
  field?: string,
): Promise<string> {
  const [spans = []] = await detector.findAll([{ text, field }])
  return await redactFound(text, spans, operators, detector, field)
}

/** A text on its way to a fixed point. */
interface Job {
  text: string
  readonly field: string | undefined
  /** Where replacements that look real stand in `text`: surrogates are no finds. */
  written: readonly Range[]
  /** Of the looks after the first. */
  readonly replace: Replacer
}

function startJob(field: Pick<Field, 'text' | 'field'>, spans: readonly Span[], replace: Replacer): Job {
  return { ...write(field.text, spans, replace, []), field: field.field, replace: keepingApart(replace) }
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
