/** Bytes that are no UTF-8. */
export class Utf8Error extends Error {
  /** Offset of the first of them, from the start of all that was decoded. */
  readonly at: number

  constructor(at: number) {
    super(`no UTF-8 at byte ${at}`)
    this.name = 'Utf8Error'
    this.at = at
  }
}

/** Most bytes of a character that a chunk can end with and not complete. */
const MOST_OPEN = 3

/** Decodes UTF-8 that comes in chunks, a byte order mark like any character, and tells where it breaks. */
export class Utf8Decoder {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #read = 0
  /** The last bytes before the next chunk. */
  #tail: Uint8Array = new Uint8Array(0)

  /**
   * The text of the next chunk, without a character that it only begins.
   *
   * @throws Utf8Error
   */
  decode(chunk: Uint8Array): string {
    return this.#decode(chunk, true)
  }

  /**
   * Says that nothing more comes.
   *
   * @throws Utf8Error where a character was begun
   */
  end(): void {
    this.#decode(new Uint8Array(0), false)
  }

  #decode(chunk: Uint8Array, stream: boolean): string {
    let text: string
    try {
      text = this.#decoder.decode(chunk, { stream })
    } catch {
      const near = Buffer.concat([this.#tail, chunk])
      throw new Utf8Error(this.#read - this.#tail.length + firstInvalid(near, this.#tail.length))
    }
    this.#read += chunk.length
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-MOST_OPEN)]).subarray(-MOST_OPEN)
    return text
  }
}

/** Where the first character begins that is none, in bytes whose first `known` were decoded, if not from a start of one. */
function firstInvalid(bytes: Uint8Array, known: number): number {
  let at = 0
  while (at < known && (bytes[at]! & 0xc0) === 0x80) at++
  for (let length = characterAt(bytes, at); length > 0; length = characterAt(bytes, at)) at += length
  return at
}

/** Length of the character that stands there; 0 where none does (Unicode 16, table 3-7). */
function characterAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]
  if (first === undefined) return 0
  if (first < 0x80) return 1
  const length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  const from = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const to = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]
    if (byte === undefined || byte < (i === 1 ? from : 0x80) || byte > (i === 1 ? to : 0xbf)) return 0
  }
  return length
}
