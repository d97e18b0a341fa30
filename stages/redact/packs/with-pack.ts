import type { RedactConfig } from '../config.ts'
import { COMMON_TYPES } from '../pii-type.ts'
import { packOf } from './packs.ts'

/** As config.ts has them: a value that equals the default cannot be told from one that nobody gave. */
const DEFAULTS = { types: ['default'], share: 0.1, values: 4, perType: 400 } as const

/**
 * The config with the fields of its pack. Explicit fields win; where a value equals the schema's default, the pack's stands.
 * `types` and `seeding.types` come after the pack's own: they add types, or take them out (`-URL`). Doing it twice changes
 * nothing. Without a pack the config itself is returned.
 */
export function withPack(config: RedactConfig): RedactConfig {
  const pack = packOf(config)
  if (pack === undefined) return config
  const { types, min_score, operators, seeding } = pack.fields
  const own = config.seeding
  return {
    ...config,
    types: after(types, config.types, DEFAULTS.types),
    min_score: { ...min_score, ...config.min_score },
    operators: { ...operators, ...config.operators },
    seeding: {
      share: own.share === DEFAULTS.share ? seeding.share : own.share,
      types: after(seeding.types, own.types, COMMON_TYPES),
      values_per_record: own.values_per_record === DEFAULTS.values ? seeding.values_per_record : own.values_per_record,
      per_type_max: own.per_type_max === DEFAULTS.perType ? seeding.per_type_max : own.per_type_max,
    },
  }
}

function after(pack: readonly string[], given: readonly string[], fallback: readonly string[]): string[] {
  const own = equal(given, fallback) ? [] : equal(given.slice(0, pack.length), pack) ? given.slice(pack.length) : given
  return [...pack, ...own]
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
