import { SluiceError } from '../../util/errors.ts'

/** What one unit of privacy is: whose presence or absence the model must not reveal. */
export type UnitKind = 'conversation' | 'person'

/** The rows of each unit, in order of first appearance. */
export type Units = readonly (readonly number[])[]

/**
 * Groups token rows into units. A record that was cut into several rows must give them all one key, and so must all
 * records of a person: rows of one unit in two groups would be protected half.
 *
 * @param keys one per row: the record's id, or the value of the field that names the person
 * @throws SluiceError DP_UNIT_MISSING where a row has no key
 */
export function groupUnits(keys: readonly (string | undefined)[], kind: UnitKind): Units {
  const groups = new Map<string, number[]>()
  for (const [row, key] of keys.entries()) {
    if (key === undefined || key === '') {
      throw new SluiceError({
        code: 'DP_UNIT_MISSING',
        message: `row ${row} says of no ${kind} that it belongs to, so it cannot be protected`,
        next:
          kind === 'person' ? 'name the field of `meta` that holds the person, and fill it in every row' : 'report it',
      })
    }
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups.values()]
}

/**
 * Refuses held-out rows of a unit that is trained: their loss would be no held-out loss, and choosing by it would
 * reveal more of the unit than the accountant counts.
 *
 * @throws SluiceError DP_UNIT_HELD_OUT
 */
export function refuseSharedUnits(
  train: readonly (string | undefined)[],
  valid: readonly (string | undefined)[],
): void {
  const known = new Set(train)
  const shared = new Set(valid.filter((key) => key !== undefined && known.has(key))).size
  if (shared === 0) return
  throw new SluiceError({
    code: 'DP_UNIT_HELD_OUT',
    message: `${shared} units are in the training rows and in the held-out rows`,
    next: 'split by the unit: give the split the field that names it',
  })
}
