import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeFolder, sluice, workFolder } from '../support/sluice.ts'

const ROWS = [
  {
    messages: [
      { role: 'user', content: 'Where is my order?\nIt is late 😕' },
      { role: 'assistant', content: 'It comes today.' },
      { role: 'user', content: 'Thanks <|end|> \u001b[31m' },
      { role: 'assistant', content: 'Bye!' },
    ],
  },
  { prompt: 'Q: 2+2?\nA:', completion: ' 4' },
  { text: 'A plain text.' },
  { messages: 'oops' },
  { prompt: 'x', completion: [1] },
  {
    messages: [
      { role: 'user', content: '' },
      { role: 'assistant', content: 'hm' },
    ],
  },
  { messages: [{ role: 'user', content: 'only me' }] },
]

const PIPELINE = `apiVersion: sluice/v1
kind: Pipeline
name: preview-test
purpose: a test
owner: tests
seed: 3
sources:
  chats: { uri: chats.jsonl, licence: none, lawful_basis: none, contains: [] }
stages:
  ingest:
    uses: ingest
`

let dir: string
beforeAll(() => {
  dir = workFolder('finetune', {
    'chats.jsonl': ROWS.map((row) => JSON.stringify(row)).join('\n'),
    'alone.jsonl': '{"messages":[{"role":"user","content":"nobody answers"}]}\n',
    'none.yaml': PIPELINE,
    'some.yaml': `${PIPELINE}  tune:
    uses: finetune
    needs: { train: ingest, valid: ingest }
    with: { context: 24 }
`,
  })
})
afterAll(() => removeFolder(dir))

describe('sluice finetune preview', () => {
  test('shows what is trained of each row, and sums up', async () => {
    const { code, stdout } = await sluice(['finetune', 'preview', 'chats.jsonl', '--rows', '4'], dir)
    const [legend, ...lines] = stdout.split('\n')
    expect(legend).toMatch(/^⟦trained⟧ context ‹special token› {3}a new tokenizer of \d+ tokens$/)
    expect(lines.join('\n').replaceAll(/\d+ tokens, \d+ trained/g, 'N tokens, N trained')).toMatch(
      [
        '',
        'row 0 of chats.jsonl: N tokens, N trained · trained',
        '  ‹<|bos|>›‹<|user|>›Where is my order?',
        '  It is late 😕‹<|end|>›‹<|assistant|>›⟦It comes today.‹<|end|>›⟧‹<|user|>›Thanks <|end|> \\u{1b}[31m‹<|end|>›‹<|assistant|>›⟦Bye!‹<|end|>›⟧',
        '',
        'row 1 of chats.jsonl: N tokens, N trained · trained',
        '  ‹<|bos|>›‹<|user|>›Q: 2+2?',
        '  A:‹<|end|>›‹<|assistant|>›⟦ 4‹<|end|>›⟧',
        '',
        'row 2 of chats.jsonl: N tokens, N trained · trained',
        '  ‹<|bos|>›⟦A plain text.‹<|end|>›⟧',
        '',
        'row 5 of chats.jsonl · left out: a turn is empty',
        '',
        'rows          5 read, 3 trained as 3 sequences',
        '              1 left out: a turn is empty',
        '              1 left out: nothing in it is trained',
      ].join('\n'),
    )
    expect(stdout).toContain('note          1 row with the name of a special token as text; it stays text')
    expect(stdout).toContain(
      '! row 3 of chats.jsonl cannot be read: WRONG_TYPE: `messages`: expected a list of messages, got a text',
    )
    expect(stdout).toContain(
      '! row 4 of chats.jsonl cannot be read: WRONG_TYPE: `completion`, message 0: a message: expected an object, got a number',
    )
    expect(code).toBe(0)
  })

  test('gives the same as JSON', async () => {
    const { code, stdout } = await sluice(['finetune', 'preview', 'chats.jsonl', '--json', '--context', '16'], dir)
    const answer = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(answer.policies).toMatchObject({ context: 16, over_length: 'split', empty_turns: 'drop' })
    expect(answer.counts).toMatchObject({
      read: 5,
      kept: 3,
      emptyTurns: 1,
      dropped: { empty_turn: 1, nothing_supervised: 1 },
    })
    expect(answer.unreadable.map(({ row }: { row: number }) => row)).toEqual([3, 4])
    const [first] = answer.rows
    expect(first.fate).toBe('split')
    for (const sequence of first.sequences) expect(sequence.length).toBeLessThanOrEqual(16)
    const trained = first.sequences.flat().filter((token: { trained: boolean }) => token.trained)
    expect(trained.map(({ text }: { text: string }) => text).join('')).toBe('It comes today.<|end|>Bye!<|end|>')
  })

  test('says where tokens end, and colours them on a terminal', async () => {
    const { stdout } = await sluice(['finetune', 'preview', 'chats.jsonl', '--rows', '1', '--boundaries'], dir)
    expect(stdout).toMatch(/\?¦\n {2}/)
    const colours = { NO_COLOR: '', FORCE_COLOR: '1' }
    const { start } = await import('../support/sluice.ts')
    const painted = await start(['finetune', 'preview', 'chats.jsonl', '--rows', '1'], dir, colours).ended
    expect(painted.stdout).toContain('\u001b[32mIt comes today.')
    expect(painted.stdout).not.toContain('\u001b[31m')
  })

  test('ends with 2 where a run would refuse: nothing to train, a row too long, a pipeline without rows', async () => {
    const alone = await sluice(['finetune', 'preview', 'alone.jsonl'], dir)
    expect(alone.stdout).toContain('✗ no token would be trained')
    expect(alone.code).toBe(2)
    const long = await sluice(
      ['finetune', 'preview', 'chats.jsonl', '--context', '20', '--over-length', 'error', '--empty-turns', 'error'],
      dir,
    )
    expect(long.stdout).toMatch(
      /✗ FINETUNE_ROW_TOO_LONG: record [0-9a-f]{12}… \(row 0 of chats\.jsonl\): the row has \d+ tokens/,
    )
    expect(long.stdout).toMatch(
      /✗ FINETUNE_EMPTY_TURN: record [0-9a-f]{12}… \(row 5 of chats\.jsonl\): a turn is empty/,
    )
    expect(long.code).toBe(2)
    const none = await sluice(['finetune', 'preview', 'none.yaml'], dir)
    expect(none.stderr).toContain('the pipeline has no finetune stage')
    expect(none.code).toBe(2)
  })

  test('shows the rows that reached the stage of a pipeline, with its policies', async () => {
    const early = await sluice(['finetune', 'preview', 'some.yaml'], dir)
    expect(early.stderr).toContain('no run of this pipeline has given ingest.data yet')
    expect(early.code).toBe(2)
    await sluice(['run', 'some.yaml', '--until', 'ingest'], dir)
    const { stdout, code } = await sluice(['finetune', 'preview', 'some.yaml', '--json'], dir)
    const answer = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(answer.policies).toMatchObject({ context: 24, over_length: 'split' })
    expect(answer.rows[0]).toMatchObject({ row: 0, uri: 'chats/chats.jsonl', fate: 'split' })
    expect(answer.counts).toMatchObject({ read: 5, kept: 3 })
  })
})
