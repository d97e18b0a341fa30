import type { RunRecord } from '../pipelines/engine/run-record.ts'
import { canonicalJson } from '../util/json.ts'
import { type Static, Type } from '../util/schema-type.ts'
import {
  dataLimits,
  dataQualityFigures,
  dataStages,
  type Figure,
  languages,
  redactionFigures,
  sourceFacts,
} from './data-facts.ts'
import { modelDatasets } from './provenance.ts'

const closed = { additionalProperties: false } as const
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, hex.' })
const Count = Type.Integer({ minimum: 0 })

const FigureSchema = Type.Object(
  {
    metric: Type.String({ description: 'Stage and name: `redact.seeded_recall`.' }),
    value: Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()], {
      description: 'null: it could not be measured; `note` says why.',
    }),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    n: Type.Optional(Type.Number({ minimum: 0, description: 'Observations behind the value.' })),
    interval: Type.Optional(
      Type.Object(
        { lower: Type.Number(), upper: Type.Number(), level: Type.Number(), method: Type.String() },
        { ...closed, description: 'Confidence interval; level 0.95 is 95 %.' },
      ),
    ),
    note: Type.Optional(Type.String()),
  },
  closed,
)

/**
 * The data statement: what went into a model, why it may be used, what was taken out and what is not known. The
 * attestation `data-statement/v1` names this document by digest. What nobody declared or measured is absent, never a default.
 */
export const DATA_STATEMENT_SCHEMA = Type.Object(
  {
    v: Type.Literal(1),
    kind: Type.Literal('DataStatement'),
    run: Type.String(),
    time: Type.String({ description: 'When the run ended, ISO 8601.' }),
    pipeline: Type.Object(
      { name: Type.String(), purpose: Type.String(), owner: Type.String(), digest: Digest },
      closed,
    ),
    complete: Type.Boolean({ description: 'True where every stage that reads or makes data was done.' }),
    sources: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          uri: Type.String({ description: 'As declared: a pattern relative to the pipeline file.' }),
          licence: Type.Optional(Type.String()),
          lawful_basis: Type.Optional(Type.String()),
          purpose: Type.Optional(Type.String()),
          contains: Type.Optional(Type.Array(Type.String(), { description: 'Personal data that the owner expects.' })),
          digest: Type.Optional(Digest),
          files: Type.Optional(Count),
          bytes: Type.Optional(Count),
          rows: Type.Optional(Count),
        },
        closed,
      ),
    ),
    stages: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          uses: Type.String(),
          version: Type.Integer(),
          state: Type.String(),
          rows: Type.Optional(
            Type.Object(
              { in: Count, kept: Count, dropped: Count, quarantined: Count, joined: Count, added: Count },
              { ...closed, description: 'in + added = kept + dropped + quarantined + joined.' },
            ),
          ),
          dropped: Type.Record(Type.String(), Count, { description: 'Rows by reason.' }),
          quarantined: Type.Record(Type.String(), Count, { description: 'Rows by error.' }),
        },
        closed,
      ),
      { description: 'Every stage that read or made data, in order.' },
    ),
    languages: Type.Array(Type.Object({ code: Type.String(), rows: Count }, closed), {
      description: 'Languages with at least 1 % of the rows, most frequent first. Empty: not measured.',
    }),
    redaction: Type.Array(FigureSchema, {
      description: 'Types found, and the recall on planted values with its interval. Empty: no redaction ran.',
    }),
    quality: Type.Array(FigureSchema, { description: 'Toxicity and bias of the data. Empty: not measured.' }),
    splits: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          stage: Type.String(),
          digest: Digest,
          rows: Type.Optional(Count),
          bytes: Count,
          sensitivity: Type.Union([Type.Literal('raw'), Type.Literal('redacted')]),
        },
        closed,
      ),
      { description: 'What the model was trained, chosen and measured on; else what the data stages ended with.' },
    ),
    limits: Type.Array(Type.Object({ stage: Type.String(), limit: Type.String() }, closed)),
  },
  {
    ...closed,
    $id: 'https://sluice.local/schema/data-statement/v1',
    title: 'Data statement',
  },
)

/** See `DATA_STATEMENT_SCHEMA`, where each member is described. */
export type DataStatement = Static<typeof DATA_STATEMENT_SCHEMA>

/** The data statement of a run. Pure: nothing is in it that the record does not hold. */
export function dataStatement(record: RunRecord): DataStatement {
  const { name, purpose, owner, digest } = record.pipeline
  const stages = dataStages(record)
  const planned = record.stages.filter((stage) => stages.includes(stage) || stage.state === 'skipped')
  return {
    v: 1,
    kind: 'DataStatement',
    run: record.run,
    time: record.finished,
    pipeline: { name, purpose, owner, digest },
    complete: planned.length > 0 && planned.every(({ state }) => FINISHED.has(state)),
    sources: sourceFacts(record).map(({ contains, ...source }) => ({
      ...source,
      ...(contains === undefined ? {} : { contains: [...contains] }),
    })),
    stages: stages.map((stage) => ({
      id: stage.id,
      uses: stage.uses,
      version: stage.version,
      state: stage.state,
      ...(stage.rows === null ? {} : { rows: stage.rows }),
      dropped: stage.dropped,
      quarantined: stage.quarantined,
    })),
    languages: languages(record).map(([code, rows]) => ({ code, rows })),
    redaction: redactionFigures(record).map(mutable),
    quality: dataQualityFigures(record).map(mutable),
    splits: modelDatasets(record).map(({ stage, port, ref }) => ({
      name: port,
      stage,
      digest: ref.digest,
      ...(ref.rows === undefined ? {} : { rows: ref.rows }),
      bytes: ref.bytes,
      sensitivity: ref.sensitivity,
    })),
    limits: dataLimits(record).map((one) => ({ ...one })),
  }
}

/** The statement as its canonical bytes (RFC 8785) and a newline: what an attestation over the file can be checked with. */
export function renderDataStatement(record: RunRecord): string {
  return `${canonicalJson(dataStatement(record))}\n`
}

const FINISHED: ReadonlySet<string> = new Set(['done', 'cached', 'gate_failed', 'awaiting_review'])

function mutable(figure: Figure): DataStatement['redaction'][number] {
  return { ...figure }
}
