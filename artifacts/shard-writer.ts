import type { Sensitivity, ShardRef } from './refs.ts'
import type { Store } from './store.ts'

export interface ShardLimits {
  readonly rows: number
  readonly bytes: number
}

/** About 64 MiB or 50k rows, whichever comes first. */
export const DEFAULT_SHARD_LIMITS: ShardLimits = { rows: 50_000, bytes: 64 * 1024 * 1024 }

const CHUNK_BYTES = 1 << 20

/**
 * Collects JSON lines and commits them as shards of bounded size. Lines are written as `JSON.stringify` gives them:
 * members in the order in which the code set them, which is deterministic.
 */
export class ShardWriter {
  readonly #store: Store
  readonly #sensitivity: Sensitivity
  readonly #limits: ShardLimits
  #chunks: Buffer[] = []
  /** Where lines are encoded: one buffer for many lines, so that no line is copied twice before the shard is whole. */
  #chunk = Buffer.alloc(0)
  #used = 0
  #bytes = 0
  #rows = 0
  readonly #shards: ShardRef[] = []

  constructor(store: Store, sensitivity: Sensitivity, limits: ShardLimits = DEFAULT_SHARD_LIMITS) {
    this.#store = store
    this.#sensitivity = sensitivity
    this.#limits = limits
  }

  write(value: object): void {
    const line = `${JSON.stringify(value)}\n`
    // A UTF-16 unit takes at most three bytes of UTF-8.
    if (this.#chunk.length - this.#used < line.length * 3) this.#makeRoom(Buffer.byteLength(line))
    const written = this.#chunk.write(line, this.#used)
    this.#used += written
    this.#bytes += written
    this.#rows += 1
    if (this.#rows >= this.#limits.rows || this.#bytes >= this.#limits.bytes) this.#commit()
  }

  /** Commits what is left and gives all shards in order. */
  finish(): readonly ShardRef[] {
    if (this.#rows > 0) this.#commit()
    return this.#shards
  }

  #makeRoom(bytes: number): void {
    if (this.#chunk.length - this.#used >= bytes) return
    this.#flush()
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes))
  }

  #flush(): void {
    if (this.#used > 0) this.#chunks.push(this.#chunk.subarray(0, this.#used))
    this.#chunk = Buffer.alloc(0)
    this.#used = 0
  }

  #commit(): void {
    this.#flush()
    const object = this.#store.put(Buffer.concat(this.#chunks), this.#sensitivity)
    this.#shards.push({ ...object, rows: this.#rows })
    this.#chunks = []
    this.#bytes = 0
    this.#rows = 0
  }
}
