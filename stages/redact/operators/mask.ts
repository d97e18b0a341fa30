import { MASK, MAX_KEPT } from '../placeholder.ts'

/** Letters and digits become dots, separators stay; the last `keepLast` of them stay too, but never more than a third. */
export function mask(value: string, keepLast: number): string {
  const units = [...value]
  const solid = units.filter((unit) => SOLID.test(unit)).length
  let hide = solid - Math.min(keepLast, MAX_KEPT, Math.floor(solid / 3))
  return units.map((unit) => (SOLID.test(unit) && hide-- > 0 ? MASK : unit)).join('')
}

const SOLID = /[\p{L}\p{N}\p{M}]/u
