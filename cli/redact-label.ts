import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { readDataset } from '../artifacts/dataset.ts'
import { openStore } from '../artifacts/store.ts'
import { lastRun, loadRun } from '../pipelines/engine/history.ts'
import { type Item, itemOfRecord } from '../stages/redact/labelling/item.ts'
import { type LabelFile, type LabelHeader, type LabelLine, readLabelFile } from '../stages/redact/labelling/label.ts'
import { readItems } from '../stages/redact/labelling/read-items.ts'
import {
  perThousand,
  type Residual,
  residual,
  residualMetrics,
  valuesInterval,
} from '../stages/redact/labelling/residual.ts'
import { drawSample, type Sample } from '../stages/redact/labelling/sample.ts'
import { LabelSession, type Question } from '../stages/redact/labelling/session.ts'
import { protectedRanges } from '../stages/redact/placeholder.ts'
import { ensureDir, fsyncDir, writeAll, writeFileDurable } from '../util/durable.ts'
import { SluiceError } from '../util/errors.ts'
import type { Interval } from '../util/statistics.ts'
import { clopperPearson } from '../util/statistics.ts'
import { positiveInteger, storeOption } from './options.ts'
import { type Styles, styles, wantsColor } from './terminal/colour.ts'

interface Flags {
  readonly store: string
  readonly run?: string
  readonly stage?: string
  readonly redact?: boolean
  readonly config?: string
  readonly labels?: readonly string[]
  readonly size: number
  readonly seed: number
  readonly labeller: string
  readonly report?: boolean
  readonly json?: boolean
  readonly metrics?: string
}

/** Adds `label` to the command `redact`. */
export function labelCommand(parent: Command): void {
  ownOptions(parent)
  parent
    .command('label')
    .description('label a sample of what redaction left, and measure what it missed')
    .argument('[file]', 'JSON Lines, CSV, TSV or text, as `sluice redact` wrote it; or give --run')
    .option('--run <id>', 'the redacted records of a run (`last`: of the last one)')
    .option('--stage <id>', 'stage of the run, where it redacts more than once')
    .addOption(storeOption())
    .option('--redact', 'redact the file first: it is raw')
    .option('--config <file>', 'with --redact: YAML with the fields of the redact stage')
    .option('--labels <file...>', 'where labels are (several: with --report, of several labellers)')
    .option('--size <n>', 'size of the sample', positiveInteger, 200)
    .option('--seed <n>', 'another seed draws another sample', positiveInteger, 1)
    .option('--labeller <role>', 'who labels: a role, no name', 'first')
    .option('--report', 'print what the labels say')
    .option('--json', 'with --report: as metrics in JSON')
    .option('--metrics <file>', 'with --report: write the metrics for a policy')
    .action(async (file: string | undefined, given: Flags) => {
      const flags = given.run === 'last' ? { ...given, run: idOfLast(given.store) } : given
      const labels = flags.labels ?? [defaultLabels(file, flags)]
      if (flags.report === true) return report(labels, flags)
      await label(file, labels[0]!, flags)
    })
}

/** Options behind a subcommand's name are the subcommand's: else those that `redact` has too would be taken for its own. */
export function ownOptions(parent: Command): void {
  for (let command: Command | null = parent; command !== null; command = command.parent)
    command.enablePositionalOptions()
}

function idOfLast(store: string): string {
  const record = lastRun(store)
  if (record !== undefined) return record.run
  throw new SluiceError({
    code: 'RUN_UNKNOWN',
    message: 'this store has no run yet',
    next: 'run a pipeline first: sluice run FILE',
  })
}

function defaultLabels(file: string | undefined, flags: Flags): string {
  if (file !== undefined) return `${file}.labels.jsonl`
  if (flags.run !== undefined) return `labels-${flags.run}.jsonl`
  throw new SluiceError({
    code: 'BAD_OPTION',
    message: 'nothing to label',
    next: 'name a file that `sluice redact` wrote, or a run: --run last',
  })
}

function report(paths: readonly string[], flags: Flags): void {
  const files = paths.map((path) => {
    if (!existsSync(path)) {
      throw new SluiceError({
        code: 'LABELS_UNREADABLE',
        message: 'there is no such file of labels',
        at: { file: path },
      })
    }
    return readLabelFile(readFileSync(path, 'utf8'), path)
  })
  const [first] = files
  for (const [i, { header }] of files.entries()) {
    if (header.seed !== first!.header.seed || header.of !== first!.header.of) {
      throw new SluiceError({
        code: 'LABELS_DIFFER',
        message: 'these labels are of another sample than the first file’s',
        next: 'labellers must label the same file or run with the same seed',
        at: { file: paths[i]! },
      })
    }
  }
  const summary = residual(files)
  const metrics = residualMetrics(summary).map((metric) => ({ ...metric, stage: 'redact-label', uses: 'redact-label' }))
  const json = `${JSON.stringify({ metrics }, null, 2)}\n`
  if (flags.metrics !== undefined) writeFileDurable(flags.metrics, json)
  process.stdout.write(flags.json === true ? json : reportText(summary, files))
}

function reportText(summary: Residual, files: readonly LabelFile[]): string {
  const { judged: n, skipped, sample, of, withLeft, withOver, values, types, agreements } = summary
  const lines = [
    `labels by ${files.map(({ header }) => header.labeller).join(', ')}: ${n} judged, ${skipped} skipped, of a sample of ${sample} from ${of}`,
  ]
  if (n === 0) return `${lines.join('\n')}\n`
  lines.push(
    `something left: ${withLeft} of ${n} records, ${rate(clopperPearson(withLeft, n), withLeft / n)}`,
    `values left: ${values}, per 1,000 records ${perThousand(values, n).toFixed(1)} ${span(valuesInterval(values, n))}`,
    ...types.map(
      (each) =>
        `  ${each.type}: ${each.values} in ${each.items} records, per 1,000 ${perThousand(each.values, n).toFixed(1)} ${span(valuesInterval(each.values, n))}`,
    ),
    `over-redacted: ${withOver} of ${n} records, ${rate(clopperPearson(withOver, n), withOver / n)}`,
    ...agreements.map(({ labellers, n: both, same, kappa }) => {
      const says = kappa === null ? 'no kappa: both always say the same' : `Cohen’s kappa ${kappa.toFixed(2)}`
      return `${labellers.join(' and ')}: same on ${Math.round(same * both)} of ${both}, ${both === 0 ? 'nothing judged by both' : says}`
    }),
    'intervals: 95 %; shares Clopper–Pearson, counts Poisson (Garwood), as if values were left independently of each other',
  )
  return `${lines.join('\n')}\n`
}

function rate(interval: Interval, share: number): string {
  return `${(100 * share).toFixed(2)} % (${(100 * interval.lower).toFixed(2)}–${(100 * interval.upper).toFixed(2)} %)`
}

function span({ lower, upper }: Interval): string {
  return `(${lower.toFixed(1)}–${upper.toFixed(1)})`
}

async function label(file: string | undefined, path: string, flags: Flags): Promise<void> {
  const sample = await draw(file, flags)
  const header: LabelHeader = {
    kind: 'labels',
    version: 1,
    labeller: flags.labeller,
    seed: flags.seed,
    sample: sample.items.length,
    of: sample.of,
    sample_digest: sample.digest,
  }
  const out = openLabels(path, header)
  try {
    const session = new LabelSession(sample.items, out.labels)
    await converse(session, out.append)
    process.stdout.write(`\n${out.said()} of ${sample.items.length} labelled in ${path}\n`)
  } finally {
    out.close()
  }
}

async function draw(file: string | undefined, flags: Flags): Promise<Sample> {
  if (file === undefined) return await drawSample(itemsOfRun(flags), flags.size, flags.seed)
  if (flags.redact !== true) return await drawSample(readItems(file), flags.size, flags.seed)
  const { baseDirOf, readRedactorConfig } = await import('./redact-config.ts')
  const { createRedactor } = await import('../stages/redact/redactor.ts')
  const redactor = await createRedactor({
    ...readRedactorConfig(flags.config),
    baseDir: baseDirOf(flags.config),
  })
  try {
    return await drawSample(readItems(file, redactor), flags.size, flags.seed)
  } finally {
    await redactor.close()
  }
}

async function* itemsOfRun(flags: Flags): AsyncGenerator<Item> {
  const record = loadRun(flags.store, flags.run!)
  const stages = record.stages.filter(({ id, uses }) =>
    flags.stage === undefined ? uses === 'redact' : id === flags.stage,
  )
  const output =
    stages.length === 1 ? Object.values(stages[0]!.outputs).find(({ kind }) => kind === 'dataset') : undefined
  if (output === undefined || output.sensitivity !== 'redacted') {
    throw new SluiceError({
      code: 'STAGE_UNKNOWN',
      message: 'the run has no redacted records, or more than one stage with some',
      next: `name the stage with --stage: ${record.stages.map(({ id }) => id).join(', ')}`,
    })
  }
  for (const each of readDataset(openStore(flags.store), output)) yield itemOfRecord(each)
}

/** Opens or goes on with a file of labels; each line is on the disk before the next question. */
function openLabels(path: string, header: LabelHeader) {
  const known = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const before = known === '' ? undefined : readLabelFile(known, path)
  if (before !== undefined && before.header.sample_digest !== header.sample_digest) {
    throw new SluiceError({
      code: 'LABELS_DIFFER',
      message: 'the labels are of another sample: another file, run, seed or size',
      next: 'give the same again, or another file with --labels',
      at: { file: path },
    })
  }
  if (before !== undefined && before.header.labeller !== header.labeller) {
    throw new SluiceError({
      code: 'LABELS_DIFFER',
      message: `the labels are by another labeller (${before.header.labeller})`,
      next: 'give another file with --labels',
      at: { file: path },
    })
  }
  ensureDir(dirname(path))
  const fd = openSync(path, 'a', 0o600)
  // The half line that a crash left.
  if (before !== undefined) ftruncateSync(fd, before.bytes)
  const said = new Set(before?.labels.map(({ id }) => id))
  const write = (line: object): void => {
    writeAll(fd, Buffer.from(`${JSON.stringify(line)}\n`))
    fsyncSync(fd)
  }
  if (before === undefined) {
    write(header)
    fsyncDir(dirname(path))
  }
  return {
    labels: before?.labels ?? [],
    append(line: LabelLine): void {
      write(line)
      if (line.kind === 'label') said.add(line.id)
      else said.delete(line.id)
    },
    said: () => said.size,
    close: () => closeSync(fd),
  }
}

async function converse(session: LabelSession, append: (line: LabelLine) => void): Promise<void> {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  const paint = styles(wantsColor(process.env, process.stdout.isTTY === true))
  const reader = createInterface({ input: process.stdin, output: process.stdout, terminal })
  const lines = reader[Symbol.asyncIterator]()
  try {
    for (let question = session.question(); question !== undefined; question = session.question()) {
      if (question.item !== undefined) process.stdout.write(shown(question.item, question, paint))
      reader.setPrompt(question.text)
      reader.prompt()
      const line = await lines.next()
      if (line.done === true) return
      const { write, say } = session.answer(line.value)
      for (const each of write) append(each)
      if (say !== undefined) process.stdout.write(`${say}\n`)
    }
  } finally {
    reader.close()
  }
}

function shown(item: Item, { number, total }: Question, paint: Styles): string {
  const parts = item.parts.map(({ path, text }) => `${paint.dim(path)}\n${highlighted(text, paint)}\n`)
  return `\n${paint.bold(`${number} of ${total}`)} ${paint.dim(item.id)}\n${parts.join('')}`
}

function highlighted(text: string, paint: Styles): string {
  let out = ''
  let last = 0
  for (const [start, end] of protectedRanges(text)) {
    out += printable(text.slice(last, start)) + paint.accent(printable(text.slice(start, end)))
    last = end
  }
  return out + printable(text.slice(last))
}

/** Data must not steer the terminal: control characters but line ends and tabs are shown as what they are. */
function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
