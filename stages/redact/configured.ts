import { SluiceError } from '../../util/errors.ts'
import { validate } from '../../util/yaml-document.ts'
import { RedactConfig } from './config.ts'
import { createDetector, type Detector, type DetectorOptions } from './detector.ts'
import type { AllowEntry, DenyEntry } from './lists.ts'
import { typesOf, usesTagger } from './options.ts'
import { refined } from './refined-tagger.ts'
import type { SpanTagger } from './span-tagger.ts'

/** What of the config decides what is found. */
export type DetectorConfig = Pick<
  RedactConfig,
  'types' | 'countries' | 'names' | 'tagger' | 'min_score' | 'regions' | 'allow' | 'deny' | 'models'
>

/** The options of a detector without its models. */
export function detectorOptions(config: DetectorConfig): DetectorOptions {
  return {
    types: typesOf(config.types, config.countries),
    names: config.names,
    minScore: config.min_score,
    regions: config.regions,
    allow: config.allow as readonly AllowEntry[],
    deny: config.deny as readonly DenyEntry[],
    guesses: usesTagger(config) ? GUESSES : [],
  }
}

/** The detector of a config, with the models it names, ready to run. Close it. */
export async function openDetector(config: DetectorConfig, baseDir: string): Promise<Detector> {
  return createDetector({ ...detectorOptions(config), taggers: await openTaggers(config, baseDir) })
}

/** Rules that guess names from capitals and a lexicon: beside the tagger they count only where it has a suspicion too. */
const GUESSES: readonly string[] = ['names', 'lower-given']

/** The models of a config. Whoever opens them closes them. */
export async function openTaggers(config: DetectorConfig, baseDir: string): Promise<readonly SpanTagger[]> {
  const taggers: SpanTagger[] = []
  if (usesTagger(config)) taggers.push(refined(await (await import('./tagger.ts')).openTagger()))
  for (const model of config.models) {
    taggers.push(await (await import('./hf-tagger.ts')).openModelTagger(model, baseDir))
  }
  return taggers
}

/**
 * A whole config from the fields that differ from the defaults.
 *
 * @throws SluiceError `REDACT_CONFIG` for a field that is unknown or wrong
 */
export function redactConfig(fields: Partial<RedactConfig> = {}): RedactConfig {
  const config = structuredClone(fields) as RedactConfig
  const [problem] = validate(RedactConfig, config)
  if (problem !== undefined) {
    throw new SluiceError({
      code: 'REDACT_CONFIG',
      message: problem.message,
      ...(problem.next === undefined ? {} : { next: problem.next }),
    })
  }
  return config
}

/** The detector that looks at what a model writes: everything that is on by default. Close it. */
export async function openDefaultDetector(): Promise<Detector> {
  return await openDetector(redactConfig(), process.cwd())
}
