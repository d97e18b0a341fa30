import type { SecretRef } from '../../stage.ts'
import type { RedactConfig } from '../config.ts'
import { usesPseudonyms } from './config.ts'
import { createOperators, type Operator } from './create.ts'
import type { Operators } from './operator.ts'

/** The operators of a config. `secret` gives the bytes of a key. */
export function configuredOperators(
  config: Pick<RedactConfig, 'operators' | 'regions' | 'pseudonym_key'>,
  secret: (ref: SecretRef) => Uint8Array,
): Operators {
  return createOperators({
    operatorOf: (type) =>
      (config.operators[type] ?? config.operators['default'] ?? { operator: 'replace' }) as Operator,
    regions: config.regions,
    keys: usesPseudonyms(config) ? { pseudonym: secret(config.pseudonym_key as SecretRef) } : {},
  })
}
