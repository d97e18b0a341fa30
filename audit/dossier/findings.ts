import { messageOf } from './codes.ts'

/** The checks, in the order in which they are made and printed. */
export const CHECKS = [
  ['files', 'every file is plain, listed, and as it was listed'],
  ['keys', 'the keys can be read, and are those that you gave'],
  ['log', 'every entry is in the tree that the checkpoint signs'],
  ['release', 'release.json is signed and logged, and claims only what the files show'],
  ['run', 'the run record is the logged one; every planned stage ended once'],
  ['decisions', 'each decision is the logged one; what it judged is here'],
  ['model', 'the model is the one that the run made, and is signed'],
  ['attestations', 'each is signed, about this run, and true to its record'],
  ['review', 'approvals and waivers are signed by who may, for this release'],
  ['reports', 'what reports for machines say is what was decided'],
  ['outside', 'what others saw of the log agrees with it'],
  ['replay', 'each decision comes out byte for byte when it is made again'],
] as const

export type CheckName = (typeof CHECKS)[number][0]

/** One thing that does not hold. `code` is stable; the message holds no data. */
export interface Finding {
  readonly check: CheckName
  readonly code: string
  readonly message: string
  /** Path in the dossier, or the id of a stage or gate; empty where it is about the whole. */
  readonly file: string
}

export type Report = (code: string, file: string) => void

/** Collects findings; of each code the first twenty. */
export interface Findings {
  /** Reports into one check. */
  in(check: CheckName): Report
  has(code: string): boolean
  readonly list: readonly Finding[]
  /** Findings beyond those listed. */
  readonly more: number
}

const KEPT_PER_CODE = 20

export function openFindings(): Findings {
  const list: Finding[] = []
  const counts = new Map<string, number>()
  let more = 0
  return {
    list,
    get more() {
      return more
    },
    has: (code) => counts.has(code),
    in: (check) => (code, file) => {
      const before = counts.get(code) ?? 0
      counts.set(code, before + 1)
      if (before < KEPT_PER_CODE) list.push({ check, code, message: messageOf(code), file })
      else more += 1
    },
  }
}
