import { ALL_IDS } from '../../ids/all-ids.ts'
import { GENERAL_IDS } from '../../ids/general.ts'
import type { PiiType } from '../../pii-type.ts'
import { isVin } from '../../recognizers/vehicle-id.ts'
import { compactOf } from './characters.ts'

interface Check {
  readonly shape: RegExp
  readonly written: RegExp | undefined
  readonly valid: (compact: string) => boolean
}

const BY_TYPE: ReadonlyMap<PiiType, readonly Check[]> = grouped()

function grouped(): ReadonlyMap<PiiType, readonly Check[]> {
  const out = new Map<PiiType, Check[]>()
  for (const spec of [...ALL_IDS, ...GENERAL_IDS]) {
    const forms = spec.shapes.map((shape) =>
      [...shape].map((sign) => (sign === '9' ? '\\d' : sign === 'A' ? '[A-Z]' : '[A-Z\\d]')).join(''),
    )
    const check: Check = {
      shape: new RegExp(`^(?:${forms.join('|')})$`),
      written: spec.written,
      valid: (compact) => spec.valid === undefined || spec.valid(compact) === true,
    }
    out.set(spec.type, [...(out.get(spec.type) ?? []), check])
  }
  out.set('VEHICLE_ID', [
    ...(out.get('VEHICLE_ID') ?? []),
    { shape: /^[A-Z\d]{17}$/, written: undefined, valid: isVin },
  ])
  return out
}

/**
 * The check that a written value passes: says of another with the same letters and digits in the same places (compact, upper
 * case) whether it passes too. `undefined` where the type has no structure or check digits, or the value is not right itself.
 *
 * @param put writes a compact value in the notation of the original
 */
export function checkOf(
  type: PiiType,
  value: string,
  put: (compact: string) => string | undefined,
): ((compact: string) => boolean) | undefined {
  const compact = compactOf(value)
  const check = BY_TYPE.get(type)?.find(
    ({ shape, written, valid }) => shape.test(compact) && written?.test(value) !== false && valid(compact),
  )
  if (check === undefined) return undefined
  return (other) => check.valid(other) && (check.written === undefined || check.written.test(put(other) ?? ''))
}

/** Whether a written value is a right number of its type. */
export function isRight(type: PiiType, value: string): boolean {
  return checkOf(type, value, () => value) !== undefined
}
