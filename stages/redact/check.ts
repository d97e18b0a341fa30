import { nearest } from '../../util/nearest.ts'
import type { PlanContext, Problem } from '../stage.ts'
import type { RedactConfig } from './config.ts'
import { checkModels } from './hf-tagger.ts'
import { expiredEntries } from './lists.ts'
import { checkOperators } from './operators/config.ts'
import { typesOf, unknownSelector } from './options.ts'
import { packProblems } from './packs/check-pack.ts'
import { withPack } from './packs/with-pack.ts'
import { isPiiType, PII_TYPES } from './pii-type.ts'
import { checkQuasiIdentifiers } from './quasi-identifiers/config.ts'

type Path = readonly (string | number)[]

/** Everything in a config that can be wrong though its schema holds. */
export function checkConfig(config: RedactConfig, context: Omit<PlanContext, 'storeRoot'>): readonly Problem[] {
  const merged = withPack(config)
  return [
    ...checkTypes(config),
    ...checkLists(config, context.now),
    ...checkOperators(config.operators),
    ...checkModels(config.models, context.baseDir),
    ...checkQuasiIdentifiers(config.quasi_identifiers, new Set(typesOf(merged.types, merged.countries))),
    ...packProblems(config, context.now),
  ]
}

function unknownType(name: string, path: Path): Problem {
  const close = nearest(name.toUpperCase(), PII_TYPES)
  return {
    code: 'REDACT_UNKNOWN_TYPE',
    message: `no such type of personal data: ${name}`,
    next: close === undefined ? 'docs/reference.md lists the types' : `did you mean ${close}?`,
    path,
  }
}

function checkTypes(config: RedactConfig): readonly Problem[] {
  const problems: Problem[] = []
  const selectors: readonly (readonly [readonly string[], Path])[] = [
    [config.types, ['types']],
    [config.seeding.types, ['seeding', 'types']],
  ]
  for (const [list, path] of selectors) {
    for (const [index, selector] of list.entries()) {
      const next = unknownSelector(selector)
      if (next !== undefined) {
        const message = `no such type of personal data: ${selector}`
        problems.push({ code: 'REDACT_UNKNOWN_TYPE', message, next, path: [...path, index] })
      }
    }
  }
  const type = (name: string, path: Path): void => {
    if (!isPiiType(name)) problems.push(unknownType(name, path))
  }
  for (const key of ['min_score', 'operators'] as const)
    for (const name of Object.keys(config[key])) if (name !== 'default') type(name, [key, name])
  for (const [path, policy] of Object.entries(config.fields))
    if ('as' in policy) type(policy.as, ['fields', path, 'as'])
  for (const [index, entry] of config.allow.entries())
    for (const [at, name] of (entry.types ?? []).entries()) type(name, ['allow', index, 'types', at])
  for (const [index, entry] of config.deny.entries()) type(entry.type, ['deny', index, 'type'])
  return problems
}

/** An exception that nobody renews ends: the run stops before it starts, and says where. */
function checkLists(config: RedactConfig, now: Date): readonly Problem[] {
  return (['allow', 'deny'] as const).flatMap((key) =>
    expiredEntries(config[key], now).map((index) => ({
      code: 'REDACT_LIST_EXPIRED',
      message: `an entry of the ${key} list ended on ${config[key][index]!.expires}`,
      next: `its owner (${config[key][index]!.owner}) renews \`expires\` or takes the entry out`,
      path: [key, index, 'expires'],
    })),
  )
}
