import { readFileSync } from 'node:fs'
import { packageFile } from '../../util/package-root.ts'
import type { PlanContext, ShardStage } from '../stage.ts'
import { checkConfig } from './check.ts'
import { RedactConfig } from './config.ts'
import { keyPins } from './operators/config.ts'
import { METRICS, summarize } from './summarize.ts'

/** Removes personal data and secrets from records, and measures how much of it it would have missed. */
export const redact: ShardStage<typeof RedactConfig> = {
  kind: 'shard',
  name: 'redact',
  version: 2,
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

/** The lexicons and the phone metadata decide what is found; the keys decide what is written. */
function pins(config: RedactConfig, context: PlanContext): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  return {
    ...Object.fromEntries(
      ['compromise', 'libphonenumber-js', 'natural'].map((name) => [name, dependencies[name] ?? '']),
    ),
    ...keyPins(config, context),
  }
}
