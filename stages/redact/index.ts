import { readFileSync } from 'node:fs'
import { nearest } from '../../util/nearest.ts'
import { packageFile } from '../../util/package-root.ts'
import type { PlanContext, Problem, SecretRef, ShardStage } from '../stage.ts'
import { RedactConfig, usesPseudonyms } from './config.ts'
import { PII_TYPES } from './pii-type.ts'
import { METRICS, summarize } from './summarize.ts'

/** Removes personal data and secrets from records, and measures how much of it it would have missed. */
export const redact: ShardStage<typeof RedactConfig> = {
  kind: 'shard',
  name: 'redact',
  version: 1,
  summary: 'Finds personal data and secrets, replaces them, and measures its own recall on seeded values.',
  config: RedactConfig,
  takes: { data: { kind: 'dataset', description: 'Records as ingested.' } },
  gives: { data: { kind: 'dataset', description: 'The same records without the personal data that was found.' } },
  metrics: METRICS,
  sensitivity: 'redacted',
  pins,
  check,
  summarize,
  // The lexicon and the phone metadata take a third of a second to load: only where records are processed.
  open: async (config, context) => (await import('./worker.ts')).openRedactor(config, context),
}

/** The lexicons and the phone metadata decide what is found; so does the key of the pseudonyms. */
function pins(config: RedactConfig, context: PlanContext): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  return {
    ...Object.fromEntries(
      ['compromise', 'libphonenumber-js', 'natural'].map((name) => [name, dependencies[name] ?? '']),
    ),
    ...(usesPseudonyms(config) ? { pseudonym_key: context.secretId(config.pseudonym_key as SecretRef) } : {}),
  }
}

function check(config: RedactConfig): readonly Problem[] {
  const known: readonly string[] = PII_TYPES
  const problems: Problem[] = []
  const unknown = (name: string, path: readonly (string | number)[]): void => {
    const close = nearest(name.toUpperCase(), known)
    problems.push({
      code: 'REDACT_UNKNOWN_TYPE',
      message: `no such type of personal data: ${name}`,
      next: close === undefined ? `the types are ${known.join(', ')}` : `did you mean ${close}?`,
      path,
    })
  }
  for (const [index, type] of config.types.entries()) if (!known.includes(type)) unknown(type, ['types', index])
  for (const key of ['min_score', 'operators'] as const) {
    for (const type of Object.keys(config[key])) {
      if (type !== 'default' && !known.includes(type)) unknown(type, [key, type])
    }
  }
  for (const [type, operator] of Object.entries(config.operators)) {
    if (operator.operator !== 'mask' && (operator.keep_last ?? 0) > 0) {
      problems.push({
        code: 'REDACT_CONTRADICTION',
        message: `keep_last is only for the operator mask, not for ${operator.operator}`,
        next: 'leave keep_last out or use mask',
        path: ['operators', type],
      })
    }
  }
  return problems
}
