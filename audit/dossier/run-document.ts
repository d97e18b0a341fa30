import type { Json } from '../../util/json.ts'

/**
 * What the verifier reads of `run.json` and of decisions. The run record and each decision were logged by digest, so
 * their form is that of the program that wrote them; what is missing all the same makes the check that needs it fail.
 */
export interface RunDocument {
  readonly run: string
  readonly pipeline: { readonly name: string; readonly digest: string }
  readonly stages: readonly RunStage[]
  readonly decisions: readonly { readonly gate: string; readonly digest: string; readonly decision: DecisionDocument }[]
  readonly release: {
    readonly state: string
    readonly quorum: number
    readonly roles?: readonly {
      readonly role: string
      readonly principals: readonly string[]
      readonly quorum: number
    }[]
    readonly candidate?: { readonly stage: string; readonly model: { readonly digest: string } }
  } | null
  readonly outcome: string
  readonly exit: number
  readonly error: Json
}

export interface RunStage {
  readonly id: string
  readonly uses: string
  readonly state: string
  readonly key: string | null
  readonly keyParts: { readonly inputs?: { readonly [port: string]: string } } | null
  readonly config: Json
  readonly outputs: { readonly [port: string]: { readonly digest: string } }
  readonly evaluation: { readonly digest: string } | null
  readonly metrics: readonly { readonly [name: string]: Json }[]
  readonly error: Json
}

export interface DecisionDocument {
  readonly gate: string
  readonly subject: { readonly pipeline: string; readonly candidate?: string }
  readonly now: string
  readonly outcome: string
  readonly policies: readonly { readonly name: string; readonly version: number; readonly digest: string }[]
  readonly evidence: string
  readonly waivers: string
  readonly counts: { readonly [verdict: string]: number }
  readonly rules: readonly {
    readonly id: string
    readonly verdict: string
    readonly blocks: boolean
    readonly waived_verdict?: string
    readonly waiver?: {
      readonly id: string
      readonly digest: string
      readonly type: string
      readonly expires: string
      readonly ticket: string
    }
  }[]
}

/** Digests of all that a stage made: its outputs, then its evidence. */
export function madeBy(stage: RunStage): readonly string[] {
  const outputs = Object.values(stage.outputs).map(({ digest }) => digest)
  return stage.evaluation === null ? outputs : [...outputs, stage.evaluation.digest]
}
