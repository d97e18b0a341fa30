import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const MEMORY_BYTES = 16 * 1024 * 1024

/**
 * Lines sorted into partitions by a key, in bounded memory. What does not fit is written to files under a key that only
 * this object knows (AES-256-GCM): raw text never lies readable on the disk, and after a crash nobody can read it.
 */
export class Spill {
  readonly #folder: () => string
  readonly #key = randomBytes(32)
  readonly #partitions: { lines: string[]; fd: number | undefined; blocks: number[] }[]
  #folderPath: string | undefined
  #held = 0

  constructor(partitions: number, folder: () => string) {
    this.#folder = folder
    this.#partitions = Array.from({ length: partitions }, () => ({ lines: [], fd: undefined, blocks: [] }))
  }

  get partitions(): number {
    return this.#partitions.length
  }

  add(key: string, line: string): void {
    const partition = createHash('sha256').update(key).digest().readUInt32LE(0) % this.#partitions.length
    this.#partitions[partition]!.lines.push(line)
    this.#held += line.length
    if (this.#held > MEMORY_BYTES) this.#flush()
  }

  /** The lines of a partition in the order in which they were added. */
  *lines(partition: number): Generator<string> {
    const { fd, blocks, lines } = this.#partitions[partition]!
    let at = 0
    for (const length of blocks) {
      const sealed = Buffer.allocUnsafe(length)
      readSync(fd!, sealed, 0, length, at)
      at += length
      yield* this.#open(sealed).split('\n')
    }
    yield* lines
  }

  close(): void {
    for (const { fd } of this.#partitions) if (fd !== undefined) closeSync(fd)
    this.#key.fill(0)
  }

  #flush(): void {
    this.#folderPath ??= this.#folder()
    for (const [i, partition] of this.#partitions.entries()) {
      if (partition.lines.length === 0) continue
      partition.fd ??= openSync(join(this.#folderPath, `group-${i}`), 'w+', 0o600)
      const sealed = this.#seal(partition.lines.join('\n'))
      for (let at = 0; at < sealed.length; ) at += writeSync(partition.fd, sealed, at)
      partition.blocks.push(sealed.length)
      partition.lines = []
    }
    this.#held = 0
  }

  #seal(text: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, body, cipher.getAuthTag()])
  }

  #open(sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
    const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  }
}
