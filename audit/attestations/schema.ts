import { SluiceError } from '../../util/errors.ts'
import { type Static, type TObject, type TSchema, Type } from '../../util/schema-type.ts'
import { validate } from '../../util/yaml-document.ts'
import type { Claim } from './statement.ts'

/** A predicate type with the JSON Schema of its predicate. */
export interface PredicateKind<S extends TSchema = TSchema> {
  readonly type: string
  readonly schema: S
}

/** A kind of predicate that Sluice defines. Its schema is closed: a member that it does not have is refused. */
export function ownPredicate<S extends TObject>(name: string, schema: S): PredicateKind<S> {
  const type = `https://sluice.local/attestation/${name}/v1`
  return { type, schema: { $id: `${type}/schema.json`, ...(closed(schema) as S) } }
}

/** The schema with every object that lists its members closed to others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  return 'properties' in inner ? { ...inner, additionalProperties: false } : inner
}

/**
 * The claim of a kind, checked against its schema. Throws `ATTESTATION_INVALID` with the path of the member that does not
 * fit, never its value.
 */
export function claimOf<S extends TSchema>(kind: PredicateKind<S>, predicate: Static<S>): Claim {
  const plain = JSON.parse(JSON.stringify(predicate)) as Claim['predicate']
  const problem = schemaProblem(kind, plain)
  if (problem === undefined) return { predicateType: kind.type, predicate: plain }
  throw new SluiceError({
    code: 'ATTESTATION_INVALID',
    message: `an attestation of type ${kind.type} cannot be made: ${problem}`,
    next: 'this is a bug in the code that made it',
    exit: 5,
  })
}

/** Where a predicate does not fit the schema of its kind, or `undefined`. */
export function schemaProblem(kind: PredicateKind, predicate: Claim['predicate']): string | undefined {
  const [problem] = validate(kind.schema, structuredClone(predicate))
  return problem === undefined ? undefined : `\`${problem.path.join('.')}\` does not fit its schema`
}

export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, hex' })
export const Time = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z$',
  description: 'RFC 3339, UTC',
})
export const Count = Type.Integer({ minimum: 0 })
export const Word = Type.String({ minLength: 1, maxLength: 256 })

/** in-toto ResourceDescriptor as we write it: something with a name and a digest. */
export const Resource = Type.Object({
  name: Type.Optional(Word),
  uri: Type.Optional(Word),
  digest: Type.Optional(Type.Record(Type.String(), Type.String())),
  mediaType: Type.Optional(Word),
  annotations: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

/** A file or an artifact by name and digest. */
export interface Digested {
  readonly name: string
  /** SHA-256, hex. */
  readonly digest: string
}

export function resource({ name, digest }: Digested): Static<typeof Resource> {
  return { name, digest: { sha256: digest } }
}
