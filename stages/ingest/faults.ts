/** Why a row cannot become a record. Stable words: policies and tests know them. */
export type FaultCode =
  | 'BAD_ENCODING'
  | 'BAD_JSON'
  | 'BAD_CSV'
  | 'CSV_COLUMNS'
  | 'NOT_AN_OBJECT'
  | 'MISSING_FIELD'
  | 'WRONG_TYPE'
  | 'ROW_TOO_LONG'
  | 'EMPTY_TEXT'
  | 'LONE_SURROGATE'
  | 'BAD_ROLE'
  | 'DUPLICATE_ID'

export interface Fault {
  readonly code: FaultCode
  /** A field, a length, an offset. Never data. */
  readonly detail: string
}

export function fault(code: FaultCode, detail: string): Fault {
  return { code, detail }
}

export function isFault(value: object): value is Fault {
  return (value as Partial<Fault>).code !== undefined && (value as Partial<Fault>).detail !== undefined
}

/** What a value is, for a fault: never the value itself. */
export function kindOfValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? 'a text' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function wrongType(where: string, expected: string, got: unknown): Fault {
  return fault('WRONG_TYPE', `${where}: expected ${expected}, got ${kindOfValue(got)}`)
}
