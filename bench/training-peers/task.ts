/** What both sides are told: the same model, adapter, rows and settings. Written as JSON; paths are absolute. */
export interface PeerTask {
  readonly model: string
  /** The adapter to start from, so that both sides begin with the same factors and their losses can be compared. */
  readonly adapter: string
  readonly rank: number
  readonly alpha: number
  readonly targets: readonly string[]
  readonly batch: number
  /** Tokens that are read; one more is in each row, as the last target. */
  readonly sequence: number
  /** Rows of `sequence` + 1 token ids, `batch` of them for each step. */
  readonly rows: readonly (readonly number[])[]
  /** Steps that are not measured: memory grows and caches fill. */
  readonly warmup: number
  readonly steps: number
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  readonly clipNorm: number
  readonly threads: number
}

/** What one process found, the last line of its output. */
export interface PeerResult {
  /** Seconds of each measured step. */
  readonly seconds: readonly number[]
  /** Mean nats per token of every step. */
  readonly losses: readonly number[]
  readonly peakMemoryMb: number
  /** Floating-point operations a second of the machine's fastest product of the model's sizes. */
  readonly productRate?: number
}
