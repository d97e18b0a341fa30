import { hmac256 } from '../../../util/digest.ts'
import type { PiiType } from '../pii-type.ts'
import { placeholder } from './apply.ts'
import { canonicalValue } from './canonical.ts'
import { mask } from './mask.ts'
import type { Operators } from './operator.ts'

/** What is written where a value stood. */
export type Operator =
  | { readonly operator: 'replace' | 'redact' | 'keep' | 'pseudonym' }
  | { readonly operator: 'mask'; readonly keep_last?: number }

export interface OperatorKeys {
  /** Of the operators that cannot be turned back: pseudonym, hash, surrogate, shift_date. */
  readonly pseudonym?: Uint8Array
  /** Of the operators that can: encrypt, fpe. */
  readonly reversible?: Uint8Array
}

export interface OperatorOptions {
  readonly operatorOf: (type: PiiType) => Operator
  /** A key is required where an operator needs it. */
  readonly keys: OperatorKeys
  /** Regions in which a phone number is read. */
  readonly regions: readonly string[]
}

/** @throws TypeError where an operator lacks its key */
export function createOperators(options: OperatorOptions): Operators {
  const write = (type: PiiType, value: string): string => {
    const operator = options.operatorOf(type)
    switch (operator.operator) {
      case 'replace':
        return placeholder(type)
      case 'redact':
        return ''
      case 'keep':
        return value
      case 'mask':
        return mask(value, operator.keep_last ?? 0)
      case 'pseudonym': {
        if (options.keys.pseudonym === undefined) throw new TypeError('the pseudonym operator needs a key')
        // 32 bits: below 10,000 different values of a type, two share a pseudonym with a chance of about 1 %.
        const digest = hmac256(options.keys.pseudonym, `${type}:${canonicalValue(type, value, options.regions)}`)
        return `<${type}_${digest.slice(0, 8)}>`
      }
    }
  }
  return {
    keeps: (type) => options.operatorOf(type).operator === 'keep',
    forRecord: () => (value, span) => write(span.type, value),
  }
}
