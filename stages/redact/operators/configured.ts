import type { SecretRef } from '../../stage.ts'
import type { RedactConfig } from '../config.ts'
import type { PiiType } from '../pii-type.ts'
import { keysUsed } from './config.ts'
import { createOperators } from './create.ts'
import type { Operator, OperatorKeys } from './kinds.ts'
import type { Operators } from './operator.ts'

type OperatorsConfig = Pick<RedactConfig, 'operators' | 'regions' | 'pseudonym_key' | 'reversible_key'>

/**
 * The operators of a config. `secret` gives the bytes of a key; only the keys that an operator needs are asked for.
 *
 * @param onFallback told of each value that its operator could not write
 */
export function configuredOperators(
  config: OperatorsConfig,
  secret: (ref: SecretRef) => Uint8Array,
  onFallback?: (operator: string, type: PiiType) => void,
): Operators {
  const used = keysUsed(config.operators)
  const keys: OperatorKeys = {
    ...(used.has('pseudonym') ? { pseudonym: secret(config.pseudonym_key as SecretRef) } : {}),
    ...(used.has('reversible') ? { reversible: secret(config.reversible_key as SecretRef) } : {}),
  }
  return createOperators({
    operatorOf: (type) =>
      (config.operators[type] ?? config.operators['default'] ?? { operator: 'replace' }) as Operator,
    regions: config.regions,
    keys,
    ...(onFallback === undefined ? {} : { onFallback }),
  })
}
