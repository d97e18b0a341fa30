import type { Random } from '../../../util/random.ts'

/** A made-up value with the words around it. With `field` it goes into a tool call's arguments under that name. */
export interface Seed {
  readonly before: string
  readonly value: string
  readonly after: string
  readonly field?: string
}

export type SeedMaker = (rng: Random) => Seed
