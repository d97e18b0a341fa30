/** Which characters of a value `fpe` encrypts: digits, or digits and the letters A–Z and a–z. All others stay as they are. */
export type FpeAlphabet = 'digits' | 'alphanumeric'

/** What is written where a value stood. What is left out has its default: see `config.ts`. */
export type Operator =
  | { readonly operator: 'replace' | 'redact' | 'keep' | 'pseudonym' | 'encrypt' }
  | { readonly operator: 'mask'; readonly keep_last?: number }
  | { readonly operator: 'hash'; readonly bits?: number; readonly encoding?: 'hex' | 'base64url' }
  | { readonly operator: 'surrogate'; readonly day_first?: boolean }
  | { readonly operator: 'fpe'; readonly alphabet?: FpeAlphabet }
  | {
      readonly operator: 'shift_date'
      readonly max_days?: number
      readonly subject?: string
      readonly day_first?: boolean
    }
  | {
      readonly operator: 'bucket'
      readonly years?: number
      readonly edges?: readonly number[]
      readonly reference_date?: string
      readonly day_first?: boolean
    }

export interface OperatorKeys {
  /** Of the operators that cannot be turned back: pseudonym, hash, surrogate, shift_date. */
  readonly pseudonym?: Uint8Array
  /** Of the operators that can: encrypt, fpe. */
  readonly reversible?: Uint8Array
}

export const OPERATOR_DEFAULTS = { keep_last: 0, bits: 128, max_days: 365, years: 10 } as const

/** Which key of the config an operator uses, if any. */
export function keyOfOperator(operator: string): keyof OperatorKeys | undefined {
  if (operator === 'encrypt' || operator === 'fpe') return 'reversible'
  return ['pseudonym', 'hash', 'surrogate', 'shift_date'].includes(operator) ? 'pseudonym' : undefined
}
