import type { TokenRows } from '../../training/batches.ts'
import type { TrainingConfig } from '../../training/job.ts'

export interface PeftConfig {
  /** `auto` takes a GPU where torch sees one. */
  readonly device: 'auto' | 'cpu' | 'cuda'
  /** Of the base's weights; adapters are always trained in float32. */
  readonly precision: 'float32' | 'bfloat16'
  /** More than one starts them with Accelerate; on GPUs, one each. */
  readonly processes: number
  /** Differential privacy was asked for. */
  readonly dp?: boolean
}

/** One run of the Python trainer. */
export interface PeftJob extends PeftConfig {
  readonly config: TrainingConfig
  /** A Hugging Face folder: config.json, weights, tokenizer. */
  readonly modelFolder: string
  readonly modelDigest: string
  /** What `adapter_config.json` says of its base: a name, or a path. */
  readonly baseName: string
  readonly train: TokenRows
  readonly valid: TokenRows
  /** Rows, checkpoint and output lie here, and survive a kill. */
  readonly workDir: string
  /** Where `sluice trainers setup peft` put its environment. */
  readonly store: string
  readonly threads: number
  readonly checkpointSeconds: number
}
