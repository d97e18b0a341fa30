import { hmac256 } from '../../../util/digest.ts'
import { type Random, random } from '../../../util/random.ts'

/**
 * Draws that only the key and the words given decide: the same everywhere, without shared state. The generator is seeded with
 * HMAC-SHA-256 and used for one value alone, so what is seen of one draw says nothing of another's.
 */
export function keyedDraw(key: Uint8Array, ...scope: readonly (string | number)[]): Random {
  return random(hmac256(key, JSON.stringify(scope)))
}

/** The first draw that is not what it replaces. `make` gets a fresh generator each time. */
export function drawOther(
  key: Uint8Array,
  scope: readonly (string | number)[],
  make: (draw: Random) => string,
  isSame: (candidate: string) => boolean,
): string {
  for (let attempt = 0; attempt < MAX_DRAWS; attempt++) {
    const candidate = make(keyedDraw(key, ...scope, attempt))
    if (!isSame(candidate)) return candidate
  }
  throw new RangeError('every draw gave the value that it should replace')
}

/** With two equally likely outcomes all draws are the same once in 10¹⁹. */
const MAX_DRAWS = 64
