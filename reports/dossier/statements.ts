import { dataStatement } from '../../audit/attestations/predicates/data-statement.ts'
import { gateDecision } from '../../audit/attestations/predicates/gate-decision.ts'
import { redactionReport } from '../../audit/attestations/predicates/redaction-report.ts'
import { slsaProvenance } from '../../audit/attestations/predicates/slsa-provenance.ts'
import { testResult } from '../../audit/attestations/predicates/test-result.ts'
import type { Digested } from '../../audit/attestations/schema.ts'
import { type Statement, type Subject, statement } from '../../audit/attestations/statement.ts'
import type { RunRecord, StageRecord } from '../../pipelines/engine/run-record.ts'
import type { Decision, RuleResult } from '../../policies/engine/decision.ts'
import { sha256Json } from '../../util/digest.ts'
import { inputDigests, madeArtifacts, modelDatasets, stageTimes } from '../provenance.ts'

/** A statement and the name of its file. */
export interface NamedStatement {
  readonly name: string
  readonly statement: Statement
}

/** Stages whose outputs are there, whatever their gate said of them. */
export function endedStages(record: RunRecord): readonly StageRecord[] {
  return record.stages.filter(({ evaluation }) => evaluation !== null)
}

/** Everything that is attested of a run, in a fixed order: how each stage made its outputs, and what each gate said. */
export function runStatements(record: RunRecord): readonly NamedStatement[] {
  const stages = endedStages(record)
  return [
    ...stages.map((stage) => ({ name: `provenance-${stage.id}`, statement: provenance(record, stage) })),
    ...stages
      .filter(({ uses }) => uses === 'redact')
      .map((stage) => ({ name: `redaction-report-${stage.id}`, statement: redaction(record, stage) })),
    ...record.decisions.flatMap(({ gate, digest, decision }) => [
      { name: `test-result-${gate}`, statement: tests(record, decision) },
      { name: `gate-decision-${gate}`, statement: gateStatement(record, gate, digest, decision) },
    ]),
    ...dataStatements(record),
  ]
}

/** What a stage made: its outputs, and the evidence it left. */
function subjectsOf(stage: StageRecord): readonly Subject[] {
  const made = Object.entries(stage.outputs).map(([port, ref]) => subject(`${stage.id}.${port}`, ref.digest))
  return [...made, subject(`${stage.id}.evaluation`, stage.evaluation!.digest)]
}

/** What a gate guards: the outputs of its stage, or the model for that of the release. */
function guardedBy(record: RunRecord, gate: string): readonly Subject[] {
  const candidate = record.release?.candidate
  if (gate === 'release' && candidate !== undefined) return [subject('model', candidate.model.digest)]
  const stage = record.stages.find(({ id }) => id === gate)
  return stage?.evaluation == null ? [] : subjectsOf(stage)
}

function provenance(record: RunRecord, stage: StageRecord): Statement {
  const made = madeArtifacts(record)
  const { start, end } = stageTimes(record, stage)
  const { sluice, node, platform, cpu, cores, jobs } = record.environment
  const claim = slsaProvenance({
    run: record.run,
    stage: stage.id,
    uses: stage.uses,
    version: stage.version,
    config: stage.config,
    seed: record.pipeline.seed,
    pipeline: { name: record.pipeline.name, digest: record.pipeline.digest },
    inputs: inputDigests(stage).map(([port, digest]) => {
      const from = made.get(digest)
      return { name: from === undefined ? port : `${from.stage}.${from.port}`, digest }
    }),
    models: pinnedDigests(stage),
    code: { name: 'sluice', version: sluice },
    started: start,
    finished: end,
    environment: { node, platform, cpu, cores, jobs },
    byproducts: [],
  })
  return statement(subjectsOf(stage), claim)
}

/** Digests that the key of a stage pins besides its inputs: models and foreign code. */
function pinnedDigests(stage: StageRecord): readonly Digested[] {
  const pins = stage.keyParts?.['pins']
  if (pins === null || typeof pins !== 'object' || Array.isArray(pins)) return []
  return Object.entries(pins).flatMap(([name, digest]) =>
    typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? [{ name, digest }] : [],
  )
}

function redaction(record: RunRecord, stage: StageRecord): Statement {
  const spans = stage.metrics.filter(({ name, value }) => name === 'spans' && typeof value === 'number')
  const { in: rowsIn = 0, kept = 0, dropped = 0, quarantined = 0 } = stage.rows ?? {}
  const claim = redactionReport({
    run: record.run,
    stage: stage.id,
    stageVersion: stage.version,
    config: { sha256: sha256Json(stage.config) },
    inputs: inputDigests(stage).map(([name, digest]) => ({ name, sha256: digest })),
    rows: { in: rowsIn, kept, dropped, quarantined },
    found: Object.fromEntries(spans.map(({ labels, value }) => [labels?.['type'] ?? 'any', value as number])),
    metrics: stage.metrics
      .filter(({ name }) => name !== 'spans')
      .map(({ name, labels, value, n, interval }) => ({
        name,
        value: typeof value === 'number' && !Number.isFinite(value) ? null : value,
        ...(labels === undefined ? {} : { labels: { ...labels } }),
        ...(n === undefined ? {} : { n }),
        ...(interval === undefined ? {} : { lower: interval.lower, upper: interval.upper }),
      })),
    evaluation: stage.evaluation?.digest ?? null,
    limits: [...stage.limits],
  })
  const outputs = Object.entries(stage.outputs).map(([port, ref]) => subject(`${stage.id}.${port}`, ref.digest))
  return statement(outputs, claim)
}

function tests(record: RunRecord, decision: Decision): Statement {
  const ids =
    (...picked: readonly RuleResult['verdict'][]) =>
    (rule: RuleResult) =>
      picked.includes(rule.verdict)
  const unmet = decision.rules.filter(ids('fail', 'error', 'no_evidence'))
  const claim = testResult({
    configuration: [
      ...decision.policies.map(({ name, digest }) => ({ name: `policy ${name}`, digest })),
      { name: 'evidence', digest: decision.evidence },
    ],
    passed: decision.rules.filter(ids('pass')).map(({ id }) => id),
    // What was waived did not pass, and what only warns did not fail the gate.
    warned: [...unmet.filter(({ blocks }) => !blocks), ...decision.rules.filter(ids('waived'))].map(({ id }) => id),
    failed: unmet.filter(({ blocks }) => blocks).map(({ id }) => id),
  })
  return statement(guardedBy(record, decision.gate), claim)
}

function gateStatement(record: RunRecord, gate: string, digest: string, decision: Decision): Statement {
  const claim = gateDecision({
    run: record.run,
    gate,
    outcome: decision.outcome,
    decision: { sha256: digest },
    evidence: { sha256: decision.evidence },
    waivers: { sha256: decision.waivers },
    policies: decision.policies.map(({ name, version, digest: sha }) => ({ name, version, sha256: sha })),
    engine: decision.engine,
    decidedAt: decision.now,
    counts: { ...decision.counts },
    rules: decision.rules.map(({ id, severity, mode, verdict, blocks }) => ({ id, severity, mode, verdict, blocks })),
  })
  return statement(guardedBy(record, gate), claim)
}

function dataStatements(record: RunRecord): readonly NamedStatement[] {
  const datasets = modelDatasets(record)
  if (datasets.length === 0) return []
  const claim = dataStatement({
    run: record.run,
    pipeline: { name: record.pipeline.name, sha256: record.pipeline.digest },
    purpose: record.pipeline.purpose,
    sources: record.sources.map(({ id, uri, licence, lawful_basis, contains }) => ({
      id,
      uri,
      licence: licence ?? null,
      lawfulBasis: lawful_basis ?? null,
      contains: [...(contains ?? [])],
    })),
    datasets: datasets.map(({ stage, ref }) => ({ stage, sha256: ref.digest, rows: ref.rows ?? null })),
  })
  const subjects = datasets.map(({ stage, port, ref }) => subject(`${stage}.${port}`, ref.digest))
  return [{ name: 'data-statement', statement: statement(subjects, claim) }]
}

export function subject(name: string, digest: string): Subject {
  return { name, digest: { sha256: digest } }
}
