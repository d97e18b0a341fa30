import { readDataset } from '../../artifacts/dataset.ts'
import type { ArtifactRef } from '../../artifacts/refs.ts'
import type { Store } from '../../artifacts/store.ts'
import type { ModelSource } from '../../models/checkpoints/source.ts'
import { llamaConfig, type NetworkConfig } from '../../models/network/config.ts'
import { type ChatEncoder, createChatEncoder, type OwnChatEncoder } from '../../models/tokenizer/chat.ts'
import { openModelEncoder } from '../../models/tokenizer/model-encoder.ts'
import { openTokenizer } from '../../models/tokenizer/tokenizer.ts'
import type { FinetuneConfig } from './config.ts'
import { hiddenWidth } from './config.ts'
import { trainTokenizer } from './prepare.ts'

/** The network and the words it reads. */
export interface Language {
  readonly network: NetworkConfig
  readonly chat: ChatEncoder
  /** Longest sequence that is trained, in tokens. */
  readonly context: number
}

export interface NewLanguage extends Language {
  readonly chat: OwnChatEncoder
  /** Content of `tokenizer.json`. */
  readonly tokenizer: string
}

/** A network that is still to be trained, with a tokenizer of the training rows. */
export function newLanguage(config: FinetuneConfig, store: Store, train: ArtifactRef): NewLanguage {
  // The training rows are read twice, so that only tokens are ever held in memory.
  const file = trainTokenizer(readDataset(store, train), config.vocabulary)
  const tokenizer = openTokenizer(file)
  const network = llamaConfig({
    vocabulary: tokenizer.size,
    width: config.width,
    hidden: hiddenWidth(config),
    layers: config.layers,
    heads: config.heads,
    context: config.context,
  })
  return { network, chat: createChatEncoder(tokenizer), context: config.context, tokenizer: file }
}

/** What a base brings along. */
export function languageOf(source: ModelSource, config: FinetuneConfig): Language {
  const { network } = source
  const date = config.template_date === '' ? undefined : new Date(`${config.template_date}T00:00:00Z`)
  return { network, chat: openModelEncoder(source, date).chat, context: Math.min(config.context, network.context) }
}
