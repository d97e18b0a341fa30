import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { Decision, RuleResult } from '../policies/engine/decision.ts'
import { sha256 } from '../util/digest.ts'
import type { Json } from '../util/json.ts'
import { findingWords, isMinor, waiverWords } from './findings.ts'
import { COMPARISON_WORDS, VERDICT_LABEL } from './rule-words.ts'

/** What SARIF tells of a run; a single gate is one without stages. */
export type SarifInput = Pick<
  RunRecord,
  'run' | 'started' | 'finished' | 'outcome' | 'exit' | 'stages' | 'decisions'
> & {
  readonly pipeline: Pick<RunRecord['pipeline'], 'name'>
  readonly environment: Pick<RunRecord['environment'], 'sluice'>
}

/**
 * SARIF 2.1.0 (OASIS, errata 01): every rule of every gate is a reporting descriptor, every verdict a result that
 * points at the policy file.
 *
 * `error` and `no_evidence` are results of kind `fail`, not `open`: a reader that looks only at levels must not take
 * what was never measured for passed (an `open` result has level `none`, §3.27.10). `properties.verdict` has the
 * exact word. A waived rule keeps its level and carries an accepted suppression. Shadow rules are notes.
 */
export function renderSarif(record: SarifInput): string {
  const rules = record.decisions.flatMap(({ gate, decision }) =>
    decision.rules.map((rule) => ({ gate, decision, rule })),
  )
  const policies = policyFiles(record)
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Sluice',
            semanticVersion: record.environment.sluice,
            rules: rules.map(({ gate, rule }) => descriptor(gate, rule)),
          },
        },
        automationDetails: { id: `sluice/${record.pipeline.name}/${record.run}` },
        invocations: [
          {
            executionSuccessful: record.outcome !== 'errored',
            exitCode: record.exit,
            startTimeUtc: record.started,
            endTimeUtc: record.finished,
            toolConfigurationNotifications: record.decisions.flatMap(({ gate, decision }) =>
              (decision.findings ?? []).map((finding) => ({
                level: isMinor(finding) ? 'note' : 'warning',
                descriptor: { id: finding.code },
                message: { text: `Gate ${gate}: ${findingWords(finding)}` },
              })),
            ),
            toolExecutionNotifications: record.stages.flatMap((stage) =>
              stage.error === null
                ? []
                : [
                    {
                      level: 'error',
                      descriptor: { id: stage.error.code },
                      message: { text: `Stage ${stage.id}: ${stage.error.message}` },
                    },
                  ],
            ),
          },
        ],
        artifacts: policies.map((policy) => ({
          location: { uri: policy.uri },
          hashes: { 'sha-256': policy.digest },
          roles: ['policy'],
        })),
        results: rules.map(({ gate, decision, rule }, index) => result(gate, decision, rule, index, policies)),
        columnKind: 'utf16CodeUnits',
        properties: { outcome: record.outcome, run: record.run },
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

interface PolicyFile {
  readonly uri: string
  readonly digest: string
}

/** Every policy used, once, by the file it lives in. */
function policyFiles(record: Pick<RunRecord, 'decisions'>): readonly PolicyFile[] {
  const files = new Map<string, PolicyFile>()
  for (const { decision } of record.decisions) {
    for (const { name, digest } of decision.policies) {
      const hex = digest.replace(/^sha256:/, '')
      files.set(hex, { uri: policyUri(name), digest: hex })
    }
  }
  return [...files.values()]
}

function policyUri(name: string): string {
  return /\.ya?ml$/.test(name) ? encodeURI(name) : `policies/${encodeURIComponent(name)}.yaml`
}

function descriptor(gate: string, rule: RuleResult): Json {
  return {
    id: ruleId(gate, rule),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.because },
    help: { text: rule.refs.length === 0 ? rule.remediation : `${rule.remediation}\nSee: ${rule.refs.join(', ')}` },
    defaultConfiguration: { level: levelOf(rule), enabled: true },
    properties: { severity: rule.severity, mode: rule.mode, tags: [...rule.refs] },
  }
}

function result(
  gate: string,
  decision: Decision,
  rule: RuleResult,
  index: number,
  policies: readonly PolicyFile[],
): Json {
  const id = ruleId(gate, rule)
  const failed = rule.verdict !== 'pass' && rule.verdict !== 'not_applicable'
  return {
    ruleId: id,
    ruleIndex: index,
    kind: failed ? 'fail' : rule.verdict === 'pass' ? 'pass' : 'notApplicable',
    level: failed ? levelOf(rule) : 'none',
    message: { text: failed ? `${VERDICT_LABEL[rule.verdict]}. ${rule.explanation}` : rule.explanation },
    locations: decision.policies.map(({ digest }) => location(digest, id, policies)),
    partialFingerprints: { 'sluiceRule/v1': sha256(id) },
    ...(rule.verdict === 'waived'
      ? {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: waiverWords(rule) ?? rule.explanation },
          ],
        }
      : {}),
    properties: {
      verdict: rule.verdict,
      blocks: rule.blocks,
      operands: rule.operands.map((operand) => ({ ...operand, comparison: COMPARISON_WORDS[operand.comparison] })),
    },
  }
}

function location(digest: string, id: string, policies: readonly PolicyFile[]): Json {
  const index = policies.findIndex((policy) => policy.digest === digest.replace(/^sha256:/, ''))
  return {
    physicalLocation: { artifactLocation: { uri: policies[index]!.uri, index } },
    logicalLocations: [{ fullyQualifiedName: id, kind: 'member' }],
  }
}

function ruleId(gate: string, rule: Pick<RuleResult, 'id'>): string {
  return `${gate}/${rule.id}`
}

/** The level of a failure of this rule. */
function levelOf(rule: Pick<RuleResult, 'severity' | 'mode'>): 'error' | 'warning' | 'note' {
  if (rule.mode === 'shadow' || rule.severity === 'info') return 'note'
  if (rule.mode === 'warn' || rule.severity === 'minor') return 'warning'
  return 'error'
}
