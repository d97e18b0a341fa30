import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Value } from 'typebox/value'
import { afterAll } from 'vitest'
import { readShard } from '../../../artifacts/dataset.ts'
import type { Metric } from '../../../artifacts/metric.ts'
import type { Quarantine, TextRecord } from '../../../artifacts/record.ts'
import type { ShardRef } from '../../../artifacts/refs.ts'
import { openStore } from '../../../artifacts/store.ts'
import { Tally } from '../../../artifacts/tally.ts'
import { executeTask } from '../../../runners/task.ts'
import { type IngestConfig, ingestConfig } from '../../../stages/ingest/config.ts'
import { ingest } from '../../../stages/ingest/index.ts'
import type { RowCounts, SourceDeclaration, SourceSplit, SplitContext, Summary } from '../../../stages/stage.ts'
import { sha256Json } from '../../../util/digest.ts'
import type { Json } from '../../../util/json.ts'

export interface Ingested {
  readonly records: readonly TextRecord[]
  readonly quarantined: readonly Quarantine[]
  readonly rows: RowCounts
  readonly split: SourceSplit
  readonly shards: readonly ShardRef[]
  readonly summary: Summary
  /** Value of the metric without labels, or with these. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Metric['value'] | undefined
}

const roots: string[] = []
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

/** A folder that is removed after the tests. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-ingest-'))
  roots.push(root)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

export function withDefaults(config: object): IngestConfig {
  return Value.Parse(ingestConfig, Value.Default(ingestConfig, structuredClone(config))) as IngestConfig
}

export function splitContext(folder: string, sources: readonly SourceDeclaration[]): SplitContext {
  return {
    baseDir: folder,
    storeRoot: join(folder, '.sluice'),
    sources,
    purpose: 'test',
    now: new Date(0),
    secretId: () => '0'.repeat(16),
    signal: new AbortController().signal,
    store: openStore(join(folder, '.sluice')),
  }
}

/** Runs the stage as the engine does: split, then each task with the real task runner, then the summary. */
export async function runIngest(
  folder: string,
  sources: string | readonly SourceDeclaration[],
  config: object = {},
  afterSplit?: () => void,
): Promise<Ingested> {
  const declared = typeof sources === 'string' ? [{ id: 'src', uri: sources }] : sources
  const full = withDefaults(config)
  const context = splitContext(folder, declared)
  const split = await ingest.split(full, context)
  afterSplit?.()
  const tally = new Tally()
  if (split.tally !== undefined) tally.merge(split.tally.toJSON())
  const records: TextRecord[] = []
  const quarantined: Quarantine[] = []
  const shards: ShardRef[] = []
  const rows = { in: 0, kept: 0, dropped: 0, quarantined: 0, joined: 0, added: 0 }
  for (const task of split.tasks) {
    const key = sha256Json(task.key)
    const result = await executeTask(
      {
        key,
        stage: 'ingest',
        pass: '',
        config: full as unknown as Json,
        seed: 1,
        baseDir: folder,
        sources: declared,
        storeRoot: context.store.root,
        input: { kind: 'source', read: task.read, key },
        params: null,
        inputSensitivity: 'raw',
        outputSensitivity: 'raw',
        ports: ['data'],
        limits: full.shard,
      },
      () => {},
    )
    tally.merge(result.tally)
    for (const name of Object.keys(rows) as (keyof typeof rows)[]) rows[name] += result.rows[name]
    shards.push(...(result.shards['data'] ?? []))
    for (const shard of result.shards['data'] ?? []) records.push(...readShard<TextRecord>(context.store, shard))
    for (const shard of result.quarantined) quarantined.push(...readShard<Quarantine>(context.store, shard))
  }
  const summary = ingest.summarize!(tally, full)
  const metric: Ingested['metric'] = (name, labels = {}) =>
    summary.metrics.find(
      (found) => found.name === name && JSON.stringify(found.labels ?? {}) === JSON.stringify(labels),
    )?.value
  return { records, quarantined, rows, split, shards, summary, metric }
}

/** The code of the error that a run ends with. */
export async function errorOf(run: Promise<unknown>): Promise<string> {
  try {
    await run
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  return 'no error'
}

export const jsonl = (...rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
