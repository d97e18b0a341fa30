import { drawOther } from '../draw.ts'
import { compactOf, putBack } from './characters.ts'
import type { SurrogateMaker } from './context.ts'
import { identifierSurrogate } from './identifier.ts'

/**
 * US social security numbers of the areas 900–999, which are never given out as such (SSA POMS RM 10201.035), and of the groups
 * 01–49, which are none of taxpayer numbers either (IRS: 50–65, 70–88, 90–92, 94–99): 4.9 million, and none is anyone's.
 */
export const ssnSurrogate: SurrogateMaker = (value, context, type) => {
  const digits = compactOf(value)
  if (!/^\d{9}$/.test(digits)) return identifierSurrogate(value, context, type)
  const two = (n: number): string => String(n).padStart(2, '0')
  const made = drawOther(
    context.key,
    [type, digits],
    (draw) =>
      `${900 + draw.integer(100)}${two(1 + draw.integer(49))}${String(1 + draw.integer(9999)).padStart(4, '0')}`,
    (candidate) => candidate === digits,
  )
  return putBack(value, made)
}
