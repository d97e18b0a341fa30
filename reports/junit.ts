import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'
import type { Decision, Operand, RuleResult } from '../policies/engine/decision.ts'
import { findingWords, waiverWords } from './findings.ts'
import { plain } from './format.ts'
import { VERDICT_LABEL } from './rule-words.ts'
import { escapeXml } from './xml.ts'

/**
 * JUnit XML, in the element and attribute order of the Ant schema (windyroad/JUnit-Schema): one suite per gate with
 * one case per rule, then a suite `pipeline` with one case per stage, so that a stage that errored or never ran can
 * not leave a green file.
 *
 * A case follows the rule's verdict, not whether it blocks: fail → `failure`; error and no evidence → `error`; not
 * applicable and waived → `skipped`. `type` says severity and mode. Output is a pure function of the record.
 */
export function renderJUnit(record: RunRecord): string {
  return document([...gateSuites(record.pipeline.name, record.decisions), stageSuite(record, record.decisions.length)])
}

/** The same of gates without a run: there are no stages that could have errored. */
export function renderGatesJUnit(name: string, decisions: RunRecord['decisions']): string {
  return document(gateSuites(name, decisions))
}

function document(suites: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`
}

function gateSuites(name: string, decisions: RunRecord['decisions']): readonly string[] {
  return decisions.map(({ gate, digest, decision }, id) => gateSuite(name, id, gate, digest, decision))
}

interface Case {
  readonly name: string
  readonly classname: string
  readonly seconds: number
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped'
  readonly type: string
  readonly message: string
  readonly detail: string
}

function gateSuite(pipeline: string, id: number, gate: string, digest: string, decision: Decision): string {
  return suite(pipeline, {
    id,
    name: `gate ${gate}`,
    seconds: 0,
    time: decision.now,
    properties: [
      ['decision', digest],
      ['outcome', decision.outcome],
      ['evidence', decision.evidence],
      ...(decision.findings ?? []).map(
        (finding, i) => [`finding.${i + 1}.${finding.code}`, findingWords(finding)] as const,
      ),
      ...decision.policies.map((policy) => [`policy.${policy.name}@${policy.version}`, policy.digest] as const),
    ],
    cases: decision.rules.map((rule) => ruleCase(pipeline, gate, rule)),
  })
}

function ruleCase(pipeline: string, gate: string, rule: RuleResult): Case {
  return {
    name: `${rule.id}: ${rule.title}`,
    classname: `${pipeline}.${gate}`,
    seconds: 0,
    outcome: RULE_OUTCOMES[rule.verdict],
    type: `${rule.verdict}.${rule.severity}.${rule.mode}`,
    message: rule.explanation,
    detail: [
      `${VERDICT_LABEL[rule.verdict]}${rule.blocks ? ', and blocks' : ''}`,
      ...rule.operands.map(operandLine),
      ...(rule.waiver === undefined ? [] : [`Waiver: ${waiverWords(rule)}`]),
      `Why this rule: ${rule.because}`,
      `What to do: ${rule.remediation}`,
      ...(rule.refs.length === 0 ? [] : [`See: ${rule.refs.join(', ')}`]),
    ].join('\n'),
  }
}

const RULE_OUTCOMES = {
  pass: 'passed',
  fail: 'failure',
  error: 'error',
  no_evidence: 'error',
  not_applicable: 'skipped',
  waived: 'skipped',
} as const

function stageSuite(record: RunRecord, id: number): string {
  return suite(record.pipeline.name, {
    id,
    name: 'pipeline',
    seconds: record.seconds,
    time: record.started,
    properties: [
      ['run', record.run],
      ['pipeline', record.pipeline.file],
      ['pipeline.digest', record.pipeline.digest],
      ['outcome', record.outcome],
      ['exit', String(record.exit)],
    ],
    cases: record.stages.map((stage) => stageCase(record, stage)),
  })
}

function stageCase(record: RunRecord, stage: StageRecord): Case {
  const unfinished = stage.state === 'errored' || stage.state === 'running'
  return {
    name: `stage ${stage.id}`,
    classname: `${record.pipeline.name}.pipeline`,
    seconds: stage.seconds,
    outcome: unfinished ? 'error' : stage.state === 'skipped' || stage.state === 'pending' ? 'skipped' : 'passed',
    type: stage.error?.code ?? stage.state,
    message: stage.error?.message ?? stage.reason ?? stage.state,
    detail: stage.error?.next ?? stage.reason ?? stage.state,
  }
}

interface Suite {
  readonly id: number
  readonly name: string
  readonly seconds: number
  readonly time: string
  readonly properties: readonly (readonly [string, string])[]
  readonly cases: readonly Case[]
}

function suite(pipeline: string, { id, name, seconds, time, properties, cases }: Suite): string {
  const tally = (outcome: Case['outcome']): number => cases.filter((one) => one.outcome === outcome).length
  const attributes = [
    ['name', name],
    ['timestamp', time.slice(0, 19)],
    // The schema demands a host name and offers this word where none is recorded: run records name no machine.
    ['hostname', 'localhost'],
    ['tests', String(cases.length)],
    ['failures', String(tally('failure'))],
    ['errors', String(tally('error'))],
    ['skipped', String(tally('skipped'))],
    ['time', seconds.toFixed(3)],
    ['package', `sluice.${pipeline}`],
    ['id', String(id)],
  ] as const
  return [
    `  <testsuite ${attributes.map(([key, value]) => `${key}="${escapeXml(value)}"`).join(' ')}>\n`,
    '    <properties>\n',
    ...properties.map(([key, value]) => `      <property name="${escapeXml(key)}" value="${escapeXml(value)}"/>\n`),
    '    </properties>\n',
    ...cases.map(testCase),
    '    <system-out/>\n    <system-err/>\n',
    '  </testsuite>\n',
  ].join('')
}

function testCase(one: Case): string {
  const open = `    <testcase name="${escapeXml(one.name)}" classname="${escapeXml(one.classname)}" time="${one.seconds.toFixed(3)}"`
  if (one.outcome === 'passed') return `${open}/>\n`
  // The schema's `skipped` has no attributes and no text that readers show, but every reader knows `message`.
  if (one.outcome === 'skipped')
    return `${open}>\n      <skipped message="${escapeXml(one.message)}"/>\n    </testcase>\n`
  return `${open}>\n      <${one.outcome} message="${escapeXml(one.message)}" type="${escapeXml(one.type)}">${escapeXml(one.detail).replaceAll('&#10;', '\n')}</${one.outcome}>\n    </testcase>\n`
}

function operandLine(operand: Operand): string {
  const holds = operand.holds === null ? 'not decided' : operand.holds ? 'holds' : 'does not hold'
  const bound = operand.bound === 'point' ? '' : ` (${operand.bound} bound)`
  const n = operand.n === undefined ? '' : `, n = ${operand.n}`
  const note = operand.note === undefined ? '' : `; ${operand.note}`
  return `${operand.metric}${bound} = ${plain(operand.value)}, required ${operand.comparison} ${plain(operand.limit)}: ${holds}${n}${note}`
}
