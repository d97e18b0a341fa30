import { ALL_IDS } from '../../ids/all-ids.ts'
import { GENERAL_IDS } from '../../ids/general.ts'
import type { PiiType } from '../../pii-type.ts'
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
  return out
}

/** Whether a written value is a right number of its type; `undefined` for types without structure or check digits. */
export function validatorOf(type: PiiType): ((value: string) => boolean) | undefined {
  const checks = BY_TYPE.get(type)
  if (checks === undefined) return undefined
  return (value) => {
    const compact = compactOf(value)
    return checks.some(
      ({ shape, written, valid }) => shape.test(compact) && written?.test(value) !== false && valid(compact),
    )
  }
}
