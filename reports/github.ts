import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { findingWords, isMinor, waiverWords } from './findings.ts'
import { failureWords, weightWords } from './rule-words.ts'
import {
  byUrgency,
  describeVerdict,
  gateTitle,
  needsAttention,
  summaryLine,
  totalCounts,
  VERDICT_WORDS,
  type VerdictWords,
} from './verdict.ts'

/** GitHub cuts a step summary at 1 MiB and shows ten annotations of each kind; the report has the rest. */
const MOST_ROWS = 200

/** The job summary of a run, as GitHub's (and GitLab's) Markdown. Pure; says what the decisions say and nothing else. */
export function renderGithubSummary(record: RunRecord): string {
  return renderSummaryPage({
    words: describeVerdict(record),
    subject: `Pipeline \`${code(record.pipeline.name)}\`, run \`${code(record.run)}\``,
    decisions: record.decisions,
    exit: record.exit,
    ...(record.ledger === null ? {} : { log: record.ledger }),
  })
}

/** What a job summary is made from: a run, or a single gate. */
export interface SummaryPage {
  readonly words: VerdictWords
  /** What was judged, in Markdown. */
  readonly subject: string
  readonly decisions: RunRecord['decisions']
  readonly exit: number
  readonly log?: { readonly size: number; readonly root: string }
}

export function renderSummaryPage({ words, subject, decisions, exit, log }: SummaryPage): string {
  const counts = totalCounts(decisions.map(({ decision }) => decision))
  const mark = words.tone === 'bad' || words.tone === 'broken' ? '❌' : words.tone === 'wait' ? '🕓' : '✅'
  const rules = decisions.flatMap(({ gate, decision }) =>
    byUrgency(decision.rules)
      .filter((rule) => needsAttention(rule) || rule.verdict === 'waived')
      .map((rule) => [
        rule.title,
        gateTitle(gate),
        `${VERDICT_WORDS[rule.verdict]}${rule.blocks ? ', **blocks**' : ''} (${weightWords(rule)})`,
        waiverWords(rule) ?? failureWords(rule),
      ]),
  )
  const findings = decisions.flatMap(({ gate, decision }) =>
    (decision.findings ?? []).map(
      (finding) => `- ${markdown(findingWords(finding))} (${markdown(gateTitle(gate).toLowerCase())})`,
    ),
  )
  return [
    `## ${mark} ${markdown(words.title)}`,
    '',
    markdown(words.lead),
    '',
    `${subject}: ${summaryLine(counts)}; exit ${exit}.`,
    '',
    ...(rules.length === 0 ? [] : table(['Rule', 'Gate', 'Verdict', 'Why'], rules)),
    ...(findings.length === 0 ? [] : ['### To know', '', ...new Set(findings), '']),
    ...(words.next.length === 0
      ? []
      : [
          '### Next',
          '',
          ...words.next.map(
            ({ text, command }) => `- ${markdown(text)}${command === undefined ? '' : ` \`${code(command)}\``}`,
          ),
          '',
        ]),
    ...(log === undefined ? [] : [`Log: ${log.size} entries, root \`${log.root}\`.`, '']),
  ].join('\n')
}

/** Workflow commands, one a line: `::error title=…::…` for what blocks, `::warning` for what must be looked at, `::notice`. */
export function renderGithubAnnotations(record: Pick<RunRecord, 'decisions' | 'stages'>): string {
  const lines = record.decisions.flatMap(({ gate, decision }) => [
    ...byUrgency(decision.rules).flatMap((rule) => {
      const title = `${gateTitle(gate)}: ${rule.title}`
      if (rule.blocks) return [command('error', title, failureWords(rule))]
      if (rule.verdict === 'waived') return [command('warning', title, waiverWords(rule) ?? rule.explanation)]
      if (!needsAttention(rule)) return []
      return [command(rule.mode === 'shadow' ? 'notice' : 'warning', title, failureWords(rule))]
    }),
    ...(decision.findings ?? []).map((finding) =>
      command(
        finding.code === 'FOLLOW_UP_OVERDUE' ? 'error' : isMinor(finding) ? 'notice' : 'warning',
        gateTitle(gate),
        findingWords(finding),
      ),
    ),
  ])
  const errors = record.stages.flatMap(({ id, error }) =>
    error === null ? [] : [command('error', `Stage ${id}: ${error.code}`, error.message)],
  )
  const all = [...errors, ...lines]
  return all.length === 0 ? '' : `${all.join('\n')}\n`
}

/** Workflow commands end at a line break, and a property at a comma or a colon. */
function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  const data = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = title
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(':', '%3A')
    .replaceAll(',', '%2C')
  return `::${kind} title=${property}::${data}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const shown = rows
    .slice(0, MOST_ROWS)
    .map(([rule, gate, verdict, why]) => line([markdown(rule!), markdown(gate!), verdict!, markdown(why!)]))
  const more = rows.length > MOST_ROWS ? [`${rows.length - MOST_ROWS} more rules are in the report.`, ''] : []
  return [line(head), line(head.map(() => '---')), ...shown, '', ...more]
}

/** Text of a policy must not become markup or a link, or end a row of a table. */
function markdown(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>#@!~]/g, (sign) => `&#${sign.codePointAt(0)};`)
}

/** Text between two backticks. */
export function code(text: string): string {
  return text.replaceAll(/[`\r\n]/g, ' ')
}
