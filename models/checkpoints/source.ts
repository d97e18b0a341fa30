import type { NetworkConfig } from '../network/config.ts'
import type { NamedTensor } from '../safetensors.ts'

/** Ids of the tokens that frame a text. */
export interface SpecialTokens {
  readonly bos?: number
  /** Where writing stops; the first is the model's own end of a text or turn. */
  readonly eos: readonly number[]
  readonly pad?: number
  /** True where the model was trained with `bos` before every text. */
  readonly addBos: boolean
}

/** What a model consists of, whatever file it came from: enough to run, to tune and to export it. */
export interface ModelData {
  readonly network: NetworkConfig
  /**
   * One parameter as float32, by its name in `parametersOf(network)` and in the layout given there.
   *
   * @throws SluiceError MODEL_TENSORS for any other name
   */
  read(name: string): NamedTensor
  /** Content of a `tokenizer.json`. */
  readonly tokenizer: string
  /** Jinja. */
  readonly chatTemplate?: string
  readonly special: SpecialTokens
}

export interface ModelFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** A model that lies in files. Tensors are read when they are asked for. */
export interface ModelSource extends ModelData {
  readonly format: 'hugging-face' | 'gguf' | 'llama2.c'
  readonly tensorNames: readonly string[]
  /** The files that make up the model, by name. */
  readonly files: readonly ModelFile[]
  /** SHA-256 over the canonical JSON of `files`. */
  readonly digest: string
  close(): void
}

/** A source whose files are not hashed yet. */
export interface OpenedModel extends ModelData {
  readonly format: ModelSource['format']
  readonly tensorNames: readonly string[]
  /** Names of the files that were used. */
  readonly used: readonly string[]
  close(): void
}
