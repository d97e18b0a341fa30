import { anchorsOf } from '../../audit/timestamp/anchored-ledger.ts'
import { witnessedCheckpoints } from '../../audit/witness/witnessed-ledger.ts'

/**
 * What others saw of the log and the store keeps: the newest cosigned checkpoint and the newest time stamp that cover the
 * whole run and lie within the dossier's log. By path in the dossier; empty where nobody was asked.
 */
export function witnessEvidence(
  store: string,
  size: number,
  finished: number,
): readonly (readonly [path: string, data: string | Uint8Array])[] {
  const covers = (each: { readonly size: number }): boolean => each.size > finished && each.size <= size
  const notes = witnessedCheckpoints(store).filter(covers)
  const newest = notes.at(-1)
  const anchor = anchorsOf(store).findLast((each) => covers(each) && each.reply !== undefined)
  return [
    ...(newest === undefined
      ? []
      : [
          [
            'audit/cosignatures',
            joined(notes.filter((each) => each.size === newest.size).map(({ note }) => note)),
          ] as const,
        ]),
    ...(anchor === undefined
      ? []
      : ([
          ['audit/anchor.note', anchor.note],
          ['audit/anchor.tsq', anchor.query],
          ['audit/anchor.tsr', anchor.reply!],
        ] as const)),
  ]
}

/** One note with the signature lines of all: they are of the same checkpoint. */
function joined(notes: readonly string[]): string {
  const [first = ''] = notes
  const end = first.lastIndexOf('\n\n') + 2
  const lines = new Set(
    notes.flatMap((note) =>
      note
        .slice(note.lastIndexOf('\n\n') + 2)
        .trimEnd()
        .split('\n'),
    ),
  )
  return `${first.slice(0, end)}${[...lines].join('\n')}\n`
}
