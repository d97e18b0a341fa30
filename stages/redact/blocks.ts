import type { Detector, Span } from './detector.ts'
import type { Operators } from './operators/operator.ts'
import { redactFound } from './record-redactor.ts'

/** Sizes in UTF-16 code units. */
export interface BlockSizes {
  /** A longer text is cut after at most so many units, at the best place before. */
  readonly size: number
  /** Text after a block that is looked at with it. */
  readonly ahead: number
  /** Text before it. */
  readonly behind: number
}

export const DEFAULT_BLOCKS: BlockSizes = { size: 16_384, ahead: 2_048, behind: 1_024 }

/** A value that reaches the end of what is looked at is followed so far: a private key is longer than a block's margin. */
const MAX_AHEAD = 131_072

const EDGE = 128

/** Redacts a text that comes in parts. The output does not depend on where the parts are cut. */
export interface BlockRedactor {
  /** Takes the next part; gives what is settled by now. */
  push(part: string): Promise<string>
  /** The rest. */
  end(): Promise<string>
}

/**
 * A long text is redacted block by block, each looked at with a margin of its neighbours, so that memory is bounded
 * and a stream needs to hold back no more than `size + ahead` units (and up to 128 Ki units of one value that goes on). Where
 * a block ends is decided by the text alone; a value that begins in a block belongs to it, and the next one starts after it.
 *
 * @param onSpans called per block with its spans, offsets from the start of the whole text, and those of later looks (see
 *   `Redacted`)
 */
export function createBlockRedactor(
  detector: Detector,
  operators: Operators,
  sizes: BlockSizes = DEFAULT_BLOCKS,
  onSpans?: (spans: readonly Span[], later: readonly Span[]) => void,
): BlockRedactor {
  let behind = ''
  let rest = ''
  let done = 0
  // Length that `rest` must have before a value that goes on is worth another look.
  let need = 0

  const block = async (last: boolean): Promise<string | undefined> => {
    const whole = last && rest.length <= sizes.size
    if (!last && rest.length < Math.max(need, sizes.size + sizes.ahead)) return undefined
    let cut = whole ? rest.length : cutAt(rest, sizes.size)
    let ahead = sizes.ahead
    let spans: readonly Span[]
    for (;;) {
      const to = Math.min(rest.length, cut + ahead)
      const found = (await detector.findAll([{ text: behind + rest.slice(0, to) }]))[0] ?? []
      spans = moved(found, behind.length).filter(({ start }) => start < cut)
      const reach = spans.at(-1)?.end ?? 0
      // Lines of a key that the edge cuts are not yet part of it: close to the edge counts as at it.
      const goesOn = reach > Math.max(cut, to - Math.min(EDGE, ahead >> 1)) && ahead < MAX_AHEAD
      if (!goesOn || (last && to === rest.length)) {
        cut = Math.max(cut, reach)
        break
      }
      // The value may go on behind what was looked at.
      need = cut + ahead * 2
      if (!last && rest.length < need) return undefined
      ahead *= 2
    }
    need = 0
    const text = rest.slice(0, cut)
    const out = await redactFound(text, spans, operators, detector)
    onSpans?.(
      spans.map((span) => ({ ...span, start: span.start + done, end: span.end + done })),
      out.later,
    )
    behind = (behind + text).slice(-sizes.behind)
    rest = rest.slice(cut)
    done += cut
    return out.text
  }

  return {
    async push(part) {
      rest += part
      let out = ''
      for (let next = await block(false); next !== undefined; next = await block(false)) out += next
      return out
    },
    async end() {
      let out = ''
      while (rest.length > 0) out += (await block(true)) ?? ''
      behind = ''
      done = 0
      return out
    },
  }
}

/** Spans of `behind + text`, in offsets of `text`: what begins before it was settled with the block before. */
function moved(spans: readonly Span[], by: number): readonly Span[] {
  return spans.flatMap((span) => {
    const end = span.end - by
    return end <= 0 ? [] : [{ ...span, start: Math.max(0, span.start - by), end }]
  })
}

/** The end of a block of at most `size` units: after the last blank line of its second half, else line, sentence, word. */
export function cutAt(text: string, size: number): number {
  const half = size >> 1
  const part = text.slice(0, size)
  for (const mark of ['\n\n', '\n', '. ', ' ']) {
    const at = part.lastIndexOf(mark)
    if (at + mark.length > half) return at + mark.length
  }
  const code = part.charCodeAt(size - 1)
  return code >= 0xd800 && code <= 0xdbff ? size - 1 : size
}
