import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import { clopperPearson } from '../../util/statistics.ts'
import type { Adapter } from './adapter.ts'
import { count, ofTool, rate } from './adapter.ts'
import type { Cursor } from './json-cursor.ts'
import {
  contradiction,
  finite,
  flag,
  invalid,
  items,
  member,
  members,
  optional,
  parseJson,
  text,
  whole,
} from './json-cursor.ts'

const SPECS: readonly MetricSpec[] = [
  {
    name: 'tests',
    unit: 'count',
    better: 'neither',
    description: 'Results: a test case with a prompt and a provider.',
  },
  { name: 'pass_rate', unit: 'ratio', better: 'higher', description: 'Of all results, those that passed.' },
  {
    name: 'error_rate',
    unit: 'ratio',
    better: 'lower',
    description: 'Of all results, those that could not be judged (no answer, a time-out). They are not passes.',
  },
  {
    name: 'prompt_pass_rate',
    unit: 'ratio',
    better: 'higher',
    description: 'The same of one prompt with one provider.',
    labels: ['prompt', 'provider'],
  },
  {
    name: 'plugin_pass_rate',
    unit: 'ratio',
    better: 'higher',
    description: 'Red team: of the attacks of a plugin, those that were withstood.',
    labels: ['plugin'],
  },
  { name: 'score', unit: 'index', better: 'higher', description: 'Mean score of the results.' },
  {
    name: 'metric_score',
    unit: 'index',
    better: 'higher',
    description: 'Mean of a named metric over the results that have it (`namedScores`).',
    labels: ['metric'],
  },
]

/** One result: what promptfoo calls a row. */
interface Result {
  readonly state: 'passed' | 'failed' | 'error'
  readonly score: number
  readonly prompt: string
  readonly provider: string
  readonly plugin: string | undefined
  readonly scores: readonly (readonly [string, number])[]
}

/** `ResultFailureReason.ERROR` of promptfoo: the test could not be judged. */
const ERROR_REASON = 2
/** A prompt without a label has its whole text as its label: too long to be one, and nothing for a report. */
const LONGEST_LABEL = 80

/**
 * The file of `promptfoo eval --output results.json`, results of version 3. Rates are counted from `results.results`, so that
 * each has its interval; an error of a provider is a result that did not pass.
 *
 * @throws SluiceError `METRICS_EMPTY`, `METRICS_SYNTAX`, `METRICS_INVALID`, `METRICS_INCONSISTENT`, `METRICS_TWICE`
 */
export const readPromptfoo: Adapter = (bytes, at) => {
  const summary = member(parseJson(bytes, at), 'results')
  const version = whole(member(summary, 'version'))
  if (version !== 3) {
    throw invalid(
      { ...summary, path: `${summary.path}.version` },
      `is ${version}; only version 3 is read`,
      'write the results with a newer promptfoo',
    )
  }
  const prompts = items(member(summary, 'prompts')).map(promptLabels)
  const results = items(member(summary, 'results')).map((result) => readResult(result, prompts))
  checkTotals(member(summary, 'stats'), results)
  return {
    metrics: ofTool('promptfoo', results.length === 0 ? [] : metricsOf(results, prompts), at),
    catalogue: new Map([['promptfoo', SPECS]]),
    open: false,
  }
}

interface Column {
  readonly prompt: string
  readonly provider: string
}

function promptLabels(prompt: Cursor, index: number): Column {
  const label = text(member(prompt, 'label'))
  const id = optional(prompt, 'id')
  const short = label.length <= LONGEST_LABEL && !/[\r\n]/.test(label)
  return {
    prompt: short ? label : id === undefined ? `prompt ${index + 1}` : text(id).slice(0, 12),
    provider: text(member(prompt, 'provider')),
  }
}

function readResult(result: Cursor, columns: readonly Column[]): Result {
  const passed = flag(member(result, 'success'))
  const reason = whole(member(result, 'failureReason'))
  if (passed && reason === ERROR_REASON) throw contradiction(result, 'it passed, and it is an error')
  const index = member(result, 'promptIdx')
  const column = columns[whole(index)]
  if (column === undefined) throw contradiction(index, 'there is no such prompt in `results.prompts`')
  return {
    state: passed ? 'passed' : reason === ERROR_REASON ? 'error' : 'failed',
    score: finite(member(result, 'score')),
    ...column,
    plugin: pluginOf(result),
    scores: members(member(result, 'namedScores')).map(([name, score]) => [name, finite(score)] as const),
  }
}

/** `testCase.metadata.pluginId`, which `promptfoo redteam` writes. */
function pluginOf(result: Cursor): string | undefined {
  const testCase = optional(result, 'testCase')
  const metadata = testCase === undefined ? undefined : optional(testCase, 'metadata')
  const plugin = metadata === undefined || metadata.value === null ? undefined : optional(metadata, 'pluginId')
  return plugin === undefined ? undefined : text(plugin)
}

/** The totals are kept apart from the results, so a file that lost results shows. */
function checkTotals(stats: Cursor, results: readonly Result[]): void {
  const total = ['successes', 'failures', 'errors'].reduce((sum, name) => sum + whole(member(stats, name)), 0)
  if (total !== results.length)
    throw contradiction(stats, `it counts ${total} results, and \`results.results\` has ${results.length}`)
}

function metricsOf(results: readonly Result[], columns: readonly Column[]): readonly Metric[] {
  const passRate = (name: string, some: readonly Result[], labels?: Metric['labels']): Metric =>
    rate(name, some.filter(({ state }) => state === 'passed').length, some.length, labels)
  const plugins = [...new Set(results.flatMap(({ plugin }) => plugin ?? []))]
  const names = [...new Set(results.flatMap(({ scores }) => scores.map(([name]) => name)))]
  return [
    count('tests', results.length),
    passRate('pass_rate', results),
    rate('error_rate', results.filter(({ state }) => state === 'error').length, results.length),
    ...columns.map(({ prompt, provider }) =>
      passRate(
        'prompt_pass_rate',
        results.filter((result) => result.prompt === prompt && result.provider === provider),
        { prompt, provider },
      ),
    ),
    ...plugins.map((plugin) =>
      passRate(
        'plugin_pass_rate',
        results.filter((result) => result.plugin === plugin),
        { plugin },
      ),
    ),
    mean(
      'score',
      results.map(({ score }) => score),
    ),
    ...names.map((metric) =>
      mean(
        'metric_score',
        results.flatMap(({ scores }) => scores.flatMap(([name, score]) => (name === metric ? [score] : []))),
        { metric },
      ),
    ),
  ]
}

/** A mean. Only of zeros and ones do the values alone give an exact interval. */
function mean(name: string, values: readonly number[], labels?: Metric['labels']): Metric {
  const sum = values.reduce((total, value) => total + value, 0)
  const binary = values.every((value) => value === 0 || value === 1)
  return {
    name,
    value: sum / values.length,
    ...(labels === undefined ? {} : { labels }),
    n: values.length,
    ...(binary ? { interval: clopperPearson(sum, values.length) } : {}),
  }
}
