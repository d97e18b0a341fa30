/**
 * A text on its way through a tokenizer. Each UTF-16 unit knows the stretch of the original that it came from, so that
 * a token's place can be told whatever normalisation did: offsets are carried along, never searched for afterwards.
 */
export interface Aligned {
  readonly text: string
  /** Per unit, where in the original its source begins. */
  readonly starts: Int32Array
  /** Per unit, where its source ends (exclusive). Equal to the start for what was put in and has no source. */
  readonly ends: Int32Array
}

/** The original itself, from `offset` on. */
export function original(text: string, offset = 0): Aligned {
  const starts = new Int32Array(text.length)
  const ends = new Int32Array(text.length)
  for (let i = 0; i < text.length; i++) {
    starts[i] = offset + i
    ends[i] = offset + i + 1
  }
  return { text, starts, ends }
}

/** Units [from, to). */
export function slice(input: Aligned, from: number, to: number): Aligned {
  return {
    text: input.text.slice(from, to),
    starts: input.starts.subarray(from, to),
    ends: input.ends.subarray(from, to),
  }
}

/** The stretch of the original behind units [from, to); empty where none of them has a source. */
export function sourceRange(input: Aligned, from: number, to: number): readonly [number, number] {
  let start = -1
  let end = -1
  for (let i = from; i < to; i++) {
    if (input.ends[i]! <= input.starts[i]!) continue
    if (start === -1 || input.starts[i]! < start) start = input.starts[i]!
    if (input.ends[i]! > end) end = input.ends[i]!
  }
  return start === -1 ? [0, 0] : [start, end]
}

/** Collects the units of a rewritten text. */
export class AlignedBuilder {
  readonly #parts: string[] = []
  #starts: Int32Array
  #ends: Int32Array
  #length = 0

  /** `capacity`: units expected; it grows where they are more. */
  constructor(capacity = 64) {
    this.#starts = new Int32Array(capacity)
    this.#ends = new Int32Array(capacity)
  }

  /** Units [from, to) as they are. */
  copy(input: Aligned, from: number, to: number): void {
    if (to <= from) return
    this.#room(to - from)
    this.#starts.set(input.starts.subarray(from, to), this.#length)
    this.#ends.set(input.ends.subarray(from, to), this.#length)
    this.#length += to - from
    this.#parts.push(input.text.slice(from, to))
  }

  /** `text` in place of units [from, to): unit for unit where it is as long, else each stands for all of them. */
  replace(input: Aligned, from: number, to: number, text: string): void {
    this.#room(text.length)
    if (text.length === to - from) {
      this.#starts.set(input.starts.subarray(from, to), this.#length)
      this.#ends.set(input.ends.subarray(from, to), this.#length)
    } else {
      const [start, end] = sourceRange(input, from, to)
      this.#starts.fill(start, this.#length, this.#length + text.length)
      this.#ends.fill(end, this.#length, this.#length + text.length)
    }
    this.#length += text.length
    this.#parts.push(text)
  }

  /** `text` that has no source. */
  insert(text: string): void {
    this.#room(text.length)
    this.#starts.fill(0, this.#length, this.#length + text.length)
    this.#ends.fill(0, this.#length, this.#length + text.length)
    this.#length += text.length
    this.#parts.push(text)
  }

  build(): Aligned {
    return {
      text: this.#parts.join(''),
      starts: this.#starts.slice(0, this.#length),
      ends: this.#ends.slice(0, this.#length),
    }
  }

  #room(more: number): void {
    if (this.#length + more <= this.#starts.length) return
    const size = Math.max(this.#starts.length * 2, this.#length + more)
    const grow = (old: Int32Array): Int32Array => {
      const next = new Int32Array(size)
      next.set(old)
      return next
    }
    this.#starts = grow(this.#starts)
    this.#ends = grow(this.#ends)
  }
}
