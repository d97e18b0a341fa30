import type { Sensitivity, ShardRef } from './refs.ts'
import type { Store } from './store.ts'

export interface ShardLimits {
  readonly rows: number
  readonly bytes: number
}

/** About 64 MiB or 50k rows, whichever comes first. */
export const DEFAULT_SHARD_LIMITS: ShardLimits = { rows: 50_000, bytes: 64 * 1024 * 1024 }

const FIRST_BYTES = 1 << 20

/** The buffer of the last writer of this thread, so that the next one need not grow its own. */
let spare: Buffer<ArrayBuffer> | undefined

/**
 * Collects JSON lines and commits them as shards of bounded size. Lines are written as `JSON.stringify` gives them:
 * members in the order in which the code set them, which is deterministic.
 */
export class ShardWriter {
  readonly #store: Store
  readonly #sensitivity: Sensitivity
  readonly #limits: ShardLimits
  /** Where lines are encoded. It grows to the size of a shard and serves one shard after the other. */
  #buffer: Buffer<ArrayBuffer> = Buffer.alloc(0)
  #used = 0
  #rows = 0
  readonly #shards: ShardRef[] = []

  constructor(store: Store, sensitivity: Sensitivity, limits: ShardLimits = DEFAULT_SHARD_LIMITS) {
    this.#store = store
    this.#sensitivity = sensitivity
    this.#limits = limits
  }

  write(value: object): void {
    const line = JSON.stringify(value)
    // A UTF-16 unit takes at most three bytes of UTF-8.
    if (this.#buffer.length - this.#used <= line.length * 3) this.#makeRoom(Buffer.byteLength(line) + 1)
    this.#used += this.#buffer.write(line, this.#used)
    this.#buffer[this.#used++] = 0x0a
    this.#rows += 1
    if (this.#rows >= this.#limits.rows || this.#used >= this.#limits.bytes) this.#commit()
  }

  /** Commits what is left and gives all shards in order. */
  finish(): readonly ShardRef[] {
    if (this.#rows > 0) this.#commit()
    if (this.#buffer.length > (spare?.length ?? 0)) spare = this.#buffer
    this.#buffer = Buffer.alloc(0)
    return this.#shards
  }

  #makeRoom(bytes: number): void {
    if (this.#buffer.length === 0 && spare !== undefined) {
      this.#buffer = spare
      spare = undefined
    }
    const needed = this.#used + bytes
    if (this.#buffer.length >= needed) return
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, this.#buffer.length * 2, needed))
    this.#buffer.copy(larger, 0, 0, this.#used)
    this.#buffer = larger
  }

  #commit(): void {
    // `put` has written the bytes when it returns, so the buffer can be used again.
    const object = this.#store.put(this.#buffer.subarray(0, this.#used), this.#sensitivity)
    this.#shards.push({ ...object, rows: this.#rows })
    this.#used = 0
    this.#rows = 0
  }
}
