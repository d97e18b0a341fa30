import type { PiiType } from './pii-type.ts'

/** A stretch of text that a model marks. Offsets are UTF-16 code units of the text given, `end` exclusive. */
export interface TaggedSpan {
  readonly start: number
  readonly end: number
  readonly type: PiiType
  /** 0…1: how sure the model is, on the scale of the recognizers' scores (0.5 is the usual threshold). */
  readonly score: number
}

/**
 * A model that marks spans in running text: the one that ships, or a token-classification model in a folder. Texts come in
 * batches, since matrix products are cheaper together. Every text is read to its end, in overlapping windows where it is long.
 */
export interface SpanTagger {
  /** For traces and reports: `tagger`, `model:./my-ner`. */
  readonly name: string
  readonly types: readonly PiiType[]
  /** One list a text, sorted and disjoint. The same texts give the same spans, whatever they are batched with. */
  tag(texts: readonly string[]): Promise<readonly (readonly TaggedSpan[])[]>
  close(): Promise<void>
}
