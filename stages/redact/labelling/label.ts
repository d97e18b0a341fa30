import { SluiceError } from '../../../util/errors.ts'

/** First line of a file of labels. */
export interface LabelHeader {
  readonly kind: 'labels'
  readonly version: 1
  /** A role, no name: `first`, `second`. */
  readonly labeller: string
  readonly seed: number
  /** Items in the sample, and items it was drawn from. */
  readonly sample: number
  readonly of: number
  readonly sample_digest: string
}

/** What somebody saw in one item. Never a value: only how many, of what type, where. */
export interface Label {
  readonly kind: 'label'
  readonly id: string
  /** `skipped`: not judged; it counts for nothing. */
  readonly verdict: 'judged' | 'skipped'
  readonly left: readonly LeftValues[]
  /** Placeholders that stand where nothing personal was. */
  readonly over: number
}

export interface LeftValues {
  /** A type of personal data, or OTHER. */
  readonly type: string
  readonly count: number
  /** Where they stand, as far as the labeller showed it. */
  readonly places: readonly Place[]
}

/** UTF-16 units of the item's part `path`. */
export interface Place {
  readonly path: string
  readonly start: number
  readonly end: number
}

/** Takes back the last label of an item. */
export interface Undo {
  readonly kind: 'undo'
  readonly id: string
}

export type LabelLine = Label | Undo

export interface LabelFile {
  readonly header: LabelHeader
  /** What holds in the end, in the order in which it was said. */
  readonly labels: readonly Label[]
  /** Bytes up to the last whole line. */
  readonly bytes: number
}

/**
 * Reads a file of labels. A last line without its end is what a crash left, and is not counted.
 *
 * @throws SluiceError LABELS_UNREADABLE
 */
export function readLabelFile(text: string, file: string): LabelFile {
  const end = text.lastIndexOf('\n') + 1
  const lines = text.slice(0, end).split('\n').slice(0, -1)
  const wrong = (line: number): SluiceError =>
    new SluiceError({
      code: 'LABELS_UNREADABLE',
      message: 'this is no file of labels, or another version of one',
      next: 'name a file that `sluice redact label` wrote, or leave it to be made',
      at: { file, line },
    })
  const read = (line: string, number: number): Partial<LabelHeader> | LabelLine => {
    try {
      return JSON.parse(line) as LabelLine
    } catch {
      throw wrong(number)
    }
  }
  const header = lines[0] === undefined ? undefined : (read(lines[0], 1) as Partial<LabelHeader>)
  if (header?.kind !== 'labels' || header.version !== 1) throw wrong(1)
  const labels = new Map<string, Label>()
  for (const [i, line] of lines.slice(1).entries()) {
    const entry = read(line, i + 2) as LabelLine
    if (entry.kind !== 'undo' && (entry.kind !== 'label' || !Array.isArray(entry.left))) throw wrong(i + 2)
    labels.delete(entry.id)
    if (entry.kind === 'label') labels.set(entry.id, entry)
  }
  return { header: header as LabelHeader, labels: [...labels.values()], bytes: Buffer.byteLength(text.slice(0, end)) }
}
