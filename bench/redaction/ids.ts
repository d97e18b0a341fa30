import type { PiiType } from '../../stages/redact/pii-type.ts'
import type { Random } from '../../util/random.ts'
import { EUROPE } from './ids-europe.ts'
import { WORLD } from './ids-world.ts'

/** A number that an authority gives out: what people call it, and how one is made up. */
export interface IdMaker {
  readonly type: PiiType
  readonly names: readonly string[]
  make(rng: Random): string
  /** How often it is drawn, 1 unless given. */
  readonly weight?: number
}

const BAG: readonly IdMaker[] = [...EUROPE, ...WORLD].flatMap((maker) =>
  Array.from({ length: maker.weight ?? 1 }, () => maker),
)

/** A made-up number with what it is called. */
export function drawId(rng: Random): { readonly type: PiiType; readonly name: string; readonly value: string } {
  const maker = rng.pick(BAG)
  return { type: maker.type, name: rng.pick(maker.names), value: maker.make(rng) }
}

/** A number of one type. */
export function makeId(rng: Random, type: PiiType): string {
  const maker = BAG.find((candidate) => candidate.type === type)
  if (maker === undefined) throw new TypeError(`no generator for ${type}`)
  return maker.make(rng)
}
