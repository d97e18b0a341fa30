import type { ArtifactRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import type { SourceDeclaration } from '../../stages/stage.ts'
import { SluiceError } from '../../util/errors.ts'
import { baseDigest, type Execution, type ExecutionUse, type History } from './executions.ts'

/** What a model came from, back to the sources. */
export interface Ancestry {
  readonly model: string
  /** Runs that made or took it over. */
  readonly runs: readonly ExecutionUse[]
  readonly releases: readonly {
    readonly run: string
    readonly pipeline: string
    readonly state: string
    readonly log: readonly string[]
  }[]
  /** Stages before it, sources first, the one that made it last. */
  readonly stages: readonly AncestorStage[]
  /** Models of this store that it was built on. */
  readonly bases: readonly string[]
  /** Base of its training that is no model of this store: the digest over its files. */
  readonly foreignBase: string | undefined
  /** As the runs declared them. */
  readonly sources: readonly SourceDeclaration[]
}

export interface AncestorStage {
  readonly key: string
  readonly uses: string
  readonly stage: string | undefined
  readonly outputs: readonly {
    readonly port: string
    readonly kind: string
    readonly digest: string
    readonly rows?: number
  }[]
}

/** Digests of all models that stages of the store made. */
export function modelsOf(history: History): readonly string[] {
  const outputs = history.executions.flatMap(({ outputs }) => Object.values(outputs))
  return [...new Set(outputs.filter(({ kind }) => kind === 'model').map(({ digest }) => digest))].sort()
}

/**
 * The way back from a model: stages, datasets with their rows, bases and declared sources.
 *
 * @throws SluiceError `TRACE_UNKNOWN` for a model that no stage of this store made
 */
export function ancestryOf(store: Store, history: History, model: string): Ancestry {
  const makers = new Map<string, Execution[]>()
  for (const each of history.executions)
    for (const { digest } of Object.values(each.outputs)) makers.set(digest, [...(makers.get(digest) ?? []), each])
  const made = makers.get(model)
  if (made === undefined) {
    throw new SluiceError({
      code: 'TRACE_UNKNOWN',
      message: 'no stage of this store made such a model',
      next: 'list the runs with `sluice runs`, and give the id of a run or the digest of its model',
    })
  }
  const byBase = new Map<string, string>()
  for (const digest of modelsOf(history)) {
    const name = baseDigest(store, digest)
    if (name !== undefined) byBase.set(name, digest)
  }
  const above = new Set<Execution>()
  const bases = new Set<string>()
  let foreignBase: string | undefined
  const visit = (each: Execution): void => {
    if (above.has(each)) return
    above.add(each)
    if (each.base !== undefined) {
      const own = byBase.get(each.base)
      if (own === undefined) foreignBase = each.base
      else {
        bases.add(own)
        for (const maker of makers.get(own) ?? []) visit(maker)
      }
    }
    for (const input of Object.values(each.inputs)) for (const maker of makers.get(input) ?? []) visit(maker)
  }
  for (const each of made) visit(each)

  const uses = made.flatMap(({ uses_in }) => uses_in)
  const runs = new Set([...above].flatMap(({ uses_in }) => uses_in.map(({ run }) => run)))
  const sources = new Map<string, SourceDeclaration>()
  for (const record of history.runs)
    if (runs.has(record.run)) for (const source of record.sources) sources.set(source.id, source)
  return {
    model,
    runs: uses,
    releases: history.runs
      .filter(({ release }) => release?.candidate?.model.digest === model)
      .map(({ run, pipeline, release }) => ({
        run,
        pipeline: pipeline.name,
        state: release!.state,
        log: history.releases.get(run) ?? [],
      })),
    stages: history.executions.filter((each) => above.has(each)).map(stageOf),
    bases: [...bases],
    foreignBase,
    sources: [...sources.values()],
  }
}

function stageOf({ key, uses, uses_in, outputs }: Execution): AncestorStage {
  return {
    key,
    uses,
    stage: uses_in[0]?.stage,
    outputs: Object.entries(outputs).map(([port, { kind, digest, rows }]: [string, ArtifactRef]) => ({
      port,
      kind,
      digest,
      ...(rows === undefined ? {} : { rows }),
    })),
  }
}
