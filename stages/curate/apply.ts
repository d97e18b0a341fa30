import type { CanaryPlan } from '../../artifacts/canary.ts'
import type { Drop, TextRecord } from '../../artifacts/record.ts'
import type { Sensitivity } from '../../artifacts/refs.ts'
import type { Tally } from '../../artifacts/tally.ts'
import { SluiceError } from '../../util/errors.ts'
import type { BatchResult, OpenContext, ShardWorker } from '../stage.ts'
import { canaryRecord } from './canaries.ts'
import { type Columns, decodeColumns } from './columns.ts'
import { SPLITS } from './split.ts'

/** What the coordinator decided for one shard, beside its columns `reason`, `split`, `language` and `cluster0/1`. */
export type DecisionHeader = {
  readonly rows: number
  /** reason 0 is keep; reason i is `reasons[i - 1]`. */
  readonly reasons: readonly string[]
  readonly languages: readonly string[]
}

/** Given to `context.map` for each shard: digests decide, so the task's key changes when a decision does. */
export type ApplyParams = {
  readonly decisions: string
  readonly plan: string
  readonly sensitivity: Sensitivity
  /** Copies for this shard: [canary, copy, after row], sorted by row. */
  readonly canaries: readonly (readonly [number, number, number])[]
}

/** Pass 2: sends every record where the coordinator decided, with the reason where it is dropped. */
export async function openApply(context: OpenContext): Promise<ShardWorker> {
  const params = context.params as unknown as ApplyParams
  const { sensitivity } = params
  const decisions = decodeColumns<DecisionHeader>(context.store.get({ sha256: params.decisions, sensitivity }))
  const plan = context.store.getJson<CanaryPlan>({ sha256: params.plan, sensitivity: 'redacted' })
  return new Apply(decisions, plan, params.canaries, context.tally)
}

class Apply implements ShardWorker {
  readonly #decisions: Columns<DecisionHeader>
  readonly #plan: CanaryPlan
  readonly #canaries: ApplyParams['canaries']
  readonly #tally: Tally
  #row = 0
  #nextCanary = 0

  constructor(decisions: Columns<DecisionHeader>, plan: CanaryPlan, canaries: ApplyParams['canaries'], tally: Tally) {
    this.#tally = tally
    this.#decisions = decisions
    this.#plan = plan
    this.#canaries = canaries
  }

  async process(batch: readonly TextRecord[]): Promise<BatchResult> {
    const sides: readonly [TextRecord[], TextRecord[], TextRecord[]] = [[], [], []]
    const dropped: Drop[] = []
    const added: TextRecord[] = []
    const { header, u8, u32 } = this.#decisions
    if (this.#row + batch.length > header.rows) throw mismatch()
    for (const record of batch) {
      const row = this.#row++
      const reason = u8['reason']![row]!
      const split = u8['split']![row]!
      const cluster = hex(u32['cluster0']![row]!) + hex(u32['cluster1']![row]!)
      const language = header.languages[u8['language']![row]!]!
      const note = reason === 0 ? { split: SPLITS[split]!, cluster, language } : { cluster, language }
      const marked = { ...record, notes: { ...record.notes, curate: note } }
      if (reason === 0) sides[split]!.push(marked)
      else dropped.push({ record: marked, reason: header.reasons[reason - 1]! })
      if (reason === 0) this.#tally.category('split', SPLITS[split]!)
      else this.#tally.category('dropped', header.reasons[reason - 1]!)
    }
    for (let next = this.#canaries[this.#nextCanary]; next !== undefined && next[2] < this.#row; ) {
      added.push(canaryRecord(this.#plan.canaries[next[0]]!, next[1]))
      next = this.#canaries[++this.#nextCanary]
    }
    return { kept: sides[0], routed: { valid: sides[1], test: sides[2] }, dropped, quarantined: [], added }
  }

  async finish(): Promise<void> {
    if (this.#row !== this.#decisions.header.rows || this.#nextCanary !== this.#canaries.length) throw mismatch()
  }

  async close(): Promise<void> {}
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}

function mismatch(): SluiceError {
  return new SluiceError({
    code: 'CURATE_ROWS_CHANGED',
    message: 'a shard does not have the rows that the decisions were made for',
    next: 'this is a bug in the curate stage',
    exit: 5,
  })
}
