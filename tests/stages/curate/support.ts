import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { putDataset, readDataset, readShard } from '../../../artifacts/dataset.ts'
import { type Drop, type Message, recordId, type TextRecord } from '../../../artifacts/record.ts'
import type { ArtifactRef } from '../../../artifacts/refs.ts'
import { ShardWriter } from '../../../artifacts/shard-writer.ts'
import { openStore, type Store } from '../../../artifacts/store.ts'
import { completeConfig, driveStage, type RunTasks } from '../../../bench/drive-stage.ts'
import { executeTask } from '../../../runners/task.ts'
import { curate } from '../../../stages/curate/index.ts'
import type { Outputs } from '../../../stages/stage.ts'
import type { Random } from '../../../util/random.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function newStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-curate-'))
  folders.push(folder)
  return openStore(folder)
}

export function chat(turns: readonly string[], row: number, over: Partial<TextRecord> = {}): TextRecord {
  const messages = turns.map((content, i): Message => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }))
  const source = { uri: 'made/chat.jsonl', row }
  return { id: recordId({ messages }, source), messages, source, meta: {}, notes: {}, ...over }
}

export function words(generator: Random, count: number): string {
  return Array.from({ length: count }, () => `w${'abcdefghij'[generator.integer(10)]}${letters(generator)}`).join(' ')
}

function letters(generator: Random): string {
  return Array.from({ length: 3 }, () => 'abcdefghijklmnopqrstuvwxyz'[generator.integer(26)]).join('')
}

/** All tasks in this thread, in the order given, the reverse of it, or two at a time. */
export const forwards: RunTasks = async (tasks) => {
  const results = []
  for (const task of tasks) results.push(await executeTask(task, () => {}))
  return results
}
export const backwards: RunTasks = async (tasks) => [...(await forwards([...tasks].reverse()))].reverse()
export const together: RunTasks = (tasks) => Promise.all(tasks.map((task) => executeTask(task, () => {})))

export function put(store: Store, records: readonly TextRecord[], rowsPerShard: number): ArtifactRef {
  const writer = new ShardWriter(store, 'raw', { rows: rowsPerShard, bytes: 1 << 26 })
  for (const record of records) writer.write(record)
  return putDataset(store, writer.finish(), 'raw')
}

export interface Curated {
  readonly store: Store
  readonly outputs: Outputs
  readonly train: readonly TextRecord[]
  readonly valid: readonly TextRecord[]
  readonly test: readonly TextRecord[]
  readonly dropped: readonly Drop[]
}

/** Runs the real stage on records in shards of `rowsPerShard`. */
export async function run(
  records: readonly TextRecord[],
  config: Readonly<Record<string, unknown>>,
  {
    rowsPerShard = 50,
    runTasks = forwards,
    seed = 7,
  }: { rowsPerShard?: number; runTasks?: RunTasks; seed?: number } = {},
): Promise<Curated> {
  const store = newStore()
  const data = put(store, records, rowsPerShard)
  const { outputs } = await driveStage(curate, completeConfig(curate, config), { data }, store, runTasks, { seed })
  const read = (port: string): readonly TextRecord[] => [...readDataset(store, outputs.artifacts[port]!)]
  return {
    store,
    outputs,
    train: read('train'),
    valid: read('valid'),
    test: read('test'),
    dropped: (outputs.dropped ?? []).flatMap((shard) => [...readShard<Drop>(store, shard)]),
  }
}

export function metric(outputs: Outputs, name: string, labels?: Readonly<Record<string, string>>): unknown {
  return outputs.summary.metrics.find(
    (candidate) => candidate.name === name && JSON.stringify(candidate.labels) === JSON.stringify(labels),
  )?.value
}

export function digests(outputs: Outputs): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(outputs.artifacts).map(([port, ref]) => [port, ref.digest]))
}
