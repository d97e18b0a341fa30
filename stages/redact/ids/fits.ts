import type { PiiType } from '../pii-type.ts'
import { ALL_IDS } from './all-ids.ts'
import type { IdSpec } from './id-spec.ts'

interface Fit {
  readonly spec: IdSpec
  readonly shape: RegExp
}

/** The specs of each type, their shapes as one pattern over the compact value. */
const BY_TYPE: ReadonlyMap<PiiType, readonly Fit[]> = grouped()

function grouped(): ReadonlyMap<PiiType, readonly Fit[]> {
  const out = new Map<PiiType, Fit[]>()
  for (const spec of ALL_IDS) {
    const source = spec.shapes.map((shape) =>
      [...shape].map((char) => (char === '9' ? '\\d' : char === 'A' ? '[A-Z]' : '[A-Z\\d]')).join(''),
    )
    const fit = { spec, shape: new RegExp(`^(?:${source.join('|')})$`) }
    out.set(spec.type, [...(out.get(spec.type) ?? []), fit])
  }
  return out
}

/** Whether a whole value is a right number of this type: form, structure and check digits. */
export function fitsId(type: PiiType, value: string): boolean {
  if (value.length > 40) return false
  const compact = value.replace(/[ .()/+-]/g, '').toUpperCase()
  return (BY_TYPE.get(type) ?? []).some(
    ({ spec, shape }) =>
      shape.test(compact) && spec.written?.test(value) !== false && (spec.valid?.(compact) ?? true) === true,
  )
}
