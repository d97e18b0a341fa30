import { join } from 'node:path'
import { writeFileDurable } from '../../util/durable.ts'
import { parametersOf } from '../network/config.ts'
import { toHuggingFaceConfig } from '../network/hugging-face.ts'
import { type StoredType, safetensorsChunks } from '../safetensors.ts'
import { bosTemplate } from './sentencepiece.ts'
import type { ModelData } from './source.ts'
import { putsBosFirst, tokenIds } from './special-tokens.ts'

export interface HuggingFaceExport {
  readonly type?: StoredType
}

const TORCH_TYPES: Readonly<Record<StoredType, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

/** Writes a model as a folder that Transformers' `from_pretrained` reads. */
export function exportHuggingFace(model: ModelData, folder: string, options: HuggingFaceExport = {}): void {
  for (const [name, data] of huggingFaceFiles(model, options)) writeFileDurable(join(folder, name), data)
}

/** The files of that folder by name; the weights piece by piece, one tensor in memory at a time. */
export function huggingFaceFiles(
  model: ModelData,
  options: HuggingFaceExport = {},
): ReadonlyMap<string, string | Iterable<Uint8Array>> {
  const { network, special } = model
  const type = options.type ?? 'F32'
  const ids = {
    bos_token_id: special.bos ?? null,
    eos_token_id: special.eos.length === 1 ? special.eos[0]! : special.eos.length === 0 ? null : special.eos,
    pad_token_id: special.pad ?? null,
  }
  const tokenizer = withBos(model)
  const names = new Map([...tokenIds(tokenizer)].map(([name, id]) => [id, name]))
  const token = (id: number | undefined): string | null => (id === undefined ? null : (names.get(id) ?? null))
  return new Map<string, string | Iterable<Uint8Array>>([
    [
      'config.json',
      pretty({
        ...toHuggingFaceConfig(network, { bos: 0, eos: 0, pad: 0 }),
        ...ids,
        torch_dtype: TORCH_TYPES[type],
      }),
    ],
    ['generation_config.json', pretty(ids)],
    [
      'model.safetensors',
      safetensorsChunks(
        parametersOf(network).map(({ name, shape }) => ({ name, shape, read: () => model.read(name).data })),
        { dtype: type },
      ),
    ],
    ['tokenizer.json', `${JSON.stringify(tokenizer)}\n`],
    [
      'tokenizer_config.json',
      pretty({
        bos_token: token(special.bos),
        ...(model.chatTemplate === undefined ? {} : { chat_template: model.chatTemplate }),
        clean_up_tokenization_spaces: false,
        eos_token: token(special.eos[0]),
        model_max_length: network.context,
        pad_token: token(special.pad),
        tokenizer_class: 'PreTrainedTokenizerFast',
      }),
    ],
  ])
}

/** The tokenizer, with a post-processor that puts BOS first exactly where the model wants it. */
function withBos({ tokenizer, special }: ModelData): Readonly<Record<string, unknown>> {
  const json = JSON.parse(tokenizer) as Readonly<Record<string, unknown>>
  if (special.bos === undefined || special.addBos === putsBosFirst(json, special.bos)) return json
  if (!special.addBos) return { ...json, post_processor: null }
  const name = [...tokenIds(json)].find(([, id]) => id === special.bos)?.[0]
  return name === undefined ? json : { ...json, post_processor: bosTemplate(name, special.bos) }
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
