import type { ObjectRef, ShardRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import type { MapResult } from '../stage.ts'
import { Clusters, DROPPED_BY_RULE } from './cluster.ts'
import { ColumnFile } from './column-file.ts'
import { type Columns, decodeColumns } from './columns.ts'
import type { CurateConfig } from './config.ts'
import { SCAN_BLOB, type ScanHeader } from './scan.ts'

/** The scan blocks of all shards as columns over all rows, one block in memory at a time. */
export interface Gathered {
  readonly columns: ColumnFile
  readonly clusters: Clusters
  /** First row of each shard, and behind the last one the number of rows. */
  readonly starts: readonly number[]
}

export function gather(
  store: Store,
  scan: MapResult,
  shards: readonly ShardRef[],
  config: CurateConfig,
  folder: string,
): Gathered {
  const { bands, rows: bandRows, threshold, exact, near, keep } = config.duplicates
  const permutations = bands * bandRows
  const starts = [0]
  for (const shard of shards) starts.push(starts.at(-1)! + shard.rows)
  const total = starts.at(-1)!
  const groups = config.split.group_by.length
  const columns = new ColumnFile(folder, total, widths(bands, groups, permutations))
  const state = new Uint8Array(total)
  shards.forEach((shard, i) => {
    const block = readScan(store, scan.blobs[i]?.[SCAN_BLOB])
    if (block.header.rows !== shard.rows) throw new RangeError('a scan block has other rows than its shard')
    copyBlock(columns, block, starts[i]!, bands, groups)
    const reason = block.u8['reason']!
    for (let row = 0; row < shard.rows; row++) if (reason[row] !== 0) state[starts[i]! + row] = DROPPED_BY_RULE
  })
  const clusters = new Clusters(columns, total, state, {
    dropExact: exact === 'drop',
    dropNear: near === 'drop',
    threshold,
    bands,
    permutations,
    keep,
  })
  return { columns, clusters, starts }
}

export function readScan(store: Store, blob: ObjectRef | undefined): Columns<ScanHeader> {
  if (blob === undefined) throw new RangeError('a shard has no scan block')
  return decodeColumns<ScanHeader>(store.get(blob))
}

function widths(bands: number, groups: number, permutations: number): Readonly<Record<string, number>> {
  const out: Record<string, number> = { id0: 4, id1: 4, exact0: 4, exact1: 4, exact2: 4, length: 4 }
  for (let key = 0; key < groups; key++) {
    out[`group${key}a`] = 4
    out[`group${key}b`] = 4
  }
  for (let band = 0; band < bands; band++) out[`band${band}`] = 4
  return { ...out, flags: 1, signature: permutations }
}

function copyBlock(columns: ColumnFile, block: Columns<ScanHeader>, row: number, bands: number, groups: number): void {
  const n = block.header.rows
  const part = (name: string, i: number): Uint32Array => block.u32[name]!.subarray(i * n, (i + 1) * n)
  for (let i = 0; i < 2; i++) columns.write(`id${i}`, row, part('id', i))
  for (let i = 0; i < 3; i++) columns.write(`exact${i}`, row, part('exact', i))
  columns.write('length', row, block.u32['length']!)
  for (let key = 0; key < groups; key++) {
    columns.write(`group${key}a`, row, part('groups', 2 * key))
    columns.write(`group${key}b`, row, part('groups', 2 * key + 1))
  }
  for (let band = 0; band < bands; band++) columns.write(`band${band}`, row, part('bands', band))
  columns.write('flags', row, block.u8['flags']!)
  columns.write('signature', row, block.u8['signature']!)
}
