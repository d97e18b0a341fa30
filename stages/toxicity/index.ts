import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { sha256 } from '../../util/digest.ts'
import { SluiceError } from '../../util/errors.ts'
import { packageFile } from '../../util/package-root.ts'
import { runtimePin } from '../runtime-pin.ts'
import type { ShardStage } from '../stage.ts'
import { TOXICITY_MANIFEST, ToxicityConfig } from './config.ts'
import { summarizeToxicity, TOXICITY_METRICS } from './summary.ts'

const MODEL = 'models/weights/toxicity/model.onnx'

/**
 * Scores every message for toxicity with the shipped model and finds profane words. Writes
 * `notes.toxicity = {scores, role, spans, evasive, places}`: for each head the largest probability over the record's
 * messages (four decimals), the role with the most toxic message, and `[message, start, end]` of each profane span.
 * Never drops a record. See docs/toxicity.md.
 */
export const toxicity: ShardStage<typeof ToxicityConfig> = {
  kind: 'shard',
  name: 'toxicity',
  version: 1,
  summary: 'Scores messages for toxicity under six heads and finds profanity, evasive spellings included.',
  config: ToxicityConfig,
  takes: { data: { kind: 'dataset', description: 'Records to score.' } },
  gives: { data: { kind: 'dataset', description: 'The same records with `notes.toxicity`.' } },
  metrics: TOXICITY_METRICS,
  pins: () => ({ toxicity_model: TOXICITY_MANIFEST.sha256, ...runtimePin() }),
  check: () =>
    existsSync(packageFile(MODEL))
      ? []
      : [{ code: 'TOXICITY_MODEL_MISSING', message: `${MODEL} is not installed`, next: 'install the package again' }],
  async open(config, context) {
    const model = await readFile(packageFile(MODEL))
    if (sha256(model) !== TOXICITY_MANIFEST.sha256) {
      throw new SluiceError({
        code: 'TOXICITY_MODEL_CHANGED',
        message: 'the toxicity model is not the one its manifest describes',
        next: 'install the package again, or train the model again: both files are written together',
        exit: 4,
      })
    }
    const [{ openToxicityScorer }, { openProfanityFinder }, { ToxicityWorker }] = await Promise.all([
      import('../../models/toxicity/scorer.ts'),
      import('./profanity.ts'),
      import('./worker.ts'),
    ])
    return new ToxicityWorker(config, context, await openToxicityScorer(model), await openProfanityFinder())
  },
  summarize: summarizeToxicity,
}
