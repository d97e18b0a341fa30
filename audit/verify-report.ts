/** One thing that is not as it was written. `code` is stable; messages hold no data. */
export interface VerifyProblem {
  readonly code: string
  readonly message: string
  /** Path relative to what was verified. */
  readonly file: string
  /** Position in the log. */
  readonly seq?: number
}

/** Collects problems; keeps the first ones of each code and counts the others, so that a ruined store stays readable. */
export interface ProblemList {
  add(code: string, message: string, file: string, seq?: number): void
  readonly list: readonly VerifyProblem[]
  /** How many more there were than `list` holds. */
  readonly more: number
}

const KEPT_PER_CODE = 20

export function problemList(): ProblemList {
  const list: VerifyProblem[] = []
  const seen = new Map<string, number>()
  let more = 0
  return {
    list,
    get more() {
      return more
    },
    add(code, message, file, seq) {
      const before = seen.get(code) ?? 0
      seen.set(code, before + 1)
      if (before < KEPT_PER_CODE) list.push({ code, message, file, ...(seq === undefined ? {} : { seq }) })
      else more += 1
    },
  }
}

/** What kind of thing a code of the log is about, for people: two histories, changed bytes, or steps without an end. */
export type ProblemKind = 'fork' | 'tamper' | 'incomplete'

export function problemKind(code: string): ProblemKind {
  if (code === 'LOG_FORKED' || code === 'LOG_ROLLED_BACK') return 'fork'
  return /^LOG_(STEP|STEPS|RUN)_/.test(code) ? 'incomplete' : 'tamper'
}
