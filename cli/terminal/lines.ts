import type { RunRecord } from '../../pipelines/engine/run-record.ts'
import type { Decision, RuleResult } from '../../policies/engine/decision.ts'
import { findingWords, isMinor, waiverWords } from '../../reports/findings.ts'
import { count, duration, integer } from '../../reports/format.ts'
import { failureWords } from '../../reports/rule-words.ts'
import {
  byUrgency,
  describeVerdict,
  needsAttention,
  STATE_WORDS,
  summaryLine,
  totalCounts,
  VERDICT_WORDS,
} from '../../reports/verdict.ts'
import type { RowCounts } from '../../stages/stage.ts'
import { formatPlace, type SerializedError } from '../../util/errors.ts'
import type { Styles } from './colour.ts'
import { pad, wrap } from './width.ts'

/** The permanent lines of the view: the same words on a terminal and in a log file. */

export interface Page {
  readonly style: Styles
  readonly columns: number
  /** Width of the stage column. */
  readonly names: number
}

/** `✓ ingest    2,987 kept, 6 quarantined   1.9 s`. */
export function finishedLine(
  { style, names }: Page,
  stage: string,
  state: string,
  rows: RowCounts | undefined,
  seconds: number,
): string {
  const word = STATE_WORDS[state as keyof typeof STATE_WORDS] ?? state
  const sign =
    state === 'cached'
      ? style.dim('=')
      : state === 'gate_failed' || state === 'errored'
        ? style.bad('✗')
        : style.good('✓')
  const facts = [word, ...(rows === undefined ? [] : [rowWords(rows)]), duration(seconds)]
  return `${sign} ${pad(stage, names)}  ${facts.join(' · ')}`
}

export function skippedLine({ style, names }: Page, stage: string, because: string): string {
  return style.dim(`» ${pad(stage, names)}  skipped: ${because}`)
}

export function errorLines({ style, names, columns }: Page, stage: string, error: SerializedError): readonly string[] {
  const where = error.at === undefined ? '' : `${formatPlace(error.at)}: `
  return [
    `${style.bad('✗')} ${pad(stage, names)}  ${style.bad(error.code)}: ${where}${error.message}`,
    ...(error.next === undefined ? [] : indented(`→ ${error.next}`, columns)),
  ]
}

/** One line for the gate, then one for every rule that did not pass, the blocking ones first. */
export function gateLines({ style, columns }: Page, gate: string, decision: Decision): readonly string[] {
  const [sign, words] =
    decision.outcome === 'block'
      ? [style.bad('✗'), style.bad('blocks')]
      : decision.outcome === 'waived'
        ? [style.warn('!'), style.warn('passes by waiver')]
        : decision.outcome === 'warn'
          ? [style.warn('!'), style.warn('passes with warnings')]
          : [style.good('✓'), 'passes']
  const name = gate === 'release' ? 'release gate' : `gate ${decision.policies.map((policy) => policy.name).join(', ')}`
  const head = `  ${sign} ${name} ${words}: ${shortCounts(decision)}`
  return [
    head,
    ...byUrgency(decision.rules)
      .filter((rule) => needsAttention(rule) || rule.verdict === 'waived')
      .flatMap((rule) => ruleLines(style, columns, rule)),
    ...(decision.findings ?? []).flatMap((finding) =>
      indented(isMinor(finding) ? findingWords(finding) : style.warn(findingWords(finding)), columns),
    ),
  ]
}

function ruleLines(style: Styles, columns: number, rule: RuleResult): readonly string[] {
  const verdict = rule.blocks
    ? style.bad(VERDICT_WORDS[rule.verdict])
    : style.warn(`${VERDICT_WORDS[rule.verdict]}, ${rule.mode === 'enforce' ? rule.severity : rule.mode}`)
  return [`      ${rule.id} (${verdict}): ${rule.title}`, ...indented(waiverWords(rule) ?? failureWords(rule), columns)]
}

/** `6 rules, 5 passed, 1 failed`: only what there is. */
function shortCounts({ counts, rules }: Decision): string {
  const parts = (['fail', 'error', 'no_evidence', 'waived', 'not_applicable'] as const).filter(
    (verdict) => counts[verdict] > 0,
  )
  return [
    count(rules.length, 'rule'),
    `${counts.pass} passed`,
    ...parts.map((verdict) => `${counts[verdict]} ${VERDICT_WORDS[verdict]}`),
  ].join(', ')
}

/** The end: verdict, why, what was written, what to do. */
export function closingLines(
  { style, columns }: Page,
  record: RunRecord,
  paths: Readonly<Record<string, string>>,
): readonly string[] {
  const words = describeVerdict(record)
  const tone = words.tone === 'bad' || words.tone === 'broken' ? style.bad : style.good
  const store = paths['store']
  const flag = store === undefined || store === '.sluice' ? '' : ` --store ${store}`
  const files = (
    [
      ['report', 'html'],
      ['model', 'model'],
      ['record', 'json'],
      ['log', 'checkpoint'],
    ] as const
  ).flatMap(([label, key]) => (paths[key] === undefined ? [] : [`  ${pad(label, 8)}${paths[key]}`]))
  const next = words.next.flatMap(({ text, command }) => [
    ...wrap(`  → ${text}`, columns, '    '),
    ...(command === undefined ? [] : [`    ${style.accent(`${command}${command.startsWith('sluice ') ? flag : ''}`)}`]),
  ])
  return [
    '',
    tone(style.bold(words.title)),
    ...wrap(words.lead, columns, ''),
    '',
    `${summaryLine(totalCounts(record.decisions.map(({ decision }) => decision)))} · ${count(record.stages.length, 'stage')} in ${duration(record.seconds)} · exit ${record.exit}`,
    ...files,
    '',
    ...next,
  ]
}

function rowWords(rows: RowCounts): string {
  const parts = [`${integer(rows.kept)} kept`]
  if (rows.dropped > 0) parts.push(`${integer(rows.dropped)} dropped`)
  if (rows.quarantined > 0) parts.push(`${integer(rows.quarantined)} quarantined`)
  if (rows.added > 0) parts.push(`${integer(rows.added)} added`)
  return parts.join(', ')
}

function indented(text: string, columns: number): readonly string[] {
  return wrap(text, Math.max(20, columns), '        ').map((line, i) => (i === 0 ? `        ${line}` : line))
}
