import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { describe, expect, test } from 'vitest'
import { renderCycloneDx } from '../../reports/cyclonedx.ts'
import { RECORDS, tunedRecord } from '../support/evidence-records.ts'
import { blockedRecord, passedRecord, waivedRecord } from '../support/run-record.ts'

const VALIDATORS = {
  '1.6': new Validation.JsonStrictValidator(Spec.Version.v1dot6),
  '1.7': new Validation.JsonStrictValidator(Spec.Version.v1dot7),
}

/** Loose on purpose: the schema holds the shape. */
// biome-ignore lint/suspicious/noExplicitAny: a document of another's schema
type Bom = any

describe.each(['1.6', '1.7'] as const)('CycloneDX %s', (specVersion) => {
  test.each(RECORDS)('of %s is valid in strict mode', async (_, record) => {
    const text = renderCycloneDx(record, { specVersion })
    expect(await VALIDATORS[specVersion].validate(text)).toBeNull()
    expect(JSON.parse(text).specVersion).toBe(specVersion)
  })

  test.each<readonly [string, (bom: Bom) => void]>([
    ['a component type that does not exist', (bom) => (bom.components[0].type = 'dataset')],
    ['a member nobody knows', (bom) => (bom.metadata.component.modelCard.score = 1)],
    ['a hash that is none', (bom) => (bom.metadata.component.hashes[0].content = 'abc')],
    [
      'a number for a metric',
      (bom) => (bom.metadata.component.modelCard.quantitativeAnalysis.performanceMetrics[0].value = 1),
    ],
    ['another serial number', (bom) => (bom.serialNumber = 'urn:uuid:1')],
    ['a conformance above one', (bom) => (bom.declarations.attestations[0].map[0].conformance.score = 2)],
  ])('the validator refuses %s', async (_, spoil) => {
    const bom: Bom = JSON.parse(renderCycloneDx(passedRecord(), { specVersion }))
    spoil(bom)
    expect(await VALIDATORS[specVersion].validate(JSON.stringify(bom))).not.toBeNull()
  })
})

test.each(RECORDS)('in the BOM of %s every reference has one thing that it names', (_, record) => {
  const bom: Bom = JSON.parse(renderCycloneDx(record))
  const refs: string[] = []
  const used: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    else if (value !== null && typeof value === 'object')
      for (const [name, member] of Object.entries(value)) {
        if (name === 'bom-ref') refs.push(member as string)
        else if (name === 'ref' || name === 'requirement' || name === 'assessor' || name === 'target')
          used.push(member as string)
        else if (
          ['dependsOn', 'claims', 'counterClaims', 'evidence', 'counterEvidence'].includes(name) &&
          Array.isArray(member)
        )
          for (const one of member) typeof one === 'string' ? used.push(one) : walk(one)
        else walk(member)
      }
  }
  walk(bom)
  expect(refs).toEqual([...new Set(refs)])
  expect(used.filter((ref) => !refs.includes(ref))).toEqual([])
})

test('the model card carries figures with their intervals, what the base is and what it cost', () => {
  const bom: Bom = JSON.parse(renderCycloneDx(tunedRecord()))
  const model = bom.metadata.component
  expect(model.type).toBe('machine-learning-model')
  expect(model.pedigree).toEqual({
    ancestors: [
      {
        type: 'machine-learning-model',
        name: 'smol-135m',
        version: 'bbbbbbbbbbbb',
        hashes: [{ alg: 'SHA-256', content: 'b'.repeat(64) }],
      },
    ],
    notes: 'Tuned by low-rank adaptation: 460800 numbers of 134515008.',
  })
  const { modelParameters, quantitativeAnalysis, considerations, properties } = model.modelCard
  expect(modelParameters.approach).toEqual({ type: 'supervised' })
  expect(modelParameters.datasets).toHaveLength(3)
  expect(quantitativeAnalysis.performanceMetrics).toContainEqual({
    type: 'evaluate.perplexity',
    value: '8.31',
    confidenceInterval: { lowerBound: '8.1', upperBound: '8.55' },
  })
  expect(properties).toContainEqual({
    name: 'sluice:evidence:evaluate.perplexity',
    value: 'n=30112; level=0.95; method=bootstrap; note=246 conversations',
  })
  expect(considerations.environmentalConsiderations.energyConsumptions).toEqual([
    { activity: 'fine-tuning', energyProviders: [], activityEnergyCost: { value: 0.0015, unit: 'kWh' } },
  ])
  expect(considerations.fairnessAssessments.map((one: { groupAtRisk: string }) => one.groupAtRisk)).toContain(
    'jews (religion)',
  )
})

test('what was not measured, failed or waived never counts as conformant', () => {
  for (const record of [passedRecord(), waivedRecord(), blockedRecord()]) {
    const bom: Bom = JSON.parse(renderCycloneDx(record))
    const scores = bom.declarations.attestations.flatMap((one: Bom) =>
      one.map.map((entry: Bom) => [entry.requirement, entry.conformance.score]),
    )
    expect(scores).toEqual(
      record.decisions.flatMap(({ gate, decision }) =>
        decision.rules
          .filter(({ verdict }) => verdict !== 'not_applicable')
          .map(({ id, verdict }) => [`rule/${gate}/${id}`, verdict === 'pass' ? 1 : 0]),
      ),
    )
  }
})

test('a run without a model is about its pipeline, and files of the store become components', () => {
  expect(JSON.parse(renderCycloneDx(blockedRecord())).metadata.component.type).toBe('application')
  const record = passedRecord()
  const { digest } = record.release!.candidate!.model
  const files = new Map([[digest, [{ name: 'model.safetensors', sha256: 'c'.repeat(64), bytes: 12 }]]])
  expect(JSON.parse(renderCycloneDx(record, { files })).metadata.component.components).toEqual([
    {
      type: 'file',
      'bom-ref': 'model/model.safetensors',
      name: 'model.safetensors',
      hashes: [{ alg: 'SHA-256', content: 'c'.repeat(64) }],
      properties: [{ name: 'sluice:bytes', value: '12' }],
    },
  ])
})
