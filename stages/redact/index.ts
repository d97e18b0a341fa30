import { sha256Json } from '../../util/digest.ts'
import { runtimePin } from '../runtime-pin.ts'
import type { PlanContext, SecretRef, ShardStage } from '../stage.ts'
import { checkConfig } from './check.ts'
import { RedactConfig } from './config.ts'
import { modelPins } from './hf-tagger.ts'
import { keyPins } from './operators/config.ts'
import { usesTagger } from './options.ts'
import { packOf } from './packs/packs.ts'
import { withPack } from './packs/with-pack.ts'
import { rulePins, taggerPin } from './pins.ts'
import { METRICS, summarize } from './summarize.ts'

/** Removes personal data and secrets from records, and measures how much of it it would have missed. */
export const redact: ShardStage<typeof RedactConfig> = {
  kind: 'shard',
  name: 'redact',
  version: 3,
  summary: 'Finds personal data and secrets, replaces them, and measures its own recall on seeded values.',
  config: RedactConfig,
  takes: { data: { kind: 'dataset', description: 'Records as ingested.' } },
  gives: { data: { kind: 'dataset', description: 'The same records without the personal data that was found.' } },
  metrics: METRICS,
  sensitivity: 'redacted',
  pins,
  check: checkConfig,
  summarize,
  // The lexicon and the phone metadata take a third of a second to load: only where records are processed.
  open: async (config, context) => (await import('./worker.ts')).openRedactor(config, context),
}

/** Lexicons, phone metadata and models decide what is found; the keys decide what is written. */
function pins(config: RedactConfig, context: PlanContext): Readonly<Record<string, string>> {
  return {
    ...rulePins(),
    ...(usesTagger(withPack(config)) ? { tagger: taggerPin() } : {}),
    ...(usesTagger(withPack(config)) || config.models.length > 0 ? runtimePin() : {}),
    ...modelPins(config.models, context.baseDir),
    // The key decides which combinations stay where there are too many.
    ...(config.quasi_identifiers === undefined
      ? {}
      : { quasi_identifiers_key: context.secretId(config.pseudonym_key as SecretRef) }),
    ...packPins(config),
    ...keyPins(withPack(config), context),
  }
}

/** What a pack asks for may change with a release: then the same config gives other bytes and another summary. */
function packPins(config: RedactConfig): Readonly<Record<string, string>> {
  const pack = packOf(config)
  if (pack === undefined) return {}
  const { permits: _, ...data } = pack
  return { pack: sha256Json(data) }
}
