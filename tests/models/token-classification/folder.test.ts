import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openTokenClassifier } from '../../../models/token-classification/classifier.ts'
import { readModelFolder } from '../../../models/token-classification/folder.ts'
import { SluiceError } from '../../../util/errors.ts'
import { logitTable, wordPieceTokenizer } from './tiny-models.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-model-folder-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const TOKENIZER = wordPieceTokenizer(['Lily', 'my'])
const TOKENS = 6
const LABELS = { 0: 'O', 1: 'B-PER', 2: 'I-PER' }
const MODEL = logitTable(new Float32Array(TOKENS * 3), TOKENS, 3)

let folders = 0
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  folders += 1
  const path = join(root, String(folders))
  mkdirSync(path)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}

const CONFIG = JSON.stringify({
  id2label: LABELS,
  max_position_embeddings: 514,
  model_type: 'xlm-roberta',
  pad_token_id: 1,
})
const GOOD = { 'config.json': CONFIG, 'tokenizer.json': JSON.stringify(TOKENIZER), 'model.onnx': MODEL }

function failure(files: Readonly<Record<string, string | Uint8Array>>): string {
  try {
    readModelFolder(folder(files))
  } catch (error) {
    if (error instanceof SluiceError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'read'
}

describe('a model folder', () => {
  it('is read without running it', () => {
    const { labels, maxTokens, modelFile, logits, padId, model, digests } = readModelFolder(folder(GOOD))
    expect({ scheme: labels.scheme, entities: labels.entities, maxTokens, modelFile, logits, padId }).toEqual({
      scheme: 'bio',
      entities: ['PER'],
      // 514 positions, of which XLM-R uses none up to the padding id.
      maxTokens: 512,
      modelFile: 'model.onnx',
      logits: 'logits',
      padId: 1,
    })
    expect(model.inputs).toEqual([
      { name: 'input_ids', elementType: 7, shape: [-1, -1] },
      { name: 'attention_mask', elementType: 7, shape: [-1, -1] },
    ])
    expect(Object.keys(digests)).toEqual(['config.json', 'tokenizer.json', 'model.onnx'])
  })

  it('has other digests when a file changes', () => {
    const other = logitTable(new Float32Array(TOKENS * 3).fill(1), TOKENS, 3)
    const { digests } = readModelFolder(folder(GOOD))
    const changed = readModelFolder(folder({ ...GOOD, 'model.onnx': other })).digests
    expect(changed).not.toEqual(digests)
    expect({ ...changed, 'model.onnx': digests['model.onnx'] }).toEqual(digests)
  })

  const without = (name: string): Readonly<Record<string, string | Uint8Array>> =>
    Object.fromEntries(Object.entries(GOOD).filter(([key]) => key !== name))
  const config = (value: object): Readonly<Record<string, string | Uint8Array>> => ({
    ...GOOD,
    'config.json': JSON.stringify(value),
  })

  it.each([
    ['no config', without('config.json'), 'MODEL_FILE_MISSING: the folder has no config.json'],
    ['no tokenizer', without('tokenizer.json'), 'MODEL_FILE_MISSING: the folder has no tokenizer.json'],
    ['no model', without('model.onnx'), 'MODEL_FILE_MISSING: the folder has no model.onnx'],
    ['a config that is no JSON', { ...GOOD, 'config.json': '{' }, 'MODEL_CONFIG_INVALID: config.json is no JSON'],
    [
      'no labels',
      config({}),
      'MODEL_NO_LABELS: config.json has no id2label, so nobody knows what the model’s outputs mean',
    ],
    [
      'labels with a gap',
      config({ id2label: { 0: 'O', 2: 'PER' } }),
      'MODEL_NO_LABELS: id2label must name the ids 0 to 1, each by a text',
    ],
    [
      'inputs of another task',
      { ...GOOD, 'model.onnx': logitTable(new Float32Array(TOKENS * 3), TOKENS, 3, ['input_ids', 'pixel_values']) },
      'MODEL_INPUTS: the model takes input_ids, pixel_values; a token-classification model takes input_ids, attention_mask, token_type_ids',
    ],
    [
      'labels that are not the model’s',
      config({ id2label: { 0: 'O', 1: 'PER' } }),
      'MODEL_LABEL_COUNT: the model gives 3 scores a token, id2label names 2 labels',
    ],
    [
      'a pointer of Git LFS',
      { ...GOOD, 'model.onnx': 'version https://git-lfs.example/spec/v1\noid sha256:00\nsize 1\n' },
      'MODEL_UNREADABLE: model.onnx is no ONNX file, or only a part of one',
    ],
    [
      'half a model',
      { ...GOOD, 'model.onnx': MODEL.subarray(0, MODEL.length >> 1) },
      'MODEL_UNREADABLE: model.onnx is no ONNX file, or only a part of one',
    ],
    [
      'weights beside the model that are not there',
      { ...GOOD, 'model.onnx': externalModel('model.onnx_data') },
      'MODEL_FILE_MISSING: the folder has no model.onnx_data',
    ],
    [
      'weights outside the folder',
      { ...GOOD, 'model.onnx': externalModel('../weights') },
      'MODEL_UNREADABLE: model.onnx wants weights from outside its folder',
    ],
  ])('says what is wrong: %s', (_, files, message) => {
    expect(failure(files)).toBe(message)
  })

  it('that is no folder is named', () => {
    expect(() => readModelFolder(join(root, 'nowhere'))).toThrow('there is no such folder')
  })

  it('may keep its weights in a file beside the model; that file counts too', async () => {
    const weights = new Float32Array(TOKENS * 3)
    weights[4 * 3 + 1] = 9
    weights[5 * 3] = 9
    const path = folder({
      'config.json': CONFIG,
      'tokenizer.json': GOOD['tokenizer.json'],
      'onnx/model.onnx': externalModel('model.onnx_data'),
      'onnx/model.onnx_data': new Uint8Array(weights.buffer),
    })
    const read = readModelFolder(path)
    expect(Object.keys(read.digests)).toEqual([
      'config.json',
      'tokenizer.json',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
    ])
    const classifier = await openTokenClassifier(read)
    expect((await classifier.classify(['my Lily']))[0]).toMatchObject([{ start: 3, end: 7, entity: 'PER' }])
    await classifier.close()
  })
})

describe('opening a model', () => {
  const open = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> => {
    try {
      const classifier = await openTokenClassifier(readModelFolder(folder(files)))
      await classifier.classify(['my Lily'])
      await classifier.close()
      return 'ran'
    } catch (error) {
      if (error instanceof SluiceError) return `${error.code}: ${error.message}`
      throw error
    }
  }

  it.each([
    [
      'is no JSON',
      '{"model":',
      'TOKENIZER_UNREADABLE: this tokenizer cannot be read: it is no JSON, or a pattern in it is none',
    ],
    ['has no model', '{}', 'TOKENIZER_UNREADABLE: this tokenizer cannot be read: it has no model'],
    [
      'has a normalizer that nobody knows',
      JSON.stringify({ ...TOKENIZER, normalizer: { type: 'Magic' } }),
      'TOKENIZER_UNREADABLE: this tokenizer cannot be read: Unknown Normalizer type: Magic',
    ],
    [
      'has a pre-tokenizer that nobody knows',
      JSON.stringify({ ...TOKENIZER, pre_tokenizer: { type: 'Magic' } }),
      'TOKENIZER_UNREADABLE: this tokenizer cannot be read: unknown pre-tokenizer Magic',
    ],
  ])('says what is wrong with a tokenizer that %s', async (_, tokenizer, message) => {
    expect(await open({ ...GOOD, 'tokenizer.json': tokenizer })).toBe(message)
  })

  it('says so where the tokenizer belongs to a larger model', async () => {
    const larger = wordPieceTokenizer(['x', 'y', 'z', 'Lily', 'my'])
    expect(await open({ ...GOOD, 'tokenizer.json': JSON.stringify(larger) })).toBe(
      'MODEL_RUN_FAILED: the model cannot be run over these tokens',
    )
  })

  it('says so where no text fits beside the special tokens', async () => {
    expect(
      await open({ ...GOOD, 'config.json': JSON.stringify({ id2label: LABELS, max_position_embeddings: 4 }) }),
    ).toBe('MODEL_TOKENIZER_MISMATCH: a window of 4 tokens leaves no room for text beside 2 special ones')
  })
})

/** A model as large ones are exported: Gather over weights in another file. Written by hand (onnx.proto3 numbers). */
function externalModel(location: string): Uint8Array {
  const bytes = (field: number, content: Uint8Array | string): Buffer => {
    const body = Buffer.from(content as string)
    if (body.length > 16_383) throw new RangeError('longer than two digits of a varint')
    const size = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7]
    return Buffer.concat([Buffer.from([field * 8 + 2, ...size]), body])
  }
  const int = (field: number, value: number): Buffer => Buffer.from([field * 8, value])
  const entry = (key: string, value: string): Buffer => bytes(13, Buffer.concat([bytes(1, key), bytes(2, value)]))
  const weights = Buffer.concat([
    int(1, TOKENS),
    int(1, 3),
    int(2, 1),
    bytes(8, 'w'),
    entry('location', location),
    int(14, 1),
  ])
  const dimension = (size: string | number): Buffer =>
    bytes(1, typeof size === 'number' ? int(1, size) : bytes(2, size))
  const value = (name: string, type: number, shape: readonly (string | number)[]): Buffer =>
    Buffer.concat([
      bytes(1, name),
      bytes(2, bytes(1, Buffer.concat([int(1, type), bytes(2, Buffer.concat(shape.map(dimension)))]))),
    ])
  const node = Buffer.concat([bytes(1, 'w'), bytes(1, 'input_ids'), bytes(2, 'logits'), bytes(4, 'Gather')])
  const graph = Buffer.concat([
    bytes(1, node),
    bytes(2, 'g'),
    bytes(5, weights),
    bytes(11, value('input_ids', 7, ['b', 't'])),
    bytes(12, value('logits', 1, ['b', 't', 3])),
  ])
  return Buffer.concat([int(1, 8), bytes(7, graph), bytes(8, Buffer.concat([bytes(1, ''), int(2, 17)]))])
}
