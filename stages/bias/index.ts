import { sha256Json } from '../../util/digest.ts'
import type { ShardStage } from '../stage.ts'
import { BiasConfig } from './config.ts'
import { GROUPS } from './lexicon.ts'
import { BIAS_METRICS, summarizeBias } from './summary.ts'

/**
 * Who is mentioned, how often, and whether mention goes with toxicity or with negative words. Reads `notes.toxicity`
 * and writes `notes.bias = {groups: [...]}`. Never drops a record. See docs/bias.md.
 */
export const bias: ShardStage<typeof BiasConfig> = {
  kind: 'shard',
  name: 'bias',
  version: 1,
  summary: 'Counts mentions of demographic groups and compares toxicity and negative words with and without them.',
  config: BiasConfig,
  takes: { data: { kind: 'dataset', description: 'Records scored by the toxicity stage.' } },
  gives: { data: { kind: 'dataset', description: 'The same records with `notes.bias`.' } },
  metrics: BIAS_METRICS,
  pins: () => ({ bias_lexicon: sha256Json(GROUPS) }),
  async open(config, context) {
    const [{ BiasWorker }, { openValence }] = await Promise.all([import('./worker.ts'), import('./valence.ts')])
    return new BiasWorker(config, context.tally, openValence())
  },
  summarize: summarizeBias,
}
