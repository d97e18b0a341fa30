import { expect, test } from 'vitest'
import { createTerminalView } from '../../../cli/terminal/view.ts'
import type { RunEvent } from '../../../pipelines/engine/events.ts'
import type { RunRecord } from '../../../pipelines/engine/run-record.ts'
import { blockedRecord, erroredRecord, passedRecord } from '../../support/run-record.ts'

const ROWS = { in: 3000, kept: 2987, dropped: 9, quarantined: 4, joined: 0, added: 0 }
const ESC = '\u001b'
const HIDE = `${ESC}[?25l`
const SHOW = `${ESC}[?25h`
const PATHS = { html: '.sluice/runs/r1/report.html', json: '.sluice/runs/r1/run.json', store: '.sluice' }

/** Events of a record with the moments (ms) at which they happen. */
function story(record: RunRecord): readonly (readonly [number, RunEvent])[] {
  const stages = record.stages.map(({ id, uses, needs }) => ({ id, uses, needs }))
  const events: (readonly [number, RunEvent])[] = [
    [0, { type: 'run.planned', run: 'r1', pipeline: record.pipeline.name, stages }],
  ]
  let at = 0
  for (const stage of record.stages) {
    if (stage.state === 'skipped') {
      events.push([at, { type: 'stage.skipped', stage: stage.id, because: stage.reason ?? '' }])
      continue
    }
    if (stage.state !== 'cached') {
      events.push([at, { type: 'stage.started', stage: stage.id, key: 'k', tasks: 2 }])
      events.push([at + 1000, { type: 'stage.progress', stage: stage.id, done: 620, total: 3000, unit: 'rows' }])
      events.push([at + 1010, { type: 'stage.progress', stage: stage.id, done: 630, total: 3000, unit: 'rows' }])
      events.push([at + 2000, { type: 'stage.progress', stage: stage.id, done: 1860, total: 3000, unit: 'rows' }])
    }
    at += 3000
    if (stage.error !== null) {
      events.push([at, { type: 'stage.errored', stage: stage.id, error: stage.error }])
      continue
    }
    events.push([
      at,
      {
        type: 'stage.finished',
        stage: stage.id,
        key: 'k',
        state: stage.state === 'gate_failed' ? 'done' : stage.state,
        seconds: stage.seconds,
        ...(stage.rows === null ? {} : { rows: ROWS }),
      },
    ])
    for (const { gate, decision, digest } of record.decisions)
      if (gate === stage.id) events.push([at, { type: 'gate.decided', gate, decision, digest }])
  }
  for (const { gate, decision, digest } of record.decisions)
    if (gate === 'release') events.push([at, { type: 'gate.decided', gate, decision, digest }])
  return [
    ...events,
    [at, { type: 'run.finished', run: 'r1', outcome: record.outcome, exit: record.exit, seconds: record.seconds }],
  ]
}

function show(
  record: RunRecord,
  options: { isTTY: boolean; columns: number; color?: boolean; until?: number },
): string {
  let text = ''
  let clock = 0
  const view = createTerminalView({
    stream: { write: (chunk: string) => (text += chunk) },
    isTTY: options.isTTY,
    color: options.color ?? false,
    columns: options.columns,
    now: () => clock,
  })
  for (const [at, event] of story(record).slice(0, options.until)) {
    clock = at
    view.on(event)
  }
  if (options.until === undefined) view.finish(record, PATHS)
  view.close()
  return text
}

/** What a person sees: a small screen that knows the sequences the view uses. */
function screen(text: string): string {
  const lines: string[] = ['']
  for (const part of text.split(new RegExp(`(${ESC}\\[[0-9?]*[A-Za-z]|\\r|\\n)`))) {
    const up = new RegExp(`^${ESC}\\[(\\d+)A$`).exec(part)
    if (up !== null) lines.splice(lines.length - 1 - Number(up[1]), Number.POSITIVE_INFINITY, '')
    else if (part === '\n') lines.push('')
    else if (part === '\r' || part === `${ESC}[0J` || part === HIDE || part === SHOW) continue
    else if (part.startsWith(ESC)) throw new Error(`unexpected sequence ${JSON.stringify(part)}`)
    else {
      lines[lines.length - 1] += part
    }
  }
  return lines.join('\n')
}

test('without a terminal: plain lines, appended only', () => {
  const text = show(passedRecord(), { isTTY: false, columns: 100 })
  expect([text.includes(ESC), text.includes('\r')]).toEqual([false, false])
  expect(text).toMatchInlineSnapshot(`
    "support-assistant · 8 stages · run r1

    · ingest started, 2 tasks
    ✓ ingest    done · 2,987 kept, 9 dropped, 4 quarantined · 1.9 s
      ✓ gate intake passes: 2 rules, 2 passed
    · redact started, 2 tasks
    ✓ redact    done · 2,987 kept, 9 dropped, 4 quarantined · 9.8 s
      ! gate privacy passes with warnings: 3 rules, 2 passed, 1 failed
          names-shadow (failed, shadow): Names are found as well as numbers
            redact.seeded_recall{type=PERSON} is 93.1% (lower bound), at least 95% required.
    · toxicity started, 2 tasks
    ✓ toxicity  done · 2,987 kept, 9 dropped, 4 quarantined · 2.7 s
      ✓ gate safety passes: 1 rule, 1 passed
    · bias started, 2 tasks
    ✓ bias      done · 2,987 kept, 9 dropped, 4 quarantined · 3.1 s
      ! gate safety passes with warnings: 1 rule, 0 passed, 1 no evidence
          groups-counted (no evidence, warn): Groups are mentioned often enough to judge
            bias.toxicity_ratio{group=religion} rests on 12 observations, 30 are needed.
    · curate started, 2 tasks
    ✓ curate    done · 2,987 kept, 9 dropped, 4 quarantined · 3.6 s
    · finetune started, 2 tasks
    ✓ finetune  done · 58 s
    · evaluate started, 2 tasks
    ✓ evaluate  done · 9.4 s
    · monitor started, 2 tasks
    ✓ monitor   done · 8.8 s
      ✓ release gate passes: 3 rules, 1 passed, 1 waived, 1 not applicable
          perplexity-gain (waived, block): Held-out perplexity improves tenfold
            Waived until 2027-01-01 by governance: first model of this kind.

    Release candidate, awaiting review
    Every gate let this run through: 5 gates, 6 of 10 rules passed and nothing blocks. A model is ready
    for human review; it is not released until 2 of 3 reviewers approve it.

    10 rules, 6 passed, 1 failed, 0 errors, 1 no evidence, 1 not applicable, 1 waived · 8 stages in 1 min 32 s · exit 0
      report  .sluice/runs/r1/report.html
      record  .sluice/runs/r1/run.json

    → Hand this report to dpo@example.org, ml-lead@example.org and support-head@example.org.
        sluice review request 20261123-070000-a1b2c3 --by NAME
    → Check the record against the stored bytes.
        sluice verify
    "
  `)
})

test('a blocked run says which rules, why, and what to do', () => {
  expect(show(blockedRecord(), { isTTY: false, columns: 100 })).toMatchInlineSnapshot(`
    "support-assistant · 8 stages · run r1

    = ingest    cached · 2,987 kept, 9 dropped, 4 quarantined · 1.9 s
      ✓ gate intake passes: 1 rule, 1 passed
    · redact started, 2 tasks
    ✓ redact    done · 2,987 kept, 9 dropped, 4 quarantined · 9.8 s
      ✗ gate privacy blocks: 3 rules, 1 passed, 2 failed
          seeded-recall-floor (failed): Personal data planted in copies of the records is found
            redact.seeded_recall{type=EMAIL} is 89.4% (lower bound), at least 92% required.
          names-shadow (failed, shadow): Names are found as well as numbers
            redact.seeded_recall{type=PERSON} is 93.1% (lower bound), at least 95% required.
    » toxicity  skipped: gate of redact blocks
    » bias      skipped: gate of redact blocks
    » curate    skipped: gate of redact blocks
    » finetune  skipped: gate of redact blocks
    » evaluate  skipped: gate of redact blocks
    » monitor   skipped: gate of redact blocks

    Blocked by the gate of redact
    1 rule was not met. The stages toxicity, bias, curate, finetune, evaluate and monitor did not run,
    and there is no release candidate.

    4 rules, 2 passed, 2 failed, 0 errors, 0 no evidence, 0 not applicable, 0 waived · 8 stages in 1 min 32 s · exit 1
      report  .sluice/runs/r1/report.html
      record  .sluice/runs/r1/run.json

    → Look at the missed forms in the redaction section, add a recognizer under \`with.patterns\` of the
        stage redact, then run again.
    → Run again; what has not changed is taken from the cache.
        sluice run pipelines/support-assistant.yaml
    "
  `)
})

test('an errored run gives the code, the place to look and the next step', () => {
  expect(show(erroredRecord(), { isTTY: false, columns: 100 })).toMatchInlineSnapshot(`
    "support-assistant · 8 stages · run r1

    · ingest started, 2 tasks
    ✓ ingest    done · 2,987 kept, 9 dropped, 4 quarantined · 1.9 s
      ✓ gate intake passes: 1 rule, 1 passed
    · redact started, 2 tasks
    ✗ redact    SYSTEM_ENOSPC: writing part-00001.jsonl: the disk is full
            → free some space; finished shards are kept, so the same command continues where it stopped
    » toxicity  skipped: stage redact errored
    » bias      skipped: stage redact errored
    » curate    skipped: stage redact errored
    » finetune  skipped: stage redact errored
    » evaluate  skipped: stage redact errored
    » monitor   skipped: stage redact errored

    Stopped: redact errored
    The run did not finish, so nothing it measured counts as passed. The stages toxicity, bias, curate,
    finetune, evaluate and monitor did not run.

    1 rule, 1 passed, 0 failed, 0 errors, 0 no evidence, 0 not applicable, 0 waived · 8 stages in 1 min 32 s · exit 5
      report  .sluice/runs/r1/report.html
      record  .sluice/runs/r1/run.json

    → Free some space; finished shards are kept, so the same command continues where it stopped.
    → Run again; finished shards are kept.
        sluice run pipelines/support-assistant.yaml
    "
  `)
})

test('on a terminal: one moving line for the stage that runs', () => {
  expect(
    screen(show(passedRecord(), { isTTY: true, columns: 100, until: 11 }).replace(`${ESC}[1A\r${ESC}[0J${SHOW}`, '')),
  ).toMatchInlineSnapshot(`
    "support-assistant · 8 stages · run r1

    ✓ ingest    done · 2,987 kept, 9 dropped, 4 quarantined · 1.9 s
      ✓ gate intake passes: 2 rules, 2 passed
    ⠋ redact    ━━━━━━━━━━━━━━━─────────  62%  · 1,860/3,000 rows · 930 rows/s · 1.2 s left
    "
  `)
})

test('on a terminal the end looks as it does in a log, without the lines that moved', () => {
  const lines = (text: string): readonly string[] => text.split('\n').filter((line) => !line.startsWith('· '))
  expect(lines(screen(show(blockedRecord(), { isTTY: true, columns: 100 })))).toEqual(
    lines(show(blockedRecord(), { isTTY: false, columns: 100 })),
  )
})

test('it redraws at most ten times a second', () => {
  const text = show(passedRecord(), { isTTY: true, columns: 100 })
  expect(text).toContain('620/3,000 rows')
  expect(text).not.toContain('630/3,000 rows')
})

test('the cursor is hidden while lines move and always given back', () => {
  for (const until of [undefined, 3, 5, 9]) {
    const text = show(passedRecord(), { isTTY: true, columns: 80, ...(until === undefined ? {} : { until }) })
    const last = Math.max(text.lastIndexOf(HIDE), text.lastIndexOf(SHOW))
    expect(text.slice(last, last + 6)).toBe(SHOW)
  }
  expect(process.listeners('exit').filter((listener) => listener.name === 'restore')).toHaveLength(0)
})

test('moving lines never reach the edge, however narrow the terminal', () => {
  for (const columns of [20, 40, 60, 100]) {
    const text = show(passedRecord(), { isTTY: true, columns, until: 5 })
    for (const line of text.replace(new RegExp(`${ESC}\\[[0-9?]*[A-Za-z]`, 'g'), '').split(/[\r\n]+/))
      if (/^[⠋-⠿]/.test(line)) expect([...line].length).toBeLessThan(columns)
  }
})

test('colour goes with a sign or a word, and only where it is wanted', () => {
  expect(show(blockedRecord(), { isTTY: false, columns: 100, color: true })).toContain('\u001b[31m✗\u001b[39m')
})
