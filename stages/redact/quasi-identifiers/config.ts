import { type Static, Type } from '../../../util/schema-type.ts'
import type { Problem } from '../../stage.ts'
import { isPiiType } from '../pii-type.ts'

const FIELD = '^(meta(\\.[^.\\[\\]]+(\\[\\])?)+|text:[A-Z_]+)$'

/** For the config of redact. Left out, nothing is measured. */
export const QuasiIdentifiersSchema = Type.Object(
  {
    fields: Type.Array(Type.String({ pattern: FIELD }), {
      minItems: 1,
      maxItems: 12,
      description:
        'What together may point to one person: paths in meta (`meta.age`, `meta.visits[].city`), or `text:AGE` for what stands in the texts where ages were found.',
    }),
    sensitive: Type.Array(Type.String({ pattern: FIELD }), {
      maxItems: 4,
      default: [],
      description: 'What must not follow from them: within each group its values must differ (l-diversity).',
    }),
    k: Type.Integer({
      minimum: 2,
      maximum: 1000,
      default: 5,
      description: 'Records in smaller groups are counted (`records_below_k`).',
    }),
    l: Type.Integer({
      minimum: 2,
      maximum: 16,
      default: 2,
      description: 'Records in groups with fewer different sensitive values are counted (`records_below_l`).',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Measures k-anonymity and l-diversity of the redacted records. Combinations are counted by their HMAC under the pseudonym key, never by value.',
  },
)

export type QuasiIdentifiers = Static<typeof QuasiIdentifiersSchema>

/** What contradicts itself; paths start at `quasi_identifiers`. */
export function checkQuasiIdentifiers(
  config: QuasiIdentifiers | undefined,
  wanted: ReadonlySet<string>,
): readonly Problem[] {
  if (config === undefined) return []
  const problems: Problem[] = []
  for (const key of ['fields', 'sensitive'] as const) {
    for (const [index, field] of config[key].entries()) {
      const path = ['quasi_identifiers', key, index]
      const type = textType(field)
      if (type === undefined) continue
      if (!isPiiType(type)) {
        problems.push({ code: 'REDACT_UNKNOWN_TYPE', message: `no such type of personal data: ${type}`, path })
      } else if (!wanted.has(type)) {
        problems.push({
          code: 'REDACT_CONTRADICTION',
          message: `${type} is not looked for, so no text has one`,
          next: `add ${type} to types`,
          path,
        })
      }
    }
  }
  for (const [index, field] of config.sensitive.entries()) {
    if (config.fields.includes(field)) {
      problems.push({
        code: 'REDACT_CONTRADICTION',
        message: `${field} is a quasi-identifier and sensitive: within a group it has one value by definition`,
        next: 'leave it in one of the two lists',
        path: ['quasi_identifiers', 'sensitive', index],
      })
    }
  }
  return problems
}

/** `AGE` for `text:AGE`. */
export function textType(field: string): string | undefined {
  return field.startsWith('text:') ? field.slice('text:'.length) : undefined
}
