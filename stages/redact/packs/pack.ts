import type { RedactConfig } from '../config.ts'
import type { PiiType } from '../pii-type.ts'
import type { PackName } from './pack-names.ts'

/** One item of the list that a law or a guideline gives. */
export interface Identifier {
  /** Short and stable: the letter of the item (`C`), or a word (`name`). The label of the metrics. */
  readonly key: string
  /** In our own words. */
  readonly title: string
  readonly ref: string
  /** What detects it. Empty: nothing can. */
  readonly types: readonly PiiType[]
  /** Of its types those that are tried with made-up values. Left out: all. */
  readonly seeds?: readonly PiiType[]
  /** What is done with it, for a reader. */
  readonly done: string
  /** What of it is not found, always said: nothing is found without a miss. */
  readonly limit: string
}

/** What somebody has to state, since no program can see it. */
export interface Statement {
  /** The key of an identifier, or a word of its own. The label of the metric. */
  readonly key: string
  /** What is to be stated. */
  readonly title: string
}

/** An operator as a config has it. */
export type OperatorField = RedactConfig['operators'][string]

export interface PackFields {
  /** Only types, so that what the pack asks for does not grow or shrink with a group. */
  readonly types: readonly PiiType[]
  readonly min_score: Readonly<Record<string, number>>
  /** By type; `default` for the others. */
  readonly operators: Readonly<Record<string, OperatorField>>
  readonly seeding: {
    readonly share: number
    readonly types: readonly PiiType[]
    readonly values_per_record: number
    readonly per_type_max: number
  }
}

/** A ready-made config of the redact stage for the list of one law, with what each item of the list comes to. */
export interface Pack {
  readonly name: PackName
  readonly title: string
  /** ISO date on which the text of the law was read for this pack. */
  readonly as_of: string
  readonly refs: readonly string[]
  readonly identifiers: readonly Identifier[]
  readonly statements: readonly Statement[]
  readonly fields: PackFields
  /** Whether the pack allows this operator on the type. What it does not allow loosens it. */
  permits(type: PiiType, operator: OperatorField): boolean
  /** What every report says beside the figures. */
  readonly limits: readonly string[]
}

/** The types of all identifiers, each once. */
export function typesOfIdentifiers(identifiers: readonly Identifier[]): readonly PiiType[] {
  return [...new Set(identifiers.flatMap(({ types }) => types))]
}

/** The types that are tried, each once. */
export function seedsOfIdentifiers(identifiers: readonly Identifier[]): readonly PiiType[] {
  return [...new Set(identifiers.flatMap(({ types, seeds }) => seeds ?? types))]
}
