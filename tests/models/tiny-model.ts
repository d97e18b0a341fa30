import { llamaConfig } from '../../models/network/config.ts'
import { initialWeights } from '../../models/network/weights.ts'
import { countWords, trainBpe } from '../../models/tokenizer/bpe-trainer.ts'
import { createChatEncoder, SPECIAL_TOKENS } from '../../models/tokenizer/chat.ts'
import { openTokenizer, tokenizerJson } from '../../models/tokenizer/tokenizer.ts'
import { modelFiles } from '../../stages/finetune/model-files.ts'
import { random } from '../../util/random.ts'

const WORDS = 'hello where is my order it has not come yet I am sorry let me look that up for you the parcel is late'

/** The files of a small model with random weights, large enough that its distributions are far from flat. */
export function tinyModelFiles(seed = 4): ReadonlyMap<string, Uint8Array> {
  const json = tokenizerJson(trainBpe(countWords([WORDS, WORDS]), 300), SPECIAL_TOKENS)
  const tokenizer = openTokenizer(json)
  const network = llamaConfig({
    vocabulary: tokenizer.size,
    width: 32,
    hidden: 64,
    layers: 2,
    heads: 2,
    context: 96,
  })
  const theta = initialWeights(network, random(seed)).map((x) => (x === 1 ? 1 : x * 12))
  const files = modelFiles(theta, network, createChatEncoder(tokenizer), json)
  return new Map([...files].map(([name, data]) => [name, Buffer.from(data as string)]))
}
