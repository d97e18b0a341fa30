import type { Json } from '../../util/json.ts'

/** Something that can be wrong before training begins; the stage adds the place in the pipeline file. */
export interface TrainerProblem {
  readonly code: string
  readonly message: string
  readonly next?: string
  /** Path inside the trainer's own configuration. */
  readonly path?: readonly (string | number)[]
}

/** What a trainer tells while it works. */
export type TrainerEvent =
  | { readonly event: 'started'; readonly steps: number; readonly resumedAt: number; readonly device: string }
  /** `loss`: mean nats per trained token. */
  | { readonly event: 'step'; readonly step: number; readonly steps: number; readonly loss: number | null }
  | { readonly event: 'evaluated'; readonly step: number; readonly loss: number }
  | { readonly event: 'checkpoint'; readonly step: number }
  /** A sentence for the person who watches. Never data. */
  | { readonly event: 'note'; readonly message: string }

export interface TrainerHooks {
  readonly signal: AbortSignal
  tell(event: TrainerEvent): void
}

/** A finished run of a trainer that is not Sluice's own engine. */
export interface TrainerOutcome {
  /** Files of the adapter or model by name, as paths; empty where the model stays with a provider. */
  readonly files: ReadonlyMap<string, string>
  /** Name of the model at the provider, where it stays there. */
  readonly remoteModel?: string
  readonly steps: number
  readonly planned: number
  /** [step, mean nats per trained token]. */
  readonly trainLoss: readonly (readonly [number, number | null])[]
  readonly validLoss: readonly (readonly [number, number])[]
  /** The step whose parameters were kept. */
  readonly keptStep: number
  /** What an auditor should know: versions, digests, requests that were made. Canonical JSON, no data, no secrets. */
  readonly evidence: Readonly<Record<string, Json>>
}

/** Trains outside of Sluice's own engine: in Python, or at a provider. */
export interface Trainer<Config, Job> {
  readonly name: string
  /** Everything that can be found before a byte moves. Starts nothing and asks nobody. */
  check(config: Config): readonly TrainerProblem[]
  /**
   * Trains, or goes on where an earlier call with the same job stopped.
   *
   * @throws SluiceError, or the reason of `hooks.signal` once the run has been stopped in good order
   */
  train(job: Job, hooks: TrainerHooks): Promise<TrainerOutcome>
}
