import type { TextRecord } from '../../artifacts/record.ts'
import type { Store } from '../../artifacts/store.ts'
import { recordKey } from './index-file.ts'
import { readContent } from './read-object.ts'
import type { Search } from './search.ts'

/** Every version of the records that were found, and the rows that were set aside, as the store has them now. */
export interface Collected {
  readonly records: readonly TextRecord[]
  readonly rows: readonly string[]
}

/** Reads the found rows themselves. They stay in memory only: their texts are what reports are searched for. */
export function collectRows(store: Store, found: Search): Collected {
  const records: TextRecord[] = []
  const rows: string[] = []
  for (const hit of found.hits) {
    if (hit.erased || hit.kind !== 'rows') continue
    const content = readContent(store.get({ sha256: hit.digest, sensitivity: hit.sensitivity }))
    if (content.kind !== 'rows') continue
    for (const row of content.rows) {
      if (!found.records.has(recordKey(store, row.name).toString('hex'))) continue
      if (row.record !== undefined) records.push(row.record)
      else if (row.raw !== undefined) rows.push(row.raw)
    }
  }
  return { records, rows }
}
