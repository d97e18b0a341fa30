import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import {
  digests,
  filesBelow,
  type JsonRun,
  removeFolder,
  runJson,
  sluice,
  someTickets,
  states,
  workFolder,
} from '../support/sluice.ts'

/** Bad input, each with its clear error and nothing lost. Every case runs the built command. */
let dir = ''
afterEach(() => removeFolder(dir))

const HEAD = `apiVersion: sluice/v1
kind: Pipeline
name: bad-input
purpose: tests
owner: tests
seed: 1
`

const pipeline = (stages: string, uri = 'data.jsonl'): string => `${HEAD}sources:
  data: { uri: "${uri}", licence: CC0-1.0, lawful_basis: synthetic, purpose: tests }
stages:
${stages}`

const INGEST = '  ingest: { uses: ingest }\n'
const TWO = `${INGEST}  redact: { uses: redact, needs: [ingest] }\n`

async function run(
  files: Readonly<Record<string, string | Uint8Array>>,
  args: readonly string[] = [],
): Promise<JsonRun> {
  dir = workFolder('bad', files)
  return runJson(['p.yaml', ...args], dir)
}

const GOOD =
  '{"messages":[{"role":"user","content":"Where is my order?"},{"role":"assistant","content":"On its way."}]}\n'

describe('a mistake in a file', () => {
  it('an unknown key: place and nearest key, exit 2, nothing written', async () => {
    const { code, stderr } = await run({
      'p.yaml': pipeline('  ingest: { uses: ingest, wiht: {} }\n'),
      'data.jsonl': GOOD,
    })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^p\.yaml:10:\d+: PIPELINE_UNKNOWN_KEY: unknown key `wiht` in `stages\.ingest`\n {2}→ did you mean `with`\?/,
    )
  })

  it('an unknown key in a stage’s own config', async () => {
    const { code, stderr } = await run({
      'p.yaml': pipeline('  ingest:\n    uses: ingest\n    with:\n      fromat: jsonl\n'),
      'data.jsonl': GOOD,
    })
    expect(code).toBe(2)
    expect(stderr).toContain('p.yaml:13:7: PIPELINE_UNKNOWN_KEY')
    expect(stderr).toContain('did you mean `format`?')
  })

  it('a cycle: its stages are named', async () => {
    const stages =
      '  a: { uses: redact, needs: [c] }\n  b: { uses: toxicity, needs: [a] }\n  c: { uses: bias, needs: [b] }\n'
    const { code, stderr } = await run({ 'p.yaml': pipeline(stages), 'data.jsonl': GOOD })
    expect(code).toBe(2)
    expect(stderr).toContain('a → b → c → a')
  })

  it('an unknown stage, and a need that is not there', async () => {
    const one = await run({ 'p.yaml': pipeline('  ingest: { uses: injest }\n'), 'data.jsonl': GOOD })
    expect(one.stderr).toContain('did you mean `ingest`?')
    removeFolder(dir)
    const two = await run({
      'p.yaml': pipeline(`${INGEST}  redact: { uses: redact, needs: [ingets] }\n`),
      'data.jsonl': GOOD,
    })
    expect(two.stderr).toContain('did you mean `ingest`?')
    expect([one.code, two.code]).toEqual([2, 2])
  })

  it('a policy that asks for a metric that no stage reports', async () => {
    const policy = `apiVersion: sluice/v1
kind: Policy
name: wrong
version: 1
title: A policy with a slip
rules:
  - id: wrong-one
    title: Rows are few
    severity: block
    mode: enforce
    require: { metric: ingest.quarantined_shaer, at_most: 0.1 }
    remediation: none
    because: a test
`
    const { code, stderr } = await run({
      'p.yaml': pipeline('  ingest: { uses: ingest, gate: wrong.yaml }\n'),
      'wrong.yaml': policy,
      'data.jsonl': GOOD,
    })
    expect(code).toBe(2)
    expect(stderr).toMatch(/wrong\.yaml:\d+:\d+: POLICY_/)
    expect(stderr).toContain('quarantined_share')
  })
})

describe('a bad source', () => {
  it.each([
    ['a missing file', 'absent.jsonl', {}, 'SOURCE_MISSING', 'absent.jsonl'],
    ['a glob that matches nothing', 'x/*.jsonl', {}, 'SOURCE_NO_MATCH', 'x/*.jsonl'],
    ['an empty file', 'data.jsonl', { 'data.jsonl': '' }, 'SOURCE_EMPTY', 'empty'],
  ])('%s is found before anything runs', async (_name, uri, files, problem, text) => {
    const { code, record, stderr } = await run({ 'p.yaml': pipeline(TWO, uri), ...files })
    expect(code).toBe(2)
    expect(record).toBeUndefined()
    expect(stderr).toContain(`PIPELINE_${problem}`)
    expect(stderr).toContain(text)
    expect(stderr).toContain('→')
  })

  it('a truncated gzip stops the stage; rows that were read before the cut are not taken for the whole', async () => {
    const cut = gzipSync(someTickets(200)).subarray(0, 4000)
    const { code, record, stderr } = await run({ 'p.yaml': pipeline(TWO, 'data.jsonl.gz'), 'data.jsonl.gz': cut })
    expect(stderr).toBe('')
    expect(states(record)).toEqual({ ingest: 'errored', redact: 'skipped' })
    expect(record?.stages[1]?.reason).toBe('stage ingest errored')
    const error = record?.stages[0]?.error
    expect(`${error?.message} ${error?.at?.file}`).toMatch(/gzip.*data\.jsonl\.gz/s)
    expect(error?.next?.length).toBeGreaterThan(10)
    expect(code).toBe(error?.exit)
  })

  it('half a Parquet file', async () => {
    dir = workFolder('parquet', { 'p.yaml': pipeline(INGEST, 'data.parquet'), 'rows.jsonl': someTickets(300) })
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const db = await (await DuckDBInstance.create(':memory:')).connect()
    await db.run(
      `copy (select id as text from read_json_auto('${join(dir, 'rows.jsonl')}')) to '${join(dir, 'whole.parquet')}' (format parquet)`,
    )
    db.closeSync()
    const whole = readFileSync(join(dir, 'whole.parquet'))
    writeFileSync(join(dir, 'data.parquet'), whole.subarray(0, whole.length / 2))
    const { record } = await runJson(['p.yaml'], dir)
    expect(record?.stages[0]?.error?.message).toMatch(/parquet/i)
  })

  it('broken UTF-8, a 50 MB line, a row without text, duplicate ids: quarantined by reason, the good rows kept', async () => {
    const rows = [
      Buffer.from(GOOD),
      Buffer.concat([Buffer.from('{"text":"caf'), Buffer.from([0xe9, 0x22]), Buffer.from('}\n')]),
      Buffer.from(`{"text":"${'x'.repeat(50 * 1024 * 1024)}"}\n`),
      Buffer.from('{"title":"no text here"}\n'),
      Buffer.from('{"text": broken}\n'),
      Buffer.from(GOOD),
    ]
    const { code, record } = await run({ 'p.yaml': pipeline(INGEST), 'data.jsonl': Buffer.concat(rows) })
    const ingest = record?.stages[0]
    expect(code).toBe(0)
    expect(ingest?.quarantined).toMatchObject({ BAD_ENCODING: 1, ROW_TOO_LONG: 1, BAD_JSON: 1 })
    expect(ingest?.rows).toMatchObject({ in: 6, kept: 2, quarantined: 4 })
  })
})

describe('a bad store', () => {
  const files = { 'p.yaml': pipeline(TWO), 'data.jsonl': someTickets(40) }

  it('a corrupt object is found, exit 4, and set aside by verify --repair', async () => {
    await run(files)
    const object = filesBelow(join(dir, '.sluice/sealed'))[0]!
    const bytes = readFileSync(object)
    bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1
    chmodSync(object, 0o644)
    writeFileSync(object, bytes)
    const again = await runJson(['p.yaml'], dir)
    expect(again.code).toBe(4)
    expect(JSON.stringify(again.record?.stages)).toContain('OBJECT_CORRUPT')
    expect((await sluice(['verify'], dir)).code).toBe(4)
    await sluice(['verify', '--repair'], dir)
    const mended = await runJson(['p.yaml'], dir)
    expect(mended.code).toBe(0)
    expect((await sluice(['verify'], dir)).code).toBe(0)
  })

  it('a forged action record is a miss and an event, never a hit', async () => {
    const first = await run(files)
    for (const file of filesBelow(join(dir, '.sluice/actions'))) {
      chmodSync(file, 0o644)
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"kept":40', '"kept":41'))
    }
    const again = await runJson(['p.yaml'], dir)
    expect(again.events.some((event) => event.type === 'record.rejected')).toBe(true)
    expect(states(again.record)).toEqual({ ingest: 'done', redact: 'done' })
    expect(digests(again.record)).toEqual(digests(first.record))
  })

  it.skipIf(process.getuid?.() !== 0 || !canMount())(
    'a full disk: a clear error, and the same command continues after there is room',
    async () => {
      dir = workFolder('full', { 'p.yaml': pipeline(TWO), 'data.jsonl': someTickets(1200), 'store/x': '' })
      const store = join(dir, 'store')
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', store])
      try {
        const full = await runJson(['p.yaml', '--store', 'store'], dir)
        expect(full.code).toBe(5)
        expect(`${full.stderr}${JSON.stringify(full.record?.stages ?? [])}`).toContain('the disk is full')
        execFileSync('mount', ['-o', 'remount,size=200m', store])
        const after = await runJson(['p.yaml', '--store', 'store'], dir)
        expect(after.code).toBe(0)
        expect((await sluice(['verify', '--store', 'store'], dir)).code).toBe(0)
      } finally {
        execFileSync('umount', [store])
      }
    },
  )

  it.skipIf(process.getuid?.() !== 0 || !canMount())(
    'a read-only store: a clear error before anything runs',
    async () => {
      dir = workFolder('ro', { ...files, 'store/x': '' })
      const store = join(dir, 'store')
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', store])
      try {
        mkdirSync(join(store, 'empty'))
        execFileSync('mount', ['-o', 'remount,ro', store])
        const { code, stderr } = await runJson(['p.yaml', '--store', 'store'], dir)
        expect(code).toBe(5)
        expect(stderr).toContain('SYSTEM_EROFS')
        expect(stderr).toContain('--store')
        expect(readdirSync(store)).toEqual(['empty'])
      } finally {
        execFileSync('umount', [store])
      }
    },
  )
})

function canMount(): boolean {
  const probe = workFolder('mount')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe])
    return true
  } catch {
    return false
  } finally {
    removeFolder(probe)
  }
}
