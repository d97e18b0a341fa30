import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextRecord } from '../../../../artifacts/record.ts'
import { type Item, itemOfLine, itemOfRecord, paragraphs } from '../../../../stages/redact/labelling/item.ts'
import {
  type Label,
  type LabelHeader,
  type LabelLine,
  readLabelFile,
} from '../../../../stages/redact/labelling/label.ts'
import { residual, residualMetrics } from '../../../../stages/redact/labelling/residual.ts'
import { drawSample } from '../../../../stages/redact/labelling/sample.ts'
import { LabelSession } from '../../../../stages/redact/labelling/session.ts'

const ITEMS: readonly Item[] = ['a', 'b', 'c'].map((id) => ({
  id,
  parts: [{ path: 'text', text: `Ada wrote to <EMAIL>, says Ada. (${id})` }],
}))

const HEADER: LabelHeader = {
  kind: 'labels',
  version: 1,
  labeller: 'first',
  seed: 1,
  sample: 3,
  of: 100,
  sample_digest: 'd',
}

function talk(session: LabelSession, ...lines: readonly string[]): { written: LabelLine[]; log: string[] } {
  const written: LabelLine[] = []
  const log: string[] = []
  for (const line of lines) {
    const question = session.question()
    if (question === undefined) throw new Error('nothing was asked')
    log.push(`${question.item?.id ?? ' '} ${question.number}/${question.total} ${question.text}${line}`)
    const { write, say } = session.answer(line)
    written.push(...write)
    if (say !== undefined) log.push(say)
  }
  return { written, log }
}

async function* from<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values
}

describe('a labelling session', () => {
  it('asks for each item, and writes types, counts and places, never a value', () => {
    const session = new LabelSession(ITEMS, [])
    const { written, log } = talk(session, 'n', 'm', 'per', '2', 'Ada', 'nrp', '', '', '', '1', 's', '')
    expect(log).toEqual([
      'a 1/3 n nothing left · m something is left · o over-redacted · s skip · u undo · q quit: n',
      'b 2/3 n nothing left · m something is left · o over-redacted · s skip · u undo · q quit: m',
      '  2/3 what is left? type (? lists them): per',
      '  2/3 how many values of PERSON? [1] 2',
      '  2/3 paste one to note where it stands (the value is not stored), or Enter: Ada',
      '  2/3 anything else? type, or Enter for no: nrp',
      '  2/3 how many values of NRP? [1] ',
      '  2/3 paste one to note where it stands (the value is not stored), or Enter: ',
      '  2/3 anything else? type, or Enter for no: ',
      '  2/3 placeholders too many? number, or Enter for none: 1',
      'c 3/3 n nothing left · m something is left · o over-redacted · s skip · u undo · q quit: s',
      '  3/3 that was the last one. Enter ends, u takes it back: ',
    ])
    expect(written).toEqual([
      { kind: 'label', id: 'a', verdict: 'judged', left: [], over: 0 },
      {
        kind: 'label',
        id: 'b',
        verdict: 'judged',
        left: [
          {
            type: 'PERSON',
            count: 2,
            places: [
              { path: 'text', start: 0, end: 3 },
              { path: 'text', start: 27, end: 30 },
            ],
          },
          { type: 'NRP', count: 1, places: [] },
        ],
        over: 1,
      },
      { kind: 'label', id: 'c', verdict: 'skipped', left: [], over: 0 },
    ])
    expect(JSON.stringify(written)).not.toContain('Ada')
    expect(session.question()).toBe(undefined)
  })

  it('takes over-redaction first, with or without something left', () => {
    const { written } = talk(new LabelSession(ITEMS, []), 'o', '', '', 'o', '3', 'EMAIL', '', '', '')
    expect(written).toEqual([
      { kind: 'label', id: 'a', verdict: 'judged', left: [], over: 1 },
      { kind: 'label', id: 'b', verdict: 'judged', left: [{ type: 'EMAIL', count: 1, places: [] }], over: 3 },
    ])
  })

  it('says what it did not understand and asks again', () => {
    const { written, log } = talk(
      new LabelSession(ITEMS, []),
      'x',
      'm',
      'EMIAL',
      '',
      'EMAIL',
      'two',
      '1',
      'nowhere',
      '',
    )
    expect(written).toEqual([])
    expect(log.filter((line) => !/\d\/\d/.test(line))).toEqual([
      'one of: n nothing left · m something is left · o over-redacted · s skip · u undo · q quit',
      'no such type; did you mean EMAIL?',
      'a type, or u to go back',
      'a whole number',
      'that does not stand in this item',
    ])
  })

  it('undoes the last label, in the middle, at the end and from an earlier day', () => {
    const undo = (id: string): LabelLine => ({ kind: 'undo', id })
    const label = (id: string): Label => ({ kind: 'label', id, verdict: 'judged', left: [], over: 0 })
    expect(talk(new LabelSession(ITEMS, []), 'n', 'u', 'n', 'n', 'n', 'u', 'n', '').written).toEqual([
      label('a'),
      undo('a'),
      label('a'),
      label('b'),
      label('c'),
      undo('c'),
      label('c'),
    ])
    const later = talk(new LabelSession(ITEMS, [label('b')]), 'm', 'u', 'u', 'n')
    expect(later.written).toEqual([undo('b'), label('b')])
    expect(later.log.map((line) => line[0])).toEqual(['a', ' ', 'a', 'b'])
    expect(talk(new LabelSession(ITEMS, []), 'u').log[1]).toBe('nothing to undo')
  })

  it('goes on where it stopped, and has nothing to ask when all is done', () => {
    const { written } = talk(new LabelSession(ITEMS, []), 'n', 'q')
    const session = new LabelSession(ITEMS, written as readonly Label[])
    expect(session.question()?.item?.id).toBe('b')
    const done = ITEMS.map(({ id }): Label => ({ kind: 'label', id, verdict: 'judged', left: [], over: 0 }))
    expect(new LabelSession(ITEMS, done).question()).toBe(undefined)
  })

  it('stands any input', () => {
    const line = fc.oneof(
      fc.constantFrom('n', 'm', 'o', 's', 'u', 'PERSON', '2', '', 'Ada'),
      fc.string({ maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const session = new LabelSession(ITEMS, [])
        const said: LabelLine[] = []
        for (const each of lines) {
          if (session.question() === undefined) break
          said.push(...session.answer(each).write)
        }
        const file = [HEADER, ...said].map((each) => `${JSON.stringify(each)}\n`).join('')
        const { labels } = readLabelFile(file, 'labels')
        expect(new Set(labels.map(({ id }) => id)).size).toBe(labels.length)
        // What the file says is what a later session takes up.
        const next = new LabelSession(ITEMS, labels).question()?.item?.id
        expect(next).toBe(ITEMS.find(({ id }) => !labels.some((label) => label.id === id))?.id)
      }),
    )
  })
})

describe('a file of labels', () => {
  const label = (id: string, over = 0): string =>
    `${JSON.stringify({ kind: 'label', id, verdict: 'judged', left: [], over })}\n`
  const head = `${JSON.stringify(HEADER)}\n`

  it('gives what holds in the end, and leaves out the half line of a crash', () => {
    const text = `${head}${label('a')}${label('b')}${JSON.stringify({ kind: 'undo', id: 'a' })}\n${label('b', 2)}{"kind":"la`
    const file = readLabelFile(text, 'labels')
    expect(file.labels.map(({ id, over }) => [id, over])).toEqual([['b', 2]])
    expect(file.bytes).toBe(text.lastIndexOf('\n') + 1)
  })

  it.each([
    ['', 1],
    ['{}\n', 1],
    [`${head}no\n`, 2],
    [`${head}${label('a')}{"kind":"other"}\n`, 3],
  ])('that is none is refused with its line: %j', (text, line) => {
    expect(() => readLabelFile(text, 'x')).toThrow(
      expect.objectContaining({ code: 'LABELS_UNREADABLE', at: { file: 'x', line } }),
    )
  })
})

describe('a sample', () => {
  const items = Array.from({ length: 500 }, (_, i): Item => ({ id: `r${i}`, parts: [] }))

  it('is the same whatever the order of the items, and grows when it is larger', async () => {
    const small = await drawSample(from(items), 20, 3)
    const large = await drawSample(from([...items].reverse()), 60, 3)
    expect(small.of).toBe(500)
    expect(large.items.slice(0, 20)).toEqual(small.items)
    expect((await drawSample(from([...items].reverse()), 20, 3)).digest).toBe(small.digest)
    expect((await drawSample(from(items), 20, 4)).digest).not.toBe(small.digest)
  })

  it('is everything where it is asked for more than there is', async () => {
    expect((await drawSample(from(items.slice(0, 5)), 20, 1)).items).toHaveLength(5)
  })
})

describe('items', () => {
  it('are the texts of a record by their paths', () => {
    const record = {
      id: 'x',
      messages: [
        { role: 'user', content: 'hi', name: '<PERSON>' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ type: 'function', function: { name: 'find', arguments: '{"q":1}' } }],
        },
      ],
      source: { uri: 'a', row: 0 },
      meta: { city: 'Rom', tags: ['a', 7, null] },
      notes: {},
    } as unknown as TextRecord
    expect(itemOfRecord(record).parts).toEqual([
      { path: 'messages[0].name', text: '<PERSON>' },
      { path: 'messages[0].user', text: 'hi' },
      { path: 'messages[1].tool_calls[0].find', text: '{"q":1}' },
      { path: 'meta.city', text: 'Rom' },
      { path: 'meta.tags[0]', text: 'a' },
      { path: 'meta.tags[1]', text: '7' },
    ])
  })

  it('are JSON lines by their members, and other lines as they stand', () => {
    expect(itemOfLine('{"a":{"b":"x"},"c":""}', 4).parts).toEqual([{ path: 'a.b', text: 'x' }])
    expect(itemOfLine('{"a":', 5).parts).toEqual([{ path: 'text', text: '{"a":' }])
    expect(itemOfLine('same', 1).id).not.toBe(itemOfLine('same', 2).id)
  })

  it('are paragraphs of a text', async () => {
    const lines = ['', 'a', 'b', '', '  ', 'c', ...Array.from({ length: 50 }, () => 'x'.repeat(99))]
    const out: string[] = []
    for await (const paragraph of paragraphs(from(lines))) out.push(paragraph)
    expect(out.slice(0, 1)).toEqual(['a\nb'])
    expect(out.slice(1).every(({ length }) => length <= 2000)).toBe(true)
    expect(out.join('\n').replaceAll('\n', '')).toBe(lines.join('').trim().replaceAll(' ', ''))
  })
})

describe('the residual rate', () => {
  const labels = (labeller: string, said: Readonly<Record<string, string>>) => ({
    header: { ...HEADER, labeller, sample: 10, of: 1000 },
    bytes: 0,
    labels: Object.entries(said).map(([id, what]): Label => {
      const left = [...what].flatMap((letter) =>
        letter === 'E' || letter === 'P' ? [{ type: letter === 'E' ? 'EMAIL' : 'PERSON', count: 2, places: [] }] : [],
      )
      return { kind: 'label', id, verdict: what === 's' ? 'skipped' : 'judged', left, over: what.includes('o') ? 1 : 0 }
    }),
  })

  it('comes with exact intervals, by type, and without what was skipped', () => {
    const said = labels('first', { a: 'E', b: '', c: 'EPo', d: 's', e: '', f: 'o', g: '', h: '', i: '', j: '' })
    const summary = residual([said])
    expect({ ...summary, agreements: [] }).toEqual({
      judged: 9,
      skipped: 1,
      sample: 10,
      of: 1000,
      withLeft: 2,
      withOver: 2,
      values: 6,
      types: [
        { type: 'EMAIL', items: 2, values: 4 },
        { type: 'PERSON', items: 1, values: 2 },
      ],
      agreements: [],
    })
    const round = (x: number): number => Number(x.toPrecision(4))
    expect(
      residualMetrics(summary).map(({ name, labels: of, value, interval }) => [
        of === undefined ? name : `${name}{${Object.values(of)}}`,
        round(value as number),
        interval === undefined ? null : [round(interval.lower), round(interval.upper)],
      ]),
    ).toEqual([
      ['labelled_records', 9, null],
      ['residual_record_rate', 0.2222, [0.02814, 0.6001]],
      ['residual_values_per_1000', 666.7, [244.7, 1451]],
      ['residual_values_per_1000{EMAIL}', 444.4, [121.1, 1138]],
      ['residual_values_per_1000{PERSON}', 222.2, [26.91, 802.7]],
      ['over_redaction_rate', 0.2222, [0.02814, 0.6001]],
    ])
  })

  it('of two labellers counts what either saw, and tells how far they agree', () => {
    const first = labels('first', { a: 'E', b: '', c: 'E', d: '', e: '', f: 's' })
    const second = labels('second', { a: 'E', b: '', c: '', d: '', g: 'P', f: 'E' })
    const summary = residual([first, second])
    expect({ judged: summary.judged, withLeft: summary.withLeft, skipped: summary.skipped }).toEqual({
      judged: 7,
      withLeft: 4,
      skipped: 0,
    })
    const [agreement] = summary.agreements
    // Both judged a, b, c, d: same on three; by chance 2/4·1/4 + 2/4·3/4 = 1/2.
    expect({ n: agreement!.n, same: agreement!.same, kappa: agreement!.kappa }).toEqual({
      n: 4,
      same: 0.75,
      kappa: 0.5,
    })
  })

  it('has no kappa where both always say the same', () => {
    const [agreement] = residual([labels('a', { x: '', y: '' }), labels('b', { x: '', y: '' })]).agreements
    expect(agreement).toMatchObject({ n: 2, same: 1, kappa: null, interval: null })
  })

  it('is not there where nothing was judged', () => {
    expect(residualMetrics(residual([labels('a', { x: 's' })])).every(({ value }) => value === null)).toBe(true)
  })
})
