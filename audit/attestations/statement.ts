import type { Json } from '../../util/json.ts'

/** in-toto Statement, attestation framework v1: what is said (`predicate`) about which files (`subject`). */
export interface Statement {
  readonly _type: typeof STATEMENT_TYPE
  readonly subject: readonly Subject[]
  readonly predicateType: string
  readonly predicate: { readonly [name: string]: Json }
}

export interface Subject {
  readonly name: string
  readonly digest: { readonly sha256: string }
}

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const STATEMENT_PAYLOAD = 'application/vnd.in-toto+json'

/** What is said, without about what: what the functions in `predicates/` give. */
export type Claim = Pick<Statement, 'predicateType' | 'predicate'>

/** A statement about at least one subject. */
export function statement(subject: readonly Subject[], claim: Claim): Statement {
  return { _type: STATEMENT_TYPE, subject, predicateType: claim.predicateType, predicate: claim.predicate }
}

/**
 * What is wrong with a statement, or `undefined`. Members that the format does not have are passed over, as it asks; a
 * subject without a name or a SHA-256 digest is refused, because nothing could be compared with it.
 */
export function statementProblem(value: Json | undefined): string | undefined {
  if (!isObject(value)) return 'it is not a JSON object, or names a member twice'
  if (value['_type'] !== STATEMENT_TYPE) return '`_type` is not that of a Statement v1'
  if (typeof value['predicateType'] !== 'string' || value['predicateType'] === '') return '`predicateType` is missing'
  if (!isObject(value['predicate'])) return '`predicate` is not an object'
  const subjects = value['subject']
  if (!Array.isArray(subjects) || subjects.length === 0) return '`subject` is not a list of at least one'
  for (const subject of subjects as readonly Json[]) {
    if (!isObject(subject) || typeof subject['name'] !== 'string') return 'a subject has no name'
    const digest = subject['digest']
    if (!isObject(digest) || typeof digest['sha256'] !== 'string' || !/^[0-9a-f]{64}$/.test(digest['sha256'])) {
      return 'a subject has no SHA-256 digest'
    }
  }
  return undefined
}

export function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
