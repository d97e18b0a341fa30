import { readFileSync } from 'node:fs'
import { putEvaluation } from '../../artifacts/evaluation.ts'
import { TOXICITY_MODEL } from '../../models/toxicity/scorer.ts'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { compiledModule, packageFile } from '../../util/package-root.ts'
import { runInThread } from '../../util/thread.ts'
import { checkRunnable } from '../evaluate/inputs.ts'
import { defaultDetectorPins } from '../redact/pins.ts'
import { runtimePin } from '../runtime-pin.ts'
import type { Problem, WholeStage } from '../stage.ts'
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
  pins: () => ({
    toxicity_model: sha256(readFileSync(packageFile(TOXICITY_MODEL))),
    ...defaultDetectorPins(),
    ...runtimePin(),
  }),
  check(config, _context, { inputs }) {
    const watched = watchedOf(config.source, inputs)
    if (watched === undefined) return [nothingToWatch(config.source)]
    return watched.kind === 'sampled' ? checkRunnable(watched.model) : []
  },
  async run(config, inputs, context) {
    const watched = watchedOf(config.source, inputs)
    if (watched === undefined) throw new SluiceError(nothingToWatch(config.source))
    const job: MonitorJob = {
      storeRoot: context.store.root,
      watched,
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

type Watched<Input> =
  | { readonly kind: 'logged'; readonly outputs: Input }
  | { readonly kind: 'sampled'; readonly model: Input }

/** Which input is watched. Logged rows come first: they are what users saw. */
function watchedOf<Input>(
  source: MonitorConfig['source'],
  { outputs, model }: Readonly<Record<string, Input>>,
): Watched<Input> | undefined {
  if (outputs !== undefined && source !== 'model') return { kind: 'logged', outputs }
  if (model !== undefined && source !== 'outputs') return { kind: 'sampled', model }
  return undefined
}

function nothingToWatch(source: MonitorConfig['source']): Problem & { readonly next: string } {
  return {
    code: 'MONITOR_NOTHING_TO_WATCH',
    message: `monitor was given nothing to watch (source: ${source})`,
    next: 'connect `model` (answers are sampled) or `outputs` (a dataset of logged outputs)',
  }
}
