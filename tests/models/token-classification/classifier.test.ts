import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createGraph, node1 } from '../../../models/graph/graph.ts'
import { gatherRows } from '../../../models/graph/layout.ts'
import { openTokenClassifier, type TokenClassifier } from '../../../models/token-classification/classifier.ts'
import { readModelFolder } from '../../../models/token-classification/folder.ts'
import {
  byteLevelTokenizer,
  type Rule,
  type TinyModel,
  unigramTokenizer,
  vocabularyOf,
  wordPieceTokenizer,
  writeModelFolder,
  writeTinyModel,
} from './tiny-models.ts'

const root = mkdtempSync(join(tmpdir(), 'sluice-token-classification-'))
const opened: TokenClassifier[] = []
let folders = 0

afterAll(async () => {
  for (const classifier of opened) await classifier.close()
  rmSync(root, { recursive: true, force: true })
})

async function open(model: TinyModel): Promise<TokenClassifier> {
  return await openAt(writeTinyModel(newFolder(), model))
}

function newFolder(): string {
  folders += 1
  return join(root, `model-${folders}`)
}

async function openAt(folder: string): Promise<TokenClassifier> {
  const classifier = await openTokenClassifier(readModelFolder(folder))
  opened.push(classifier)
  return classifier
}

/** `PER:Lily Chen` for each span, after checking that offsets are valid and in order. */
async function found(
  classifier: TokenClassifier,
  ...texts: readonly string[]
): Promise<readonly (readonly string[])[]> {
  const all = await classifier.classify(texts)
  return texts.map((text, i) => {
    let last = 0
    return all[i]!.map(({ start, end, entity }) => {
      expect(start).toBeGreaterThanOrEqual(last)
      expect(end).toBeGreaterThan(start)
      last = end
      return `${entity}:${text.slice(start, end)}`
    })
  })
}

const BIO = ['O', 'B-PER', 'I-PER', 'I-LOC', 'B-LOC']
const NAMES: Rule = (token) =>
  ({
    Lily: 'B-PER',
    lil: 'B-PER',
    Mü: 'B-PER',
    mul: 'B-PER',
    ĠLil: 'B-PER',
    Lil: 'B-PER',
    '▁Lil': 'B-PER',
    Chen: 'I-PER',
    chen: 'I-PER',
    ĠChen: 'I-PER',
    '▁Chen': 'I-PER',
    // A piece that goes on with a word has no say about its label.
    '##ller': 'B-LOC',
    '##y': 'B-LOC',
    y: 'B-LOC',
    Kö: 'B-LOC',
    ko: 'B-LOC',
    '▁Kö': 'B-LOC',
    李: 'B-PER',
    莉: 'I-PER',
    '😕': 'B-LOC',
  })[token] ?? 'O'

const CASED = wordPieceTokenizer([
  ...[
    'Lily',
    'Chen',
    'Lil',
    '##y',
    'Mü',
    '##ller',
    'Kö',
    '##ln',
    '李',
    '莉',
    '😕',
    'my',
    'order',
    'from',
    'to',
    '.',
    ',',
    '-',
  ],
  ...['I', "'", 'm'],
])
const cased = await open({ tokenizer: CASED, labels: BIO, rule: NAMES })

describe('a model with WordPiece', () => {
  it('marks whole words by the label of their first piece', async () => {
    expect(await found(cased, 'my order from Müller, Köln to Lily Chen.')).toEqual([
      ['PER:Müller', 'LOC:Köln', 'PER:Lily Chen'],
    ])
  })

  it('gives the probability of the entity, all of its labels together', async () => {
    const [spans] = await cased.classify(['to Lily Chen'])
    const p = Math.round(((Math.exp(8) + 1) / (Math.exp(8) + 4)) * 1e4) / 1e4
    expect(spans).toEqual([{ start: 3, end: 12, entity: 'PER', mean: p, least: p }])
  })

  it('begins an entity with I- where nothing stands before it, as IOB1 has it', async () => {
    expect(await found(cased, 'my Chen')).toEqual([['PER:Chen']])
  })

  it('keeps offsets over emoji, CRLF, tabs, Han, unknown words and control characters', async () => {
    expect(
      await found(
        cased,
        '😕😕 Lily\r\nChen',
        '\ufeffzzz\u0000 \u200bLily\tChen…',
        '李莉到 Köln',
        '👩‍👩‍👧 to 😕 Lily',
        'I\'m "Lily-Chen"',
      ),
    ).toEqual([
      ['PER:Lily\r\nChen'],
      ['PER:Lily\tChen'],
      ['PER:李莉', 'LOC:Köln'],
      ['LOC:😕', 'PER:Lily'],
      ['PER:Lily', 'PER:Chen'],
    ])
  })

  it('finds nothing in nothing', async () => {
    expect(await found(cased, '', ' ', '\r\n\t  ', '\u0000', 'my order')).toEqual([[], [], [], [], []])
    expect(await cased.classify([])).toEqual([])
  })

  it('takes names of special tokens in a text for plain characters', async () => {
    expect(await found(cased, '[SEP] Lily [CLS] Chen [PAD] [PAD]')).toEqual([['PER:Lily', 'PER:Chen']])
  })

  it('knows where a word is that was lower-cased and lost its accents', async () => {
    const uncased = await open({
      tokenizer: wordPieceTokenizer(['mul', '##ler', 'ko', '##ln', 'lil', '##y', 'chen', 'i'], true),
      labels: BIO,
      rule: NAMES,
    })
    expect(await found(uncased, 'İ MÜLLER Mu\u0308ller kÖLN, LILY\u00a0CHEN')).toEqual([
      ['PER:MÜLLER', 'PER:Mu\u0308ller', 'LOC:kÖLN', 'PER:LILY\u00a0CHEN'],
    ])
  })
})

describe('a model with byte-level BPE', () => {
  const letters = ['Ġ', 'Ċ', 'L', 'i', 'l', 'y', 'C', 'h', 'e', 'n', 'x', ',', '.', 'ð', 'Ł', 'ĺ', 'ķ', 'Ã', '¼', '¶']
  const tokenizer = byteLevelTokenizer(letters, [
    ['L', 'i'],
    ['Li', 'l'],
    ['Ġ', 'Lil'],
    ['C', 'h'],
    ['e', 'n'],
    ['Ch', 'en'],
    ['Ġ', 'Chen'],
    ['Ġ', 'x'],
  ])

  it('marks words without the space before them, and a character by its bytes', async () => {
    const model = await open({
      tokenizer,
      labels: BIO,
      rule: (token, id) => (token === 'Ġ' || token === 'ð' ? 'B-LOC' : NAMES(token, id)),
    })
    expect(await found(model, 'Lily Chen, x Lily\n  Chen. 😕x', ' 😕Lily', '😕')).toEqual([
      ['PER:Lily Chen', 'PER:Lily\n  Chen', 'LOC:😕'],
      ['LOC:😕', 'PER:Lily'],
      ['LOC:😕'],
    ])
  })
})

describe('a model with Unigram and Metaspace', () => {
  const tokenizer = unigramTokenizer({
    '▁': -6,
    '▁Lil': -3,
    y: -4,
    '▁Chen': -3,
    Chen: -5,
    '▁Kö': -3,
    ln: -4,
    '▁x': -4,
    x: -6,
    ',': -4,
    李: -5,
    莉: -5,
    fi: -5,
  })

  it('marks words, and a name that hides behind the sign for its space', async () => {
    const model = await open({
      tokenizer,
      labels: BIO,
      rule: (token, id) => (token === '▁' ? 'B-PER' : NAMES(token, id)),
    })
    expect(await found(model, 'x Lily  Chen, Ko\u0308ln x', 'x 莉李x', 'ﬁ')).toEqual([
      ['PER:Lily  Chen', 'LOC:Ko\u0308ln'],
      ['PER:莉', 'PER:李'],
      ['PER:ﬁ'],
    ])
  })
})

describe('labels', () => {
  const words = wordPieceTokenizer(['a', 'b', 'c', 'd', 'e'])
  const spansOf = async (labels: readonly string[], rule: Readonly<Record<string, string>>, text: string) =>
    (await found(await open({ tokenizer: words, labels, rule: (token) => rule[token] ?? 'O' }), text))[0]

  it('may be BIOES in any order, with underscores', async () => {
    const labels = ['E_X', 'S_Y', 'O', 'B_X', 'I_X', 'S_X', 'B_Y', 'I_Y', 'E_Y']
    expect(await spansOf(labels, { a: 'B_X', b: 'I_X', c: 'E_X', d: 'S_Y' }, 'e a b c d d e a c')).toEqual([
      'X:a b c',
      'Y:d',
      'Y:d',
      'X:a c',
    ])
  })

  it('may be BILOU', async () => {
    const labels = ['O', 'B-X', 'I-X', 'L-X', 'U-X']
    expect(await spansOf(labels, { a: 'B-X', b: 'L-X', c: 'U-X' }, 'a b c c e')).toEqual(['X:a b', 'X:c', 'X:c'])
  })

  it('may be plain names or I- alone', async () => {
    expect(await spansOf(['X', 'O', 'E_MAIL'], { a: 'X', b: 'X', c: 'E_MAIL' }, 'a b e a c')).toEqual([
      'X:a b',
      'X:a',
      'E_MAIL:c',
    ])
    expect(await spansOf(['O', 'I-X'], { a: 'I-X', b: 'I-X' }, 'a b e a')).toEqual(['X:a b', 'X:a'])
  })

  it('of BIO keep neighbours of one type apart', async () => {
    expect(await spansOf(['O', 'B-X', 'I-X'], { a: 'B-X', b: 'I-X' }, 'a b a a e')).toEqual(['X:a b', 'X:a', 'X:a'])
  })
})

describe('long texts', () => {
  it('are read to their end: a name at each place of ten thousand words', async () => {
    const filler = 'my order '.repeat(25)
    const text = Array.from({ length: 200 }, (_, i) => `${filler.slice(0, 9 * (5 + (i % 20)))}Lily Chen Chen`).join(' ')
    const long = `${text} ${'my order '.repeat(2500)}`
    const [spans] = await found(cased, long)
    expect(long.split(/\s+/).length).toBeGreaterThan(10_000)
    expect(spans).toEqual(new Array(200).fill('PER:Lily Chen Chen'))
  })

  it('take each label from the window where the word has neighbours', async () => {
    // A model that needs the word before: what stands first in a window it takes for nothing.
    const labels = ['O', 'B-PER']
    const tokens = vocabularyOf(CASED)
    const own = new Float32Array(tokens.length * 2)
    const previous = new Float32Array(tokens.length * 2)
    own[tokens.indexOf('Lily') * 2 + 1] = 8
    previous[tokens.indexOf('[CLS]') * 2] = 50
    const g = createGraph('needs-context')
    const ids = g.input('input_ids', 'int64', ['batch', 'tokens'])
    const [zero, one, minusOne, axis] = [g.int64s([0]), g.int64s([1]), g.int64s([-1]), g.int64s([1])]
    const first = node1(g, { op: 'Slice', inputs: [ids, zero, one, axis] }, 'int64', ['batch', 1])
    const rest = node1(g, { op: 'Slice', inputs: [ids, zero, minusOne, axis] }, 'int64', ['batch', 'rest'])
    const before = node1(
      g,
      { op: 'Concat', inputs: [first, rest], attributes: { axis: { int: 1 } } },
      'int64',
      ids.shape,
    )
    const logits = node1(
      g,
      {
        op: 'Add',
        inputs: [
          gatherRows(g.constant('float32', [tokens.length, 2], own), ids),
          gatherRows(g.constant('float32', [tokens.length, 2], previous), before),
        ],
      },
      'float32',
      ['batch', 'tokens', 2],
    )
    const folder = newFolder()
    writeModelFolder(folder, {
      config: { max_position_embeddings: 20, id2label: { ...labels } },
      tokenizer: CASED,
      model: g.encode({ logits }),
    })
    const model = await openAt(folder)
    const text = `my ${'Lily '.repeat(300)}`
    expect((await found(model, text))[0]).toHaveLength(300)
    expect((await found(model, 'Lily Lily'))[0]).toHaveLength(1)
  })

  it('of one word without end are cut, not dropped', async () => {
    const model = await open({
      tokenizer: unigramTokenizer({ '▁': -5, a: -2, '▁a': -2, '▁Chen': -3, y: -3 }),
      labels: BIO,
      rule: NAMES,
    })
    const text = `${'a'.repeat(100_000)} Chen`
    expect(await found(model, text)).toEqual([['PER:Chen']])
  }, 20_000)
})

describe('batches', () => {
  const words = ['my', 'order', 'Lily', 'Chen', 'Müller', ',', '😕', 'zzz', '\r\n', 'Köln', '李莉', 'to']
  it('do not matter: a text gives the same spans alone and among others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' ')),
          { maxLength: 8 },
        ),
        async (texts) => {
          const together = await cased.classify(texts)
          const alone = []
          for (const text of texts) alone.push(...(await cased.classify([text])))
          expect(together).toEqual(alone)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('do not matter for a model that is quantised at run time either', async () => {
    // Its scale comes from the largest value of a call: one such token would drown the others of its batch.
    const tokens = vocabularyOf(CASED)
    const table = new Float32Array(tokens.length * 2)
    table[tokens.indexOf('Lily') * 2 + 1] = 8
    table[tokens.indexOf('order') * 2] = 4000
    const g = createGraph('quantised')
    const rows = gatherRows(g.constant('float32', [tokens.length, 2], table), g.input('input_ids', 'int64', ['b', 't']))
    const [bytes, scale, zero] = g.node({
      op: 'DynamicQuantizeLinear',
      inputs: [rows],
      outputs: [
        { type: 'uint8', shape: rows.shape },
        { type: 'float32', shape: [] },
        { type: 'uint8', shape: [] },
      ],
    })
    const logits = node1(g, { op: 'DequantizeLinear', inputs: [bytes, scale, zero] }, 'float32', rows.shape)
    const folder = newFolder()
    writeModelFolder(folder, {
      config: { max_position_embeddings: 20, id2label: { 0: 'O', 1: 'PER' } },
      tokenizer: CASED,
      model: g.encode({ logits }),
      file: 'onnx/model_quantized.onnx',
    })
    const model = await openAt(folder)
    expect(await found(model, 'my order', 'my Lily')).toEqual([[], ['PER:Lily']])
  })
})

describe('exports of other shapes', () => {
  it('with fixed sizes, 32-bit ids, half precision and token types run as well', async () => {
    const tokens = vocabularyOf(CASED)
    const table = new Float32Array(tokens.length * BIO.length)
    for (const [id, token] of tokens.entries()) table[id * BIO.length + BIO.indexOf(NAMES(token, id))] = 8
    const g = createGraph('fixed')
    const ids = g.input('input_ids', 'int32', [2, 16])
    const types = g.input('token_type_ids', 'int32', [2, 16])
    const sum = node1(g, { op: 'Add', inputs: [ids, types] }, 'int32', [2, 16])
    const rows = gatherRows(g.constant('float32', [tokens.length, BIO.length], table), sum)
    const half = node1(g, { op: 'Cast', inputs: [rows], attributes: { to: { int: 10 } } }, 'float16', rows.shape)
    const folder = newFolder()
    writeModelFolder(folder, {
      config: { id2label: { ...BIO } },
      tokenizer: CASED,
      model: g.encode({ output: half }),
      file: 'onnx/model.onnx',
    })
    const model = await openAt(folder)
    const long = `${'my order '.repeat(20)}Lily Chen`
    expect(await found(model, long, 'Köln', 'Müller')).toEqual([['PER:Lily Chen'], ['LOC:Köln'], ['PER:Müller']])
  })
})
