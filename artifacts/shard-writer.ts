import type { Sensitivity, ShardRef } from './refs.ts'
import type { Store } from './store.ts'

export interface ShardLimits {
  readonly rows: number
  readonly bytes: number
}

/** About 64 MiB or 50k rows, whichever comes first. */
export const DEFAULT_SHARD_LIMITS: ShardLimits = { rows: 50_000, bytes: 64 * 1024 * 1024 }

/**
 * Collects JSON lines and commits them as shards of bounded size. Lines are written as `JSON.stringify` gives them:
 * members in the order in which the code set them, which is deterministic.
 */
export class ShardWriter {
  readonly #store: Store
  readonly #sensitivity: Sensitivity
  readonly #limits: ShardLimits
  #chunks: Buffer[] = []
  #pending = ''
  #bytes = 0
  #rows = 0
  readonly #shards: ShardRef[] = []

  constructor(store: Store, sensitivity: Sensitivity, limits: ShardLimits = DEFAULT_SHARD_LIMITS) {
    this.#store = store
    this.#sensitivity = sensitivity
    this.#limits = limits
  }

  write(value: object): void {
    this.#pending += `${JSON.stringify(value)}\n`
    this.#rows += 1
    if (this.#pending.length > 1 << 16) this.#flush()
    if (this.#rows >= this.#limits.rows || this.#bytes + this.#pending.length >= this.#limits.bytes) this.#commit()
  }

  /** Commits what is left and gives all shards in order. */
  finish(): readonly ShardRef[] {
    if (this.#rows > 0) this.#commit()
    return this.#shards
  }

  #flush(): void {
    if (this.#pending === '') return
    const chunk = Buffer.from(this.#pending, 'utf8')
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    this.#pending = ''
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
