import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { SetResult } from './evaluate.ts'
import type { Rate } from './metrics.ts'
import type { SystemResult, TaggerFolds } from './results.ts'

/** What `npm run bench -- redaction --json` prints. */
export interface BenchOutput {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memory_gib: number; readonly node: string }
  readonly figures: Readonly<Record<string, number>>
  readonly details: {
    readonly systems: readonly SystemResult[]
    readonly sets: readonly {
      readonly name: string
      readonly title: string
      readonly measure: string
      readonly seen: string
      readonly texts: number
    }[]
    readonly speed_texts: { readonly texts: number; readonly bytes: number; readonly corpora: boolean }
    readonly folds?: TaggerFolds
  }
}

/** A system that computes all the time has one core at work; less means that others took it. */
export const BUSY = 0.85

/** Types of the table of full cover: those that most systems look for. */
const COVER_TYPES = [
  'PERSON',
  'EMAIL',
  'PHONE',
  'CREDIT_CARD',
  'IBAN',
  'US_SSN',
  'IP_ADDRESS',
  'ADDRESS',
  'LOCATION',
] as const

/** The page docs/redaction-benchmark.md, whole, from one run. */
export function redactionPage({ machine, figures, details }: BenchOutput): string {
  const { systems, sets, speed_texts: speed, folds } = details
  const result = (system: SystemResult, set: string): SetResult | undefined =>
    system.sets.find((one) => one.set === set)
  const scored = systems.filter((system) => result(system, 'synthetic') !== undefined)
  const nameSets = sets.filter(({ measure }) => measure === 'names')
  const cleanSets = sets.filter(({ measure }) => measure === 'clean')
  const synthetic = sets.find(({ name }) => name === 'synthetic')!
  return `${[
    '# Redaction beside its peers',
    '',
    'Written by one run on one machine; do not edit. Make it again with',
    '',
    '```sh',
    'node bench/redaction/install-peers.mjs   # once: peers into bench/.peers, no dependency of Sluice',
    'npm run --silent bench -- redaction --json > redaction.json',
    'node dist/bench/redaction/table.js redaction.json > docs/redaction-benchmark.md',
    '```',
    '',
    `Machine: ${machine.cores} × ${machine.cpu}, ${machine.memory_gib} GiB, node ${machine.node}. Every system ran alone in one worker thread`,
    '(Presidio in one Python process), on the same texts. All systems run with everything they have switched on, untuned.',
    '',
    '## What is measured',
    '',
    '- **Characters**: precision, recall and F2 (recall counts four times) over characters that are not white space, whatever the type.',
    "- **Spans**: the same over values; a value is found at an intersection over union of 0.5, of any type, as presidio-research's `SpanEvaluator`",
    '  computes it; what is done differently stands in `bench/redaction/metrics.ts`.',
    '- **Full cover**: share of values of which every letter and digit is covered. Half a value is a leak.',
    '- **Clean texts flagged**: share of texts without personal data in which something is found. Dates, web addresses and the other types that are',
    '  off by default in Sluice do not count, for nobody.',
    '- Brackets are 95 % intervals: bootstrap over texts for F2, Wilson for rates.',
    '',
    '| set | texts | used for tuning or training Sluice |',
    '|---|--:|---|',
    ...sets.map(({ title, texts, seen }) => `| ${title} | ${number(texts)} | ${seen} |`),
    '',
    `## Synthetic texts, every type (n = ${number(synthetic.texts)} texts, ${number(figures['synthetic_spans'] ?? Number.NaN)} values)`,
    '',
    'The templates and values are our own. Types such as titles, ages and organisations are labelled, and several peers do not look for them: their',
    'recall shows it, and the next table shows the types that most look for.',
    '',
    '| system | char P | char R | char F2 | span P | span R | span F2 | structured values covered |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...scored.map((system) => {
      const { chars, spans, structured } = result(system, 'synthetic')!
      return `| ${titleOn(system, 'synthetic')} | ${three(chars!.precision)} | ${three(chars!.recall)} | ${three(chars!.f2)} ${range(chars!.f2Interval)} | ${three(spans!.precision)} | ${three(spans!.recall)} | ${three(spans!.f2)} ${range(spans!.f2Interval)} | ${rateCell(structured)} |`
    }),
    '',
    '### Full cover by type',
    '',
    `| system | ${COVER_TYPES.join(' | ')} |`,
    `|---|${COVER_TYPES.map(() => '--:').join('|')}|`,
    ...scored.map((system) => {
      const { cover } = result(system, 'synthetic')!
      return `| ${system.title} | ${COVER_TYPES.map((type) => three(cover?.[type]?.rate ?? Number.NaN)).join(' | ')} |`
    }),
    '',
    `n: ${COVER_TYPES.map((type) => `${type} ${result(scored[0]!, 'synthetic')!.cover?.[type]?.n ?? 0}`).join(', ')}.`,
    '',
    ...allTypes(result(scored[0]!, 'synthetic')!),
    ...(nameSets.length === 0 ? [] : names(systems, nameSets, result, folds)),
    '## Clean texts flagged',
    '',
    `| system | ${cleanSets.map(({ title }) => title).join(' | ')} |`,
    `|---|${cleanSets.map(() => '--:').join('|')}|`,
    ...systems
      .filter((system) => cleanSets.some(({ name }) => result(system, name) !== undefined))
      .map(
        (system) =>
          `| ${system.title} | ${cleanSets.map(({ name }) => percent(result(system, name)?.flagged)).join(' | ')} |`,
      ),
    '',
    '## Speed, one core',
    '',
    `Megabytes (10⁶ bytes of UTF-8) of plain text a second of wall clock: ${number(speed.texts)} conversations, ${(speed.bytes / 1e6).toFixed(1)} MB, from the sample tickets${speed.corpora ? ', twitter-care and sgd (dev)' : ''}.`,
    'The best of four passes, of at most twelve seconds each, after one to warm up; a slow system sees the first part of the (shuffled) texts.',
    '',
    '| system | MB/s | times Presidio | cores at work |',
    '|---|--:|--:|--:|',
    ...systems.map((system) => {
      const presidio = systems.find(({ name }) => name === 'presidio')
      const times = presidio === undefined ? '–' : `${(mbs(system) / mbs(presidio)).toPrecision(3)}`
      return `| ${system.title} | ${mbs(system).toPrecision(3)} | ${times} | ${system.name === 'presidio' ? '–' : system.speed.cores.toFixed(2)} |`
    }),
    '',
    ...(systems.some(({ name, speed: { cores } }) => name !== 'presidio' && cores < BUSY)
      ? [
          'The machine was busy with other work during this run: where less than one core was at work, the figure says more of that than of the system.',
          '',
        ]
      : []),
    ...speedNotes(figures),
    '## The systems',
    '',
    '| system | version | |',
    '|---|---|---|',
    ...systems.map(({ title, version, note }) => `| ${title} | ${version} | ${note ?? ''} |`),
    '',
  ].join('\n')}`
}

function allTypes({ cover }: SetResult): readonly string[] {
  const entries = Object.entries(cover ?? {})
  const missed = entries.filter(([, { k, n }]) => k < n)
  const whole = entries.filter(([, { k, n }]) => k === n)
  return [
    'Sluice, every type that is not always covered in full:',
    '',
    '| type | covered in full | n |',
    '|---|--:|--:|',
    ...missed.map(([type, one]) => `| ${type} | ${three(one.rate)} ${range(one.interval)} | ${one.n} |`),
    '',
    `Always covered: ${whole.map(([type, { n }]) => `${type} (${n})`).join(', ')}.`,
    '',
  ]
}

function names(
  systems: readonly SystemResult[],
  sets: BenchOutput['details']['sets'],
  result: (system: SystemResult, set: string) => SetResult | undefined,
  folds: TaggerFolds | undefined,
): readonly string[] {
  return [
    '## Names of persons in real text',
    '',
    'Characters, persons only; "flagged" is the share of the texts without a person in which one is found.',
    ...(folds === undefined
      ? []
      : [
          '',
          `The tagger that ships is trained on UNER-EWT dev as well, so its figures there say nothing. Cross-validated over documents (each judged by a network that had not seen it) the tagger reaches char F2 ${three(folds.char_f2)} and flags ${(100 * folds.clean_flagged).toFixed(1)} %.`,
        ]),
    '',
    ...sets.flatMap(({ name, title, texts, seen }) => [
      `### ${title}`,
      '',
      `n = ${number(texts)} texts. Seen by Sluice: ${seen}.`,
      '',
      '| system | P | R | F2 | full cover | flagged |',
      '|---|--:|--:|--:|--:|--:|',
      ...systems.flatMap((system) => {
        const one = result(system, name)
        if (one?.chars === undefined) return []
        const { precision, recall, f2, f2Interval } = one.chars
        return [
          `| ${titleOn(system, name)} | ${three(precision)} | ${three(recall)} | ${three(f2)} ${range(f2Interval)} | ${rateCell(one.cover?.['PERSON'])} | ${percent(one.flagged)} |`,
        ]
      }),
      '',
    ]),
  ]
}

/** Streams and the stage, which no peer has. */
function speedNotes(figures: Readonly<Record<string, number>>): readonly string[] {
  const line = (figure: string, text: string): readonly string[] =>
    figures[figure] === undefined ? [] : [`- ${text}: ${figures[figure].toPrecision(3)} MB/s`]
  const peaks = Object.entries(figures).flatMap(([name, value]) => {
    const match = /^stream_peak_rss_mib_at_(\d+)_mb$/.exec(name)
    return match === null ? [] : [`${value} MiB at ${number(Number(match[1]))} MB`]
  })
  return [
    'Sluice in other forms:',
    '',
    ...line('all_types_mb_s_per_core', 'every type'),
    ...line('short_texts_mb_s_per_core', 'messages one by one instead of conversations'),
    ...line('stage_mb_s_per_core', 'the stage, JSON Lines of the sample tickets, one worker'),
    ...line('stage_rules_mb_s_per_core', 'the same, rules alone'),
    ...(peaks.length === 0 ? [] : [`- peak memory of a stream over a file: ${peaks.join(', ')}`]),
    '',
  ]
}

/** The system's title, with how far it came where the time did not allow all. */
function titleOn({ title, sets }: SystemResult, set: string): string {
  const one = sets.find((result) => result.set === set)
  return one === undefined || one.texts === one.of ? title : `${title}, first ${number(one.texts)} texts`
}

function mbs({ speed }: SystemResult): number {
  return speed.bytes / 1e6 / speed.seconds
}

function three(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(3)
}

function range({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `(${lower.toFixed(3)}–${upper.toFixed(3)})`
}

function rateCell(one: Rate | undefined): string {
  return one === undefined || one.n === 0 ? '–' : `${three(one.rate)} of ${number(one.n)}`
}

function percent(one: Rate | undefined): string {
  if (one === undefined || one.n === 0) return '–'
  const { lower, upper } = one.interval
  return `${(100 * one.rate).toFixed(1)} % (${(100 * lower).toFixed(1)}–${(100 * upper).toFixed(1)}) of ${number(one.n)}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = process.argv[2]
  if (file === undefined) {
    process.stderr.write('usage: node dist/bench/redaction/table.js redaction.json > docs/redaction-benchmark.md\n')
    process.exit(2)
  }
  process.stdout.write(redactionPage(JSON.parse(readFileSync(file, 'utf8')) as BenchOutput))
}
