import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { renderCroissant } from '../../reports/croissant.ts'
import { RECORDS } from '../support/evidence-records.ts'
import { blockedRecord, passedRecord } from '../support/run-record.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document of another's vocabulary
type Croissant = any

/**
 * Croissant has no JSON Schema. This one holds what the 1.1 text requires of the classes that we write: members and
 * their kinds; `problems` adds that ids are unique and references name something, and that every term is in the context.
 */
const validate = compile()

const made = RECORDS.filter(([, record]) => renderCroissant(record) !== undefined)

describe('Croissant 1.1', () => {
  test('is written for each run that made a dataset, and for no other', () => {
    expect(made.map(([name]) => name)).toEqual(
      RECORDS.map(([name]) => name).filter((name) => !name.includes('nothing is known')),
    )
  })

  test.each(made)('of %s has what the specification requires', (_, record) => {
    expect(problems(JSON.parse(renderCroissant(record)!))).toEqual([])
  })

  test.each<readonly [string, (document: Croissant) => void]>([
    ['no version of the specification', (document) => delete document.conformsTo],
    ['a file without a digest', (document) => delete document.distribution[0].sha256],
    [
      'two fields of one id',
      (document) => (document.recordSet[0].field[1]['@id'] = document.recordSet[0].field[0]['@id']),
    ],
    ['a field from nowhere', (document) => (document.recordSet[0].field[0].source.fileSet['@id'] = 'gone')],
    ['a term that no context explains', (document) => (document['mood'] = 'good')],
    ['a type of data that does not exist', (document) => (document.recordSet[0].field[0].dataType = 'string')],
  ])('%s is found', (_, spoil) => {
    const document = JSON.parse(renderCroissant(passedRecord())!)
    spoil(document)
    expect(problems(document)).not.toEqual([])
  })

  test('lists shards by digest where the store was at hand', () => {
    const record = passedRecord()
    const { train } = record.stages.find(({ id }) => id === 'curate')!.outputs
    const files = new Map([
      [train!.digest, [{ name: 'part-00000.jsonl', sha256: 'd'.repeat(64), bytes: 7, rows: 2041 }]],
    ])
    const document: Croissant = JSON.parse(renderCroissant(record, files)!)
    expect(problems(document)).toEqual([])
    expect(document.distribution.find((one: Croissant) => one['@id'] === 'train/part-00000.jsonl')).toEqual({
      '@type': 'cr:FileObject',
      '@id': 'train/part-00000.jsonl',
      name: 'train-part-00000',
      contentUrl: 'ni:///sha-256;3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d0',
      contentSize: '7 B',
      encodingFormat: 'application/jsonl',
      sha256: 'd'.repeat(64),
    })
  })
})

test('responsible-AI properties come from declarations and measurements; where there are none they are absent', () => {
  const document: Croissant = JSON.parse(renderCroissant(passedRecord())!)
  expect(Object.keys(document).filter((name) => name.startsWith('rai:'))).toEqual([
    'rai:personalSensitiveInformation',
    'rai:dataUseCases',
    'rai:dataPreprocessingProtocol',
    'rai:dataManipulationProtocol',
    'rai:dataBiases',
    'rai:dataLimitations',
  ])
  expect(document['rai:personalSensitiveInformation']).toEqual(['tickets: EMAIL, PHONE, PERSON'])
  expect(document['rai:dataManipulationProtocol'][0]).toBe(
    'redact.seeded_recall {type EMAIL}: 97.3% (95% interval 95.1% to 98.6%, n = 400)',
  )
  const silent = blockedRecord()
  const bare: Croissant = JSON.parse(
    renderCroissant({
      ...silent,
      sources: [{ id: 'x', uri: 'x.jsonl' }],
      stages: silent.stages.map((stage) => ({ ...stage, metrics: [], limits: [], rows: null })),
    })!,
  )
  expect(Object.keys(bare).filter((name) => name.startsWith('rai:') || name === 'license')).toEqual([])
})

function problems(document: Croissant): readonly string[] {
  const found = validate(document) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
  const ids: string[] = []
  const references: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    else if (value !== null && typeof value === 'object') {
      const entries = Object.entries(value)
      const id = (value as Croissant)['@id']
      if (typeof id === 'string') (entries.length === 1 ? references : ids).push(id)
      for (const [term, member] of entries) {
        if (term === '@context') continue
        if (!KNOWN.has(term) && !(term in document['@context']) && !/^(?:rai|prov):[A-Za-z]+$/.test(term))
          found.push(`unknown term ${term}`)
        walk(member)
      }
    }
  }
  walk(document)
  if (new Set(ids).size !== ids.length) found.push('an id is there twice')
  found.push(...references.filter((id) => !ids.includes(id)).map((id) => `nothing has the id ${id}`))
  return found
}

/** JSON-LD's own words and the terms of schema.org that Croissant uses. */
const KNOWN = new Set(
  '@type @id name description url license creator dateCreated datePublished version inLanguage distribution contentUrl contentSize encodingFormat sha256'.split(
    ' ',
  ),
)

function compile() {
  const ajv = new Ajv({ allErrors: true, strict: false })
  addFormats.default(ajv)
  const text = { type: 'string', minLength: 1 }
  const reference = { type: 'object', required: ['@id'], properties: { '@id': text } }
  return ajv.compile({
    type: 'object',
    required: [
      '@context',
      '@type',
      'conformsTo',
      'name',
      'description',
      'url',
      'creator',
      'datePublished',
      'distribution',
      'recordSet',
    ],
    properties: {
      '@type': { const: 'sc:Dataset' },
      conformsTo: { type: 'array', contains: { const: 'http://mlcommons.org/croissant/1.1' } },
      name: { type: 'string', pattern: '^[A-Za-z0-9_.-]+$' },
      description: text,
      url: { type: 'string', format: 'uri' },
      license: { anyOf: [text, { type: 'array', minItems: 2, items: text }] },
      creator: { type: 'object', required: ['@type', 'name'] },
      datePublished: { type: 'string', format: 'date' },
      distribution: {
        type: 'array',
        minItems: 1,
        items: {
          oneOf: [
            {
              type: 'object',
              required: ['@type', '@id', 'name', 'contentUrl', 'encodingFormat', 'sha256'],
              properties: {
                '@type': { const: 'cr:FileObject' },
                contentUrl: { type: 'string', format: 'uri' },
                sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
              },
            },
            {
              type: 'object',
              required: ['@type', '@id', 'name', 'includes', 'encodingFormat'],
              properties: { '@type': { const: 'cr:FileSet' }, includes: text },
            },
          ],
        },
      },
      recordSet: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['@type', '@id', 'name', 'field', 'key'],
          properties: {
            '@type': { const: 'cr:RecordSet' },
            key: reference,
            field: {
              type: 'array',
              minItems: 1,
              items: {
                type: 'object',
                required: ['@type', '@id', 'name', 'dataType', 'source'],
                properties: {
                  '@type': { const: 'cr:Field' },
                  dataType: { enum: ['sc:Text', 'sc:Integer', 'sc:Float', 'sc:Boolean', 'sc:Date'] },
                  source: {
                    type: 'object',
                    required: ['extract'],
                    oneOf: [{ required: ['fileSet'] }, { required: ['fileObject'] }],
                    properties: { fileSet: reference, extract: { type: 'object', required: ['jsonPath'] } },
                  },
                },
              },
            },
          },
        },
      },
    },
  })
}
