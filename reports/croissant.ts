import type { RunRecord } from '../pipelines/engine/run-record.ts'
import type { Json } from '../util/json.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import { dataLimits, dataQualityFigures, dataStages, type Figure, languages, redactionFigures } from './data-facts.ts'
import { digestUri } from './derived-id.ts'
import { decimal, humanise, integer, percent, plain } from './format.ts'
import { type Made, modelDatasets } from './provenance.ts'

/**
 * Croissant 1.1 with the RAI 1.0 vocabulary: the datasets that the model was trained, chosen and measured on. One record
 * set for each split, over the shards where the store still lists them, else over the manifest. `rai:` properties carry
 * what sources declare and stages measured; a property about which nothing is known is left out, `license` too.
 *
 * `url` names the first split by digest (RFC 6920), since data of this kind has no page; `datePublished` is the day the
 * run recorded it. Gives nothing where the run made no dataset.
 */
export function renderCroissant(record: RunRecord, files: ArtifactFiles = new Map()): string | undefined {
  const datasets = modelDatasets(record)
  const [first] = datasets
  if (first === undefined) return undefined
  const licences = [...new Set(record.sources.flatMap(({ licence }) => (licence === undefined ? [] : [licence])))]
  const codes = languages(record).map(([code]) => code)
  const document = {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: ['http://mlcommons.org/croissant/1.1', 'http://mlcommons.org/croissant/RAI/1.0'],
    name: `${record.pipeline.name}-data`,
    description: `Data of the run ${record.run} of the pipeline ${record.pipeline.name}: ${datasets.map(({ port, ref }) => `${port}${ref.rows === undefined ? '' : ` (${integer(ref.rows)} records)`}`).join(', ')}.`,
    url: digestUri(first.ref.digest),
    ...(licences.length === 0 ? {} : { license: licences.length === 1 ? licences[0]! : licences }),
    creator: { '@type': 'sc:Organization', name: record.pipeline.owner },
    dateCreated: record.finished,
    datePublished: record.finished.slice(0, 10),
    version: first.ref.digest,
    ...(codes.length === 0 ? {} : { inLanguage: codes }),
    isLiveDataset: false,
    distribution: datasets.flatMap((one) => distribution(one, files)),
    recordSet: datasets.map((one) => recordSet(one)),
    ...provenance(record),
    ...responsible(record),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** The manifest of a split as a file, and the shards that it lists. */
function distribution({ port, ref }: Made, files: ArtifactFiles): readonly Json[] {
  const shards = files.get(ref.digest) ?? []
  return [
    {
      '@type': 'cr:FileObject',
      '@id': `${port}/manifest.json`,
      name: `${port}-manifest`,
      description: 'Canonical JSON that lists the shards by digest; its own digest is the identity of the dataset.',
      contentUrl: digestUri(ref.digest),
      encodingFormat: 'application/json',
      sha256: ref.digest,
    },
    ...shards.map((shard) => ({
      '@type': 'cr:FileObject',
      '@id': `${port}/${shard.name}`,
      name: `${port}-${shard.name.replace(/\.jsonl$/, '')}`,
      contentUrl: digestUri(shard.sha256),
      contentSize: `${shard.bytes} B`,
      encodingFormat: 'application/jsonl',
      sha256: shard.sha256,
    })),
    {
      '@type': 'cr:FileSet',
      '@id': `${port}/shards`,
      name: `${port}-shards`,
      description: `Shards of ${port}, JSON Lines${ref.sensitivity === 'raw' ? ', sealed in the store' : ''}.`,
      encodingFormat: 'application/jsonl',
      includes: `${port}/part-*.jsonl`,
    },
  ]
}

/** Fields of `sluice/record@1`. A record has `text` or `messages`. */
const FIELDS: readonly (readonly [name: string, path: string, type: string, description: string])[] = [
  ['id', '$.id', 'sc:Text', 'SHA-256 of content and source, hex.'],
  ['text', '$.text', 'sc:Text', 'The text; absent from conversations.'],
  ['role', '$.messages[*].role', 'sc:Text', 'Who speaks: system, user, assistant or tool; one value per message.'],
  ['content', '$.messages[*].content', 'sc:Text', 'What is said, redacted; one value per message.'],
  ['source_uri', '$.source.uri', 'sc:Text', 'Declared source and the file in it.'],
  ['source_row', '$.source.row', 'sc:Integer', 'Row of that file, from 0.'],
]

function recordSet({ port, ref }: Made): Json {
  return {
    '@type': 'cr:RecordSet',
    '@id': port,
    name: port,
    key: { '@id': `${port}/id` },
    field: FIELDS.map(([name, path, dataType, description]) => ({
      '@type': 'cr:Field',
      '@id': `${port}/${name}`,
      name,
      description: ref.sensitivity === 'raw' ? description.replace(', redacted', '') : description,
      dataType,
      ...(path.includes('[*]') ? { isArray: true, arrayShape: '-1' } : {}),
      source: { fileSet: { '@id': `${port}/shards` }, extract: { jsonPath: path } },
    })),
  }
}

/** Where the data came from, as PROV-O says it (Croissant 1.1). */
function provenance(record: RunRecord): Readonly<Record<string, Json>> {
  if (record.sources.length === 0) return {}
  return {
    'prov:wasDerivedFrom': record.sources.map((source) => ({
      '@type': 'prov:Entity',
      name: source.id,
      description: [
        `Declared as ${source.uri}`,
        ...(source.licence === undefined ? [] : [`licence ${source.licence}`]),
        ...(source.lawful_basis === undefined ? [] : [`lawful basis: ${source.lawful_basis}`]),
      ].join('; '),
    })),
    'prov:wasGeneratedBy': {
      '@type': 'prov:Activity',
      name: `${record.pipeline.name}, run ${record.run}`,
      'prov:startedAtTime': record.started,
      'prov:endedAtTime': record.finished,
    },
  }
}

/** RAI properties about which the record knows something. */
function responsible(record: RunRecord): Readonly<Record<string, Json>> {
  const personal = record.sources.flatMap(({ id, contains }) =>
    contains === undefined ? [] : [`${id}: ${contains.length === 0 ? 'none expected' : contains.join(', ')}`],
  )
  const purposes = record.sources.flatMap(({ id, purpose }) => (purpose === undefined ? [] : [`${id}: ${purpose}`]))
  return notEmpty({
    'rai:personalSensitiveInformation': personal,
    'rai:dataUseCases': purposes,
    'rai:dataPreprocessingProtocol': dataStages(record).flatMap((stage) => {
      const { rows } = stage
      if (rows === null) return []
      const out = Object.entries({ ...stage.dropped, ...stage.quarantined }).map(
        ([reason, n]) => `${humanise(reason).toLowerCase()} ${integer(n)}`,
      )
      return [
        `${stage.id}: ${stage.summary} ${integer(rows.in)} rows in, ${integer(rows.kept)} kept${out.length === 0 ? '' : `, taken out: ${out.join(', ')}`}.`,
      ]
    }),
    'rai:dataManipulationProtocol': redactionFigures(record).map(words),
    'rai:dataBiases': dataQualityFigures(record)
      .filter(({ value }) => value !== null)
      .map(words),
    'rai:dataLimitations': dataLimits(record).map(({ stage, limit }) => `${stage}: ${limit}`),
  })
}

function notEmpty(lists: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))
}

/** `redact.seeded_recall {type EMAIL}: 97.3% (95% interval 95.1% to 98.6%, n = 400)`. */
function words({ metric, value, labels, n, interval, note }: Figure): string {
  const share = metric.includes('recall') || metric.endsWith('_share') || metric.includes('toxic_given')
  const show = (x: Json): string => (typeof x !== 'number' ? plain(x) : share ? percent(x) : decimal(x))
  const about = Object.entries(labels ?? {}).map(([name, label]) => `${name} ${label}`)
  const detail = [
    ...(interval === undefined
      ? []
      : [`${percent(interval.level)} interval ${show(interval.lower)} to ${show(interval.upper)}`]),
    ...(n === undefined ? [] : [`n = ${integer(n)}`]),
    ...(note === undefined ? [] : [note]),
  ]
  const named = about.length === 0 ? metric : `${metric} {${about.join(', ')}}`
  return `${named}: ${value === null ? 'not measured' : show(value)}${detail.length === 0 ? '' : ` (${detail.join(', ')})`}`
}

/** The JSON-LD context: terms that this document uses, as the Croissant 1.1 and RAI 1.0 specifications map them. */
const CONTEXT: Readonly<Record<string, Json>> = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  sc: 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  arrayShape: 'cr:arrayShape',
  prov: 'http://www.w3.org/ns/prov#',
  conformsTo: 'dct:conformsTo',
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileSet: 'cr:fileSet',
  includes: 'cr:includes',
  isArray: 'cr:isArray',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  recordSet: 'cr:recordSet',
  source: 'cr:source',
}
