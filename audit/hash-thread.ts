import { workerData } from 'node:worker_threads'
import { LINK_LENGTH, leafHashesInto, linksInto, splitBundle } from './bundle.ts'
import { CLOSED, DONE, GIVEN, REFUSED, type SharedSlots, SLOTS, TAKEN } from './hash-ahead.ts'
import { completeRootOf } from './merkle.ts'
import { HASH_BYTES, TILE_WIDTH } from './tiles.ts'

/** The thread's side of `hash-ahead.ts`. */
const { states, sizes, bytes, hashes } = workerData as SharedSlots
const leaves = Buffer.alloc(TILE_WIDTH * HASH_BYTES)
const links = Buffer.alloc(TILE_WIDTH * LINK_LENGTH)
for (let slot = 0; ; slot = (slot + 1) % SLOTS) {
  while (Atomics.compareExchange(states, slot, GIVEN, TAKEN) !== GIVEN) {
    const state = Atomics.load(states, slot)
    if (state === CLOSED) process.exit()
    if (state !== GIVEN) Atomics.wait(states, slot, state)
  }
  const state = hashInto(slot) ? DONE : REFUSED
  if (Atomics.compareExchange(states, slot, TAKEN, state) !== TAKEN) process.exit()
  Atomics.notify(states, slot)
}

function hashInto(slot: number): boolean {
  const bundle = splitBundle(Buffer.from(bytes[slot]!.buffer, 0, sizes[slot]))
  if (bundle === undefined || bundle.count !== TILE_WIDTH) return false
  leafHashesInto(leaves, bundle)
  linksInto(links, bundle)
  let at = 0
  for (const part of [leaves, completeRootOf(leaves), links]) {
    hashes[slot]!.set(part, at)
    at += part.length
  }
  return true
}
