import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { getDataset } from '../artifacts/dataset.ts'
import type { ArtifactRef } from '../artifacts/refs.ts'
import { DEFAULT_SHARD_LIMITS, type ShardLimits } from '../artifacts/shard-writer.ts'
import type { Store } from '../artifacts/store.ts'
import { Tally } from '../artifacts/tally.ts'
import type { ShardResult, ShardTask } from '../runners/runner.ts'
import type { Inputs, MapResult, Outputs, RowCounts, WholeStage } from '../stages/stage.ts'
import { sha256Json } from '../util/digest.ts'
import type { Json } from '../util/json.ts'
import { validate } from '../util/yaml-document.ts'

/** How `driveStage` runs the tasks of a pass: all of them, results in the order of the tasks. */
export type RunTasks = (tasks: readonly ShardTask[]) => Promise<readonly ShardResult[]>

/** A config with the stage's defaults filled in. Throws a RangeError where it does not fit the schema. */
export function completeConfig(stage: Pick<WholeStage, 'config'>, config: Readonly<Record<string, unknown>>): Json {
  const complete = structuredClone(config)
  const problems = validate(stage.config, complete)
  if (problems.length > 0) throw new RangeError(problems.map((problem) => problem.message).join('; '))
  return complete as Json
}

/**
 * Runs one whole stage on real shards of a real store, without pipeline, cache and records: for benchmarks and tests
 * of the stage alone. Config must be complete (defaults applied).
 */
export async function driveStage(
  stage: WholeStage,
  config: Json,
  inputs: Inputs,
  store: Store,
  runTasks: RunTasks,
  { seed = 7, limits = DEFAULT_SHARD_LIMITS }: { readonly seed?: number; readonly limits?: ShardLimits } = {},
): Promise<{ readonly outputs: Outputs; readonly tally: Tally }> {
  const tally = new Tally()
  const workDir = join(store.root, 'work', stage.name)
  mkdirSync(workDir, { recursive: true })
  const sensitivity = Object.values(inputs).some((input) => input.sensitivity === 'raw') ? 'raw' : 'redacted'
  const ports = Object.entries(stage.gives).flatMap(([name, port]) => (port.kind === 'dataset' ? [name] : []))
  const task = (pass: string, shard: ShardTask['input'] & { kind: 'shard' }, params: Json): ShardTask => ({
    key: sha256Json([stage.name, pass, shard.shard.sha256, params]),
    stage: stage.name,
    pass,
    config,
    seed,
    baseDir: store.root,
    sources: [],
    storeRoot: store.root,
    input: shard,
    params,
    inputSensitivity: sensitivity,
    outputSensitivity: sensitivity,
    ports,
    limits,
  })
  const outputs = await stage.run(config as never, inputs, {
    seed,
    baseDir: store.root,
    store,
    tally,
    sensitivity,
    signal: new AbortController().signal,
    jobs: 2,
    workDir,
    secret: (ref) => store.secret('store' in ref ? ref.store : 'drive'),
    progress: () => {},
    shardLimits: limits,
    map: async (pass: string, dataset: ArtifactRef, params) => {
      const { shards } = getDataset(store, dataset)
      const tasks = shards.map((shard, i) => task(pass, { kind: 'shard', shard }, params?.(i, shard) ?? null))
      return collect(await runTasks(tasks), ports)
    },
  })
  return { outputs, tally }
}

function collect(results: readonly ShardResult[], ports: readonly string[]): MapResult {
  const tally = new Tally()
  const rows = { in: 0, kept: 0, dropped: 0, quarantined: 0, joined: 0, added: 0 }
  for (const result of results) {
    tally.merge(result.tally)
    for (const name of Object.keys(rows) as (keyof RowCounts)[]) rows[name] += result.rows[name]
  }
  return {
    shards: Object.fromEntries(ports.map((port) => [port, results.flatMap((result) => result.shards[port] ?? [])])),
    dropped: results.flatMap((result) => result.dropped),
    quarantined: results.flatMap((result) => result.quarantined),
    rows,
    blobs: results.map((result) => result.blobs),
    tally,
  }
}
