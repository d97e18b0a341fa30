import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { exportHuggingFace } from '../../models/checkpoints/export-hugging-face.ts'
import { elements, gpt2Config, llamaConfig, type NetworkConfig, parametersOf } from '../../models/network/config.ts'
import { countWords, trainBpe } from '../../models/tokenizer/bpe-trainer.ts'
import { SPECIAL_TOKENS } from '../../models/tokenizer/chat.ts'
import { tokenizerJson } from '../../models/tokenizer/tokenizer.ts'
import { packageFile } from '../../util/package-root.ts'
import { random } from '../../util/random.ts'

/** A model to train, and how it is trained. */
export interface PeerCase {
  /** Prefix of its figures. */
  readonly name: string
  readonly folder: string
  readonly batch: number
  readonly sequence: number
}

const FOLDER = packageFile('bench/.peers/training-models')
/** The base that ships with Sluice, where it is there. */
const BASE = packageFile('models/weights/base')

/** SmolLM2-135M's `config.json`. */
const SMOLLM2 = llamaConfig({
  vocabulary: 49_152,
  width: 576,
  hidden: 1536,
  layers: 30,
  heads: 9,
  keyValueHeads: 3,
  headWidth: 64,
  context: 8192,
  positions: { kind: 'rotary', base: 100_000 },
})

/** GPT-2's, the smallest one. */
const GPT2 = gpt2Config({ vocabulary: 50_257, width: 768, layers: 12, heads: 12, context: 1024 })

/** The models, written on first use: random weights of the real shapes, as speed does not depend on their values. */
export function peerCases(): readonly PeerCase[] {
  const smollm2 = writeOnce('smollm2-135m-shape', SMOLLM2)
  return [
    { name: 'smollm2', folder: smollm2, batch: 4, sequence: 128 },
    { name: 'smollm2_512', folder: smollm2, batch: 2, sequence: 512 },
    { name: 'gpt2', folder: writeOnce('gpt2-124m-shape', GPT2), batch: 4, sequence: 128 },
    ...(existsSync(join(BASE, 'config.json')) ? [{ name: 'base', folder: BASE, batch: 16, sequence: 128 }] : []),
  ]
}

function writeOnce(name: string, network: NetworkConfig): string {
  const folder = join(FOLDER, name)
  if (existsSync(join(folder, 'tokenizer_config.json'))) return folder
  const specs = new Map(parametersOf(network).map((spec) => [spec.name, spec]))
  exportHuggingFace(
    {
      network,
      tokenizer: tokenizerJson(trainBpe(countWords(['a model without words']), 300), SPECIAL_TOKENS),
      special: { eos: [1], addBos: false },
      read(parameter) {
        const spec = specs.get(parameter)!
        const rng = random(1, parameter)
        const isGain = spec.kind === 'vector' && !parameter.endsWith('bias')
        const data = Float32Array.from({ length: elements(spec) }, () => (isGain ? 1 : 0.02 * rng.normal()))
        return { name: parameter, shape: spec.shape, data }
      },
    },
    folder,
  )
  return folder
}
