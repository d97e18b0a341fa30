import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeFolder, sluice, start, workFolder } from '../support/sluice.ts'

const CSV = `id,Customer Name,email,notes,amount\r
1,Lily Chen,lily@example.org,"Called, wants refund. Tel 212-555-0123",12.50\r
2,"O'Brien, Sean",sean.ob@example.org,none,7\r
3,Jürgen Müller,jm@example.de,"He said ""no""",8\r
4,Ada Lovelace,ada@example.org,,9\r
5,Sven Olsson,sven@example.org,ok,10\r
`
const JSONL = `{ "name": "lily chen", "order": 12345678901234567890, "say": "Lily was here" }\r
{"broken": "ada@example.org
[1, 2.50]

{"messages":[{"role":"user","content":"call 212-555-0123"}]}`

let dir: string
beforeAll(() => {
  dir = workFolder('redact', {
    'a.csv': CSV,
    'a.jsonl': JSONL,
    'bad.txt': Buffer.concat([Buffer.from('write to ada@example.org\n'), Buffer.from([0xff])]),
    'open.csv': 'a,b\n1,"never closed\n2,3\n',
    'config.yaml': 'fields:\n  amount: { as: AGE, because: a test }\n  notes: { keep: true, because: read by hand }\n',
    'wrong.yaml': 'typs: [EMAIL]\n',
    'empty.txt': '',
  })
})
afterAll(() => removeFolder(dir))

describe('sluice redact', () => {
  test('CSV: whole columns, with what the decision rests on; rows without a find keep their bytes', async () => {
    const { code, stdout, stderr } = await sluice(['redact', 'a.csv', '--report', 'report.json'], dir)
    expect(stdout).toBe(`id,Customer Name,email,notes,amount\r
1,<PERSON>,<EMAIL>,"Called, wants refund. Tel <PHONE>",12.50\r
2,<PERSON>,<EMAIL>,none,7\r
3,<PERSON>,<EMAIL>,"He said ""no""",8\r
4,<PERSON>,<EMAIL>,,9\r
5,<PERSON>,<EMAIL>,ok,10\r
`)
    expect(stderr).toBe(`11 values found in 5 rows: EMAIL 5, PERSON 5, PHONE 1
redacted as whole columns:
  Customer Name  PERSON  5 of 5 values, at least 57 %  as its name says
  email          EMAIL   5 of 5 values, at least 57 %  as its name says
`)
    expect(code).toBe(0)
    const report = readFileSync(join(dir, 'report.json'), 'utf8')
    expect(JSON.parse(report)).toMatchObject({ rows: 5, values: { EMAIL: 5, PERSON: 5, PHONE: 1 } })
    expect(report).not.toMatch(/Lily|example\.org|0123/)
  })

  test('a config decides on fields; what it keeps is not looked at', async () => {
    const { stdout } = await sluice(['redact', 'a.csv', '--config', 'config.yaml', '--no-columns'], dir)
    expect(stdout.split('\r\n')[1]).toBe('1,<PERSON>,<EMAIL>,"Called, wants refund. Tel 212-555-0123",<AGE>')
  })

  test('JSON Lines: everything else keeps its bytes; a line that is none is redacted as text', async () => {
    const { stdout, stderr } = await sluice(['redact', 'a.jsonl', '--no-columns'], dir)
    expect(stdout).toBe(`{ "name": "<PERSON>", "order": 12345678901234567890, "say": "<PERSON> was here" }\r
{"broken": "<EMAIL>
[1, 2.50]

{"messages":[{"role":"user","content":"call <PHONE>"}]}`)
    expect(stderr).toContain('1 rows are no JSONL and were redacted as text')
  })

  test('threads change nothing', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => JSON.stringify({ n: i, text: `I am user${i}@example.org, ok` }))
    const lines = `${rows.join('\n')}\n`
    const run = async (jobs: string): Promise<string> => {
      const running = start(['redact', '--format', 'jsonl', '--jobs', jobs], dir)
      running.child.stdin!.end(lines)
      return (await running.ended).stdout
    }
    const one = await run('1')
    expect(one).toBe(`${rows.map((_, i) => JSON.stringify({ n: i, text: 'I am <EMAIL>, ok' })).join('\n')}\n`)
    expect(await run('2')).toBe(one)
  })

  test('text from standard input, and every candidate explained', async () => {
    const text = start(['redact'], dir)
    text.child.stdin!.end('ssn 078-05-1120, card 4111 1111 1111 1112')
    expect((await text.ended).stdout).toBe('ssn <US_SSN>, card <CREDIT_CARD>')
    const explained = start(['redact', '--explain'], dir)
    explained.child.stdin!.end('ssn 078-05-1120, order 123456789')
    const { stdout } = await explained.ended
    expect(stdout).toMatch(/4–15 +US_SSN +0\.95 +us-ssn +named +found/)
    expect(stdout).not.toMatch(/1120|6789/)
  })

  test('what is found only once its neighbours are replaced is counted and explained', async () => {
    const text = start(['redact'], dir)
    text.child.stdin!.end('call Maria at 555-0100')
    const { stdout, stderr } = await text.ended
    expect(stdout).toBe('call <PERSON> at <PHONE>')
    expect(stderr).toContain('2 values found: PERSON 1, PHONE 1')
    const rows = start(['redact', '--format', 'jsonl'], dir)
    rows.child.stdin!.end('{"text":"call Maria at 555-0100"}\n')
    expect((await rows.ended).stderr).toContain('2 values found in 1 row: PERSON 1, PHONE 1')
    const explained = start(['redact', '--explain'], dir)
    explained.child.stdin!.end('call Maria at 555-0100')
    expect((await explained.ended).stdout).toMatch(/\nfound once these are replaced: PERSON\n$/)
  })

  test('--check writes nothing and exits 1 if anything is found', async () => {
    expect(await sluice(['redact', 'a.csv', '--check'], dir)).toMatchObject({ code: 1, stdout: '' })
    expect(await sluice(['redact', 'empty.txt', '--check'], dir)).toMatchObject({ code: 0, stdout: '' })
  })

  test('operators by option', async () => {
    const running = start(['redact', '--operator', 'EMAIL=redact', 'default=mask'], dir)
    running.child.stdin!.end('ada@example.org 212-555-0123')
    expect((await running.ended).stdout).toBe(' •••-•••-••••')
  })

  test.each([
    [['redact', 'bad.txt', '--out', 'out.txt'], 'REDACT_ENCODING'],
    [['redact', 'open.csv', '--out', 'out.txt'], 'REDACT_CSV'],
    [['redact', 'nowhere.txt'], 'FILE_UNREADABLE'],
    [['redact', 'a.csv', '--config', 'wrong.yaml'], 'REDACT_CONFIG'],
    [['redact', 'a.csv', '--types', 'EMIAL'], 'REDACT_UNKNOWN_TYPE'],
    [['redact', 'a.csv', '--operator', 'PERSON'], 'BAD_OPTION'],
    [['redact', 'a.csv', '--operator', 'PERSON=pseudonym'], 'SECRET_MISSING'],
    [['redact', 'a.csv', '--out', 'no/such/folder/x'], 'FILE_UNWRITABLE'],
  ])('%j ends with %s, and leaves no output behind', async (args, code) => {
    const ended = await sluice(args, dir)
    expect(ended.stderr).toContain(code)
    expect(ended.code).toBe(2)
    expect(existsSync(join(dir, 'out.txt'))).toBe(false)
  })
})
