import type { Random } from '../../../util/random.ts'
import { carryOrField } from './carriers.ts'
import type { SeedMaker } from './seed.ts'

/** A maker of one kind of number in sentences that name it, or in a field of that name. */
export function seedOf(
  value: (rng: Random) => string,
  carriers: readonly string[],
  fields: readonly string[],
): SeedMaker {
  const places = [...carriers, ...carriers.map((carrier) => `${carrier}, please check`)]
  return (rng) => carryOrField(rng, value(rng), places, fields)
}
