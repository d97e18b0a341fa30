import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { getDataset, putDataset } from '../../artifacts/dataset.ts'
import { putEvaluation } from '../../artifacts/evaluation.ts'
import type { ArtifactRef, Sensitivity, ShardRef } from '../../artifacts/refs.ts'
import { DEFAULT_SHARD_LIMITS, type ShardLimits } from '../../artifacts/shard-writer.ts'
import type { Store } from '../../artifacts/store.ts'
import { Tally } from '../../artifacts/tally.ts'
import type { Runner, ShardResult, ShardTask } from '../../runners/runner.ts'
import { resolveSecret } from '../../stages/secrets.ts'
import type {
  MapResult,
  RowCounts,
  RunContext,
  ShardStage,
  SourceSplit,
  SourceStage,
  Summary,
  WholeStage,
} from '../../stages/stage.ts'
import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import type { Actions, StageResult } from './actions.ts'
import type { Listener } from './events.ts'
import { fanOut } from './fan-out.ts'
import type { Plan, StagePlan } from './plan.ts'
import { type StageKey, taskKey } from './stage-key.ts'

/** What running a stage needs besides the plan. */
export interface Workplace {
  readonly plan: Plan
  readonly store: Store
  readonly runner: Runner
  readonly actions: Actions
  readonly jobs: number
  readonly signal: AbortSignal
  readonly emit: Listener
}

export interface Executed {
  readonly result: StageResult
  readonly timings: Readonly<Record<string, number>>
}

/** Runs one stage to its end and leaves everything durable in the store. Does not write the action record. */
export async function executeStage(
  place: Workplace,
  stage: StagePlan,
  key: StageKey,
  inputs: Readonly<Record<string, ArtifactRef>>,
  split: SourceSplit | undefined,
  force: boolean,
): Promise<Executed> {
  const run = new StageExecution(place, stage, key, inputs, force)
  const kind = stage.stage.kind
  if (kind === 'whole') return run.whole(stage.stage)
  if (kind === 'source') return run.source(stage.stage, split ?? { tasks: [] })
  return run.shards(stage.stage)
}

class StageExecution {
  readonly #place: Workplace
  readonly #stage: StagePlan
  readonly #key: StageKey
  readonly #inputs: Readonly<Record<string, ArtifactRef>>
  readonly #force: boolean
  readonly #inputSensitivity: Sensitivity
  readonly #reasons = { dropped: {} as Record<string, number>, quarantined: {} as Record<string, number> }
  #lastProgress = 0

  constructor(
    place: Workplace,
    stage: StagePlan,
    key: StageKey,
    inputs: Readonly<Record<string, ArtifactRef>>,
    force: boolean,
  ) {
    this.#place = place
    this.#stage = stage
    this.#key = key
    this.#inputs = inputs
    this.#force = force
    const all = Object.values(inputs)
    this.#inputSensitivity = all.length === 0 || all.some((input) => input.sensitivity === 'raw') ? 'raw' : 'redacted'
  }

  async source(stage: SourceStage, split: SourceSplit): Promise<Executed> {
    const tasks = split.tasks.map((task) =>
      this.#task('', { kind: 'source', read: task.read, key: taskKey(this.#key, '', task.key, null) }, task.key, null),
    )
    const results = await this.#fan(tasks, undefined)
    const tally = new Tally()
    if (split.tally !== undefined) tally.merge(split.tally.toJSON())
    return this.#finishShards(stage.summarize, results, tally)
  }

  async shards(stage: ShardStage): Promise<Executed> {
    const dataset = getDataset(this.#place.store, this.#onlyDataset())
    const tasks = dataset.shards.map((shard) => this.#shardTask('', shard, null))
    const results = await this.#fan(tasks, dataset.rows)
    return this.#finishShards(stage.summarize, results, new Tally())
  }

  async whole(stage: WholeStage): Promise<Executed> {
    const { store, plan, jobs, signal } = this.#place
    const workDir = join(store.root, 'work', this.#key.key)
    mkdirSync(workDir, { recursive: true })
    const tally = new Tally()
    const context: RunContext = {
      seed: plan.pipeline.spec.seed,
      baseDir: plan.pipeline.baseDir,
      store,
      tally,
      sensitivity: this.#stage.sensitivity,
      signal,
      jobs: Math.min(jobs, this.#stage.jobs ?? jobs),
      workDir,
      secret: (ref) => resolveSecret(ref, store, plan.pipeline.baseDir),
      progress: (done, total, unit, detail) => this.#progress(done, total, unit, detail),
      map: (pass, ref, params) => this.#map(pass, ref, params),
      shardLimits: DEFAULT_SHARD_LIMITS,
    }
    const outputs = await stage.run(this.#stage.config, this.#inputs, context)
    for (const port of Object.keys(stage.gives)) {
      if (outputs.artifacts[port] === undefined && !stage.gives[port]?.optional) {
        throw new SluiceError({
          code: 'OUTPUT_MISSING',
          message: `stage ${this.#stage.id} gave nothing at port \`${port}\``,
          exit: 5,
        })
      }
    }
    const result: StageResult = {
      outputs: outputs.artifacts,
      evaluation: this.#evaluation(outputs.summary, tally),
      rows: outputs.rows ?? null,
      droppedShards: outputs.dropped ?? [],
      quarantinedShards: outputs.quarantined ?? [],
      ...this.#reasons,
    }
    if (result.rows !== null) checkRows(this.#stage.id, result.rows)
    return { result, timings: outputs.timings ?? {} }
  }

  async #map(pass: string, ref: ArtifactRef, params?: (index: number, shard: ShardRef) => Json): Promise<MapResult> {
    const dataset = getDataset(this.#place.store, ref)
    const tasks = dataset.shards.map((shard, index) => this.#shardTask(pass, shard, params?.(index, shard) ?? null))
    const results = await this.#fan(tasks, dataset.rows)
    const tally = new Tally()
    for (const result of results) tally.merge(result.tally)
    return {
      shards: this.#byPort(results),
      dropped: results.flatMap((result) => result.dropped),
      quarantined: results.flatMap((result) => result.quarantined),
      rows: addRows(results),
      blobs: results.map((result) => result.blobs),
      tally,
    }
  }

  #finishShards(summarize: ShardStage['summarize'], results: readonly ShardResult[], tally: Tally): Executed {
    for (const result of results) tally.merge(result.tally)
    const shards = this.#byPort(results)
    const outputs = Object.fromEntries(
      Object.entries(shards).map(([port, refs]) => [
        port,
        putDataset(this.#place.store, refs, this.#stage.sensitivity),
      ]),
    )
    const rows = addRows(results)
    checkRows(this.#stage.id, rows)
    const summary = summarize?.(tally, this.#stage.config) ?? { metrics: [] }
    return {
      result: {
        outputs,
        evaluation: this.#evaluation(summary, tally),
        rows,
        droppedShards: results.flatMap((result) => result.dropped),
        quarantinedShards: results.flatMap((result) => result.quarantined),
        ...this.#reasons,
      },
      timings: {},
    }
  }

  #evaluation(summary: Summary, tally: Tally): ArtifactRef {
    return putEvaluation(this.#place.store, {
      kind: 'evaluation',
      metrics: summary.metrics,
      series: summary.series ?? [],
      tables: summary.tables ?? [],
      limits: summary.limits ?? [],
      tally: tally.toJSON(),
      ...(summary.data === undefined ? {} : { data: summary.data }),
    })
  }

  #shardTask(pass: string, shard: ShardRef, params: Json): ShardTask {
    return this.#task(pass, { kind: 'shard', shard }, shard.sha256, params)
  }

  #task(pass: string, input: ShardTask['input'], identity: Json, params: Json): ShardTask {
    const { plan, store } = this.#place
    return {
      key: taskKey(this.#key, pass, identity, params),
      stage: this.#stage.uses,
      pass,
      config: this.#stage.config,
      seed: plan.pipeline.spec.seed,
      baseDir: plan.pipeline.baseDir,
      sources: plan.pipeline.sources,
      storeRoot: store.root,
      input,
      params,
      inputSensitivity: this.#inputSensitivity,
      outputSensitivity: this.#stage.sensitivity,
      ports: this.#datasetPorts(),
      limits: shardLimits(this.#stage.config),
    }
  }

  async #fan(tasks: readonly ShardTask[], totalRows: number | undefined): Promise<readonly ShardResult[]> {
    const { runner, actions, jobs, signal, emit } = this.#place
    let rows = 0
    const results = await fanOut({
      stage: this.#stage.id,
      uses: this.#stage.uses,
      tasks,
      runner,
      actions,
      retry: this.#stage.retry,
      width: Math.min(runner.slots, this.#stage.jobs ?? jobs),
      force: this.#force,
      signal,
      emit,
      onRows: (more) => {
        rows += more
        this.#progress(rows, totalRows ?? 0, 'rows')
      },
    })
    for (const { reasons } of results) {
      for (const kind of ['dropped', 'quarantined'] as const) {
        for (const [reason, n] of Object.entries(reasons[kind]))
          this.#reasons[kind][reason] = (this.#reasons[kind][reason] ?? 0) + n
      }
    }
    return results
  }

  #progress(done: number, total: number, unit: string, detail?: string): void {
    const now = performance.now()
    if (now - this.#lastProgress < 100 && done < total) return
    this.#lastProgress = now
    this.#place.emit({
      type: 'stage.progress',
      stage: this.#stage.id,
      done,
      total,
      unit,
      ...(detail === undefined ? {} : { detail }),
    })
  }

  #byPort(results: readonly ShardResult[]): Readonly<Record<string, readonly ShardRef[]>> {
    return Object.fromEntries(
      this.#datasetPorts().map((port) => [port, results.flatMap((result) => result.shards[port] ?? [])]),
    )
  }

  #datasetPorts(): readonly string[] {
    return Object.entries(this.#stage.stage.gives)
      .filter(([, port]) => port.kind === 'dataset')
      .map(([name]) => name)
  }

  #onlyDataset(): ArtifactRef {
    const dataset = Object.values(this.#inputs).find((input) => input.kind === 'dataset')
    if (dataset === undefined)
      throw new SluiceError({ code: 'INPUT_MISSING', message: `stage ${this.#stage.id} has no dataset`, exit: 5 })
    return dataset
  }
}

/** Removes the stage's durable scratch once its action record is written. */
export function cleanupStage(store: Store, key: string): void {
  rmSync(join(store.root, 'work', key), { recursive: true, force: true })
}

/** A stage may set the size of its shards by a config field `shard: {rows, bytes}`. */
function shardLimits(config: Json): ShardLimits {
  const shard = (config as { shard?: Partial<ShardLimits> } | null)?.shard
  return { rows: shard?.rows ?? DEFAULT_SHARD_LIMITS.rows, bytes: shard?.bytes ?? DEFAULT_SHARD_LIMITS.bytes }
}

function addRows(results: readonly ShardResult[]): RowCounts {
  const total = { in: 0, kept: 0, dropped: 0, quarantined: 0, joined: 0, added: 0 }
  for (const { rows } of results)
    for (const name of Object.keys(total) as (keyof RowCounts)[]) total[name] += rows[name]
  return total
}

/** Conservation, asserted for every stage: a row is never lost silently. */
function checkRows(stage: string, rows: RowCounts): void {
  if (rows.in === rows.kept + rows.dropped + rows.quarantined + rows.joined) return
  throw new SluiceError({
    code: 'ROWS_NOT_CONSERVED',
    message: `stage ${stage}: ${rows.in} rows in, but ${rows.kept} kept + ${rows.dropped} dropped + ${rows.quarantined} quarantined + ${rows.joined} joined`,
    next: 'nothing was recorded; this is a bug in the stage',
    exit: 5,
  })
}
