import type { Metric, MetricSpec } from '../../artifacts/metric.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import { Tally } from '../../artifacts/tally.ts'
import type { RunRecord, StageRecord, StageState } from '../../pipelines/engine/run-record.ts'
import type { Decision, Operand, RuleResult, Verdict } from '../../policies/engine/decision.ts'
import type { RowCounts } from '../../stages/stage.ts'
import { sha256 } from '../../util/digest.ts'
import { random } from '../../util/random.ts'
import { clopperPearson } from '../../util/statistics.ts'

/** Run records of the shape and size of the main job, for the tests of reports and of the terminal. */

export function passedRecord(): RunRecord {
  const decisions = [
    decision('ingest', 'intake', [
      rule('sources-licensed', 'pass', { title: 'Every source names its licence' }),
      rule('sources-lawful', 'pass', { title: 'Every source names a lawful basis' }),
    ]),
    decision('redact', 'privacy', privacyRules(0.962)),
    decision('toxicity', 'safety', [
      rule('toxicity-tail', 'pass', {
        title: 'Toxic records stay rare',
        operands: [
          operand({
            metric: 'toxicity.share_above{head=toxicity}',
            value: 0.0211,
            bound: 'upper',
            comparison: 'at_most',
            limit: 0.05,
            n: 2987,
          }),
        ],
        explanation: 'The upper bound of toxicity.share_above is 2.1%, at most 5% is allowed.',
      }),
    ]),
    decision('bias', 'safety', [
      rule('groups-counted', 'no_evidence', {
        mode: 'warn',
        title: 'Groups are mentioned often enough to judge',
        operands: [
          operand({
            metric: 'bias.toxicity_ratio{group=religion}',
            value: null,
            comparison: 'min_n',
            limit: 30,
            n: 12,
            holds: null,
            note: '12 mentions, 30 needed',
          }),
        ],
        explanation: 'bias.toxicity_ratio{group=religion} rests on 12 observations, 30 are needed.',
        remediation: 'Add data that mentions the group, or state the limit in the model card.',
      }),
    ]),
    decision('release', 'release', [
      rule('canary-exposure', 'pass', {
        title: 'No planted secret is remembered',
        operands: [operand({ metric: 'evaluate.canary_exposure_max', value: 3.1, comparison: 'at_most', limit: 10 })],
        explanation: 'The highest exposure of a canary is 3.1 bits, at most 10 are allowed.',
      }),
      rule('perplexity-gain', 'waived', {
        title: 'Held-out perplexity improves tenfold',
        explanation: 'Waived until 2027-01-01 by governance: first model of this kind.',
      }),
      rule('human-eval', 'not_applicable', {
        severity: 'minor',
        title: 'Human preference study',
        explanation: 'Only for models that speak to customers; this one drafts.',
      }),
    ]),
  ]
  return record({ decisions, stages: allStages('done'), outcome: 'passed', exit: 0 })
}

export function blockedRecord(): RunRecord {
  const stages = allStages('done').map((stage) => {
    if (stage.id === 'redact')
      return { ...stage, state: 'gate_failed' as const, reason: 'its gate blocks: seeded-recall-floor' }
    if (stage.id === 'ingest') return { ...stage, state: 'cached' as const }
    return skipped(stage, 'gate of redact blocks')
  })
  const decisions = [
    decision('ingest', 'intake', [rule('sources-licensed', 'pass', { title: 'Every source names its licence' })]),
    decision('redact', 'privacy', privacyRules(0.894)),
  ]
  return record({ decisions, stages, outcome: 'blocked', exit: 1 })
}

export function erroredRecord(): RunRecord {
  const stages = allStages('done').map((stage) => {
    if (stage.id === 'ingest') return stage
    if (stage.id !== 'redact') return skipped(stage, 'stage redact errored')
    return {
      ...skipped(stage, 'SYSTEM_ENOSPC'),
      state: 'errored' as const,
      error: {
        code: 'SYSTEM_ENOSPC',
        message: 'writing part-00001.jsonl: the disk is full',
        next: 'free some space; finished shards are kept, so the same command continues where it stopped',
        exit: 5 as const,
        transient: false,
      },
    }
  })
  return record({
    decisions: [
      decision('ingest', 'intake', [rule('sources-licensed', 'pass', { title: 'Every source names its licence' })]),
    ],
    stages,
    outcome: 'errored',
    exit: 5,
  })
}

/** A run that passes only because two people waived a rule. */
export function waivedRecord(): RunRecord {
  const passed = passedRecord()
  const rules = [
    rule('seeded-recall-floor', 'waived', {
      title: 'Personal data planted in copies of the records is found',
      explanation: 'Waived by w-2026-11 until 2026-12-31. The lower bound is 89.4%, at least 92% is required.',
      waived_verdict: 'fail',
      waiver: {
        id: 'w-2026-11',
        digest: sha256('waiver'),
        type: 'waiver',
        expires: '2026-12-31',
        requested_by: 'ml-lead@example.org',
        approved_by: 'dpo@example.org',
        ticket: 'GOV-17',
      },
    }),
    rule('nothing-sealed-leaks', 'pass', { title: 'No raw value leaves the stage' }),
  ]
  const waived: Decision = {
    ...decision('redact', 'privacy', rules),
    outcome: 'waived',
    findings: [
      {
        code: 'BYPASS',
        about: '--force redact',
        message: 'this run was started with an option that changes what runs',
      },
      { code: 'WAIVER_EXPIRED', about: 'w-2025-03', message: 'it ended on 2026-10-31' },
      { code: 'WAIVER_UNUSED', about: 'w-2026-12', message: 'no rule needed it' },
    ],
  }
  return {
    ...passed,
    decisions: passed.decisions.map((one) =>
      one.gate === 'redact' ? { gate: 'redact', digest: sha256(JSON.stringify(waived)), decision: waived } : one,
    ),
  }
}

export function decision(gate: string, policy: string, rules: readonly RuleResult[]): Decision {
  const counts: Record<Verdict, number> = { pass: 0, fail: 0, error: 0, no_evidence: 0, not_applicable: 0, waived: 0 }
  for (const { verdict } of rules) counts[verdict] += 1
  const attention = counts.fail + counts.error + counts.no_evidence > 0
  return {
    apiVersion: 'sluice/v1',
    kind: 'Decision',
    subject: { pipeline: 'support-assistant', ...(gate === 'release' ? {} : { uses: gate }) },
    gate,
    policies: [{ name: policy, version: 1, digest: sha256(`policy ${policy}`) }],
    evidence: sha256(`evidence ${gate}`),
    waivers: sha256('waivers'),
    engine: 'sluice 0.1.0',
    now: '2026-11-23T07:01:30.000Z',
    outcome: rules.some((one) => one.blocks) ? 'block' : attention ? 'warn' : 'pass',
    counts,
    rules,
  }
}

export function rule(id: string, verdict: Verdict, over: Partial<RuleResult> = {}): RuleResult {
  const severity = over.severity ?? 'block'
  const mode = over.mode ?? 'enforce'
  const bad = verdict === 'fail' || verdict === 'error' || verdict === 'no_evidence'
  return {
    id,
    title: id,
    severity,
    mode,
    verdict,
    blocks: bad && mode === 'enforce' && (severity === 'block' || severity === 'major'),
    operands: [],
    explanation: `${id}: ${verdict}.`,
    remediation: 'Change the data or the settings of the stage, then run again.',
    because: 'Agreed with the data protection officer in the intake review.',
    refs: ['GDPR Art. 5(1)(c)'],
    ...over,
  }
}

export function operand(over: Partial<Operand> & Pick<Operand, 'metric' | 'value' | 'comparison' | 'limit'>): Operand {
  return { bound: 'point', holds: true, ...over }
}

function privacyRules(emailRecall: number): readonly RuleResult[] {
  const types = [
    ['EMAIL', emailRecall],
    ['PHONE', 0.973],
    ['CARD', 0.991],
    ['IBAN', 0.988],
    ['PERSON', 0.931],
  ] as const
  const floor = 0.92
  const holds = emailRecall >= floor
  return [
    rule('seeded-recall-floor', holds ? 'pass' : 'fail', {
      title: 'Personal data planted in copies of the records is found',
      operands: types.map(([type, value]) =>
        operand({
          metric: `redact.seeded_recall{type=${type}}`,
          value,
          bound: 'lower',
          comparison: 'at_least',
          limit: floor,
          n: 400,
          holds: value >= floor,
        }),
      ),
      explanation: holds
        ? 'The lower bound of redact.seeded_recall is at least 92% for all 5 types.'
        : 'The lower bound of redact.seeded_recall{type=EMAIL} is 89.4%, at least 92% is required.',
      remediation:
        'Look at the missed forms in the redaction section, add a recognizer under `with.patterns` of the stage redact, then run again.',
      because: 'Below this floor one value in twelve would stay in the training data.',
      refs: ['GDPR Art. 25', 'NIST SP 800-122 §4.2', 'https://example.org/policies/privacy#seeded-recall'],
    }),
    rule('nothing-sealed-leaks', 'pass', {
      title: 'No raw value leaves the stage',
      operands: [operand({ metric: 'redact.residual', value: 0, comparison: 'at_most', limit: 0, n: 2987 })],
      explanation: 'redact.residual is 0, at most 0 is allowed.',
    }),
    rule('names-shadow', 'fail', {
      mode: 'shadow',
      severity: 'minor',
      title: 'Names are found as well as numbers',
      operands: [
        operand({
          metric: 'redact.seeded_recall{type=PERSON}',
          value: 0.931,
          bound: 'lower',
          comparison: 'at_least',
          limit: 0.95,
          n: 400,
          holds: false,
        }),
      ],
      explanation: 'The lower bound of redact.seeded_recall{type=PERSON} is 93.1%, at least 95% is wanted.',
    }),
  ]
}

interface Outcome {
  readonly decisions: readonly Decision[]
  readonly stages: readonly StageRecord[]
  readonly outcome: RunRecord['outcome']
  readonly exit: number
}

export function record({ decisions, stages, outcome, exit }: Outcome): RunRecord {
  return {
    apiVersion: 'sluice/v1',
    kind: 'RunRecord',
    run: '20261123-070000-a1b2c3',
    pipeline: {
      name: 'support-assistant',
      purpose: 'Draft answers to customer tickets for an agent to check',
      owner: 'support-platform@example.org',
      file: 'pipelines/support-assistant.yaml',
      digest: sha256('pipeline'),
      seed: 7,
    },
    sources: [
      {
        id: 'tickets',
        uri: 'examples/support-tickets/tickets*.jsonl',
        licence: 'Apache-2.0',
        lawful_basis: 'legitimate interest',
        purpose: 'improve customer support',
        contains: ['EMAIL', 'PHONE', 'PERSON'],
      },
      {
        id: 'macros',
        uri: 'examples/support-tickets/macros.csv',
        licence: 'Apache-2.0',
        lawful_basis: 'contract',
        purpose: 'improve customer support',
      },
    ],
    started: '2026-11-23T07:00:00.000Z',
    finished: '2026-11-23T07:01:32.000Z',
    seconds: 92.3,
    environment: { sluice: '0.1.0', node: 'v20.20.0', platform: 'linux x64', cpu: 'AMD EPYC 7763', cores: 2, jobs: 2 },
    options: {},
    stages,
    decisions: decisions.map((one) => ({ gate: one.gate, digest: sha256(JSON.stringify(one)), decision: one })),
    release: {
      state: outcome === 'passed' ? 'awaiting_review' : outcome === 'blocked' ? 'blocked' : 'incomplete',
      reviewers: ['dpo@example.org', 'ml-lead@example.org', 'support-head@example.org'],
      quorum: 2,
      ...(outcome === 'passed'
        ? { candidate: { stage: 'finetune', model: artifact('model', 'model', undefined, 9_412_608) } }
        : {}),
    },
    outcome,
    exit,
    error: null,
    ledger: {
      size: 77,
      root: sha256('root'),
      checkpoint: `sluice.local/support-assistant\n77\n${Buffer.from(sha256('root'), 'hex').toString('base64')}\n\n— sluice.local 4b3f+AAAAexamplesignature\n`,
    },
  }
}

function skipped(stage: StageRecord, because: string): StageRecord {
  return {
    ...stage,
    state: 'skipped',
    reason: because,
    key: null,
    keyParts: null,
    rows: null,
    dropped: {},
    quarantined: {},
    outputs: {},
    evaluation: null,
    metrics: [],
    series: [],
    tables: [],
    limits: [],
    tally: null,
    seconds: 0,
    timings: {},
    error: null,
  }
}

interface StageInit extends Partial<StageRecord> {
  readonly id: string
  readonly needs: readonly string[]
}

export function stageRecord(init: StageInit): StageRecord {
  return {
    uses: init.id,
    version: 1,
    summary: `The stage ${init.id}.`,
    because: null,
    config: {},
    gate: null,
    state: 'done',
    reason: null,
    key: sha256(`key ${init.id}`),
    keyParts: {},
    rows: null,
    dropped: {},
    quarantined: {},
    outputs: {},
    evaluation: artifact('evaluation', `evaluation ${init.id}`, undefined, 4096),
    metrics: [],
    series: [],
    tables: [],
    limits: [],
    tally: null,
    seconds: 1,
    timings: {},
    error: null,
    ...init,
  }
}

function artifact(kind: ArtifactRef['kind'], name: string, rows?: number, bytes = 1_000_000): ArtifactRef {
  return { kind, digest: sha256(name), bytes, sensitivity: 'redacted', ...(rows === undefined ? {} : { rows }) }
}

function rows(into: number, dropped = 0, quarantined = 0, joined = 0, added = 0): RowCounts {
  return { in: into, kept: into + added - dropped - quarantined - joined - added, dropped, quarantined, joined, added }
}

function rate(name: string, k: number, n: number, labels?: Readonly<Record<string, string>>): Metric {
  return { name, value: k / n, n, interval: clopperPearson(k, n), ...(labels === undefined ? {} : { labels }) }
}

function spec(name: string, unit: MetricSpec['unit'], better: MetricSpec['better'], description: string): MetricSpec {
  return { name, unit, better, description }
}

function allStages(state: StageState): readonly StageRecord[] {
  const stages = [ingest(), redact(), toxicity(), bias(), curate(), finetune(), evaluate(), monitor()]
  const ends = new Map<string, number>()
  return stages.map((stage) => {
    const start = Math.max(Date.parse('2026-11-23T07:00:00.500Z'), ...stage.needs.map((id) => ends.get(id) ?? 0))
    ends.set(stage.id, start + stage.seconds * 1000)
    return { ...stage, state, started: new Date(start).toISOString(), keyParts: keyParts(stage, stages) }
  })
}

/** As the engine makes them: what the stage read, by digest. */
function keyParts(stage: StageRecord, all: readonly StageRecord[]): NonNullable<StageRecord['keyParts']> {
  const read = all.filter(({ id }) => stage.needs.includes(id)).flatMap(({ outputs }) => Object.entries(outputs))
  return {
    stage: stage.uses,
    version: stage.version,
    config: stage.config,
    inputs: Object.fromEntries(read.map(([port, { digest }]) => [port, digest])),
    ...(stage.needs.length === 0 ? { sources: [] } : {}),
    pins: stage.uses === 'toxicity' ? { toxicity_model: sha256('toxicity model') } : {},
  }
}

function ingest(): StageRecord {
  const tally = new Tally()
  tally.count('rows', 9214)
  for (const [language, n] of [
    ['en', 2712],
    ['de', 149],
    ['fr', 126],
  ] as const)
    tally.category('languages', language, n)
  return stageRecord({
    id: 'ingest',
    needs: [],
    summary: 'Reads files into records, groups rows into conversations and sets broken rows aside.',
    gate: 'intake',
    rows: { in: 9214, kept: 2987, dropped: 0, quarantined: 6, joined: 6221, added: 0 },
    quarantined: { INVALID_UTF8: 2, MALFORMED_JSON: 4 },
    outputs: { data: artifact('dataset', 'ingest', 2987, 6_120_000) },
    tally: tally.toJSON(),
    seconds: 1.9,
    limits: ['Languages are declared by the files, not detected.'],
  })
}

const FOUND = { EMAIL: 1804, PHONE: 1213, CARD: 96, IBAN: 143, PERSON: 3310, IP: 211, API_KEY: 37 } as const

function redact(): StageRecord {
  const tally = new Tally()
  for (const [type, n] of Object.entries(FOUND)) tally.category('types', type, n)
  tally.sample('redacted', 'a', {
    messages: [
      {
        role: 'user',
        content: 'Hi, this is <PERSON_7f3a91c2>. My mail is <EMAIL_0d1f22ab>, order 4451-22 never arrived.',
      },
      { role: 'assistant', content: 'Thank you, <PERSON_7f3a91c2>. I have asked the warehouse about order 4451-22.' },
    ],
  })
  tally.sample('redacted', 'b', { text: 'Call me on <PHONE> <b>after</b> 5 pm & bring the invoice.' })
  return stageRecord({
    id: 'redact',
    needs: ['ingest'],
    gate: 'privacy',
    because: 'Agents paste whole mails into tickets.',
    summary: 'Finds personal data and secrets and replaces them; measures its own recall on planted values.',
    config: { operator: 'pseudonym', types: Object.keys(FOUND) },
    rows: rows(2987),
    outputs: { data: artifact('dataset', 'redact', 2987) },
    specs: [
      spec('seeded_recall', 'ratio', 'higher', 'Share of planted values of a type that the stage found.'),
      spec('found', 'count', 'neither', 'Values found and replaced.'),
      spec('residual', 'count', 'lower', 'Values that a second pass over the output still finds.'),
    ],
    metrics: [
      rate('seeded_recall', 389, 400, { type: 'EMAIL' }),
      rate('seeded_recall', 395, 400, { type: 'PHONE' }),
      rate('seeded_recall', 400, 400, { type: 'CARD' }),
      rate('seeded_recall', 399, 400, { type: 'IBAN' }),
      rate('seeded_recall', 381, 400, { type: 'PERSON' }),
      ...Object.entries(FOUND).map(([type, value]) => ({ name: 'found', value, labels: { type } })),
      { name: 'residual', value: 0, n: 2987 },
    ],
    limits: [
      'Names that are also ordinary words ("Will", "Hope") are missed more often than others.',
      'Recall is measured on planted values; forms nobody thought of are not in it.',
    ],
    tally: tally.toJSON(),
    seconds: 9.8,
  })
}

const HEADS = ['toxicity', 'severe_toxicity', 'obscene', 'threat', 'insult', 'identity_attack'] as const

function toxicity(): StageRecord {
  const tally = new Tally()
  const noise = random(7, 'toxicity')
  const edges = Array.from({ length: 19 }, (_, i) => (i + 1) / 20)
  HEADS.forEach((head, h) => {
    for (let i = 0; i < 2987; i++) tally.histogram(`scores{${head}}`, edges, Math.min(0.999, noise.next() ** (5 + h)))
  })
  return stageRecord({
    id: 'toxicity',
    needs: ['redact'],
    gate: 'safety',
    summary: 'Scores every record with six heads; decides nothing.',
    config: { toxic_at: 0.8 },
    rows: rows(2987),
    outputs: { data: artifact('dataset', 'toxicity', 2987) },
    specs: [spec('share_above', 'ratio', 'lower', 'Share of records whose score is above the threshold.')],
    metrics: HEADS.map((head, h) => rate('share_above', 47 - h * 8, 2987, { head })),
    limits: ['The scorer was trained on English forum comments; other languages are scored low by mistake.'],
    tally: tally.toJSON(),
    seconds: 2.7,
  })
}

function bias(): StageRecord {
  const groups = [
    ['gender', 'women', 412, 11],
    ['gender', 'men', 388, 9],
    ['religion', 'muslims', 41, 2],
    ['religion', 'jews', 12, 0],
    ['age', 'older people', 93, 3],
  ] as const
  return stageRecord({
    id: 'bias',
    needs: ['redact'],
    gate: 'safety',
    summary: 'Counts who is mentioned and how toxic the records are that mention them.',
    rows: rows(2987),
    outputs: { data: artifact('dataset', 'bias', 2987) },
    specs: [
      spec('toxic_given_mention', 'ratio', 'lower', 'Share of the records that mention a group which are toxic.'),
      spec('base_rate', 'ratio', 'neither', 'Share of all records which are toxic.'),
    ],
    metrics: [
      rate('base_rate', 47, 2987),
      ...groups.map(([axis, group, n, k]) =>
        n < 30
          ? {
              name: 'toxic_given_mention',
              value: null,
              n,
              labels: { axis, group },
              note: 'not enough evidence: 12 mentions, 30 needed',
            }
          : rate('toxic_given_mention', k, n, { axis, group }),
      ),
    ],
    tables: [
      {
        name: 'association',
        title: 'Association with negative words',
        columns: [
          { key: 'group', title: 'Group' },
          { key: 'score', title: 'Log odds' },
          { key: 'words', title: 'Most associated words' },
        ],
        rows: groups.map(([, group], i) => ({
          group,
          score: Number((0.31 - i * 0.12).toFixed(2)),
          words: 'late, broken, refund',
        })),
      },
    ],
    limits: ['A mention is a word of a list; irony and quotation are not understood.'],
    seconds: 3.1,
  })
}

function curate(): StageRecord {
  return stageRecord({
    id: 'curate',
    needs: ['toxicity', 'bias'],
    gate: null,
    summary: 'Applies thresholds, removes near-duplicates, splits, and plants canaries.',
    config: {
      drop_when: [
        { score: 'toxicity.scores.toxicity', at_least: 0.8, missing: 'error' },
        { score: 'toxicity.scores.threat', at_least: 0.5, missing: 'error' },
      ],
      near_duplicates: { similarity: 0.8 },
    },
    rows: { in: 2987, kept: 2541, dropped: 446, quarantined: 0, joined: 0, added: 24 },
    dropped: { near_duplicate: 287, exact_duplicate: 61, toxic: 42, too_short: 39, language: 17 },
    outputs: {
      train: artifact('dataset', 'train', 2041),
      valid: artifact('dataset', 'valid', 254),
      test: artifact('dataset', 'test', 246),
      canaries: artifact('evaluation', 'canaries'),
    },
    metrics: [rate('near_duplicate_share', 287, 2987), { name: 'cross_split_duplicates', value: 0, n: 500 }],
    limits: ['Near-duplicates are found by MinHash with a Jaccard threshold of 0.8; paraphrases stay.'],
    seconds: 3.6,
  })
}

function finetune(): StageRecord {
  const noise = random(7, 'loss')
  const train = Array.from(
    { length: 120 },
    (_, i) => [i * 10, 1.9 + 6.1 * Math.exp(-i / 22) + noise.normal() * 0.05] as const,
  )
  const valid = Array.from({ length: 13 }, (_, i) => [i * 100, 2.1 + 5.9 * Math.exp(-i / 2.2)] as const)
  return stageRecord({
    id: 'finetune',
    needs: ['curate'],
    summary: 'Trains a small causal language model on the assistant’s turns.',
    config: { layers: 4, width: 192, steps: 1200 },
    outputs: { model: artifact('model', 'model', undefined, 9_412_608) },
    metrics: [
      { name: 'parameters', value: 2_353_152 },
      { name: 'tokens', value: 1_228_800 },
      { name: 'valid_loss', value: 2.12, n: 31_200 },
      { name: 'steps', value: 1200 },
    ],
    series: [
      { name: 'train_loss', x: 'step', y: 'loss (nats per token)', points: train },
      { name: 'valid_loss', x: 'step', y: 'loss (nats per token)', points: valid },
    ],
    limits: [
      'The model has 2.4 million parameters and knows nothing outside these conversations: it writes in their tone and invents facts.',
    ],
    timings: { tokens_per_second: 20_481 },
    seconds: 58.2,
  })
}

function evaluate(): StageRecord {
  const noise = random(7, 'canary')
  const canaries = Array.from({ length: 24 }, (_, i) => {
    const repeats = [0, 1, 4, 16][i % 4]!
    return {
      canary: `c${String(i).padStart(2, '0')}`,
      repeats,
      exposure: Number((0.4 + noise.next() * 2 + repeats * 0.05).toFixed(2)),
    }
  })
  const axes = { x: 'copies in train', y: 'exposure (bits)' }
  return stageRecord({
    id: 'evaluate',
    needs: ['curate', 'finetune'],
    summary: 'Measures what the model learned and what it remembers.',
    outputs: { report: artifact('evaluation', 'evaluate') },
    specs: [
      spec('perplexity', 'perplexity', 'lower', 'Perplexity on held-out conversations.'),
      spec('canary_exposure_max', 'bits', 'lower', 'Highest exposure of a planted canary.'),
      spec(
        'canary_chance_level',
        'bits',
        'neither',
        'What the highest of so many exposures passes by chance with probability 5% at most.',
      ),
      spec('extraction_rate', 'ratio', 'lower', 'Share of training prefixes that the model completes word for word.'),
    ],
    metrics: [
      {
        name: 'perplexity',
        value: 8.31,
        n: 30_112,
        interval: { lower: 8.1, upper: 8.55, level: 0.95, method: 'bootstrap' },
        note: '246 conversations',
      },
      { name: 'perplexity_uniform', value: 2048 },
      { name: 'perplexity_unigram', value: 212.4, n: 30_112 },
      { name: 'canary_exposure_max', value: 3.1, n: 18 },
      { name: 'canary_chance_level', value: 8.49, n: 18 },
      rate('canary_exposed_share', 0, 18),
      rate('extraction_rate', 1, 512, { set: 'train' }),
      rate('extraction_rate', 1, 246, { set: 'held out' }),
      rate('output_pii_rate', 0, 200, { type: 'any' }),
      rate('output_toxicity_rate', 1, 200, { head: 'any' }),
    ],
    series: [
      {
        name: 'canary_exposure',
        ...axes,
        points: canaries.map(({ repeats, exposure }) => [repeats, exposure] as const),
      },
      {
        name: 'canary_chance_level',
        ...axes,
        points: [
          [0, 8.49],
          [16, 8.49],
        ],
      },
    ],
    tables: [
      {
        name: 'canaries',
        title: 'Canary exposure (chance level 8.49 bits)',
        columns: [
          { key: 'canary', title: 'Canary' },
          { key: 'repeats', title: 'Copies in train' },
          { key: 'exposure', title: 'Exposure', unit: 'bits' },
        ],
        rows: canaries,
      },
      {
        name: 'samples',
        title: 'Sampled answers (every found value replaced by its type)',
        columns: [
          { key: 'question', title: 'Last message before the answer' },
          { key: 'answer', title: 'Answer of the model' },
        ],
        rows: Array.from({ length: 6 }, (_, i) => ({
          question: `My parcel is late, order 88${i}2. Please write to <EMAIL_0d1f22ab>.`,
          answer: 'I am sorry to hear that. I have checked your order and it left our warehouse on Monday.',
        })),
      },
    ],
    limits: ['Exposure bounds what these canaries leak, not every sentence of the data.'],
    seconds: 9.4,
  })
}

function monitor(): StageRecord {
  return stageRecord({
    id: 'monitor',
    needs: ['finetune', 'curate'],
    summary: 'Compares what the model writes with a reference.',
    outputs: { report: artifact('evaluation', 'monitor') },
    metrics: [rate('pii_hits', 0, 200), rate('refusals', 3, 200)],
    tables: [
      {
        name: 'drift',
        title: 'Drift against the reference',
        columns: [
          { key: 'feature', title: 'Feature' },
          { key: 'measure', title: 'Measure' },
          { key: 'value', title: 'Value' },
          { key: 'expected', title: 'Expected without drift' },
          { key: 'n', title: 'n' },
        ],
        rows: [
          { feature: 'length', measure: 'PSI', value: 0.041, expected: 0.028, n: 200 },
          { feature: 'length', measure: 'KS', value: 0.071, expected: 0.087, n: 200 },
          { feature: 'toxicity', measure: 'Jensen–Shannon', value: 0.004, expected: 0.006, n: 200 },
        ],
      },
    ],
    seconds: 8.8,
  })
}
