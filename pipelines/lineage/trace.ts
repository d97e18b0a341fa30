import type { Store } from '../../artifacts/store.ts'
import { baseDigest, type Execution, type ExecutionUse, type History, shardsOf } from './executions.ts'
import type { Hit, Search } from './search.ts'

/** Where records are, and what was made of them. Holds digests, counts and names of stages only. */
export interface Trace {
  /** Distinct records (rows that could not be read count as one each). */
  readonly records: number
  /** Stages that held, dropped or set aside one of them, in the order in which data flows. */
  readonly stages: readonly TracedStage[]
  readonly models: readonly TracedModel[]
  readonly objects: readonly Hit[]
  /** Objects that no finished stage names: what an interrupted run left. */
  readonly unplaced: number
  readonly searched: { readonly objects: number; readonly unread: number; readonly shredded: number }
}

export interface TracedStage {
  readonly key: string
  readonly uses: string
  readonly runs: readonly ExecutionUse[]
  /** Datasets it gave that hold rows of the records. */
  readonly datasets: readonly { readonly port: string; readonly digest: string; readonly rows: number }[]
  readonly dropped: number
  readonly quarantined: number
  /** Digest of what it measured, where its input held one of them. */
  readonly evaluation: string | undefined
}

export interface TracedModel {
  readonly digest: string
  readonly key: string
  readonly runs: readonly ExecutionUse[]
  /** Datasets with the records that it was trained on. */
  readonly datasets: readonly string[]
  /** Models trained on them that it was built on. */
  readonly bases: readonly string[]
  /** Runs that have it as their release candidate. */
  readonly releases: readonly {
    readonly run: string
    readonly pipeline: string
    readonly state: string
    readonly log: readonly string[]
  }[]
}

/** Joins where records lie with how datasets, stages and models follow from each other. */
export function traceRecords(store: Store, history: History, found: Search): Trace {
  const rows = new Map(found.hits.map((hit) => [`${hit.digest}.${hit.sensitivity}`, hit.matches]))
  const placed = new Set<string>()
  const count = (shards: readonly { readonly sha256: string; readonly sensitivity: string }[]): number =>
    shards.reduce((sum, shard) => {
      const name = `${shard.sha256}.${shard.sensitivity}`
      const matches = rows.get(name) ?? 0
      if (matches > 0) placed.add(name)
      return sum + matches
    }, 0)

  const stages: TracedStage[] = []
  const touched = new Set<string>()
  for (const each of history.executions) {
    const datasets = Object.entries(each.outputs)
      .filter(([, ref]) => ref.kind === 'dataset')
      .map(([port, { digest }]) => ({ port, digest, rows: count(shardsOf(store, digest)) }))
      .filter((dataset) => dataset.rows > 0)
    const [dropped, quarantined] = [count(each.droppedShards), count(each.quarantinedShards)]
    const read = Object.values(each.inputs).some((input) => touched.has(input))
    for (const { digest } of datasets) touched.add(digest)
    if (datasets.length === 0 && dropped + quarantined === 0 && !read) continue
    const evaluation = each.evaluation
    stages.push({ key: each.key, uses: each.uses, runs: each.uses_in, datasets, dropped, quarantined, evaluation })
  }
  return {
    records: found.records.size,
    stages,
    models: modelsOn(store, history, touched),
    objects: found.hits,
    unplaced: found.hits.filter((hit) => hit.kind === 'rows' && !placed.has(`${hit.digest}.${hit.sensitivity}`)).length,
    searched: { objects: found.objects, unread: found.unread + history.unread, shredded: found.shredded },
  }
}

/** Models trained on one of the datasets, or on top of such a model. */
function modelsOn(store: Store, history: History, datasets: ReadonlySet<string>): readonly TracedModel[] {
  const models = new Map<string, TracedModel>()
  const asBase = new Map<string, string>()
  for (const each of history.executions) {
    const made = Object.values(each.outputs).filter(({ kind }) => kind === 'model')
    if (made.length === 0) continue
    const inputs = Object.values(each.inputs)
    const used = inputs.filter((input) => datasets.has(input))
    const base = each.base === undefined ? undefined : asBase.get(each.base)
    const bases = [...inputs.filter((input) => models.has(input)), ...(base === undefined ? [] : [base])]
    if (used.length === 0 && bases.length === 0) continue
    for (const { digest } of made) {
      models.set(digest, modelOf(each, digest, used, bases, history, models.get(digest)))
      const name = baseDigest(store, digest)
      if (name !== undefined) asBase.set(name, digest)
    }
  }
  return [...models.values()]
}

function modelOf(
  { key, uses_in }: Execution,
  digest: string,
  datasets: readonly string[],
  bases: readonly string[],
  history: History,
  known: TracedModel | undefined,
): TracedModel {
  const releases = history.runs
    .filter(({ release }) => release?.candidate?.model.digest === digest)
    .map(({ run, pipeline, release }) => ({
      run,
      pipeline: pipeline.name,
      state: release!.state,
      log: history.releases.get(run) ?? [],
    }))
  return {
    digest,
    key,
    // Two trainings may give the same bytes.
    runs: [...(known?.runs ?? []), ...uses_in],
    datasets: [...new Set([...(known?.datasets ?? []), ...datasets])],
    bases: [...new Set([...(known?.bases ?? []), ...bases])],
    releases,
  }
}
