import type { Problem } from '../../stage.ts'
import type { RedactConfig } from '../config.ts'
import { DEFAULT_MIN_SCORE } from '../detector-defaults.ts'
import { typesOf } from '../options.ts'
import type { PiiType } from '../pii-type.ts'
import type { Pack } from './pack.ts'
import { packOf } from './packs.ts'
import { withPack } from './with-pack.ts'

type Path = readonly (string | number)[]

/** A field of a config that asks for less than its pack. */
export interface Loosening {
  /** How an exception names it: `types.URL`. */
  readonly what: string
  readonly message: string
  readonly path: Path
}

/** Everything about packs that can be wrong in a config: looser than its pack, exceptions and statements that ended or fit nothing. */
export function packProblems(config: RedactConfig, now: Date): readonly Problem[] {
  const pack = packOf(config)
  const loosened = pack === undefined ? [] : loosenings(config, pack)
  const excepted = new Set(config.pack_exceptions.map(({ what }) => what))
  return [
    ...loosened.filter(({ what }) => !excepted.has(what)).map((loosening) => unexcepted(loosening, pack!)),
    ...unused(
      config,
      'pack_exceptions',
      new Set(loosened.map(({ what }) => what)),
      'names nothing that loosens the pack',
    ),
    ...unused(
      config,
      'pack_statements',
      new Set(pack?.statements.map(({ key }) => key)),
      'is nothing the pack asks for',
    ),
    ...ended(config, 'pack_exceptions', now),
    ...ended(config, 'pack_statements', now),
  ]
}

function unexcepted({ what, message, path }: Loosening, pack: Pack): Problem {
  return {
    code: 'REDACT_PACK_LOOSENED',
    message: `${message}, which loosens the pack ${pack.name}`,
    next: `take it out, or add \`{ what: ${what}, owner: …, reason: …, expires: … }\` to pack_exceptions`,
    path,
  }
}

type ListKey = 'pack_exceptions' | 'pack_statements'

function unused(config: RedactConfig, key: ListKey, known: ReadonlySet<string>, why: string): readonly Problem[] {
  return config[key].flatMap(({ what }, index) =>
    known.has(what)
      ? []
      : [
          {
            code: 'REDACT_PACK_UNUSED',
            message: config.pack === undefined ? `${key} without a pack` : `\`${what}\` ${why}`,
            next:
              known.size === 0 ? 'take the entry out' : `take the entry out, or name one of: ${[...known].join(', ')}`,
            path: [key, index, 'what'],
          },
        ],
  )
}

function ended(config: RedactConfig, key: ListKey, now: Date): readonly Problem[] {
  return config[key].flatMap(({ owner, expires }, index) => {
    const end = Date.parse(`${expires}T23:59:59.999Z`)
    return end >= now.getTime()
      ? []
      : [
          {
            code: 'REDACT_PACK_EXPIRED',
            message: `an entry of ${key} ended on ${expires}`,
            next: `its owner (${owner}) renews \`expires\` or takes the entry out`,
            path: [key, index, 'expires'],
          },
        ]
  })
}

/** Where a config is looser than the pack. Pure; the same for the config as written and for `withPack` of it. */
export function loosenings(config: RedactConfig, pack: Pack): readonly Loosening[] {
  const merged = withPack(config)
  return [
    ...typesOut(config.types, pack.fields.types, typesOf(merged.types), ['types']),
    ...typesOut(config.seeding.types, pack.fields.seeding.types, typesOf(merged.seeding.types), ['seeding', 'types']),
    ...countriesOut(merged, pack),
    ...switchedOff(config),
    ...scoresRaised(config, pack),
    ...operatorsLoose(config, pack),
    ...Object.entries(config.fields).flatMap(([field, policy]) =>
      'keep' in policy
        ? [{ what: `fields.${field}`, message: `the field \`${field}\` is kept`, path: ['fields', field] }]
        : [],
    ),
  ]
}

/** A selector with `-` in front that takes out what the pack looks for, and that nothing after it puts back. */
function typesOut(
  selectors: readonly string[],
  wanted: readonly PiiType[],
  left: readonly PiiType[],
  path: Path,
): readonly Loosening[] {
  const gone = new Set(wanted.filter((type) => !left.includes(type)))
  return selectors.flatMap((selector, index) => {
    if (!selector.startsWith('-')) return []
    const name = selector.slice(1)
    if (!typesOf([name]).some((type) => gone.has(type))) return []
    return [{ what: [...path, name].join('.'), message: `\`${selector}\` takes types out`, path: [...path, index] }]
  })
}

function countriesOut(merged: RedactConfig, pack: Pack): readonly Loosening[] {
  if (merged.countries.length === 0) return []
  const left = new Set(typesOf(merged.types, merged.countries))
  const gone = typesOf(merged.types).filter((type) => !left.has(type) && pack.fields.types.includes(type))
  if (gone.length === 0) return []
  const message = `numbers of other countries (${gone.length} types) are not looked for`
  return [{ what: 'countries', message, path: ['countries'] }]
}

function switchedOff(config: RedactConfig): readonly Loosening[] {
  const off = (['names', 'tagger', 'same_record_names'] as const)
    .filter((key) => !config[key])
    .map((key) => ({ what: key, message: `\`${key}\` is off`, path: [key] }))
  return config.seeding.share > 0
    ? off
    : [...off, { what: 'seeding', message: 'seeding is off', path: ['seeding', 'share'] }]
}

/** A score counts for its type; `default` for the types of the pack that neither names. */
function scoresRaised(config: RedactConfig, pack: Pack): readonly Loosening[] {
  const { types, min_score: own } = pack.fields
  return Object.entries(config.min_score).flatMap(([key, score]) => {
    const affected =
      key === 'default'
        ? types.filter((type) => config.min_score[type] === undefined && own[type] === undefined)
        : types.filter((type) => type === key)
    return affected.some((type) => score > (own[type] ?? DEFAULT_MIN_SCORE))
      ? [{ what: `min_score.${key}`, message: `the score asked of ${key} is higher`, path: ['min_score', key] }]
      : []
  })
}

function operatorsLoose(config: RedactConfig, pack: Pack): readonly Loosening[] {
  const { types, operators: own } = pack.fields
  return Object.entries(config.operators).flatMap(([key, operator]) => {
    const affected =
      key === 'default'
        ? types.filter((type) => config.operators[type] === undefined && own[type] === undefined)
        : types.filter((type) => type === key)
    return affected.every((type) => pack.permits(type, operator))
      ? []
      : [{ what: `operators.${key}`, message: `${operator.operator} on ${key}`, path: ['operators', key] }]
  })
}
