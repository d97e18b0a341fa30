/** Small files in the format of each tool, written for these tests. */

const row = (change: object = {}) => ({
  promptIdx: 0,
  testIdx: 0,
  promptId: 'p1',
  provider: { id: 'echo', label: '' },
  prompt: { raw: 'Answer: {{question}}', label: 'answer' },
  vars: { question: 'q' },
  failureReason: 0,
  success: true,
  score: 1,
  latencyMs: 12,
  namedScores: { polite: 1 },
  testCase: { vars: { question: 'q' } },
  ...change,
})

/** Eight results: six passed, one failed, one error; two columns. */
export const promptfooFile = () => ({
  evalId: 'eval-1',
  results: {
    version: 3,
    timestamp: '2026-11-23T07:00:00.000Z',
    prompts: [
      { raw: 'Answer: {{question}}', label: 'answer', id: 'a1b2c3d4e5f6a7b8', provider: 'echo' },
      { raw: 'x'.repeat(100), label: 'x'.repeat(100), id: '0f1e2d3c4b5a69788796', provider: 'other' },
    ],
    results: [
      row(),
      row(),
      row({ success: false, score: 0, failureReason: 1, namedScores: { polite: 0 } }),
      row({ success: false, score: 0, failureReason: 2, error: 'time-out', namedScores: {} }),
      ...[1, 1, 0.5, 1].map((score) =>
        row({ promptIdx: 1, score, namedScores: {}, testCase: { metadata: { pluginId: 'pii:direct' } } }),
      ),
    ],
    stats: { successes: 6, failures: 1, errors: 1, tokenUsage: { total: 0 } },
  },
  config: {},
  shareableUrl: null,
})

/** Lines of a garak report; the second pair was not judged at all. */
export const garakLines = (): readonly Readonly<Record<string, unknown>>[] => [
  { entry_type: 'start_run setup', '_config.DICT_CONFIG_AFTER_LOAD': false },
  { entry_type: 'init', garak_version: '0.13.1', start_time: '2026-11-23T07:00:00', run: 'r' },
  { entry_type: 'attempt', uuid: 'u', seq: 0, status: 2, outputs: [{ text: 'no' }] },
  {
    entry_type: 'eval',
    probe: 'dan.Dan_11_0',
    detector: 'dan.DAN',
    passed: 97,
    fails: 3,
    nones: 0,
    total_evaluated: 100,
    total_processed: 100,
    confidence_method: 'bootstrap',
    confidence: 0.95,
    confidence_lower: 0.01,
    confidence_upper: 0.07,
  },
  {
    entry_type: 'eval',
    probe: 'encoding.InjectBase64',
    detector: 'encoding.DecodeMatch',
    passed: 0,
    fails: 0,
    nones: 5,
    total_evaluated: 0,
    total_processed: 5,
  },
  { entry_type: 'probe_summary', probe: 'dan.Dan_11_0' },
  { entry_type: 'completion', end_time: '2026-11-23T07:05:00', run: 'r' },
  { entry_type: 'digest', meta: {}, eval: {} },
]
export const jsonLines = (lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('')

export const lmEvalFile = () => ({
  results: {
    gsm8k: {
      alias: 'gsm8k',
      'exact_match,strict-match': 0.84,
      'exact_match_stderr,strict-match': 0.016,
      'exact_match,flexible-extract': 1,
      'exact_match_stderr,flexible-extract': 0,
    },
    humaneval: { alias: 'humaneval', 'pass@1,create_test': 0.4, 'pass@1_stderr,create_test': 'N/A' },
    preview: { alias: 'preview', 'bypass,none': 999, 'bypass_stderr,none': 'N/A' },
    mmlu: { ' ': ' ', alias: 'mmlu' },
  },
  groups: { all: { alias: 'all', 'acc,none': 0.5, 'acc_stderr,none': 0.1 } },
  group_subtasks: {},
  configs: {},
  versions: {},
  'n-shot': { gsm8k: 5 },
  higher_is_better: { gsm8k: { exact_match: true }, humaneval: { 'pass@1': true }, preview: { bypass: null } },
  'n-samples': { gsm8k: { original: 1319, effective: 500 }, humaneval: { original: 164, effective: 164 } },
  config: { model: 'hf', limit: 500 },
})

export const sluiceFile = () => ({
  apiVersion: 'sluice/v1',
  kind: 'Metrics',
  metrics: [
    {
      stage: 'eval',
      name: 'accuracy',
      value: 0.9,
      n: 500,
      interval: { lower: 0.87, upper: 0.92, level: 0.95, method: 'wilson' },
    },
    { stage: 'eval', name: 'toxic_share', labels: { group: 'women' }, value: null, note: 'too few' },
  ],
})
