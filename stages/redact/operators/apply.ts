import type { PiiType } from '../pii-type.ts'
import type { Replacer } from './operator.ts'

/** `[start, end)` in UTF-16 code units. */
export type Range = readonly [start: number, end: number]

interface Placed {
  readonly start: number
  readonly end: number
  readonly type: PiiType
}

export interface Applied {
  readonly text: string
  /** Where in `text` replacements stand (empty ones are left out): sorted, disjoint. */
  readonly written: readonly Range[]
}

/** Replaces the spans (sorted, disjoint) and leaves every other character as it is. */
export function applySpans<S extends Placed>(text: string, spans: readonly S[], replace: Replacer<S>): string {
  return writeSpans(text, spans, replace).text
}

/**
 * As `applySpans`, and says where it wrote. `earlier` are the ranges that a pass before this one wrote into `text`; no
 * span may touch them (`untouched` sees to that). They come back, moved, among `written`: what looks real (a surrogate)
 * must not be taken for a find by the next look.
 */
export function writeSpans<S extends Placed>(
  text: string,
  spans: readonly S[],
  replace: Replacer<S>,
  earlier: readonly Range[] = [],
): Applied {
  let out = ''
  let at = 0
  let next = 0
  const written: Range[] = []
  const move = (before: number): void => {
    for (let range = earlier[next]; range !== undefined && range[1] <= before; range = earlier[next]) {
      const shift = out.length - at
      written.push([range[0] + shift, range[1] + shift])
      next += 1
    }
  }
  for (const span of spans) {
    move(span.start)
    out += text.slice(at, span.start)
    at = span.end
    const start = out.length
    out += replace(text.slice(span.start, span.end), span)
    if (out.length > start) written.push([start, out.length])
  }
  move(text.length)
  return { text: out + text.slice(at), written }
}

/** The spans that touch none of the ranges. Both sorted and disjoint. */
export function untouched<S extends Placed>(spans: readonly S[], ranges: readonly Range[]): readonly S[] {
  if (ranges.length === 0) return spans
  let next = 0
  return spans.filter((span) => {
    while (next < ranges.length && ranges[next]![1] <= span.start) next += 1
    return next === ranges.length || ranges[next]![0] >= span.end
  })
}

/** As `replace`, but nothing is cut out: a placeholder keeps neighbours apart. For every look after the first. */
export function keepingApart<S extends Placed>(replace: Replacer<S>): Replacer<S> {
  return (value, span) => replace(value, span) || placeholder(span.type)
}

export function placeholder(type: PiiType): string {
  return `<${type}>`
}
