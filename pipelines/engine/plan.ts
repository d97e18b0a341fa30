import type { Sensitivity } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import { checkPolicies, type MetricCatalogue } from '../../policies/engine/check.ts'
import { type LoadedPolicy, loadPolicies } from '../../policies/engine/load.ts'
import { readPolicyLock } from '../../policies/engine/lock.ts'
import type { WaiverFolder } from '../../policies/engine/waiver-files.ts'
import { loadStage } from '../../stages/load.ts'
import { resolveSecret, secretFingerprint } from '../../stages/secrets.ts'
import type { Lack, PlanContext, Ports, Problem, Stage, StageUse } from '../../stages/stage.ts'
import { type Place, SluiceError, toSluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import { nearest } from '../../util/nearest.ts'
import { type KeyPath, problemsToError, validate } from '../../util/yaml-document.ts'
import { checkReview } from '../review/requirements.ts'
import { findCycles, type StageGraph, stageGraph } from './graph.ts'
import type { Pipeline } from './load.ts'
import { pipelineRegulations } from './regulations.ts'
import type { RetryPolicy } from './retry.ts'
import type { RunRecord } from './run-record.ts'
import type { StageEntryFile } from './schema.ts'
import { checkWaivers, pipelineWaivers, waiverPlaces } from './waivers.ts'

/** One stage, ready to run: its code, its config with defaults, and where each input comes from. */
export interface StagePlan {
  readonly id: string
  readonly uses: string
  readonly stage: Stage
  readonly config: Json
  readonly needs: readonly string[]
  readonly inputs: Readonly<Record<string, { readonly stage: string; readonly port: string }>>
  /** What its outputs lack, by port. */
  readonly lacks: Readonly<Record<string, Lack>>
  /** Sensitivity of what it gives. */
  readonly sensitivity: Sensitivity
  readonly gate: readonly LoadedPolicy[]
  readonly retry: RetryPolicy
  readonly jobs: number | undefined
  readonly because: string | null
}

export interface Plan {
  readonly pipeline: Pipeline
  readonly graph: StageGraph
  /** In running order. */
  readonly stages: readonly StagePlan[]
  readonly releaseGate: readonly LoadedPolicy[]
  readonly waivers: WaiverFolder
  readonly regulations: RunRecord['regulations']
  readonly context: PlanContext
}

interface Found {
  readonly code: string
  readonly message: string
  readonly next?: string
  readonly at: Place
}

/**
 * Finds everything that can be found before a byte moves: unknown stages, wrong config, missing inputs, cycles,
 * policies that ask for what no stage reports, missing secrets. All problems are reported at once.
 */
export async function planPipeline(pipeline: Pipeline, store: Store, now = new Date()): Promise<Plan> {
  const found: Found[] = []
  const entries = Object.entries(pipeline.spec.stages)
  const report = (path: KeyPath, code: string, message: string, next?: string): void => {
    found.push({ code, message, at: pipeline.document.at(path), ...(next === undefined ? {} : { next }) })
  }

  const needs = new Map(entries.map(([id, entry]) => [id, needIds(entry)]))
  checkNeeds(needs, report)
  stop(found)
  for (const cycle of findCycles(needs)) {
    report(
      ['stages', cycle[0]!, 'needs'],
      'CYCLE',
      `stages depend on each other in a circle: ${[...cycle, cycle[0]].join(' → ')}`,
      'take one of these `needs` out',
    )
  }
  stop(found)
  const graph = stageGraph(needs)

  const context: PlanContext = {
    baseDir: pipeline.baseDir,
    storeRoot: store.root,
    sources: pipeline.sources,
    purpose: pipeline.spec.purpose,
    now,
    secretId: (ref) => secretFingerprint(resolveSecret(ref, store, pipeline.baseDir)),
  }
  const stages = new Map<string, StagePlan>()
  for (const id of graph.order) {
    const plan = await planStage(id, pipeline, needs.get(id) ?? [], stages, context, report)
    if (plan !== undefined) stages.set(id, plan)
  }
  stop(found)

  const releaseGate = planRelease(pipeline, stages, report)
  if (pipeline.spec.release !== undefined) {
    const gated = [...stages.values()].filter(({ gate }) => gate.length > 0).map(({ uses }) => uses)
    checkReview(pipeline.spec.release, gated, waiverPlaces(pipeline).signers, report)
  }
  stop(found)
  checkGates(stages, releaseGate, graph)
  const waivers = pipelineWaivers(pipeline)
  const ordered = graph.order.map((id) => stages.get(id)!)
  checkWaivers(waivers, pipeline, ordered, releaseGate)
  const regulations = pipelineRegulations(pipeline)
  return { pipeline, graph, stages: ordered, releaseGate, waivers, regulations, context }
}

type Report = (path: KeyPath, code: string, message: string, next?: string) => void

function stop(found: readonly Found[]): void {
  if (found.length > 0) throw problemsToError(found, 'PIPELINE')
}

function needIds(entry: StageEntryFile): readonly string[] {
  const list = entry.needs === undefined ? [] : Array.isArray(entry.needs) ? entry.needs : Object.values(entry.needs)
  return [...new Set((list as readonly string[]).map((need) => need.split('.')[0]!))]
}

function checkNeeds(needs: ReadonlyMap<string, readonly string[]>, report: Report): void {
  for (const [id, list] of needs) {
    for (const need of list) {
      if (needs.has(need)) continue
      const guess = nearest(need, [...needs.keys()])
      report(
        ['stages', id, 'needs'],
        'UNKNOWN_STAGE',
        `stage \`${id}\` needs \`${need}\`, which is not in this file`,
        guess === undefined ? undefined : `did you mean \`${guess}\`?`,
      )
    }
  }
}

async function planStage(
  id: string,
  pipeline: Pipeline,
  needs: readonly string[],
  earlier: ReadonlyMap<string, StagePlan>,
  context: PlanContext,
  report: Report,
): Promise<StagePlan | undefined> {
  const entry = pipeline.spec.stages[id]!
  let stage: Stage
  try {
    stage = await loadStage(entry.uses, pipeline.baseDir)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    report(['stages', id, 'uses'], error.code, error.message, error.next)
    return undefined
  }
  const config = structuredClone(entry.with ?? {}) as Json
  const problems = validate(stage.config, config)
  for (const problem of problems)
    report(['stages', id, 'with', ...problem.path], problem.code, `stage \`${id}\`: ${problem.message}`, problem.next)
  const inputs = connect(id, entry, stage.takes, needs, earlier, report)
  if (problems.length === 0) {
    const use: StageUse = {
      written: (entry.with ?? {}) as StageUse['written'],
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([input, from]) => [
          input,
          { ...from, lack: earlier.get(from.stage)?.lacks[from.port] },
        ]),
      ),
    }
    for (const problem of checkStage(stage, config, context, use)) {
      report(
        problem.input === undefined
          ? ['stages', id, 'with', ...(problem.path ?? [])]
          : ['stages', id, 'needs', problem.input],
        problem.code,
        `stage \`${id}\`: ${problem.message}`,
        problem.next,
      )
    }
  }
  const raw =
    Object.keys(inputs).length === 0 ||
    Object.values(inputs).some((input) => earlier.get(input.stage)?.sensitivity !== 'redacted')
  return {
    id,
    uses: entry.uses,
    stage,
    config,
    needs,
    inputs,
    // A config that is wrong says nothing of the outputs; its own problems are reported.
    lacks: problems.length === 0 ? (stage.lacks?.(config) ?? {}) : {},
    sensitivity: stage.sensitivity ?? (raw ? 'raw' : 'redacted'),
    gate: gatePolicies(entry.gate as string | readonly string[] | undefined, pipeline),
    retry: { attempts: entry.retry?.attempts ?? 3, backoffMs: entry.retry?.backoff_ms ?? 500 },
    jobs: entry.resources?.jobs,
    because: entry.because ?? null,
  }
}

/** The stage's own checks, and its pins: a missing model file or secret is found here, not in the middle of a run. */
function checkStage(stage: Stage, config: Json, context: PlanContext, use: StageUse): readonly Problem[] {
  const problems = [...(stage.check?.(config, context, use) ?? [])]
  try {
    stage.pins?.(config, context)
  } catch (error) {
    const known = toSluiceError(error, `stage ${stage.name}`)
    // The check may have found the same, and knows its place.
    if (!problems.some(({ code, message }) => code === known.code && message === known.message)) {
      problems.push({
        code: known.code,
        message: known.message,
        ...(known.next === undefined ? {} : { next: known.next }),
      })
    }
  }
  return problems
}

/** Which output feeds each input: as the file says, else the port of the same name, else the only one of its kind. */
function connect(
  id: string,
  entry: StageEntryFile,
  takes: Ports,
  needs: readonly string[],
  earlier: ReadonlyMap<string, StagePlan>,
  report: Report,
): StagePlan['inputs'] {
  const explicit =
    entry.needs === undefined || Array.isArray(entry.needs) ? {} : (entry.needs as Record<string, string>)
  const inputs: Record<string, { stage: string; port: string }> = {}
  for (const name of Object.keys(explicit)) {
    if (takes[name] === undefined) {
      report(
        ['stages', id, 'needs', name],
        'UNKNOWN_PORT',
        `stage \`${id}\` has no input \`${name}\``,
        `its inputs: ${Object.keys(takes).join(', ') || 'none'}`,
      )
    }
  }
  for (const [port, spec] of Object.entries(takes)) {
    const offers = needs.flatMap((need) =>
      Object.entries(earlier.get(need)?.stage.gives ?? {})
        .filter(([, given]) => given.kind === spec.kind)
        .map(([given]) => ({ stage: need, port: given })),
    )
    const wanted = explicit[port]
    if (wanted !== undefined) {
      const [stage, given] = wanted.split('.')
      const fitting = offers.filter((offer) => offer.stage === stage && (given === undefined || offer.port === given))
      const match = fitting.find((offer) => offer.port === port) ?? (fitting.length === 1 ? fitting[0] : undefined)
      if (match === undefined)
        report(
          ['stages', id, 'needs', port],
          'UNKNOWN_PORT',
          `\`${wanted}\` gives no single ${spec.kind} for input \`${port}\``,
        )
      else inputs[port] = match
      continue
    }
    const taken = new Set(Object.values(explicit))
    const free = offers.filter((offer) => !taken.has(`${offer.stage}.${offer.port}`))
    const sameName = free.filter((offer) => offer.port === port)
    const match =
      sameName.length === 1
        ? sameName[0]
        : sameName.length === 0 && free.length === 1 && !spec.optional
          ? free[0]
          : undefined
    if (match !== undefined) inputs[port] = match
    else if (!spec.optional) {
      report(
        ['stages', id, 'needs'],
        'INPUT_MISSING',
        `stage \`${id}\` takes a ${spec.kind} \`${port}\` (${spec.description}), and ${free.length === 0 ? 'nothing it needs gives one' : 'several of its needs give one'}`,
        `name the stage that gives it: needs: { ${port}: STAGE.PORT }`,
      )
    }
  }
  return inputs
}

function planRelease(
  pipeline: Pipeline,
  stages: ReadonlyMap<string, StagePlan>,
  report: Report,
): readonly LoadedPolicy[] {
  const release = pipeline.spec.release
  if (release === undefined) return []
  const candidate = stages.get(release.candidate)
  if (candidate === undefined || !Object.values(candidate.stage.gives).some((port) => port.kind === 'model')) {
    report(['release', 'candidate'], 'UNKNOWN_STAGE', `\`${release.candidate}\` is not a stage that gives a model`)
  }
  return gatePolicies(release.gate as string | readonly string[], pipeline)
}

/** Every policy of a pipeline as its files say now, in the order of the gates; that of the release comes last. */
export function pipelinePolicies(pipeline: Pipeline): readonly LoadedPolicy[] {
  const { stages, release } = pipeline.spec
  const gates = [...Object.values(stages).map(({ gate }) => gate), release?.gate]
  return gates.flatMap((gate) => gatePolicies(gate as string | readonly string[] | undefined, pipeline))
}

/** The policies of a gate, each as the lock beside the pipeline (where there is one) says. */
function gatePolicies(gate: string | readonly string[] | undefined, pipeline: Pipeline): readonly LoadedPolicy[] {
  const lock = readPolicyLock(pipeline.baseDir)
  return loadPolicies(gate === undefined ? [] : [gate].flat(), {
    baseDir: pipeline.baseDir,
    ...(lock === undefined ? {} : { lock }),
  })
}

/** A policy that asks for a metric that no stage before its gate reports would deny for ever: say so now. */
function checkGates(
  stages: ReadonlyMap<string, StagePlan>,
  releaseGate: readonly LoadedPolicy[],
  graph: StageGraph,
): void {
  for (const [id, plan] of stages) {
    if (plan.gate.length > 0) checkPolicies(plan.gate, catalogue([...graph.ancestors(id), id], stages), plan.uses)
  }
  if (releaseGate.length > 0) checkPolicies(releaseGate, catalogue([...stages.keys()], stages), undefined)
}

/** Metrics by what each stage uses, and by its id where that is another name. */
function catalogue(ids: readonly string[], stages: ReadonlyMap<string, StagePlan>): MetricCatalogue {
  const plans = ids.map((id) => stages.get(id)!)
  return new Map([
    ...plans.map((plan) => [plan.id, plan.stage.metrics] as const),
    ...plans.map((plan) => [plan.uses, plan.stage.metrics] as const),
  ])
}
