import { Worker } from 'node:worker_threads'
import { compiledModule } from '../util/package-root.ts'
import { LINK_LENGTH } from './bundle.ts'
import { HASH_BYTES, TILE_WIDTH } from './tiles.ts'

/** States of a slot. Whoever moves it from `GIVEN` hashes what is in it. */
export const FREE = 0
export const GIVEN = 1
export const TAKEN = 2
export const DONE = 3
/** The bytes are not exactly a tile's entries: for the caller to say. */
export const REFUSED = 4
/** The thread is to end. */
export const CLOSED = 5

/** With few, each thread often waits for the other to wake. */
export const SLOTS = 8
/** Entries of 4 KiB each; those that take more are hashed by the caller. */
const SLOT_BYTES = 2 ** 20
const PATIENCE_MS = 10_000

export interface HashedBundle {
  readonly leaves: Buffer
  readonly root: Buffer
  /** `linksInto` */
  readonly links: Buffer
}

/** Memory of the two threads. */
export interface SharedSlots {
  /** Of each slot its state, and how many bytes it has. */
  readonly states: Int32Array
  readonly sizes: Int32Array
  readonly bytes: readonly Uint8Array[]
  /** Of each slot the leaf hashes, the root, the links. */
  readonly hashes: readonly Uint8Array[]
}

/**
 * A second thread that hashes the entries and the tree of a bundle while its caller, who does not wait for events, follows
 * the entries of the one before. It only lends a hand: what it has not begun when the answer is wanted, its caller does.
 */
export interface HashAhead {
  /** Hands in the bytes of a full bundle. Those that were not taken yet are at most `SLOTS`. */
  give(bytes: Uint8Array): void
  /** Of the bundle that was given first: its hashes, or `undefined` where the caller has to make them. */
  take(): HashedBundle | undefined
  close(): void
}

/** Below this a thread takes longer to start than there is to do. */
const WORTH_A_THREAD = 64 * TILE_WIDTH

/** Leaves all to its caller. */
const ALONE: HashAhead = { give: () => {}, take: () => undefined, close: () => {} }

/** @param size - entries of the log */
export function hashAhead(size: number): HashAhead {
  if (size < WORTH_A_THREAD) return ALONE
  const shared = (bytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(bytes))
  const slots: SharedSlots = {
    states: new Int32Array(new SharedArrayBuffer(SLOTS * 4)),
    sizes: new Int32Array(new SharedArrayBuffer(SLOTS * 4)),
    bytes: Array.from({ length: SLOTS }, () => shared(SLOT_BYTES)),
    hashes: Array.from({ length: SLOTS }, () => shared((TILE_WIDTH + 1) * HASH_BYTES + TILE_WIDTH * LINK_LENGTH)),
  }
  const { states, sizes, bytes, hashes } = slots
  // Where no thread can be had, or it ends early, its caller does all, and the same comes out.
  try {
    const worker = new Worker(compiledModule('audit/hash-thread.js'), { workerData: slots })
    worker.unref()
    worker.on('error', () => {})
  } catch {
    return ALONE
  }
  let given = 0
  let taken = 0
  let dead = false
  return {
    give(source) {
      const slot = given++ % SLOTS
      if (dead || source.length > SLOT_BYTES) return
      bytes[slot]!.set(source)
      sizes[slot] = source.length
      Atomics.store(states, slot, GIVEN)
      Atomics.notify(states, slot)
    },
    take() {
      const slot = taken++ % SLOTS
      if (dead || Atomics.compareExchange(states, slot, GIVEN, FREE) === GIVEN) return undefined
      dead = Atomics.wait(states, slot, TAKEN, PATIENCE_MS) === 'timed-out'
      const state = Atomics.load(states, slot)
      if (dead || state === FREE) return undefined
      Atomics.store(states, slot, FREE)
      if (state !== DONE) return undefined
      const made = Buffer.from(hashes[slot]!)
      const end = TILE_WIDTH * HASH_BYTES
      const behind = end + HASH_BYTES
      return { leaves: made.subarray(0, end), root: made.subarray(end, behind), links: made.subarray(behind) }
    },
    close() {
      for (let slot = 0; slot < SLOTS; slot++) {
        Atomics.store(states, slot, CLOSED)
        Atomics.notify(states, slot)
      }
    },
  }
}
