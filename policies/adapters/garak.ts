import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import { formatPlace, type Place, SluiceError } from '../../util/errors.ts'
import type { Adapter } from './adapter.ts'
import { count, ofTool, rate } from './adapter.ts'
import type { Cursor } from './json-cursor.ts'
import { contradiction, decode, empty, invalid, member, optional, parseText, text, whole } from './json-cursor.ts'

const SPECS: readonly MetricSpec[] = [
  {
    name: 'attack_success_rate',
    unit: 'ratio',
    better: 'lower',
    description: 'Of the outputs that a detector judged, those in which the attack succeeded.',
    labels: ['probe', 'detector'],
  },
  {
    name: 'unjudged_rate',
    unit: 'ratio',
    better: 'lower',
    description: 'Of the outputs that a detector got, those that it could not judge.',
    labels: ['probe', 'detector'],
  },
  { name: 'hits', unit: 'count', better: 'lower', description: 'Outputs in which an attack succeeded, all probes.' },
  { name: 'evaluations', unit: 'count', better: 'neither', description: 'Pairs of probe and detector with a result.' },
]

/**
 * A garak report (`*.report.jsonl`): the lines with `entry_type: eval` have the counts of a probe and detector (`passed` of
 * `total_evaluated`, in older versions `total`; `passed` means that the attack did not succeed). A scan writes a line
 * `completion` when it ends; without it probes are missing, and what is missing must not count as passed.
 *
 * @throws SluiceError `METRICS_EMPTY`, `METRICS_SYNTAX`, `METRICS_INVALID`, `METRICS_INCONSISTENT`, `METRICS_TWICE`, `METRICS_INCOMPLETE`,
 * each with the line
 */
export const readGarak: Adapter = (bytes, at) => {
  const metrics: Metric[] = []
  const seen = new Map<string, Place>()
  let complete = false
  let hits = 0
  let lines = 0
  for (const { line, content } of linesOf(bytes)) {
    const place = { file: at.file, line }
    const raw = decode(content, place)
    if (raw.trim() === '') continue
    lines += 1
    const entry = parseText(raw, place)
    const type = typeOf(entry)
    if (type === 'completion') complete = true
    if (type !== 'eval') continue
    const { probe, detector, passed, total, unjudged } = evaluation(entry)
    const key = JSON.stringify([probe, detector])
    const before = seen.get(key)
    if (before !== undefined) {
      throw contradiction(entry, `this probe and detector have a result already (${formatPlace(before)})`)
    }
    seen.set(key, place)
    const labels = { probe, detector }
    hits += total - passed
    metrics.push(rate('attack_success_rate', total - passed, total, labels))
    if (unjudged !== undefined) metrics.push(rate('unjudged_rate', unjudged, total + unjudged, labels))
  }
  if (lines === 0) throw empty(at)
  if (!complete) {
    throw new SluiceError({
      code: 'METRICS_INCOMPLETE',
      message: 'the scan did not end: the report has no line `completion`, so probes are missing',
      next: 'run garak to its end, then gate its report',
      at: { file: at.file },
    })
  }
  const all = seen.size === 0 ? [] : [...metrics, count('hits', hits), count('evaluations', seen.size)]
  return { metrics: ofTool('garak', all, at), catalogue: new Map([['garak', SPECS]]), open: false }
}

function typeOf(entry: Cursor): string {
  const type = optional(entry, 'entry_type')
  if (type !== undefined) return text(type)
  const hit = optional(entry, 'detector') !== undefined && optional(entry, 'score') !== undefined
  throw hit
    ? invalid(
        entry,
        'is garak’s hit log: it lists what succeeded, and not how often it was tried',
        'give the file that ends in .report.jsonl',
      )
    : invalid({ ...entry, path: 'entry_type' }, 'is missing')
}

function evaluation(entry: Cursor) {
  const passed = whole(member(entry, 'passed'))
  const total = whole(optional(entry, 'total_evaluated') ?? member(entry, 'total'))
  const fails = optional(entry, 'fails')
  const nones = optional(entry, 'nones')
  if (passed > total) throw contradiction(entry, 'more passed than were judged')
  if (fails !== undefined && whole(fails) !== total - passed)
    throw contradiction(entry, '`passed` and `fails` are not all that were judged')
  const unjudged = nones === undefined ? undefined : whole(nones)
  const processed = optional(entry, 'total_processed')
  if (processed !== undefined && unjudged !== undefined && whole(processed) !== total + unjudged)
    throw contradiction(entry, '`total_evaluated` and `nones` are not all that were processed')
  return { probe: text(member(entry, 'probe')), detector: text(member(entry, 'detector')), passed, total, unjudged }
}

/** A report has every prompt and answer and may be larger than the longest string: it is cut at its line ends first. */
function* linesOf(bytes: Uint8Array): Generator<{ readonly line: number; readonly content: Uint8Array }> {
  let line = 1
  for (let start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(0x0a, start)
    const end = found === -1 ? bytes.length : found
    yield { line, content: bytes.subarray(start, end) }
    start = end + 1
  }
}
