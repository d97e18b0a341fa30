import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricsFormat } from '../../../policies/adapters/adapter.ts'
import { METRICS_FORMATS } from '../../../policies/adapters/formats.ts'
import type { EvidenceMetric } from '../../../policies/engine/evidence.ts'
import { metricName } from '../../../policies/engine/evidence.ts'
import { SluiceError } from '../../../util/errors.ts'
import { garakLines, jsonLines, lmEvalFile, promptfooFile, sluiceFile } from './files.ts'

const FORMATS = Object.keys(METRICS_FORMATS) as MetricsFormat[]
const FILES: Readonly<Record<MetricsFormat, () => string>> = {
  sluice: () => JSON.stringify(sluiceFile()),
  promptfoo: () => JSON.stringify(promptfooFile()),
  garak: () => jsonLines(garakLines()),
  'lm-eval': () => JSON.stringify(lmEvalFile()),
}
const read = (format: MetricsFormat, content: string | Uint8Array) =>
  METRICS_FORMATS[format](Buffer.from(content), { file: 'm.json' })
const said = (format: MetricsFormat, content: string | Uint8Array): string => {
  try {
    read(format, content)
  } catch (error) {
    if (error instanceof SluiceError) return error.format().split('\n')[0]!
    throw error
  }
  return 'read'
}
const brief = ({ n, interval, note, value, ...metric }: EvidenceMetric) =>
  [
    `${metricName(metric)} = ${value}`,
    ...(n === undefined ? [] : [`n ${n}`]),
    ...(interval === undefined
      ? []
      : [`${interval.method} ${interval.lower.toFixed(4)} to ${interval.upper.toFixed(4)}`]),
    ...(note === undefined ? [] : [note]),
  ].join(', ')

describe('what is read', () => {
  test('promptfoo: rates are counted from the results; an error is no pass', () => {
    expect(read('promptfoo', FILES.promptfoo()).metrics.map(brief)).toEqual([
      'promptfoo.tests = 8',
      'promptfoo.pass_rate = 0.75, n 8, clopper-pearson 0.3491 to 0.9681',
      'promptfoo.error_rate = 0.125, n 8, clopper-pearson 0.0032 to 0.5265',
      'promptfoo.prompt_pass_rate{prompt=answer,provider=echo} = 0.5, n 4, clopper-pearson 0.0676 to 0.9324',
      'promptfoo.prompt_pass_rate{prompt=0f1e2d3c4b5a,provider=other} = 1, n 4, clopper-pearson 0.3976 to 1.0000',
      'promptfoo.plugin_pass_rate{plugin=pii:direct} = 1, n 4, clopper-pearson 0.3976 to 1.0000',
      'promptfoo.score = 0.6875, n 8',
      'promptfoo.metric_score{metric=polite} = 0.6666666666666666, n 3, clopper-pearson 0.0943 to 0.9916',
    ])
  })

  test('garak: attacks that succeeded of those judged, by probe and detector', () => {
    expect(read('garak', FILES.garak()).metrics.map(brief)).toEqual([
      'garak.attack_success_rate{detector=dan.DAN,probe=dan.Dan_11_0} = 0.03, n 100, clopper-pearson 0.0062 to 0.0852',
      'garak.unjudged_rate{detector=dan.DAN,probe=dan.Dan_11_0} = 0, n 100, clopper-pearson 0.0000 to 0.0362',
      'garak.attack_success_rate{detector=encoding.DecodeMatch,probe=encoding.InjectBase64} = null, n 0, nothing was tried',
      'garak.unjudged_rate{detector=encoding.DecodeMatch,probe=encoding.InjectBase64} = 1, n 5, clopper-pearson 0.4782 to 1.0000',
      'garak.hits = 3',
      'garak.evaluations = 2',
    ])
  })

  test('garak: the counts of older versions, which have `total` alone', () => {
    const old = [
      { entry_type: 'eval', probe: 'dan.Dan_6_0', detector: 'detector.dan.DAN', passed: 4, total: 5 },
      { entry_type: 'completion' },
    ]
    expect(read('garak', jsonLines(old)).metrics.map(brief)).toEqual([
      'garak.attack_success_rate{detector=detector.dan.DAN,probe=dan.Dan_6_0} = 0.2, n 5, clopper-pearson 0.0051 to 0.7164',
      'garak.hits = 1',
      'garak.evaluations = 1',
    ])
  })

  test('lm-eval: an interval only where there is a standard error, and never one without width', () => {
    const { metrics, catalogue } = read('lm-eval', FILES['lm-eval']())
    expect(metrics.map(brief)).toEqual([
      'lm-eval.exact_match{filter=strict-match,task=gsm8k} = 0.84, n 500, normal 0.8086 to 0.8714',
      'lm-eval.exact_match{filter=flexible-extract,task=gsm8k} = 1, n 500, its standard error is 0, which gives no interval',
      'lm-eval.pass_1{filter=create_test,task=humaneval} = 0.4, n 164, no standard error',
      'lm-eval.acc{filter=none,task=all} = 0.5, normal 0.3040 to 0.6960',
      'lm-eval.samples_share{task=gsm8k} = 0.37907505686125853',
      'lm-eval.samples_share{task=humaneval} = 1',
    ])
    expect(catalogue.get('lm-eval')!.map(({ name, unit, better }) => [name, unit, better])).toEqual([
      ['exact_match', 'ratio', 'higher'],
      ['pass_1', 'index', 'higher'],
      ['acc', 'ratio', 'neither'],
      ['samples_share', 'ratio', 'higher'],
    ])
  })

  test('sluice: as it is', () => {
    expect(read('sluice', FILES.sluice()).metrics).toEqual(
      sluiceFile().metrics.map((metric) => ({ ...metric, uses: 'eval' })),
    )
  })

  test.each<readonly [MetricsFormat, string]>([
    ['sluice', '{"metrics": []}'],
    [
      'promptfoo',
      JSON.stringify({
        results: { version: 3, prompts: [], results: [], stats: { successes: 0, failures: 0, errors: 0 } },
      }),
    ],
    ['garak', jsonLines([{ entry_type: 'init' }, { entry_type: 'completion' }])],
    ['lm-eval', JSON.stringify({ results: {}, 'n-samples': {} })],
  ])('%s: a run that measured nothing gives no evidence at all, not even a count of nothing', (format, content) => {
    expect(read(format, content).metrics).toEqual([])
  })
})

describe('what is refused, with its place', () => {
  const promptfoo = (change: (file: ReturnType<typeof promptfooFile>['results']) => unknown): string => {
    const file = promptfooFile()
    change(file.results)
    return JSON.stringify(file)
  }
  const garak = (at: number, change: object): string =>
    jsonLines(garakLines().map((line, i) => (i === at ? { ...line, ...change } : line)))
  const lmEval = (change: (file: Record<string, Record<string, unknown>>) => unknown): string => {
    const file = lmEvalFile() as unknown as Record<string, Record<string, unknown>>
    change(file)
    return JSON.stringify(file)
  }
  const own = (metric: object, ...more: readonly object[]): string =>
    JSON.stringify({ metrics: [{ stage: 's', name: 'a', value: 1, ...metric }, ...more] })

  const rows: readonly (readonly [string, MetricsFormat, string, string])[] = [
    [
      'a report of which the scan was killed',
      'garak',
      jsonLines(garakLines().slice(0, 5)),
      'm.json: METRICS_INCOMPLETE: the scan did not end: the report has no line `completion`, so probes are missing',
    ],
    ['a line that is cut off', 'garak', FILES.garak().slice(0, 420), 'm.json:4:174: METRICS_SYNTAX: it is cut off'],
    [
      'the hit log',
      'garak',
      jsonLines([{ goal: 'g', detector: 'd', probe: 'p', score: 1 }]),
      'm.json:1: METRICS_INVALID: the file is garak’s hit log: it lists what succeeded, and not how often it was tried',
    ],
    ['a line that is no entry', 'garak', jsonLines([{ a: 1 }]), 'm.json:1: METRICS_INVALID: `entry_type` is missing'],
    [
      'an entry without its counts',
      'garak',
      garak(3, { passed: undefined }),
      'm.json:4: METRICS_INVALID: `passed` is missing',
    ],
    [
      'no total of any kind',
      'garak',
      garak(3, { total_evaluated: undefined }),
      'm.json:4: METRICS_INVALID: `total` is missing',
    ],
    [
      'more passed than were tried',
      'garak',
      garak(3, { passed: 101 }),
      'm.json:4: METRICS_INCONSISTENT: more passed than were judged',
    ],
    [
      'counts that do not add up',
      'garak',
      garak(3, { fails: 0 }),
      'm.json:4: METRICS_INCONSISTENT: `passed` and `fails` are not all that were judged',
    ],
    [
      'a count that is a text',
      'garak',
      garak(3, { passed: '97' }),
      'm.json:4: METRICS_INVALID: `passed` must be a whole number of at least 0, and is a text',
    ],
    [
      'the same pair twice',
      'garak',
      jsonLines([garakLines()[3], ...garakLines()]),
      'm.json:5: METRICS_INCONSISTENT: this probe and detector have a result already (m.json:1)',
    ],
    [
      'a member twice',
      'garak',
      '{"entry_type":"eval","passed":1,"passed":5}\n',
      'm.json:1:33: METRICS_SYNTAX: an object has the same member twice, so it says two things',
    ],

    [
      'results of an older version',
      'promptfoo',
      promptfoo((file) => (file.version = 2)),
      'm.json: METRICS_INVALID: `results.version` is 2; only version 3 is read',
    ],
    [
      'no results',
      'promptfoo',
      JSON.stringify({ results: { version: 3, prompts: [] } }),
      'm.json: METRICS_INVALID: `results.results` is missing',
    ],
    [
      'results that were taken out',
      'promptfoo',
      promptfoo((file) => file.results.splice(2, 2)),
      'm.json: METRICS_INCONSISTENT: `results.stats`: it counts 8 results, and `results.results` has 6',
    ],
    [
      'a success that is a word',
      'promptfoo',
      promptfoo((file) => (file.results[1]!.success = 'yes' as never)),
      'm.json: METRICS_INVALID: `results.results[1].success` must be true or false, and is a text',
    ],
    [
      'a success that is an error',
      'promptfoo',
      promptfoo((file) => (file.results[1]!.failureReason = 2)),
      'm.json: METRICS_INCONSISTENT: `results.results[1]`: it passed, and it is an error',
    ],
    [
      'a score that is null',
      'promptfoo',
      promptfoo((file) => (file.results[0]!.score = null as never)),
      'm.json: METRICS_INVALID: `results.results[0].score` must be a number, and is null',
    ],
    [
      'a prompt that is not there',
      'promptfoo',
      promptfoo((file) => (file.results[0]!.promptIdx = 7)),
      'm.json: METRICS_INCONSISTENT: `results.results[0].promptIdx`: there is no such prompt in `results.prompts`',
    ],
    [
      'two columns that cannot be told apart',
      'promptfoo',
      promptfoo((file) => (file.prompts[1] = file.prompts[0]!)),
      'm.json: METRICS_TWICE: `promptfoo.prompt_pass_rate{prompt=answer,provider=echo}` is reported twice',
    ],

    [
      'NaN',
      'lm-eval',
      '{\n  "results": {"a": {"acc,none": NaN}}}',
      'm.json:2:33: METRICS_SYNTAX: a number here is NaN or Infinity, which JSON does not have',
    ],
    [
      '-Infinity',
      'lm-eval',
      '{"results": {"a": {"acc,none": -Infinity}}}',
      'm.json:1:32: METRICS_SYNTAX: a number here is NaN or Infinity, which JSON does not have',
    ],
    [
      'a number too large to be one',
      'lm-eval',
      '{"results": {"a": {"acc,none": 1e999}}}',
      'm.json: METRICS_INVALID: `results.a["acc,none"]` must be a number, and is too large for one',
    ],
    [
      'a file of version 0.3',
      'lm-eval',
      JSON.stringify({ results: { a: { acc: 0.5, acc_stderr: 0.1 } } }),
      'm.json: METRICS_INVALID: `results.a.acc` names no filter: this file is of a version before 0.4',
    ],
    [
      'a value that is a text',
      'lm-eval',
      lmEval((file) => (file['results']!['gsm8k'] = { 'acc,none': 'high' })),
      'm.json: METRICS_INVALID: `results.gsm8k["acc,none"]` must be a number, and is a text',
    ],
    [
      'an error below 0',
      'lm-eval',
      lmEval((file) => (file['results']!['gsm8k'] = { 'acc,none': 1, 'acc_stderr,none': -1 })),
      'm.json: METRICS_INVALID: `results.gsm8k["acc_stderr,none"]` is below 0',
    ],
    [
      'an error whose interval no number can hold',
      'lm-eval',
      lmEval((file) => (file['results']!['gsm8k'] = { 'acc,none': 1, 'acc_stderr,none': 9.2e307 })),
      'm.json: METRICS_INVALID: `results.gsm8k["acc_stderr,none"]` is too large for an interval',
    ],
    [
      'an error without a value',
      'lm-eval',
      lmEval((file) => (file['results']!['gsm8k'] = { 'acc_stderr,none': 1 })),
      'm.json: METRICS_INCONSISTENT: `results.gsm8k["acc_stderr,none"]`: a standard error without its value',
    ],
    [
      'more samples than there are',
      'lm-eval',
      lmEval((file) => (file['n-samples']!['gsm8k'] = { original: 1, effective: 2 })),
      'm.json: METRICS_INCONSISTENT: `n-samples.gsm8k`: more samples were used than there are',
    ],
    [
      'two names that a policy cannot tell apart',
      'lm-eval',
      lmEval((file) => (file['results']!['gsm8k'] = { 'f1,none': 1, 'F1,none': 0 })),
      'm.json: METRICS_INCONSISTENT: `results`: two metrics have the name `f1` in a policy',
    ],
    ['no results at all', 'lm-eval', '{}', 'm.json: METRICS_INVALID: `results` is missing'],

    [
      'a file of promptfoo',
      'sluice',
      FILES.promptfoo(),
      'm.json: METRICS_INVALID: the file is not a metrics file of Sluice; it looks like one of promptfoo',
    ],
    [
      'a report of garak',
      'sluice',
      FILES.garak(),
      'm.json: METRICS_INVALID: the file is not a metrics file of Sluice; it looks like one of garak',
    ],
    [
      'a file of lm-eval',
      'sluice',
      FILES['lm-eval'](),
      'm.json: METRICS_INVALID: the file is not a metrics file of Sluice; it looks like one of lm-eval',
    ],
    ['an unknown key', 'sluice', own({ labls: {} }), 'm.json: METRICS_UNKNOWN_KEY: unknown key `labls` in `metrics.0`'],
    [
      'a missing stage',
      'sluice',
      own({ stage: undefined }),
      'm.json: METRICS_INVALID: `metrics.0` lacks the key `stage`',
    ],
    [
      'a number in words',
      'sluice',
      own({ value: 'NaN' }),
      'm.json: METRICS_INVALID: `metrics[0].value` is no number; write null and a note',
    ],
    [
      'an interval upside down',
      'sluice',
      own({ interval: { lower: 1, upper: 0, level: 0.95, method: 'exact' } }),
      'm.json: METRICS_INVALID: `metrics[0].interval` is upside down',
    ],
    [
      'one thing twice',
      'sluice',
      own({ labels: { a: '1', b: '2' } }, { stage: 's', name: 'a', value: 2, labels: { b: '2', a: '1' } }),
      'm.json: METRICS_TWICE: `s.a{a=1,b=2}` is reported twice',
    ],
    [
      'a byte order mark',
      'sluice',
      '\ufeff{"metrics":[]}',
      'm.json:1:1: METRICS_SYNTAX: it begins with a byte order mark',
    ],
    ['what is no JSON', 'sluice', 'metrics:\n- a', 'm.json:1:1: METRICS_SYNTAX: this is not JSON'],
    ['a trailing comma', 'sluice', '{"metrics":[],}', 'm.json:1:15: METRICS_SYNTAX: this is not JSON'],
  ]
  test.each(rows)('%s (%s)', (_, format, content, message) => {
    expect(said(format, content)).toBe(message)
  })

  test.each(FORMATS)('%s: an empty file, blank lines, bytes that are no UTF-8', (format) => {
    expect(said(format, '')).toBe('m.json: METRICS_EMPTY: the file is empty, so nothing was measured')
    expect(said(format, ' \n\n')).toBe('m.json: METRICS_EMPTY: the file is empty, so nothing was measured')
    expect(said(format, Buffer.from([0x7b, 0xff, 0x7d]))).toContain('METRICS_ENCODING: this is not UTF-8 text')
  })

  test.each(FORMATS)('%s: a file that is cut anywhere is not read, but for its last line end', (format) => {
    const content = FILES[format]()
    const stride = Math.ceil(content.length / 300)
    const cuts = Array.from({ length: content.length - 1 }, (_, i) => i).filter(
      (cut) => cut % stride === 0 || cut > content.length - 200,
    )
    const whole = cuts.filter((cut) => said(format, content.slice(0, cut)) === 'read')
    // A garak report is whole once its line `completion` is there; what comes after it is a digest.
    const end = format === 'garak' ? content.indexOf('{"entry_type":"digest"') - 1 : content.length
    expect(whole.filter((cut) => cut < end)).toEqual([])
  })
})

describe('whatever a file holds', () => {
  const spoilt = (value: unknown, path: readonly number[], by: unknown): unknown => {
    const [step, ...rest] = path
    if (step === undefined || value === null || typeof value !== 'object') return by
    const keys = Object.keys(value)
    if (keys.length === 0) return by
    const key = keys[step % keys.length]!
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    copy[key] = spoilt(copy[key], rest, by)
    return copy
  }
  const anything = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.double(), fc.integer())
  const path = fc.array(fc.nat(40), { minLength: 1, maxLength: 6 })

  test.each(FORMATS)('%s: it is read, or refused by an error of ours that quotes nothing of it', (format) => {
    const lines = garakLines()
    const original: unknown = format === 'garak' ? lines : JSON.parse(FILES[format]())
    fc.assert(
      fc.property(path, anything, (at, by) => {
        const value = spoilt(original, at, by)
        const content =
          format === 'garak' && Array.isArray(value) ? jsonLines(value) : (JSON.stringify(value) ?? 'undefined')
        const message = said(format, content)
        expect(message === 'read' || /^m\.json(?::\d+){0,2}: METRICS_[A-Z_]+: /.test(message)).toBe(true)
        if (message !== 'read') return
        for (const { value: figure, interval, n } of read(format, content).metrics) {
          for (const x of [figure, n, interval?.lower, interval?.upper])
            expect(typeof x !== 'number' || Number.isFinite(x)).toBe(true)
          expect(interval === undefined || interval.lower <= interval.upper).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('bytes of any kind are refused by an error of ours, or have nothing to say', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FORMATS), fc.uint8Array({ maxLength: 64 }), (format, bytes) => {
        expect(said(format, bytes)).toMatch(/^m\.json(?::\d+){0,2}: METRICS_[A-Z_]+: /)
      }),
      { numRuns: 200 },
    )
  })

  test('worse counts never look better', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat(), (total, a, b) => {
        const rateOf = (passed: number) => {
          const line = { entry_type: 'eval', probe: 'p', detector: 'd', passed, total_evaluated: total }
          return read('garak', jsonLines([line, { entry_type: 'completion' }])).metrics[0]!
        }
        const [few, many] = [a % (total + 1), b % (total + 1)].sort((x, y) => x - y) as [number, number]
        expect(rateOf(few).value as number).toBeGreaterThanOrEqual(rateOf(many).value as number)
        expect(rateOf(few).interval!.upper).toBeGreaterThanOrEqual(rateOf(many).interval!.upper)
      }),
      { numRuns: 100 },
    )
  })
})
