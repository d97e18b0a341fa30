import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkModels, modelPins, openModelTagger } from '../../../stages/redact/hf-tagger.ts'
import { commonLabel } from '../../../stages/redact/model-labels.ts'
import { PII_TYPES } from '../../../stages/redact/pii-type.ts'
import { wordPieceTokenizer, writeTinyModel } from '../../models/token-classification/tiny-models.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-hf-tagger-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const tokenizer = wordPieceTokenizer(['Lily', 'Chen', 'Köln', 'Acme', 'blue', 'my'])
const RULE: Readonly<Record<string, string>> = {
  Lily: 'B-PER',
  Chen: 'I-PER',
  Köln: 'B-GPE',
  Acme: 'B-MISC',
  blue: 'B-COLOUR',
}

writeTinyModel(join(root, 'ner'), {
  tokenizer,
  labels: ['O', 'B-PER', 'I-PER', 'B-GPE', 'B-MISC', 'B-COLOUR'],
  rule: (token) => RULE[token] ?? 'O',
})

describe('a model in a folder', () => {
  it('tags by the types of its labels: common ones, given ones, none', async () => {
    const tagger = await openModelTagger({ path: './ner', labels: { COLOUR: 'NRP', GPE: 'ADDRESS' } }, root)
    expect({ name: tagger.name, types: tagger.types }).toEqual({
      name: 'model:./ner',
      types: ['PERSON', 'NRP', 'ADDRESS'],
    })
    expect(await tagger.tag(['my Lily Chen', '', 'Köln blue Acme'])).toEqual([
      [{ start: 3, end: 12, type: 'PERSON', score: 0.9987 }],
      [],
      [
        { start: 0, end: 4, type: 'ADDRESS', score: 0.9983 },
        { start: 5, end: 9, type: 'NRP', score: 0.9983 },
      ],
    ])
    await tagger.close()
  })

  it('leaves out what is less sure than asked for', async () => {
    const tagger = await openModelTagger({ path: join(root, 'ner'), labels: { COLOUR: null }, min_score: 0.9985 }, root)
    expect(await tagger.tag(['Lily Köln blue'])).toEqual([[{ start: 0, end: 4, type: 'PERSON', score: 0.9987 }]])
    await tagger.close()
  })

  it('says before a run what is wrong', () => {
    expect(
      checkModels(
        [
          { path: 'ner' },
          { path: 'ner', labels: { COLOR: 'NRP' } },
          { path: 'ner', labels: { COLOUR: 'NPR' } },
          { path: 'nowhere' },
          { path: 'ner', labels: { 'B-COLOUR': null } },
        ],
        root,
      ),
    ).toEqual([
      {
        code: 'REDACT_MODEL_LABELS',
        message: 'ner: nothing says what these labels are: COLOUR',
        next: 'give each a type under `labels`, or null where it is nothing personal',
        path: ['models', 0, 'labels'],
      },
      {
        code: 'REDACT_MODEL_LABELS',
        message: 'ner: the model has no label COLOR',
        next: 'did you mean COLOUR?',
        path: ['models', 1, 'labels'],
      },
      {
        code: 'REDACT_MODEL_LABELS',
        message: 'ner: label COLOUR: no such type of personal data: NPR',
        next: 'did you mean NRP?',
        path: ['models', 2, 'labels'],
      },
      {
        code: 'MODEL_FILE_MISSING',
        message: 'nowhere: there is no such folder',
        next: 'the path is relative to the pipeline file',
        path: ['models', 3, 'path'],
      },
    ])
  })

  it('is part of the stage key by the bytes of its files, not by its path', () => {
    writeTinyModel(join(root, 'copy'), {
      tokenizer,
      labels: ['O', 'B-PER', 'I-PER', 'B-GPE', 'B-MISC', 'B-COLOUR'],
      rule: (token) => RULE[token] ?? 'O',
    })
    const pins = modelPins([{ path: 'ner' }, { path: './copy' }], root)
    expect(pins['models.0']).toMatch(/^[0-9a-f]{64}$/)
    expect(pins['models.1']).toBe(pins['models.0'])
    writeFileSync(join(root, 'copy', 'config.json'), '{}')
    expect(modelPins([{ path: './copy' }], root)).toEqual({ 'models.0': 'MODEL_NO_LABELS' })
  })
})

describe('common labels', () => {
  it.each([
    ['PER', 'PERSON'],
    ['private_person', 'PERSON'],
    ['LASTNAME2', 'PERSON'],
    ['GIVENNAME', 'PERSON'],
    ['WORK_OF_ART', null],
    ['ZIPCODE', 'POSTAL_CODE'],
    ['TELEPHONENUM', 'PHONE'],
    ['constructor', undefined],
    ['LABEL_1', undefined],
  ] as const)('%s → %s', (name, type) => {
    expect(commonLabel(name)).toBe(type)
  })

  it('include the type names themselves where those are no national numbers', () => {
    const unknown = ['EMAIL', 'PHONE', 'PERSON', 'LOCATION', 'ADDRESS', 'ORGANIZATION', 'CREDIT_CARD', 'IBAN', 'DATE']
    expect(unknown.map(commonLabel)).toEqual(unknown)
    expect(unknown.every((name) => (PII_TYPES as readonly string[]).includes(name))).toBe(true)
  })
})
