import { createHash, createHmac, hash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { canonicalJson } from './json.ts'

/** Lower-case hex SHA-256, 64 characters. */
export type Sha256 = string

/** Hex SHA-256 of bytes or of the UTF-8 form of a string. */
export function sha256(data: string | Uint8Array): Sha256 {
  // The one-shot form: half the time of a `Hash` object for short texts.
  return hash('sha256', data, 'hex')
}

/** Hex SHA-256 of the canonical JSON of a value. */
export function sha256Json(value: unknown): Sha256 {
  return sha256(canonicalJson(value))
}

/** Keyed digest (HMAC-SHA-256), hex. A short value hashed without a key can be guessed; use this one for those. */
export function hmac256(key: string | Uint8Array, data: string | Uint8Array): string {
  return createHmac('sha256', key).update(data).digest('hex')
}

/** Streams a file through SHA-256. */
export async function sha256File(path: string): Promise<{ sha256: Sha256; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** The same without a wait, a piece of the file in memory at a time. */
export function sha256FileSync(path: string): { sha256: Sha256; bytes: number } {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(1 << 20)
    let bytes = 0
    for (;;) {
      const read = readSync(file, chunk)
      if (read === 0) return { sha256: hash.digest('hex'), bytes }
      hash.update(chunk.subarray(0, read))
      bytes += read
    }
  } finally {
    closeSync(file)
  }
}
