import type { TypedSpan } from './labelled-text.ts'

/** Something that finds personal data in texts: Sluice in one of its configs, or a peer. */
export interface System {
  /** Found spans by text: sorted, types mapped to ours where there is one. */
  find(texts: readonly string[]): Promise<readonly (readonly TypedSpan[])[]>
  /** The same work without anything the benchmark adds (mapping, alignment): what is timed. */
  scan(texts: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** How a system is opened, in a worker thread of its own. */
export interface SystemEntry {
  readonly name: string
  /** For tables. */
  readonly title: string
  /** What had to be left out or chosen, in one sentence. */
  readonly note?: string
  /** Why it cannot be opened here; undefined where it can. */
  missing?(): string | undefined
  version(): string
  open(): Promise<System>
}

/** Sorts, and maps a peer's names of types to ours; names without one of ours stay. */
export function mapped(spans: readonly TypedSpan[], types: Readonly<Record<string, string>>): readonly TypedSpan[] {
  return spans
    .map(({ start, end, type }) => ({ start, end, type: types[type] ?? type }))
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.start - b.start || a.end - b.end)
}
