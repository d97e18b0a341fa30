/** One benchmark. `run` measures and returns figures; a figure below its floor or above its ceiling fails `npm run bench -- NAME`. */
export interface Bench {
  readonly name: string
  readonly summary: string
  run(): Promise<BenchResult>
}

export interface BenchResult {
  /** Unit in the name: `mb_s`, `records_s`, `share_of_matmul_rate`. */
  readonly figures: Readonly<Record<string, number>>
  /** Least acceptable value by figure. */
  readonly floors: Readonly<Record<string, number>>
  /** Greatest acceptable value by figure. */
  readonly ceilings?: Readonly<Record<string, number>>
  /** The same work done by something else in the same run. */
  readonly peers?: Readonly<Record<string, number>>
  /** Anything more, for `--json` only: what a page of the docs is made from. */
  readonly details?: unknown
}
