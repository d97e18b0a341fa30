import type { RunRecord, StageRecord } from '../pipelines/engine/run-record.ts'
import type { Json } from '../util/json.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import { modelCard } from './cyclonedx-model-card.ts'
import { policyDeclarations } from './cyclonedx-policies.ts'
import { sourceFacts } from './data-facts.ts'
import { derivedUuid } from './derived-id.ts'
import { inputDigests, type Made, madeArtifacts, pinOf, ranStages, readsSources, stageTimes } from './provenance.ts'
import { type TrainingFacts, trainingFacts } from './training-facts.ts'

export interface CycloneDxOptions {
  /** 1.6 unless asked for 1.7. */
  readonly specVersion?: '1.6' | '1.7'
  /** Files of the model and shards of the datasets, where the store was at hand. */
  readonly files?: ArtifactFiles
}

type Fields = { readonly [name: string]: Json }

/**
 * CycloneDX ML-BOM. The subject is the model with its model card, or the pipeline where no model was made. Components:
 * the base model, every declared source and every dataset of the run as data, the models that stages are pinned to.
 * `formulation` is the run as a workflow with one task for each stage that was taken up; policies are `definitions`,
 * their verdicts `declarations`: a pass is a claim, anything else that was judged a counter-claim.
 *
 * A `hashes` entry of an artifact is the digest of its manifest, which lists every file by digest; files have their own.
 */
export function renderCycloneDx(record: RunRecord, options: CycloneDxOptions = {}): string {
  const specVersion = options.specVersion ?? '1.6'
  const files = options.files ?? new Map()
  const training = trainingFacts(record)
  const subject = training === undefined ? pipelineComponent(record) : modelComponent(record, training, files)
  const made = [...madeArtifacts(record).values()].filter(({ ref }) => ref.kind === 'dataset')
  const components = [
    ...(training?.base === undefined ? [] : [baseComponent(training.base, true)]),
    ...sourceFacts(record).map(sourceComponent),
    ...made.map((one) => dataComponent(record, one, files)),
    ...pinnedModels(record),
  ]
  const document = {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: `urn:uuid:${derivedUuid(record.run, 'bom', specVersion)}`,
    version: 1,
    metadata: {
      timestamp: record.finished,
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', name: 'sluice', version: record.environment.sluice }] },
      component: subject,
      properties: [
        property('run', record.run),
        property('outcome', record.outcome),
        property('exit', String(record.exit)),
        property('pipeline', record.pipeline.digest),
        ...(record.ledger === null ? [] : [property('log-root', record.ledger.root)]),
      ],
    },
    components,
    dependencies: dependencies(record, training),
    formulation: [{ 'bom-ref': 'formula', workflows: [workflow(record)] }],
    ...policyDeclarations(record, training === undefined ? 'pipeline' : 'model'),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function pipelineComponent(record: RunRecord): Fields {
  return {
    type: 'application',
    'bom-ref': 'pipeline',
    name: record.pipeline.name,
    version: record.pipeline.digest.slice(0, 12),
    description: `${record.pipeline.purpose}. This run made no model.`,
    hashes: [sha256Hash(record.pipeline.digest)],
  }
}

function modelComponent(record: RunRecord, training: TrainingFacts, files: ArtifactFiles): Fields {
  const [ref] = Object.values(training.stage.outputs).filter(({ kind }) => kind === 'model')
  const parts = ref === undefined ? [] : (files.get(ref.digest) ?? [])
  return {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    name: record.pipeline.name,
    description: record.pipeline.purpose,
    manufacturer: { name: record.pipeline.owner },
    ...(ref === undefined
      ? {}
      : {
          version: ref.digest.slice(0, 12),
          hashes: [sha256Hash(ref.digest)],
          properties: [property('bytes', String(ref.bytes)), property('sensitivity', ref.sensitivity)],
        }),
    ...(parts.length === 0
      ? {}
      : {
          components: parts.map((file) => ({
            type: 'file',
            'bom-ref': `model/${file.name}`,
            name: file.name,
            hashes: [sha256Hash(file.sha256)],
            properties: [property('bytes', String(file.bytes))],
          })),
        }),
    ...(training.base === undefined
      ? {}
      : { pedigree: { ancestors: [baseComponent(training.base, false)], notes: pedigreeWords(training) } }),
    modelCard: modelCard(record, training),
  }
}

function pedigreeWords({ method, trained, parameters }: TrainingFacts): string {
  const how =
    method === 'lora' ? 'Tuned by low-rank adaptation' : method === 'full' ? 'All parameters tuned' : 'Tuned further'
  return trained === undefined || parameters === undefined ? `${how}.` : `${how}: ${trained} numbers of ${parameters}.`
}

function baseComponent(base: NonNullable<TrainingFacts['base']>, listed: boolean): Fields {
  return {
    type: 'machine-learning-model',
    ...(listed ? { 'bom-ref': 'base-model' } : {}),
    name: base.name,
    ...(base.digest === undefined ? {} : { version: base.digest.slice(0, 12), hashes: [sha256Hash(base.digest)] }),
  }
}

/** Identifiers of the SPDX list that are accepted as such; other words are kept as the licence's name. */
const SPDX = /^(?:Apache-2\.0|MIT|BSD-[23]-Clause|CC0-1\.0|CC-BY-4\.0|CC-BY-SA-4\.0|CC-BY-NC-4\.0|ODbL-1\.0|PDDL-1\.0)$/

function sourceComponent(source: ReturnType<typeof sourceFacts>[number]): Fields {
  const { licence } = source
  return {
    type: 'data',
    'bom-ref': `source/${source.id}`,
    name: source.id,
    description: `Declared source ${source.uri}`,
    ...(source.digest === undefined ? {} : { hashes: [sha256Hash(source.digest)] }),
    ...(licence === undefined
      ? {}
      : { licenses: [{ license: SPDX.test(licence) ? { id: licence } : { name: licence } }] }),
    data: [
      {
        type: 'dataset',
        name: source.id,
        classification: 'raw',
        ...(source.contains === undefined ? {} : { sensitiveData: [...source.contains] }),
      },
    ],
    properties: [
      ...(source.lawful_basis === undefined ? [] : [property('lawful-basis', source.lawful_basis)]),
      ...(source.purpose === undefined ? [] : [property('purpose', source.purpose)]),
      ...(source.files === undefined ? [] : [property('files', String(source.files))]),
      ...(source.rows === undefined ? [] : [property('rows', String(source.rows))]),
      ...(source.bytes === undefined ? [] : [property('bytes', String(source.bytes))]),
    ],
  }
}

function dataComponent(record: RunRecord, { stage, port, ref }: Made, files: ArtifactFiles): Fields {
  const shards = files.get(ref.digest) ?? []
  return {
    type: 'data',
    'bom-ref': dataRef(ref.digest),
    name: `${stage}.${port}`,
    version: ref.digest.slice(0, 12),
    hashes: [sha256Hash(ref.digest)],
    ...(shards.length === 0
      ? {}
      : {
          components: shards.map((shard) => ({
            type: 'file',
            'bom-ref': `${dataRef(ref.digest)}/${shard.name}`,
            name: shard.name,
            hashes: [sha256Hash(shard.sha256)],
          })),
        }),
    data: [
      {
        type: 'dataset',
        name: port,
        classification: ref.sensitivity,
        // What the pipeline makes belongs to who answers for the pipeline.
        governance: { owners: [{ organization: { name: record.pipeline.owner } }] },
      },
    ],
    properties: [
      ...(ref.rows === undefined ? [] : [property('rows', String(ref.rows))]),
      property('bytes', String(ref.bytes)),
    ],
  }
}

/** Models that stages score with, by the digest their keys are pinned to. */
function pinnedModels(record: RunRecord): readonly Fields[] {
  const seen = new Map<string, Fields>()
  for (const stage of ranStages(record))
    for (const name of ['toxicity_model', 'tagger'] as const) {
      const digest = pinOf(stage, name)
      if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest) || seen.has(digest)) continue
      seen.set(digest, {
        type: 'machine-learning-model',
        'bom-ref': `pinned/${name}`,
        name,
        hashes: [sha256Hash(digest)],
        scope: 'excluded',
        description: `Scores records in ${stage.id}; not part of the model.`,
      })
    }
  return [...seen.values()]
}

function dependencies(record: RunRecord, training: TrainingFacts | undefined): readonly Fields[] {
  const graph = new Map<string, Set<string>>()
  const add = (ref: string, needs: readonly string[]): void => {
    const all = graph.get(ref) ?? new Set<string>()
    for (const need of needs) if (need !== ref) all.add(need)
    graph.set(ref, all)
  }
  for (const stage of ranStages(record)) {
    const needs = inputRefs(record, stage)
    for (const ref of Object.values(stage.outputs)) {
      if (ref.kind === 'dataset') add(dataRef(ref.digest), needs)
      if (ref.kind === 'model' && stage.id === training?.stage.id)
        add('model', [...needs, ...(training.base === undefined ? [] : ['base-model'])])
    }
  }
  return [...graph].map(([ref, needs]) => ({ ref, dependsOn: [...needs] }))
}

/** Components that a stage read. */
function inputRefs(record: RunRecord, stage: StageRecord): readonly string[] {
  const made = madeArtifacts(record)
  return [
    ...(readsSources(stage) ? record.sources.map(({ id }) => `source/${id}`) : []),
    ...inputDigests(stage).flatMap(([, digest]) => (made.get(digest)?.ref.kind === 'dataset' ? [dataRef(digest)] : [])),
  ]
}

function workflow(record: RunRecord): Fields {
  const ran = ranStages(record)
  const model = trainingFacts(record)?.stage.id
  return {
    'bom-ref': 'workflow',
    uid: derivedUuid(record.run, 'workflow'),
    name: record.pipeline.name,
    taskTypes: ['build'],
    timeStart: record.started,
    timeEnd: record.finished,
    ...(ran.length === 0 ? {} : { tasks: ran.map((stage) => task(record, stage, stage.id === model)) }),
    taskDependencies: ran.map((stage) => ({
      ref: taskRef(stage.id),
      dependsOn: stage.needs.filter((id) => ran.some((one) => one.id === id)).map(taskRef),
    })),
    properties: [property('seed', String(record.pipeline.seed))],
  }
}

function task(record: RunRecord, stage: StageRecord, givesModel: boolean): Fields {
  const { start, end } = stageTimes(record, stage)
  const inputs = [...new Set(inputRefs(record, stage))].map((ref) => ({ resource: { ref } }))
  const outputs = Object.values(stage.outputs).flatMap((ref) =>
    ref.kind === 'dataset'
      ? [{ type: 'artifact', resource: { ref: dataRef(ref.digest) } }]
      : ref.kind === 'model' && givesModel
        ? [{ type: 'artifact', resource: { ref: 'model' } }]
        : [],
  )
  return {
    'bom-ref': taskRef(stage.id),
    uid: derivedUuid(record.run, 'stage', stage.id),
    name: stage.id,
    description: stage.summary,
    taskTypes: [Object.values(stage.outputs).every(({ kind }) => kind === 'evaluation') ? 'test' : 'build'],
    timeStart: start,
    timeEnd: end,
    ...(inputs.length === 0 ? {} : { inputs }),
    ...(outputs.length === 0 ? {} : { outputs: unique(outputs) }),
    properties: [
      property('uses', `${stage.uses}@${stage.version}`),
      property('state', stage.state),
      ...(stage.key === null ? [] : [property('key', stage.key)]),
      ...(stage.evaluation === null ? [] : [property('evaluation', stage.evaluation.digest)]),
      ...(stage.error === null ? [] : [property('error', stage.error.code)]),
    ],
  }
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}

function taskRef(stage: string): string {
  return `task/${stage}`
}

function dataRef(digest: string): string {
  return `data/${digest}`
}

function sha256Hash(digest: string): Fields {
  return { alg: 'SHA-256', content: digest.replace(/^sha256:/, '') }
}

function property(name: string, value: string): Fields {
  return { name: `sluice:${name}`, value }
}
