import { nearest } from '../../util/nearest.ts'
import { DEFAULT_TYPES, isPiiType, PII_TYPE_TABLE, PII_TYPES, type PiiType, TAGGED_TYPES } from './pii-type.ts'

const GROUPS: ReadonlySet<string> = new Set(PII_TYPE_TABLE.map(({ group }) => group))

/**
 * Types by selectors, in the order of reports: a type (`EMAIL`), a group (`financial`, `national`), `default`, `all`; with `-` in
 * front it is taken out again (`all, -LOCATION`). Selectors that are none are left out here; `unknownSelector` names them.
 *
 * @param countries ISO 3166: of the national types only those of these countries. Empty: of all.
 */
export function typesOf(selectors: readonly string[], countries: readonly string[] = []): readonly PiiType[] {
  const chosen = new Set<PiiType>()
  for (const selector of selectors) {
    const out = selector.startsWith('-')
    for (const type of expand(out ? selector.slice(1) : selector)) {
      if (out) chosen.delete(type)
      else chosen.add(type)
    }
  }
  return PII_TYPE_TABLE.filter(
    ({ name, ...info }) =>
      chosen.has(name) && (countries.length === 0 || !('country' in info) || countries.includes(info.country)),
  ).map(({ name }) => name)
}

function expand(selector: string): readonly PiiType[] {
  if (isPiiType(selector)) return [selector]
  if (selector === 'all') return PII_TYPES
  if (selector === 'default') return DEFAULT_TYPES
  return PII_TYPE_TABLE.filter(({ group }) => group === selector).map(({ name }) => name)
}

/** `undefined` where the selector is known; else what to do about it. */
export function unknownSelector(selector: string): string | undefined {
  const name = selector.startsWith('-') ? selector.slice(1) : selector
  if (isPiiType(name) || name === 'all' || name === 'default' || GROUPS.has(name)) return undefined
  const close = nearest(name.toUpperCase(), PII_TYPES) ?? nearest(name, [...GROUPS, 'all', 'default'])
  return close === undefined
    ? `name a type (docs/reference.md lists them), a group (${[...GROUPS].join(', ')}), default or all`
    : `did you mean ${close}?`
}

/** Whether the tagger that ships looks for anything that the config wants. */
export function usesTagger(config: {
  readonly types: readonly string[]
  readonly countries: readonly string[]
  readonly names: boolean
  readonly tagger: boolean
}): boolean {
  const types = typesOf(config.types, config.countries)
  return config.names && config.tagger && TAGGED_TYPES.some((type) => types.includes(type))
}
