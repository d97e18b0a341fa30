import { type Feed, float32 } from '../graph/session.ts'
import type { NetworkConfig } from '../network/config.ts'

/**
 * Keys and values of the tokens seen so far, [batch, heads, capacity, D] per layer. Sequence b fills the first
 * `lengths[b]` places; the mask hides the rest, so sequences of different length share a batch.
 */
export interface KeyValueCache {
  readonly capacity: number
  readonly lengths: readonly number[]
  feeds(): Readonly<Record<string, Feed>>
  /** Takes in `new_keys_i` and `new_values_i` of a run: the first `counts[b]` tokens of sequence b. */
  append(outputs: Readonly<Record<string, Feed>>, counts: readonly number[]): void
  /** The cache of some of the sequences. */
  select(rows: readonly number[]): KeyValueCache
}

/** Capacity grows in steps of this many tokens. */
const BLOCK = 64

/**
 * An empty cache for a batch of sequences; it grows as tokens come.
 *
 * @param batch sequences
 */
export function createCache(config: NetworkConfig, batch: number): KeyValueCache {
  const empty = (): Float32Array[] => Array.from({ length: config.layers }, () => new Float32Array(0))
  return makeCache(config, new Array<number>(batch).fill(0), 0, empty(), empty())
}

function makeCache(
  config: NetworkConfig,
  lengths: number[],
  capacity: number,
  keys: Float32Array[],
  values: Float32Array[],
): KeyValueCache {
  const { keyValueHeads: heads, headWidth: width } = config
  const batch = lengths.length
  const shape = (): readonly number[] => [batch, heads, self.capacity, width]

  const grow = (data: Float32Array, from: number, to: number): Float32Array => {
    const out = new Float32Array(batch * heads * to * width)
    for (let row = 0; row < batch * heads; row++) {
      out.set(data.subarray(row * from * width, (row + 1) * from * width), row * to * width)
    }
    return out
  }
  const take = (target: Float32Array, added: Feed, counts: readonly number[]): void => {
    const source = added.data as Float32Array
    const sequence = added.shape[2]!
    for (let b = 0; b < batch; b++) {
      for (let head = 0; head < heads; head++) {
        const from = (b * heads + head) * sequence * width
        const to = ((b * heads + head) * self.capacity + lengths[b]!) * width
        target.set(source.subarray(from, from + counts[b]! * width), to)
      }
    }
  }

  const self = {
    capacity,
    lengths,
    feeds: () =>
      Object.fromEntries(
        keys.flatMap((data, layer) => [
          [`keys_${layer}`, float32(data, shape())],
          [`values_${layer}`, float32(values[layer]!, shape())],
        ]),
      ),
    append(outputs: Readonly<Record<string, Feed>>, counts: readonly number[]) {
      const needed = Math.max(...lengths.map((length, b) => length + counts[b]!))
      if (needed > self.capacity) {
        const larger = Math.ceil(needed / BLOCK) * BLOCK
        for (let layer = 0; layer < config.layers; layer++) {
          keys[layer] = grow(keys[layer]!, self.capacity, larger)
          values[layer] = grow(values[layer]!, self.capacity, larger)
        }
        self.capacity = larger
      }
      for (let layer = 0; layer < config.layers; layer++) {
        take(keys[layer]!, outputs[`new_keys_${layer}`]!, counts)
        take(values[layer]!, outputs[`new_values_${layer}`]!, counts)
      }
      for (let b = 0; b < batch; b++) lengths[b] = lengths[b]! + counts[b]!
    },
    select(rows: readonly number[]) {
      const size = heads * self.capacity * width
      const pick = (data: Float32Array): Float32Array => {
        const out = new Float32Array(rows.length * size)
        for (const [i, row] of rows.entries()) out.set(data.subarray(row * size, (row + 1) * size), i * size)
        return out
      }
      return makeCache(
        config,
        rows.map((row) => lengths[row]!),
        self.capacity,
        keys.map(pick),
        values.map(pick),
      )
    },
  }
  return self
}
