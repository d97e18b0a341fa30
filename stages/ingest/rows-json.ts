import { isUtf8 } from 'node:buffer'
import { SluiceError } from '../../util/errors.ts'
import { fault } from './faults.ts'
import type { RawRow } from './piece.ts'
import { badRow, parseLine } from './rows-jsonl.ts'

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Rows of a JSON file: the elements of the array at `jsonPath`, without the file ever being in memory whole. Row numbers
 * are places in the array.
 *
 * @throws SluiceError `SOURCE_NO_ARRAY`, `SOURCE_TRUNCATED`, `SOURCE_BROKEN`.
 */
export async function* jsonRows(
  slabs: AsyncIterable<Buffer>,
  jsonPath: string,
  maxBytes: number,
  path: string,
): AsyncGenerator<readonly RawRow[]> {
  const scanner = new ArrayScanner(jsonPath === '' ? [] : jsonPath.split('.'), maxBytes, path)
  for await (const slab of slabs) {
    const rows = scanner.push(slab)
    if (rows.length > 0) yield rows
  }
  scanner.end()
}

interface Level {
  readonly array: boolean
  key: string
  expectsKey: boolean
}

/** Follows brackets and strings only; the elements themselves are parsed by `JSON.parse`. */
class ArrayScanner {
  readonly #path: readonly string[]
  readonly #maxBytes: number
  readonly #file: string
  readonly #stack: Level[] = []
  #target = -1
  #done = false
  #inString = false
  #escaped = false
  #keyParts: Buffer[] | undefined
  /** The element being read. */
  #parts: Buffer[] = []
  #length = 0
  #inElement = false
  #afterComma = false
  #row = 0
  #offset = 0
  #started = false

  constructor(path: readonly string[], maxBytes: number, file: string) {
    this.#path = path
    this.#maxBytes = maxBytes
    this.#file = file
  }

  push(slab: Buffer): readonly RawRow[] {
    const rows: RawRow[] = []
    let elementStart = 0
    let stringStart = 0
    for (let i = 0; i < slab.length; i++) {
      const byte = slab[i]!
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) {
          this.#inString = false
          this.#endKey(slab.subarray(stringStart, i))
        }
        continue
      }
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
      const atTarget = this.#stack.length === this.#target
      if (atTarget && (byte === COMMA || byte === CLOSE_ARRAY)) {
        if (this.#inElement || byte === COMMA || this.#afterComma) {
          this.#keep(slab.subarray(elementStart, i))
          rows.push(this.#finishElement())
        }
        this.#afterComma = byte === COMMA
        elementStart = i + 1
      } else if (atTarget && !this.#inElement) {
        this.#inElement = true
        elementStart = i
      }
      if (this.#stack.length === 0 && this.#started) throw this.#broken(i)
      this.#started = true
      switch (byte) {
        case QUOTE:
          this.#inString = true
          stringStart = i + 1
          this.#startKey()
          break
        case OPEN_OBJECT:
          this.#stack.push({ array: false, key: '', expectsKey: true })
          break
        case OPEN_ARRAY:
          if (this.#target === -1 && !this.#done && this.#isHere()) this.#target = this.#stack.length + 1
          this.#stack.push({ array: true, key: '', expectsKey: false })
          if (this.#stack.length === this.#target) elementStart = i + 1
          break
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          if (this.#stack.pop()?.array !== (byte === CLOSE_ARRAY)) throw this.#broken(i)
          if (atTarget) {
            this.#target = -1
            this.#done = true
          }
          break
        case COMMA:
          if (this.#stack.at(-1)?.array === false) this.#stack.at(-1)!.expectsKey = true
          break
        case COLON:
          if (this.#stack.length > 0) this.#stack.at(-1)!.expectsKey = false
          break
        default:
      }
    }
    if (this.#inString && this.#keyParts !== undefined) this.#keyParts.push(slab.subarray(stringStart))
    if (this.#inElement) this.#keep(slab.subarray(elementStart))
    this.#offset += slab.length
    return rows
  }

  end(): void {
    if (this.#stack.length > 0 || this.#inString || !this.#started) {
      throw new SluiceError({
        code: 'SOURCE_TRUNCATED',
        message: 'a JSON file ends in the middle',
        next: 'fetch the file again; none of its rows were taken',
        at: { file: this.#file },
      })
    }
    if (this.#done) return
    throw new SluiceError({
      code: 'SOURCE_NO_ARRAY',
      message:
        this.#path.length === 0
          ? 'a JSON file is not an array'
          : `a JSON file has no array at \`${this.#path.join('.')}\``,
      next: 'set `json_path` to the path of the array of rows, or `format: jsonl`',
      at: { file: this.#file },
    })
  }

  /** True where an array that opens now is the one of the path. */
  #isHere(): boolean {
    const stack = this.#stack
    return stack.length === this.#path.length && stack.every((level, i) => !level.array && level.key === this.#path[i])
  }

  #startKey(): void {
    const level = this.#stack.at(-1)
    const wanted =
      !this.#done && this.#target === -1 && level?.expectsKey === true && this.#stack.length <= this.#path.length
    this.#keyParts = wanted ? [] : undefined
  }

  #endKey(lastPart: Buffer): void {
    if (this.#keyParts === undefined) return
    const text = Buffer.concat([...this.#keyParts, lastPart]).toString('utf8')
    this.#keyParts = undefined
    try {
      this.#stack.at(-1)!.key = JSON.parse(`"${text}"`)
    } catch {
      this.#stack.at(-1)!.key = ''
    }
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxBytes) this.#parts = []
    else this.#parts.push(part)
  }

  #finishElement(): RawRow {
    const row = this.#row++
    const length = this.#length
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    this.#inElement = false
    if (length > this.#maxBytes) return badRow(row, fault('ROW_TOO_LONG', `a row of ${length} bytes`), () => undefined)
    return parseLine(bytes, 0, bytes.length, row, isUtf8(bytes), true)
  }

  #broken(at: number): SluiceError {
    return new SluiceError({
      code: 'SOURCE_BROKEN',
      message: `a JSON file is malformed at byte ${this.#offset + at}`,
      next: 'repair the file; none of its rows were taken',
      at: { file: this.#file },
    })
  }
}
