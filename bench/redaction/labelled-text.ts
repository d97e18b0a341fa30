/** A stretch of text and what it is. Offsets are UTF-16 code units, `end` exclusive. */
export interface TypedSpan {
  readonly start: number
  readonly end: number
  /** A name of `stages/redact/pii-type.ts`, or a peer's own name where it has no such type. */
  readonly type: string
}

/** A text and everything in it that should be found. */
export interface LabelledText {
  /** Set, template or sentence: for reports, never the text. */
  readonly id: string
  readonly text: string
  readonly spans: readonly TypedSpan[]
}

/** What a system said of a text, beside what is true. */
export interface Judged {
  readonly text: string
  readonly gold: readonly TypedSpan[]
  readonly predicted: readonly TypedSpan[]
}

/** Joins texts with what a system found in them. */
export function judge(
  texts: readonly LabelledText[],
  found: readonly (readonly TypedSpan[])[],
  keep: (type: string) => boolean = () => true,
): readonly Judged[] {
  if (found.length !== texts.length) throw new RangeError(`${texts.length} texts, ${found.length} answers`)
  return texts.map(({ text, spans }, i) => ({
    text,
    gold: spans.filter(({ type }) => keep(type)),
    predicted: found[i]!.filter(({ type }) => keep(type)),
  }))
}
