import { readFileSync } from 'node:fs'
import { putEvaluation } from '../../artifacts/evaluation.ts'
import { TOXICITY_MODEL } from '../../models/toxicity/scorer.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { compiledModule, packageFile } from '../../util/package-root.ts'
import { runInThread } from '../../util/thread.ts'
import { defaultDetectorPins } from '../redact/pins.ts'
import type { Inputs, WholeStage } from '../stage.ts'
import { MonitorConfig } from './config.ts'
import { DRIFT_METRICS } from './drift-report.ts'
import type { MonitorJob, MonitorResult } from './job.ts'
import { OUTPUT_METRICS } from './output-metrics.ts'

/**
 * Watches what a model writes: answers sampled from it, or rows of a log that `ingest` read, against the answers of a
 * reference. See docs/monitoring.md.
 */
export const monitor: WholeStage<typeof MonitorConfig> = {
  kind: 'whole',
  name: 'monitor',
  version: 2,
  summary: 'Compares outputs of a model, sampled or logged, with reference answers: safety rates and drift.',
  config: MonitorConfig,
  takes: {
    model: { kind: 'model', optional: true, description: 'Sampled with prompts from the reference.' },
    outputs: {
      kind: 'dataset',
      optional: true,
      description: 'Logged outputs: assistant messages, or the text of rows without messages.',
    },
    reference: { kind: 'dataset', description: 'Conversations whose assistant messages are what is normal.' },
    canaries: { kind: 'evaluation', optional: true, description: 'The canary plan of the curate stage.' },
  },
  gives: { report: { kind: 'evaluation', description: 'The measurements.' } },
  metrics: [...OUTPUT_METRICS, ...DRIFT_METRICS],
  pins: () => ({ toxicity_model: sha256(readFileSync(packageFile(TOXICITY_MODEL))), ...defaultDetectorPins() }),
  async run(config, inputs, context) {
    const job: MonitorJob = {
      storeRoot: context.store.root,
      watched: watchedOf(config.source, inputs),
      reference: inputs['reference']!,
      canaries: inputs['canaries'] ?? null,
      config,
      seed: context.seed,
    }
    const result = await runInThread<MonitorResult>(compiledModule('stages/monitor/thread.js'), job, {
      signal: context.signal,
      onProgress: context.progress,
    })
    const { metrics, tables, series, limits, timings } = result
    const tally = context.tally.toJSON()
    const report = putEvaluation(context.store, { kind: 'evaluation', metrics, tables, series, limits, tally })
    return { artifacts: { report }, summary: { metrics, tables, series, limits }, timings }
  },
}

/** Which input is watched. Logged rows come first: they are what users saw. */
function watchedOf(source: MonitorConfig['source'], inputs: Inputs): MonitorJob['watched'] {
  const { outputs, model } = inputs
  if (outputs !== undefined && source !== 'model') return { kind: 'logged', outputs }
  if (model !== undefined && source !== 'outputs') return { kind: 'sampled', model }
  throw new SluiceError({
    code: 'MONITOR_NOTHING_TO_WATCH',
    message: `monitor was given nothing to watch (source: ${source})`,
    next: 'connect `model` (answers are sampled) or `outputs` (a dataset of logged outputs)',
  })
}
