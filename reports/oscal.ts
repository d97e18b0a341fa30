import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { Decision, Operand, RuleResult } from '../policies/engine/decision.ts'
import type { Json } from '../util/json.ts'
import { derivedUuid } from './derived-id.ts'
import { findingWords } from './findings.ts'
import { plain } from './format.ts'
import { regulationResults } from './oscal-regulations.ts'
import { line, prop, token } from './oscal-words.ts'
import { requirementWords, VERDICT_LABEL } from './rule-words.ts'
import { describeVerdict, gateTitle, VERDICTS } from './verdict.ts'

/**
 * OSCAL assessment results (NIST, model 1.2.1): one result for each gate. A rule is a control of the policy; it gives an
 * observation with what was compared, a finding whose target is satisfied or not, and, where it is not, a risk. A run
 * that took no decision has one result that says so and has no findings.
 *
 * Only `pass` is satisfied. `fail`, `error` and `no_evidence` are not, and their risk is open; `waived` is not either,
 * and its risk is an approved deviation. A rule that did not apply has an observation and no finding. A pack of a law or
 * standard that the pipeline names is one more result, with an observation for each clause and no finding at all.
 */
export function renderOscal(record: RunRecord): string {
  const document = {
    'assessment-results': {
      uuid: derivedUuid(record.run, 'oscal'),
      metadata: {
        title: line(`Policy gates of ${record.pipeline.name}, run ${record.run}`),
        'last-modified': record.finished,
        version: line(record.run),
        'oscal-version': '1.2.1',
        props: [
          prop('outcome', record.outcome),
          prop('exit', String(record.exit)),
          prop('pipeline-digest', record.pipeline.digest),
          ...(record.ledger === null ? [] : [prop('log-root', record.ledger.root)]),
        ],
        parties: [{ uuid: ownerUuid(record), type: 'organization', name: line(record.pipeline.owner) }],
      },
      'import-ap': {
        href: `#${planUuid(record)}`,
        remarks: 'The pipeline file is the plan: it says which policies judge which stage.',
      },
      results: [
        ...(record.decisions.length === 0 ? [emptyResult(record)] : record.decisions.map((one) => result(record, one))),
        ...regulationResults(record),
      ],
      'back-matter': {
        resources: [
          {
            uuid: planUuid(record),
            title: 'Pipeline file',
            rlinks: [
              {
                href: encodeURI(record.pipeline.file),
                'media-type': 'application/yaml',
                hashes: [{ algorithm: 'SHA-256', value: record.pipeline.digest }],
              },
            ],
          },
        ],
      },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

type Taken = RunRecord['decisions'][number]

function result(record: RunRecord, taken: Taken): Json {
  const { gate, digest, decision } = taken
  const risky = decision.rules.filter(unsatisfied)
  const judged = decision.rules.filter(({ verdict }) => verdict !== 'not_applicable')
  return {
    uuid: derivedUuid(record.run, 'oscal-result', gate),
    title: gateTitle(gate),
    description: `${decision.policies.map((policy) => `${policy.name} version ${policy.version}`).join(', ')}: ${decision.outcome}.`,
    start: decision.now,
    end: record.finished,
    props: [
      prop('gate', gate),
      prop('outcome', decision.outcome),
      prop('decision-digest', digest),
      prop('evidence-digest', decision.evidence),
      prop('waivers-digest', decision.waivers),
      ...(decision.findings ?? []).map((finding) =>
        prop(`finding-${finding.code.toLowerCase().replaceAll('_', '-')}`, line(findingWords(finding))),
      ),
      ...VERDICTS.map((verdict) => prop(`count-${verdict.replaceAll('_', '-')}`, String(decision.counts[verdict]))),
    ],
    'local-definitions': { 'assessment-assets': assets(record) },
    'reviewed-controls': {
      'control-selections': [
        decision.rules.length === 0
          ? { 'include-all': {} }
          : { 'include-controls': decision.rules.map((rule) => ({ 'control-id': token(rule.id) })) },
      ],
    },
    ...(decision.rules.length === 0
      ? {}
      : { observations: decision.rules.map((rule) => observation(record, taken, rule)) }),
    ...(risky.length === 0 ? {} : { risks: risky.map((rule) => risk(record, decision, gate, rule)) }),
    ...(judged.length === 0 ? {} : { findings: judged.map((rule) => finding(record, gate, rule)) }),
  }
}

function emptyResult(record: RunRecord): Json {
  const { title, lead } = describeVerdict(record)
  return {
    uuid: derivedUuid(record.run, 'oscal-result', ''),
    title: line(title),
    description: `No gate was judged. ${lead}`,
    start: record.started,
    end: record.finished,
    'reviewed-controls': { 'control-selections': [{ 'include-all': {} }] },
  }
}

function observation(record: RunRecord, { gate, digest, decision }: Taken, rule: RuleResult): Json {
  return {
    uuid: observationUuid(record, gate, rule),
    title: line(rule.title),
    description: rule.explanation,
    props: [
      prop('rule', rule.id),
      prop('verdict', rule.verdict),
      prop('blocks', String(rule.blocks)),
      prop('severity', rule.severity),
      prop('mode', rule.mode),
    ],
    methods: ['TEST'],
    types: ['control-objective'],
    origins: [{ actors: [{ type: 'tool', 'actor-uuid': toolUuid(record) }] }],
    'relevant-evidence': [
      { description: `Decision ${digest} on the evidence ${decision.evidence}.` },
      ...rule.operands.map((operand) => ({ description: operandWords(operand) })),
    ],
    collected: decision.now,
  }
}

function finding(record: RunRecord, gate: string, rule: RuleResult): Json {
  return {
    uuid: derivedUuid(record.run, 'oscal-finding', gate, rule.id),
    title: line(rule.title),
    description: rule.explanation,
    props: [prop('verdict', rule.verdict)],
    origins: [{ actors: [{ type: 'tool', 'actor-uuid': toolUuid(record) }] }],
    target: {
      type: 'objective-id',
      'target-id': token(`${gate}.${rule.id}`),
      title: line(rule.title),
      status: {
        state: rule.verdict === 'pass' ? 'satisfied' : 'not-satisfied',
        reason: rule.verdict === 'pass' ? 'pass' : rule.verdict === 'fail' ? 'fail' : 'other',
        ...(rule.verdict === 'pass' || rule.verdict === 'fail' ? {} : { remarks: VERDICT_LABEL[rule.verdict] }),
      },
    },
    'related-observations': [{ 'observation-uuid': observationUuid(record, gate, rule) }],
    ...(unsatisfied(rule) ? { 'related-risks': [{ 'risk-uuid': riskUuid(record, gate, rule) }] } : {}),
  }
}

function risk(record: RunRecord, decision: Decision, gate: string, rule: RuleResult): Json {
  const { waiver } = rule
  return {
    uuid: riskUuid(record, gate, rule),
    title: line(rule.title),
    description: rule.explanation,
    statement: rule.because,
    props: [
      prop('severity', rule.severity),
      ...(waiver === undefined
        ? []
        : [
            prop('waiver', waiver.id),
            prop('waiver-digest', waiver.digest),
            prop('waiver-type', waiver.type),
            prop('waiver-approved-by', waiver.approved_by),
            prop('waiver-ticket', waiver.ticket),
          ]),
      ...(rule.waived_verdict === undefined ? [] : [prop('waived-verdict', rule.waived_verdict)]),
    ],
    status: rule.verdict === 'waived' ? 'deviation-approved' : 'open',
    origins: [{ actors: [{ type: 'tool', 'actor-uuid': toolUuid(record) }] }],
    ...(waiver === undefined ? {} : { deadline: wholeMoment(waiver.expires) }),
    ...(rule.remediation === ''
      ? {}
      : {
          remediations: [
            {
              uuid: derivedUuid(record.run, 'oscal-remediation', gate, rule.id),
              lifecycle: 'recommendation',
              title: 'What to do',
              description: rule.remediation,
            },
          ],
        }),
    'risk-log': {
      entries: [
        {
          uuid: derivedUuid(record.run, 'oscal-risk-entry', gate, rule.id),
          title: line(VERDICT_LABEL[rule.verdict]),
          start: decision.now,
          'status-change': rule.verdict === 'waived' ? 'deviation-approved' : 'open',
        },
      ],
    },
    'related-observations': [{ 'observation-uuid': observationUuid(record, gate, rule) }],
  }
}

/** Sluice itself, as the tool that observed. */
function assets(record: RunRecord): Json {
  return {
    components: [
      {
        uuid: toolUuid(record),
        type: 'software',
        title: 'Sluice',
        description: 'Judges the evidence of a pipeline by policy files.',
        props: [prop('version', record.environment.sluice)],
        status: { state: 'operational' },
      },
    ],
    'assessment-platforms': [
      {
        uuid: derivedUuid(record.run, 'oscal-platform'),
        'uses-components': [{ 'component-uuid': toolUuid(record) }],
      },
    ],
  }
}

/** True for what leaves a risk: everything but a pass and a rule that did not apply. */
function unsatisfied({ verdict }: Pick<RuleResult, 'verdict'>): boolean {
  return verdict !== 'pass' && verdict !== 'not_applicable'
}

function operandWords(operand: Operand): string {
  const bound = operand.bound === 'point' ? '' : ` (${operand.bound} bound)`
  const n = operand.n === undefined ? '' : `, n = ${operand.n}`
  const holds = operand.holds === null ? 'not decided' : operand.holds ? 'holds' : 'does not hold'
  const note = operand.note === undefined ? '' : `; ${operand.note}`
  return `${operand.metric}${bound} = ${plain(operand.value)}, required ${requirementWords(operand)}: ${holds}${n}${note}.`
}

/** A waiver's last day without a time counts whole. */
function wholeMoment(moment: string): string {
  return moment.length === 10 ? `${moment}T23:59:59Z` : moment
}

function toolUuid(record: RunRecord): string {
  return derivedUuid('sluice', record.environment.sluice)
}

function ownerUuid(record: RunRecord): string {
  return derivedUuid('owner', record.pipeline.owner)
}

function planUuid(record: RunRecord): string {
  return derivedUuid('pipeline', record.pipeline.digest)
}

function observationUuid(record: RunRecord, gate: string, { id }: RuleResult): string {
  return derivedUuid(record.run, 'oscal-observation', gate, id)
}

function riskUuid(record: RunRecord, gate: string, { id }: RuleResult): string {
  return derivedUuid(record.run, 'oscal-risk', gate, id)
}
