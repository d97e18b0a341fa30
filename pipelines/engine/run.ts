import { availableParallelism } from 'node:os'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import { openStore, type Store } from '../../artifacts/store.ts'
import { type Keys, openKeys } from '../../audit/keys.ts'
import { canonicalEvidence } from '../../policies/engine/canonical-evidence.ts'
import { canonicalWaivers, decide } from '../../policies/engine/decide.ts'
import type { Decision } from '../../policies/engine/decision.ts'
import type { LoadedPolicy } from '../../policies/engine/load.ts'
import type { Runner } from '../../runners/runner.ts'
import { threadRunner } from '../../runners/threads.ts'
import type { SourceSplit } from '../../stages/stage.ts'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { VERSION } from '../../util/package-root.ts'
import { reviewOf } from '../review/requirements.ts'
import { type Actions, type CacheAnswer, openActions, type StageResult } from './actions.ts'
import { closeAbandonedRuns } from './close-runs.ts'
import { environment } from './environment.ts'
import type { Listener, RunEvent } from './events.ts'
import { collectEvidence } from './evidence.ts'
import { cleanupStage, executeStage } from './execute-stage.ts'
import { aborted } from './fan-out.ts'
import { markClosed, markOpen, newRunId, removeStaleScratch, saveRun } from './history.ts'
import { type Journal, openJournal } from './journal.ts'
import { loadPipeline } from './load.ts'
import { outcomeOf } from './outcome.ts'
import { type Plan, planPipeline, type StagePlan } from './plan.ts'
import { withRetry } from './retry.ts'
import { loggedRecord, type RunRecord, type StageRecord } from './run-record.ts'
import { bypasses, type Selection, type SelectionOptions, select, usedOptions } from './selection.ts'
import { type StageKey, stageKey } from './stage-key.ts'
import { lockStage } from './stage-lock.ts'
import { type OpenStageRecord, pendingRecord, takeError, takeResult } from './stage-record.ts'
import { notBefore, openRunWaivers, type RunWaivers } from './waivers.ts'
import { whyRun } from './why-run.ts'

export interface RunOptions extends SelectionOptions {
  readonly store: string
  /** Worker threads. Default: the machine's cores. */
  readonly jobs?: number
  /** Hash every cached object again. */
  readonly verify?: boolean
  readonly listeners?: readonly Listener[]
  readonly signal?: AbortSignal
  readonly now?: () => Date
  /** Where shard tasks run. Default: worker threads of this process. */
  readonly runner?: Runner
}

/**
 * Runs a pipeline file: load, plan, run, gates, record. Whatever happens after planning, a run record is written and
 * returned; only mistakes in the files and an unusable store throw.
 *
 * @throws SluiceError `PIPELINE_*`, `POLICY_*`, `STAGE_*` before anything ran.
 */
export async function runPipeline(file: string, options: RunOptions): Promise<RunRecord> {
  const pipeline = loadPipeline(file)
  const store = openStore(options.store)
  const plan = await planPipeline(pipeline, store, options.now?.())
  const selection = select(plan.graph, options)
  const run = new Run(plan, selection, store, options)
  return run.execute()
}

class Run {
  readonly #plan: Plan
  readonly #selection: Selection
  readonly #store: Store
  readonly #options: RunOptions
  readonly #id: string
  readonly #now: () => Date
  readonly #started: Date
  readonly #clock = performance.now()
  readonly #jobs: number
  readonly #stages = new Map<string, OpenStageRecord>()
  readonly #decisions: { gate: string; digest: string; decision: Decision }[] = []
  readonly #controller = new AbortController()
  #journal!: Journal
  #actions!: Actions
  #runner!: Runner
  #waivers!: RunWaivers
  /** What the decisions of this run take for now: a clock that was set back must not bring an ended waiver to life. */
  #decidedAt!: Date
  /** Set when the log or the store can no longer be trusted or written: nothing may follow. */
  #fatal: SluiceError | undefined

  constructor(plan: Plan, selection: Selection, store: Store, options: RunOptions) {
    this.#plan = plan
    this.#selection = selection
    this.#store = store
    this.#options = options
    this.#now = options.now ?? (() => new Date())
    this.#started = this.#now()
    this.#id = newRunId(this.#started)
    this.#jobs = options.jobs ?? availableParallelism()
    for (const stage of plan.stages) this.#stages.set(stage.id, pendingRecord(stage))
  }

  async execute(): Promise<RunRecord> {
    const { store, signal } = this.#options
    const keys = openKeys(`${store}/keys`)
    this.#journal = openJournal(store, keys, this.#id, this.#now)
    this.#decidedAt = notBefore(this.#started, this.#journal.ledger)
    this.#waivers = openRunWaivers(this.#plan.waivers, this.#store, this.#journal.ledger, this.#decidedAt)
    this.#actions = openActions(this.#store, keys, {
      verify: this.#options.verify ?? false,
      onBad: (key, reason) => {
        this.#journal.note('action.rejected', { key, reason })
        this.#emit({
          type: 'record.rejected',
          stage: '',
          code: 'ACTION_RECORD_REJECTED',
          message: `an action record was not trusted: ${reason}`,
        })
      },
    })
    this.#runner = this.#options.runner ?? threadRunner(this.#jobs)
    signal?.addEventListener('abort', () => this.#controller.abort(), { once: true })
    if (signal?.aborted) this.#controller.abort()
    try {
      this.#begin(keys)
      await this.#schedule()
    } finally {
      if (this.#options.runner === undefined) await this.#runner.close()
    }
    return this.#finish()
  }

  #begin(keys: Keys): void {
    const { store } = this.#options
    closeAbandonedRuns(store, this.#journal, keys)
    removeStaleScratch(store)
    const { name } = this.#plan.pipeline.spec
    const stages = this.#plan.stages.map(({ id, uses }) => ({ id, uses }))
    // The list of stages goes into the store: the log holds digests and short words only.
    const planned = this.#store.putJson({ pipeline: name, stages }, 'redacted')
    this.#journal.note(
      'run.planned',
      { pipeline: name, file: this.#plan.pipeline.digest, stages: String(stages.length) },
      planned.sha256,
    )
    markOpen(store, this.#id)
    this.#emit({
      type: 'run.planned',
      run: this.#id,
      pipeline: this.#plan.pipeline.spec.name,
      stages: this.#plan.stages.map(({ id, uses, needs }) => ({ id, uses, needs })),
    })
  }

  /** Starts every stage as soon as all it needs is there; independent stages run side by side. */
  async #schedule(): Promise<void> {
    const running = new Map<string, Promise<void>>()
    const waiting = new Set(this.#plan.stages.map((stage) => stage.id))
    while (waiting.size > 0 || running.size > 0) {
      for (const id of [...waiting]) {
        const stage = this.#stagePlan(id)
        if (stage.needs.some((need) => waiting.has(need) || running.has(need))) continue
        waiting.delete(id)
        running.set(
          id,
          this.#step(stage).finally(() => running.delete(id)),
        )
      }
      if (running.size > 0) await Promise.race(running.values())
    }
  }

  async #step(stage: StagePlan): Promise<void> {
    const record = this.#stages.get(stage.id)!
    const skip = this.#whySkip(stage)
    if (skip !== undefined) {
      record.state = 'skipped'
      record.reason = skip.because
      this.#journal.note('stage.skipped', { stage: stage.id, cause: skip.cause })
      this.#emit({ type: 'stage.skipped', stage: stage.id, because: skip.because })
      return
    }
    record.started = this.#now().toISOString()
    const start = performance.now()
    try {
      await this.#runStage(stage, record)
    } catch (cause) {
      const error = toSluiceError(cause, `stage ${stage.id}`)
      if (process.env['SLUICE_DEBUG'] === '1') process.stderr.write(`${rootStack(cause)}\n`)
      takeError(record, error)
      if (error.exit === 4) this.#fatal ??= error
      this.#tryJournal('stage.errored', { stage: stage.id, code: error.code })
      this.#emit({ type: 'stage.errored', stage: stage.id, error: error.toJSON() })
    }
    record.seconds = (performance.now() - start) / 1000
    if (record.state === 'errored') return
    this.#emit({
      type: 'stage.finished',
      stage: stage.id,
      key: record.key ?? '',
      state: record.state,
      seconds: record.seconds,
      ...(record.rows === null ? {} : { rows: record.rows }),
    })
    this.#gate(stage, record)
  }

  /** Why a stage does not run: a word for the log, a phrase for people. */
  #whySkip(stage: StagePlan): { readonly cause: string; readonly because: string } | undefined {
    if (this.#fatal !== undefined) return { cause: 'stopped', because: `the run stopped: ${this.#fatal.code}` }
    if (!this.#selection.run.has(stage.id) && !this.#selection.cached.has(stage.id)) {
      return { cause: 'not_selected', because: 'not selected' }
    }
    for (const need of stage.needs) {
      const { state } = this.#stages.get(need)!
      if (state === 'gate_failed') return { cause: 'gate_failed', because: `gate of ${need} blocks` }
      if (state === 'errored') return { cause: 'need_errored', because: `stage ${need} errored` }
      if (state === 'skipped') return { cause: 'need_skipped', because: `stage ${need} was skipped` }
    }
    if (!this.#controller.signal.aborted) return undefined
    return { cause: 'interrupted', because: 'the run was interrupted' }
  }

  async #runStage(stage: StagePlan, record: OpenStageRecord): Promise<void> {
    const inputs: Record<string, ArtifactRef> = {}
    for (const [port, from] of Object.entries(stage.inputs)) {
      const ref = this.#stages.get(from.stage)!.outputs[from.port]
      if (ref !== undefined) inputs[port] = ref
    }
    const split = await this.#split(stage)
    const key = stageKey(this.#plan, stage, inputs, split)
    record.key = key.key
    record.keyParts = key.parts

    const known = this.#cached(stage, key)
    if ('hit' in known) return this.#takeCached(stage, record, key, known.hit)
    if (this.#selection.cached.has(stage.id)) {
      throw new SluiceError({
        code: 'NOT_CACHED',
        message: `stage ${stage.id} is not part of this selection and has no cached result (${known.miss})`,
        next: `run it first: sluice run ${this.#plan.pipeline.file} --until ${stage.id}`,
      })
    }
    const release = await lockStage(this.#store.root, key.key, this.#controller.signal, () =>
      this.#emit({ type: 'stage.waiting', stage: stage.id }),
    )
    try {
      // Another run may have done it while this one waited.
      const now = this.#cached(stage, key)
      if ('hit' in now) return this.#takeCached(stage, record, key, now.hit)
      await this.#execute(stage, record, key, inputs, split, now.miss)
    } finally {
      release()
    }
  }

  #cached(stage: StagePlan, key: StageKey): CacheAnswer<StageResult> {
    return this.#selection.forced.has(stage.id) ? { miss: 'forced by --force' } : this.#actions.stage(key.key)
  }

  #takeCached(stage: StagePlan, record: OpenStageRecord, key: StageKey, result: StageResult): void {
    takeResult(record, this.#store, result)
    record.state = 'cached'
    record.reason = 'the same key as before'
    this.#journal.note('stage.cached', this.#subject(stage, key, result))
  }

  async #execute(
    stage: StagePlan,
    record: OpenStageRecord,
    key: StageKey,
    inputs: Readonly<Record<string, ArtifactRef>>,
    split: SourceSplit | undefined,
    miss: string,
  ): Promise<void> {
    record.reason = whyRun(this.#store.root, this.#plan.pipeline.spec.name, stage, key, miss)
    record.state = 'running'
    this.#journal.note('stage.planned', { stage: stage.id, key: key.key })
    this.#journal.commit()
    this.#emit({ type: 'stage.started', stage: stage.id, key: key.key, tasks: split?.tasks.length ?? 0 })
    const place = {
      plan: this.#plan,
      store: this.#store,
      runner: this.#runner,
      actions: this.#actions,
      jobs: this.#jobs,
      signal: this.#controller.signal,
      emit: (event: RunEvent) => this.#emit(event),
    }
    const force = this.#selection.forced.has(stage.id)
    const { result, timings } = await this.#retry(stage, () => executeStage(place, stage, key, inputs, split, force))
    this.#actions.recordStage(stage.uses, key, result)
    takeResult(record, this.#store, result)
    record.timings = timings
    record.state = 'done'
    // Before its end is logged: a stage that failed here would have two.
    cleanupStage(this.#store, key.key)
    this.#journal.note('stage.completed', this.#subject(stage, key, result))
    this.#journal.commit()
  }

  #retry<T>(stage: StagePlan, act: () => Promise<T>): Promise<T> {
    const onRetry = (retry: { readonly attempt: number; readonly code: string; readonly wait_ms: number }): void =>
      this.#emit({ type: 'stage.retry', stage: stage.id, ...retry })
    return withRetry(stage.retry, `stage ${stage.id}`, this.#controller.signal, onRetry, act)
  }

  async #split(stage: StagePlan): Promise<SourceSplit | undefined> {
    const source = stage.stage
    if (source.kind !== 'source') return undefined
    const context = { ...this.#plan.context, signal: this.#controller.signal, store: this.#store }
    return this.#retry(stage, () => source.split(stage.config, context))
  }

  /** Decides the stage's gate. The decision is durable before anything that depends on it starts. */
  #gate(stage: StagePlan, record: OpenStageRecord): void {
    if (stage.gate.length === 0) return
    try {
      const before = [...this.#plan.graph.ancestors(stage.id), stage.id].map((id) => this.#stagePlan(id))
      const decision = this.#decide(stage.id, stage.gate, before)
      if (decision.outcome === 'block') {
        record.state = 'gate_failed'
        const failed = decision.rules.filter((rule) => rule.blocks).map((rule) => rule.id)
        record.reason = `its gate blocks: ${failed.join(', ')}`
      }
    } catch (cause) {
      const error = toSluiceError(cause, `gate of ${stage.id}`)
      takeError(record, error)
      this.#fatal ??= error
      this.#emit({ type: 'stage.errored', stage: stage.id, error: error.toJSON() })
    }
  }

  #decide(gate: string, policies: readonly LoadedPolicy[], stages: readonly StagePlan[], candidate?: string): Decision {
    const evidence = { metrics: collectEvidence(stages, (id) => this.#measured(id)) }
    // All that is judged is kept by the digest that the decision names, so that it can be replayed later.
    this.#store.put(canonicalEvidence(evidence), 'redacted')
    const waivers = this.#waivers.evidence()
    this.#store.put(canonicalWaivers(waivers), 'redacted')
    for (const policy of policies) this.#store.put(policy.canonical, 'redacted')
    const decision = decide({
      gate,
      policies,
      evidence,
      waivers,
      bypasses: bypasses(this.#options),
      pipeline: this.#plan.pipeline.spec.name,
      now: this.#decidedAt,
      engine: `sluice ${VERSION}`,
      ...(candidate === undefined ? {} : { candidate }),
      ...(gate === 'release' ? {} : { uses: this.#stagePlan(gate).uses }),
    })
    const { sha256: digest } = this.#store.putJson(decision, 'redacted')
    this.#decisions.push({ gate, digest, decision })
    this.#journal.note('gate.decided', { gate, outcome: decision.outcome }, digest)
    for (const subject of this.#waivers.used(decision)) this.#journal.note('waiver.used', subject)
    this.#journal.commit()
    this.#emit({ type: 'gate.decided', gate, decision, digest })
    return decision
  }

  #measured(stage: string): StageRecord['metrics'] | undefined {
    const record = this.#stages.get(stage)!
    return ['done', 'cached', 'gate_failed'].includes(record.state) ? record.metrics : undefined
  }

  #finish(): RunRecord {
    const records = this.#plan.stages.map((stage) => this.#stages.get(stage.id)!)
    const unfinished = records.some((record) => ['skipped', 'errored'].includes(record.state))
    if (this.#controller.signal.aborted && unfinished) this.#fatal ??= aborted()
    const release = this.#release()
    const errors = records.flatMap((record) => (record.error === null ? [] : [record.error]))
    const end = (): ReturnType<typeof outcomeOf> =>
      outcomeOf(
        this.#decisions.map(({ decision }) => decision),
        errors,
        this.#fatal?.toJSON(),
      )
    const waivers = this.#keptWaivers()
    const finished = this.#now().toISOString()
    const seconds = (performance.now() - this.#clock) / 1000
    const recordOf = (ledger: RunRecord['ledger']): RunRecord => ({
      apiVersion: 'sluice/v1',
      kind: 'RunRecord',
      run: this.#id,
      pipeline: {
        name: this.#plan.pipeline.spec.name,
        purpose: this.#plan.pipeline.spec.purpose,
        owner: this.#plan.pipeline.spec.owner,
        file: this.#plan.pipeline.file,
        digest: this.#plan.pipeline.digest,
        seed: this.#plan.pipeline.spec.seed,
      },
      sources: this.#plan.pipeline.sources,
      started: this.#started.toISOString(),
      finished,
      seconds,
      environment: environment(this.#jobs),
      options: usedOptions(this.#options),
      stages: records,
      decisions: this.#decisions,
      release,
      ...(waivers === undefined ? {} : { waivers }),
      ...(this.#plan.regulations === undefined ? {} : { regulations: this.#plan.regulations }),
      ...end(),
      error: this.#fatal?.toJSON() ?? null,
      ledger,
    })
    this.#logRecord(recordOf(null))
    // The log itself may have failed just now, and then the run ends in another way than was to be logged.
    const record = recordOf(this.#ledgerState())
    saveRun(this.#options.store, record)
    // Where the end could not be logged the run stays open, and the next one closes it.
    if (this.#journal.isWhole) markClosed(this.#options.store, this.#id)
    this.#emit({ type: 'run.finished', run: this.#id, outcome: record.outcome, exit: record.exit, seconds })
    return record
  }

  #keptWaivers(): RunRecord['waivers'] {
    try {
      return this.#waivers.record()
    } catch (cause) {
      this.#fatal ??= toSluiceError(cause, 'storing the waivers')
      return undefined
    }
  }

  /** Logs the digest of the run's record, so that no figure in it can be changed later without a trace. */
  #logRecord(record: RunRecord): void {
    let payload: string | undefined
    try {
      payload = this.#store.put(loggedRecord(record), 'redacted').sha256
    } catch (cause) {
      this.#fatal ??= toSluiceError(cause, 'storing the run record')
    }
    const { outcome, exit } = payload === undefined ? { outcome: 'errored', exit: this.#fatal?.exit ?? 5 } : record
    this.#tryJournal('run.finished', { outcome, exit: String(exit) }, payload)
  }

  #release(): RunRecord['release'] {
    const spec = this.#plan.pipeline.spec.release
    if (spec === undefined) return null
    const reached =
      this.#selection.complete &&
      this.#plan.stages.every((stage) => ['done', 'cached'].includes(this.#stages.get(stage.id)!.state))
    const base = reviewOf(spec)
    const model = Object.values(this.#stages.get(spec.candidate)!.outputs).find((output) => output.kind === 'model')
    if (!reached || model === undefined || this.#fatal !== undefined) {
      const stopped = this.#plan.stages.some((stage) => this.#stages.get(stage.id)!.state === 'gate_failed')
      return { ...base, state: stopped ? 'blocked' : 'incomplete' }
    }
    try {
      const decision = this.#decide('release', this.#plan.releaseGate, this.#plan.stages, model.digest)
      const state = decision.outcome === 'block' ? 'blocked' : 'awaiting_review'
      return { ...base, state, candidate: { stage: spec.candidate, model } }
    } catch (cause) {
      this.#fatal ??= toSluiceError(cause, 'gate of the release')
      return { ...base, state: 'incomplete' }
    }
  }

  #subject(stage: StagePlan, key: StageKey, result: StageResult): Record<string, string> {
    const outputs = Object.entries(result.outputs).map(([port, ref]) => [`output.${port}`, ref.digest])
    return { stage: stage.id, key: key.key, evaluation: result.evaluation.digest, ...Object.fromEntries(outputs) }
  }

  #ledgerState(): RunRecord['ledger'] {
    try {
      const { ledger } = this.#journal
      return { size: ledger.size, root: ledger.root, checkpoint: ledger.checkpoint() }
    } catch (cause) {
      this.#fatal ??= toSluiceError(cause, 'reading the ledger')
      return null
    }
  }

  /** For entries that report a failure: where the log itself fails, that becomes the run's failure. */
  #tryJournal(type: string, subject: Readonly<Record<string, string>>, payload?: string): void {
    try {
      this.#journal.note(type, subject, payload)
      this.#journal.commit()
    } catch (cause) {
      this.#fatal ??= toSluiceError(cause, 'writing the ledger')
    }
  }

  #stagePlan(id: string): StagePlan {
    return this.#plan.stages.find((stage) => stage.id === id)!
  }

  #emit(event: RunEvent): void {
    for (const listener of this.#options.listeners ?? []) listener(event)
  }
}

/** The stack of what was thrown first: a known error may only wrap it. */
function rootStack(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause instanceof Error ? rootStack(thrown.cause) : (thrown.stack ?? thrown.message)
}
