import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { basename, extname } from 'node:path'
import type { Readable } from 'node:stream'
import { type Command, Option } from 'commander'
import type { ColumnDecision } from '../stages/redact/files/columns.ts'
import type { RowReport } from '../stages/redact/files/redact-rows.ts'
import type { Redactor, RedactorConfig } from '../stages/redact/redactor.ts'
import { sha256 } from '../util/digest.ts'
import { writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import { Utf8Decoder, Utf8Error } from '../util/utf8-decoder.ts'
import { positiveInteger } from './options.ts'
import { openOutput } from './output-file.ts'
import { labelCommand } from './redact-label.ts'
import { reviewCommand } from './redact-review.ts'

const FORMATS = ['text', 'jsonl', 'json', 'csv', 'tsv'] as const
type Format = (typeof FORMATS)[number]

interface Flags {
  readonly format?: Format
  readonly out?: string
  readonly config?: string
  readonly types?: string
  readonly operator?: readonly string[]
  readonly sample: number
  readonly columns: boolean
  readonly report?: string
  readonly explain?: boolean
  readonly check?: boolean
  readonly jobs: number
}

export function redactCommand(program: Command): void {
  const redact = program.command('redact')
  redact
    .description('redact a file or standard input, outside a pipeline')
    .argument('[file]', 'text, JSON Lines, JSON, CSV or TSV in UTF-8; standard input if absent or -')
    .option('--out <file>', 'where to write; standard output if absent')
    .addOption(new Option('--format <format>', 'what the file is; by its name if absent').choices(FORMATS))
    .option('--config <file>', 'YAML with the fields of the redact stage (docs/reference.md)')
    .option('--types <list>', 'what to look for, by commas: types, groups, default, all, -TYPE')
    .option('--operator <type=operator...>', 'what to do with a type: PERSON=pseudonym, default=mask')
    .option('--sample <rows>', 'rows from which columns are decided', positiveInteger, 1000)
    .option('--no-columns', 'decide nothing for whole columns; look at each value alone')
    .option('--report <file>', 'write what was done as JSON: counts, decisions on columns, digests')
    .option('--explain', 'print every candidate of a text and what became of it, instead of the text')
    .option('--jobs <n>', 'threads, for files of rows', positiveInteger, 1)
    .option('--check', 'write nothing; exit 1 if anything is found')
    .addHelpText(
      'after',
      `
Examples:
  sluice redact tickets.jsonl --out clean.jsonl
  sluice redact export.csv --types default,AGE,DATE --operator PERSON=pseudonym --config keys.yaml
  tail -f app.log | sluice redact --format text
`,
    )
    .action(async (file: string | undefined, flags: Flags) => {
      process.exitCode = await redactFile(file === '-' ? undefined : file, flags)
    })
  labelCommand(redact)
  reviewCommand(redact)
}

async function redactFile(file: string | undefined, flags: Flags): Promise<number> {
  const { createRedactor } = await import('../stages/redact/redactor.ts')
  const { baseDirOf, readRedactorConfig } = await import('./redact-config.ts')
  const baseDir = baseDirOf(flags.config)
  const redactor = await createRedactor({
    ...readRedactorConfig(flags.config, ofFlags(flags)),
    baseDir,
  })
  try {
    const format = flags.format ?? formatOf(file)
    const bytes = file === undefined ? process.stdin : await openFile(file)
    if (flags.explain === true) return await explain(bytes, redactor)
    const sink = flags.check === true ? discard() : flags.out === undefined ? toStdout() : toFile(flags.out)
    const report: RowReport = { rows: 0, asText: 0, values: new Map(), columns: [] }
    try {
      for await (const text of redacted(bytes, format, redactor, baseDir, flags, report)) await sink.write(text)
      sink.done()
    } catch (error) {
      sink.undo()
      throw error
    }
    if (flags.report !== undefined) writeReport(flags.report, format, redactor, report)
    process.stderr.write(summary(format, report, flags))
    return flags.check === true && report.values.size > 0 ? 1 : 0
  } finally {
    await redactor.close()
  }
}

async function* redacted(
  bytes: Readable,
  format: Format,
  redactor: Redactor,
  baseDir: string,
  flags: Flags,
  report: RowReport,
): AsyncGenerator<string> {
  const parts = decoded(bytes)
  if (format === 'text') {
    for await (const { text, spans, later } of redactor.redactParts(parts)) {
      for (const { type } of [...spans, ...later]) report.values.set(type, (report.values.get(type) ?? 0) + 1)
      yield text
    }
    return
  }
  const { csvRows, jsonLines, jsonText } = await import('../stages/redact/files/read-rows.ts')
  const { redactRows } = await import('../stages/redact/files/redact-rows.ts')
  const { localPool, threadPool } = await import('../stages/redact/files/batch-pool.ts')
  const rows = {
    jsonl: () => jsonLines(parts),
    json: () => jsonText(parts),
    csv: () => csvRows(parts, ','),
    tsv: () => csvRows(parts, '\t'),
  }[format]()
  const pool = flags.jobs === 1 || format === 'json' ? localPool(redactor) : threadPool(flags.jobs, redactor, baseDir)
  try {
    yield* redactRows(rows, redactor, pool, { sample: flags.columns ? flags.sample : 0 }, report)
  } finally {
    await pool.close()
  }
}

/** @throws SluiceError `REDACT_ENCODING` with the offset at which the bytes are no UTF-8 */
async function* decoded(bytes: Readable): AsyncGenerator<string> {
  const decoder = new Utf8Decoder()
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) yield decoder.decode(chunk)
    decoder.end()
  } catch (cause) {
    if (!(cause instanceof Utf8Error)) throw cause
    throw new SluiceError({
      code: 'REDACT_ENCODING',
      message: `the input is not UTF-8 at byte ${cause.at}`,
      next: 'convert it to UTF-8 first, with iconv for instance; a file named by --out was not written',
      cause,
    })
  }
}

async function openFile(file: string): Promise<Readable> {
  const stream = createReadStream(file, { highWaterMark: 1 << 18 })
  try {
    await once(stream, 'open')
  } catch (cause) {
    throw new SluiceError({
      code: 'FILE_UNREADABLE',
      message: 'the file cannot be opened',
      next: 'check its name and permissions',
      at: { file },
      cause,
    })
  }
  return stream
}

function formatOf(file: string | undefined): Format {
  const extension = file === undefined ? '' : extname(file).toLowerCase()
  const known: Readonly<Record<string, Format>> = {
    '.jsonl': 'jsonl',
    '.ndjson': 'jsonl',
    '.json': 'json',
    '.csv': 'csv',
    '.tsv': 'tsv',
  }
  return known[extension] ?? 'text'
}

/** What the flags say of the config. */
function ofFlags({ types, operator }: Flags): RedactorConfig {
  const operators = (operator ?? []).map((pair) => {
    const [type, name] = pair.split('=')
    if (type === undefined || name === undefined || name === '') {
      throw new SluiceError({
        code: 'BAD_OPTION',
        message: '--operator takes a type and an operator',
        next: 'for instance: --operator PERSON=pseudonym',
      })
    }
    return [type, { operator: name }]
  })
  return {
    ...(types === undefined ? {} : { types: types.split(',').map((type) => type.trim()) }),
    ...(operator === undefined ? {} : { operators: Object.fromEntries(operators) }),
  }
}

interface Sink {
  write(text: string): Promise<void>
  done(): void
  undo(): void
}

function discard(): Sink {
  return { write: async () => {}, done() {}, undo() {} }
}

function toStdout(): Sink {
  return {
    async write(text) {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain')
    },
    done() {},
    undo() {},
  }
}

function toFile(file: string): Sink {
  const output = openOutput(file)
  return {
    write: async (text) => output.write(Buffer.from(text, 'utf8')),
    done() {
      output.seal()
      output.publish()
    },
    undo: () => output.discard(),
  }
}

async function explain(bytes: Readable, redactor: Redactor): Promise<number> {
  let text = ''
  for await (const part of decoded(bytes)) text += part
  const decisions = await redactor.explain(text)
  const rows = decisions.map(({ start, end, type, score, recognizer, why, outcome, detail }) => [
    `${start}–${end}`,
    type,
    score.toFixed(2),
    recognizer,
    why ?? '',
    detail === null ? outcome : `${outcome} (${detail})`,
  ])
  process.stdout.write(table([['where', 'type', 'score', 'by', 'why', 'outcome'], ...rows]))
  const { later } = await redactor.redactFields([
    [{ text, field: undefined, kind: 'text', path: 'text', number: false }],
  ])
  const types = later.flat(2).map(({ type }) => type)
  if (types.length > 0) process.stdout.write(`found once these are replaced: ${types.join(', ')}\n`)
  return 0
}

function writeReport(file: string, format: Format, redactor: Redactor, report: RowReport): void {
  const { rows, asText, values, columns } = report
  const { seeding: _, ...config } = redactor.config
  const body = {
    format,
    config_sha256: sha256(JSON.stringify(config)),
    rows,
    rows_read_as_text: asText,
    values: Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1))),
    columns,
  }
  writeFileDurable(file, `${JSON.stringify(body, null, 2)}\n`)
}

function summary(format: Format, { rows, asText, values, columns }: RowReport, flags: Flags): string {
  const total = [...values.values()].reduce((sum, n) => sum + n, 0)
  const counts = [...values].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([type, n]) => `${type} ${n}`)
  const where = format === 'text' ? '' : ` in ${rows} ${rows === 1 ? 'row' : 'rows'}`
  const lines = [
    `${total} ${total === 1 ? 'value' : 'values'} found${where}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
  ]
  const whole = columns.filter(({ decision }) => decision === 'whole')
  if (whole.length > 0) lines.push('redacted as whole columns:', table(whole.map(columnRow)).trimEnd())
  if (asText > 0 && format !== 'json')
    lines.push(`${asText} rows are no ${format.toUpperCase()} and were redacted as text`)
  if (flags.out !== undefined && flags.check !== true) lines.push(`written to ${basename(flags.out)}`)
  return `${lines.join('\n')}\n`
}

function columnRow({ path, type, k, n, interval, promised }: ColumnDecision): readonly string[] {
  const share = `${k} of ${n} values, at least ${(100 * interval.lower).toFixed(0)} %`
  return [`  ${path}`, type ?? '', share, promised === type ? 'as its name says' : '']
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((max, row) => row.map((cell, i) => Math.max(max[i] ?? 0, cell.length)), [])
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
