import { SluiceError } from '../../util/errors.ts'
import type { Json } from '../../util/json.ts'
import { nearest } from '../../util/nearest.ts'
import type { StageGraph } from './graph.ts'

export interface SelectionOptions {
  /** Start here: everything before must be cached. */
  readonly from?: string
  /** Run this stage alone: everything before must be cached. */
  readonly only?: string
  /** Stop after this stage. */
  readonly until?: string
  /** Ignore what is cached: for all stages, or for those named. */
  readonly force?: boolean | readonly string[]
}

export interface Selection {
  /** Stages that may run. */
  readonly run: ReadonlySet<string>
  /** Stages that must be there already. */
  readonly cached: ReadonlySet<string>
  /** Of those, the ones that run even if they are cached. */
  readonly forced: ReadonlySet<string>
  /** False where something was left out, so that no release can follow. */
  readonly complete: boolean
}

/** Which stages a run is about. */
export function select(graph: StageGraph, options: SelectionOptions): Selection {
  const { force = false } = options
  const named = typeof force === 'boolean' ? [] : force
  for (const name of [options.from, options.only, options.until, ...named]) {
    if (name !== undefined && !graph.order.includes(name)) {
      const guess = nearest(name, graph.order)
      throw new SluiceError({
        code: 'STAGE_UNKNOWN',
        message: `there is no stage \`${name}\` in this pipeline`,
        next: guess === undefined ? `its stages: ${graph.order.join(', ')}` : `did you mean \`${guess}\`?`,
      })
    }
  }
  let run = new Set(graph.order)
  if (options.until !== undefined) run = new Set([...graph.ancestors(options.until), options.until])
  if (options.from !== undefined) {
    const after = new Set([...graph.descendants(options.from), options.from])
    run = new Set([...run].filter((stage) => after.has(stage)))
  }
  if (options.only !== undefined) run = new Set([options.only])
  const cached = new Set([...run].flatMap((stage) => graph.ancestors(stage)).filter((stage) => !run.has(stage)))
  const forced = new Set([...run].filter((stage) => force === true || named.includes(stage)))
  return { run, cached, forced, complete: run.size + cached.size === graph.order.length }
}

/** The options that changed what ran, for the run record: no bypass is silent. */
export function usedOptions(options: SelectionOptions & { readonly verify?: boolean }): Readonly<Record<string, Json>> {
  const { from, only, until, force, verify } = options
  return Object.fromEntries(
    Object.entries({ from, only, until, force, verify }).filter(([, value]) => value !== undefined && value !== false),
  ) as Record<string, Json>
}

/** The same options as words for a decision. Hashing more than one must (`--verify`) goes round nothing. */
export function bypasses(options: SelectionOptions): readonly string[] {
  const { verify: _, ...changed } = usedOptions(options)
  return Object.entries(changed).map(([name, value]) =>
    value === true ? `--${name}` : `--${name} ${[value].flat().map(String).join(' ')}`,
  )
}
