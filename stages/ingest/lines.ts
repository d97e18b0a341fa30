const NEWLINE = 0x0a

export interface LineSink {
  /** A line without its newline: `bytes[start, end)`. `checked` where the bytes around it are known to be UTF-8. */
  line(bytes: Buffer, start: number, end: number): void
  /** A line longer than allowed, of which only the length is known. */
  long(length: number): void
}

/** Cuts slabs into lines. Holds at most one line, and none that is longer than `maxBytes`. */
export class LineCutter {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(slab: Buffer, sink: LineSink): void {
    let start = 0
    let end = slab.indexOf(NEWLINE)
    if (end === -1) {
      this.#keep(slab)
      return
    }
    if (this.#length > 0) {
      this.#keep(slab.subarray(0, end))
      this.#flush(sink)
      start = end + 1
      end = slab.indexOf(NEWLINE, start)
    }
    while (end !== -1) {
      if (end - start > this.#maxBytes) sink.long(end - start)
      else sink.line(slab, start, end)
      start = end + 1
      end = slab.indexOf(NEWLINE, start)
    }
    if (start < slab.length) this.#keep(slab.subarray(start))
  }

  /** The last line, where the file does not end with a newline. */
  end(sink: LineSink): void {
    if (this.#length > 0) this.#flush(sink)
  }

  /** Copies what is kept, so that the caller may use the slab again. */
  detach(): void {
    if (this.#parts.length > 0) this.#parts.push(Buffer.from(this.#parts.pop()!))
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxBytes) this.#parts = []
    else this.#parts.push(part)
  }

  #flush(sink: LineSink): void {
    if (this.#length > this.#maxBytes) sink.long(this.#length)
    else {
      const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
      sink.line(line, 0, line.length)
    }
    this.#parts = []
    this.#length = 0
  }
}
