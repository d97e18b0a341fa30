import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'
import type { Decision, RuleResult } from '../policies/engine/decision.ts'
import { canonicalJson, type Json } from '../util/json.ts'
import { derivedUuid, digestUri } from './derived-id.ts'
import { plain } from './format.ts'
import type { Made } from './provenance.ts'
import { inputDigests, madeArtifacts, ranStages, readsSources, stageTimes } from './provenance.ts'
import { COMPARISON_WORDS } from './rule-words.ts'

/**
 * OpenLineage run events (spec 2-0-2), one JSON line each, in the order of their times: START and COMPLETE or FAIL for the
 * run, for every stage that was taken up, and for every gate as a job of its own that reads what it judged. Stages and
 * gates name the run as their parent. Datasets are named by digest, so the same bytes are the same dataset in every run;
 * declared sources by their pattern. A stage that was skipped has no events: nothing happened.
 *
 * A gate that blocks completes: it did its work. Its rules are tests that failed; the run then FAILs.
 */
export function renderOpenLineage(record: RunRecord): string {
  const events = [
    ...ranStages(record).flatMap((stage) => stageEvents(record, stage)),
    ...record.decisions.flatMap((taken) => gateEvents(record, taken)),
  ]
  // Stable: START stands before COMPLETE where both have the same time.
  const inside = events.sort((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0))
  const [start, end] = runEvents(record)
  return [start, ...inside, end].map((event) => `${canonicalJson(event)}\n`).join('')
}

type EventType = 'START' | 'COMPLETE' | 'FAIL'
type Facets = Readonly<Record<string, Json>>

interface LineageEvent {
  readonly eventType: EventType
  readonly eventTime: string
  readonly producer: string
  readonly schemaURL: string
  readonly run: Json
  readonly job: Json
  readonly inputs: readonly Json[]
  readonly outputs: readonly Json[]
}

const NAMESPACE = 'sluice'

function runEvents(record: RunRecord): readonly [LineageEvent, LineageEvent] {
  const job = {
    name: record.pipeline.name,
    facets: {
      jobType: facet(record, 'JobType', {
        processingType: 'BATCH',
        integration: 'SLUICE',
        jobType: 'PIPELINE',
      }),
      documentation: facet(record, 'DocumentationJob', {
        description: record.pipeline.purpose,
        contentType: 'text/plain',
      }),
      ownership: facet(record, 'OwnershipJob', { owners: [{ name: record.pipeline.owner, type: 'OWNER' }] }),
    },
  }
  const run = {
    processing_engine: engineFacet(record),
    executionParameters: parameters(record, {
      run: record.run,
      pipeline_digest: record.pipeline.digest,
      seed: record.pipeline.seed,
      exit: record.exit,
      outcome: record.outcome,
      ...record.options,
    }),
  }
  const ended = record.outcome === 'passed' ? 'COMPLETE' : 'FAIL'
  const failed = record.outcome === 'errored' ? { errorMessage: errorFacet(record, whyErrored(record)) } : {}
  return [
    event(record, 'START', record.started, runId(record), run, job, {}),
    event(record, ended, record.finished, runId(record), { ...run, ...failed }, job, {}),
  ]
}

function whyErrored(record: RunRecord): string {
  const error = record.error ?? record.stages.find((stage) => stage.error !== null)?.error
  return error == null ? 'the run errored' : `${error.code}: ${error.message}`
}

function stageEvents(record: RunRecord, stage: StageRecord): readonly LineageEvent[] {
  const { start, end } = stageTimes(record, stage)
  const id = derivedUuid(record.run, 'stage', stage.id)
  const job = {
    name: `${record.pipeline.name}.${stage.id}`,
    facets: {
      jobType: facet(record, 'JobType', { processingType: 'BATCH', integration: 'SLUICE', jobType: 'STAGE' }),
      documentation: facet(record, 'DocumentationJob', { description: stage.summary, contentType: 'text/plain' }),
    },
  }
  const run = {
    parent: parentFacet(record),
    processing_engine: engineFacet(record),
    executionParameters: parameters(record, {
      uses: stage.uses,
      version: stage.version,
      state: stage.state,
      key: stage.key,
      seed: record.pipeline.seed,
    }),
  }
  const made = madeArtifacts(record)
  const inputs = [
    ...(readsSources(stage) ? sourceDatasets(record) : []),
    ...inputDigests(stage).flatMap(([, digest]) => {
      const one = made.get(digest)
      return one === undefined ? [] : [dataset(record, one)]
    }),
  ]
  const outputs = Object.entries(stage.outputs).map(([port, ref]) => ({
    ...dataset(record, { stage: stage.id, port, ref }),
    outputFacets: {
      outputStatistics: facet(record, 'OutputStatisticsOutputDataset', {
        ...(ref.rows === undefined ? {} : { rowCount: ref.rows }),
        size: ref.bytes,
      }),
    },
  }))
  const failed = stage.state === 'errored' || stage.state === 'running'
  const error =
    stage.error === null ? {} : { errorMessage: errorFacet(record, `${stage.error.code}: ${stage.error.message}`) }
  return [
    event(record, 'START', start, id, run, job, { inputs }),
    event(record, failed ? 'FAIL' : 'COMPLETE', end, id, { ...run, ...error }, job, { inputs, outputs }),
  ]
}

function gateEvents(
  record: RunRecord,
  { gate, digest, decision }: RunRecord['decisions'][number],
): readonly LineageEvent[] {
  const stage = record.stages.find((one) => one.id === gate)
  // The last gate judges the whole run and has no stage.
  const at = stage === undefined ? record.finished : stageTimes(record, stage).end
  const id = derivedUuid(record.run, 'gate', gate)
  const job = {
    name: `${record.pipeline.name}.gate.${gate}`,
    facets: { jobType: facet(record, 'JobType', { processingType: 'BATCH', integration: 'SLUICE', jobType: 'GATE' }) },
  }
  const run = {
    parent: parentFacet(record),
    processing_engine: engineFacet(record),
    executionParameters: parameters(record, {
      decision: digest,
      evidence: decision.evidence,
      waivers: decision.waivers,
      outcome: decision.outcome,
      policies: decision.policies.map((policy) => `${policy.name}@${policy.version} ${policy.digest}`).join(', '),
    }),
  }
  const test = facet(record, 'TestRun', { tests: decision.rules.map(testOf) })
  const candidate = record.release?.candidate
  const judged: readonly Made[] =
    stage !== undefined
      ? Object.entries(stage.outputs).map(([port, ref]) => ({ stage: stage.id, port, ref }))
      : candidate === undefined
        ? []
        : [{ stage: candidate.stage, port: 'model', ref: candidate.model }]
  const inputs = judged.map((one) => ({
    ...dataset(record, one),
    inputFacets: {
      dataQualityAssertions: facet(record, 'DataQualityAssertionsDataset', { assertions: assertions(decision) }),
    },
  }))
  return [
    event(record, 'START', at, id, run, job, { inputs: judged.map((one) => dataset(record, one)) }),
    event(record, 'COMPLETE', at, id, { ...run, test }, job, { inputs }),
  ]
}

/** A rule as a test. `skip` only where the rule did not apply: what was never measured counts as failed. */
function testOf(rule: RuleResult): Json {
  return {
    name: rule.id,
    status: rule.verdict === 'pass' ? 'pass' : rule.verdict === 'not_applicable' ? 'skip' : 'fail',
    ...common(rule),
  }
}

/** Rules that applied; an assertion has no third state. */
function assertions(decision: Decision): readonly Json[] {
  return decision.rules
    .filter(({ verdict }) => verdict !== 'not_applicable')
    .map((rule) => ({ assertion: rule.id, success: rule.verdict === 'pass', name: rule.id, ...common(rule) }))
}

function common(rule: RuleResult): { readonly [name: string]: Json } {
  const asked = rule.operands.map(
    ({ metric, bound, comparison, limit }) =>
      `${metric}${bound === 'point' ? '' : ` (${bound} bound)`} ${COMPARISON_WORDS[comparison]} ${plain(limit)}`,
  )
  const found = rule.operands.map(({ metric, value }) => `${metric} = ${plain(value)}`)
  return {
    // "Error" means in this format that a failure stops the work: exactly what a rule that may block says.
    severity: rule.mode === 'enforce' && (rule.severity === 'block' || rule.severity === 'major') ? 'error' : 'warn',
    description: rule.title,
    ...(asked.length === 0 ? {} : { expected: asked.join('; '), actual: found.join('; ') }),
    params: { verdict: rule.verdict, blocks: rule.blocks, severity: rule.severity, mode: rule.mode },
  }
}

function dataset(record: RunRecord, { stage, port, ref }: Made): { readonly [name: string]: Json } {
  return {
    namespace: NAMESPACE,
    name: `sha256:${ref.digest}`,
    facets: {
      version: facet(record, 'DatasetVersion', { datasetVersion: ref.digest }),
      datasetType: facet(record, 'DatasetType', { datasetType: ref.kind.toUpperCase() }),
      documentation: facet(record, 'DocumentationDataset', {
        description: `${ref.kind} that the stage ${stage} gave as ${port}`,
        contentType: 'text/plain',
      }),
      dataSource: facet(record, 'DatasourceDataset', { name: 'store', uri: digestUri(ref.digest) }),
      tags: facet(record, 'TagsDataset', {
        tags: [{ key: 'sensitivity', value: ref.sensitivity, source: 'SLUICE' }],
      }),
      ...(ref.kind === 'dataset' ? { schema: facet(record, 'SchemaDataset', { fields: RECORD_FIELDS }) } : {}),
    },
  }
}

/** `sluice/record@1` (artifacts/record.ts). */
const RECORD_FIELDS: readonly Json[] = [
  { name: 'id', type: 'string', description: 'SHA-256 of content and source' },
  { name: 'text', type: 'string', description: 'the text; a record has this or messages' },
  {
    name: 'messages',
    type: 'array',
    fields: [
      { name: 'role', type: 'string' },
      { name: 'content', type: 'string' },
    ],
  },
  {
    name: 'source',
    type: 'object',
    fields: [
      { name: 'uri', type: 'string' },
      { name: 'row', type: 'integer' },
    ],
  },
  { name: 'meta', type: 'object' },
  { name: 'notes', type: 'object', description: 'scores of the stages' },
]

function sourceDatasets(record: RunRecord): readonly Json[] {
  return record.sources.map((source) => ({
    namespace: 'file',
    name: source.uri,
    facets: {
      documentation: facet(record, 'DocumentationDataset', {
        description: `declared source ${source.id}`,
        contentType: 'text/plain',
      }),
      tags: facet(record, 'TagsDataset', {
        tags: [
          ...(source.licence === undefined ? [] : [tag('licence', source.licence)]),
          ...(source.lawful_basis === undefined ? [] : [tag('lawful_basis', source.lawful_basis)]),
          ...(source.purpose === undefined ? [] : [tag('purpose', source.purpose)]),
          ...(source.contains ?? []).map((what) => tag('contains', what)),
        ],
      }),
    },
  }))
}

function tag(key: string, value: string): Json {
  return { key, value, source: 'SLUICE' }
}

function event(
  record: RunRecord,
  eventType: EventType,
  eventTime: string,
  id: string,
  runFacets: Facets,
  job: { readonly name: string; readonly facets: Facets },
  data: { readonly inputs?: readonly Json[]; readonly outputs?: readonly Json[] },
): LineageEvent {
  return {
    eventType,
    eventTime,
    producer: producer(record),
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: id, facets: runFacets },
    job: { namespace: NAMESPACE, ...job },
    inputs: data.inputs ?? [],
    outputs: data.outputs ?? [],
  }
}

function runId(record: RunRecord): string {
  return derivedUuid(record.run, 'run')
}

function producer(record: RunRecord): string {
  return `https://sluice.local/sluice/${record.environment.sluice}`
}

function parentFacet(record: RunRecord): Json {
  return facet(record, 'ParentRun', {
    run: { runId: runId(record) },
    job: { namespace: NAMESPACE, name: record.pipeline.name },
  })
}

function engineFacet(record: RunRecord): Json {
  return facet(record, 'ProcessingEngineRun', { name: 'sluice', version: record.environment.sluice })
}

function errorFacet(record: RunRecord, message: string): Json {
  return facet(record, 'ErrorMessageRun', { message, programmingLanguage: 'TypeScript' })
}

function parameters(record: RunRecord, values: Readonly<Record<string, Json>>): Json {
  return facet(record, 'ExecutionParametersRun', {
    parameters: Object.entries(values).flatMap(([key, value]) =>
      value === null ? [] : [{ key, value: typeof value === 'string' ? value : JSON.stringify(value) }],
    ),
  })
}

/** Facet file → version and name of its definition (spec/facets of release 1.5x). */
const FACETS = {
  JobType: ['2-0-4', 'JobTypeJobFacet'],
  DocumentationJob: ['1-1-0', 'DocumentationJobFacet'],
  OwnershipJob: ['1-0-1', 'OwnershipJobFacet'],
  ParentRun: ['1-2-0', 'ParentRunFacet'],
  ProcessingEngineRun: ['1-1-1', 'ProcessingEngineRunFacet'],
  ErrorMessageRun: ['1-0-1', 'ErrorMessageRunFacet'],
  ExecutionParametersRun: ['1-0-0', 'ExecutionParametersRunFacet'],
  TestRun: ['1-0-1', 'TestRunFacet'],
  DatasetVersion: ['1-0-1', 'DatasetVersionDatasetFacet'],
  DatasetType: ['1-0-1', 'DatasetTypeDatasetFacet'],
  DocumentationDataset: ['1-1-0', 'DocumentationDatasetFacet'],
  DatasourceDataset: ['1-0-1', 'DatasourceDatasetFacet'],
  TagsDataset: ['1-0-0', 'TagsDatasetFacet'],
  SchemaDataset: ['1-2-0', 'SchemaDatasetFacet'],
  OutputStatisticsOutputDataset: ['1-0-2', 'OutputStatisticsOutputDatasetFacet'],
  DataQualityAssertionsDataset: ['1-1-0', 'DataQualityAssertionsDatasetFacet'],
} as const

function facet(record: RunRecord, kind: keyof typeof FACETS, content: Readonly<Record<string, Json>>): Json {
  const [version, name] = FACETS[kind]
  return {
    _producer: producer(record),
    _schemaURL: `https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`,
    ...content,
  }
}
