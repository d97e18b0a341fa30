import { readFileSync } from 'node:fs'
import { putEvaluation } from '../../artifacts/evaluation.ts'
import { TOXICITY_MODEL } from '../../models/toxicity/scorer.ts'
import { sha256 } from '../../util/digest.ts'
import { compiledModule, packageFile } from '../../util/package-root.ts'
import { runInThread } from '../../util/thread.ts'
import { defaultDetectorPins } from '../redact/pins.ts'
import { runtimePin } from '../runtime-pin.ts'
import type { WholeStage } from '../stage.ts'
import { EvaluateConfig } from './config.ts'
import { EXPOSURE_METRICS } from './exposure-report.ts'
import { EXTRACTION_METRICS } from './extraction.ts'
import { checkRunnable } from './inputs.ts'
import type { EvaluateJob, EvaluateResult } from './job.ts'
import { MEMBERSHIP_METRICS } from './membership.ts'
import { OUTPUT_METRICS } from './outputs-report.ts'
import { PERPLEXITY_METRICS } from './perplexity.ts'

/**
 * What the tuned model is worth and what it gives away: held-out perplexity, canary exposure, verbatim extraction,
 * membership inference, and personal data and toxicity in sampled answers. See docs/evaluation.md.
 */
export const evaluate: WholeStage<typeof EvaluateConfig> = {
  kind: 'whole',
  name: 'evaluate',
  version: 3,
  summary: 'Measures perplexity, memorisation and the safety of sampled answers of a tuned model.',
  config: EvaluateConfig,
  takes: {
    model: { kind: 'model', description: 'The tuned model.' },
    test: { kind: 'dataset', description: 'Conversations that the model was not trained on.' },
    train: {
      kind: 'dataset',
      optional: true,
      description: 'What it was trained on: needed for extraction, membership, and leaks of training values.',
    },
    canaries: { kind: 'evaluation', optional: true, description: 'The canary plan of the curate stage.' },
  },
  gives: { report: { kind: 'evaluation', description: 'The measurements.' } },
  metrics: [
    ...PERPLEXITY_METRICS,
    ...EXPOSURE_METRICS,
    ...EXTRACTION_METRICS,
    ...MEMBERSHIP_METRICS,
    ...OUTPUT_METRICS,
  ],
  pins: () => ({
    toxicity_model: sha256(readFileSync(packageFile(TOXICITY_MODEL))),
    ...defaultDetectorPins(),
    ...runtimePin(),
  }),
  check: (_config, _context, use) => checkRunnable(use.inputs['model']),
  async run(config, inputs, context) {
    const job: EvaluateJob = {
      storeRoot: context.store.root,
      model: inputs['model']!,
      test: inputs['test']!,
      train: inputs['train'] ?? null,
      canaries: inputs['canaries'] ?? null,
      config,
      seed: context.seed,
      sensitivity: context.sensitivity,
    }
    const result = await runInThread<EvaluateResult>(compiledModule('stages/evaluate/thread.js'), job, {
      signal: context.signal,
      onProgress: context.progress,
    })
    context.tally.merge(result.tally)
    const { metrics, tables, series, limits, tally, timings } = result
    const report = putEvaluation(context.store, { kind: 'evaluation', metrics, tables, series, limits, tally })
    return { artifacts: { report }, summary: { metrics, tables, series, limits }, timings }
  },
}
