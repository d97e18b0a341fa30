import type { NetworkConfig } from '../../models/network/config.ts'
import { toHuggingFaceConfig } from '../../models/network/hugging-face.ts'
import { toTensors } from '../../models/network/weights.ts'
import { encodeSafetensors } from '../../models/safetensors.ts'
import type { OwnChatEncoder } from '../../models/tokenizer/chat.ts'
import { CHAT_TEMPLATE } from '../../models/tokenizer/chat.ts'

/** The files of a Hugging Face model folder, as `LlamaForCausalLM.from_pretrained` reads it. */
export function modelFiles(
  theta: Float32Array,
  network: NetworkConfig,
  chat: OwnChatEncoder,
  tokenizer: string,
): ReadonlyMap<string, string | Uint8Array> {
  const ids = { bos: chat.bos, eos: chat.endOfTurn, pad: chat.pad }
  return new Map<string, string | Uint8Array>([
    ['config.json', pretty(toHuggingFaceConfig(network, ids))],
    [
      'generation_config.json',
      pretty({
        bos_token_id: ids.bos,
        do_sample: true,
        eos_token_id: ids.eos,
        max_length: network.context,
        pad_token_id: ids.pad,
        temperature: 0.8,
        top_p: 0.95,
      }),
    ],
    ['model.safetensors', encodeSafetensors(toTensors(theta, network))],
    ['tokenizer.json', tokenizer],
    [
      'tokenizer_config.json',
      pretty({
        add_bos_token: false,
        add_eos_token: false,
        bos_token: '<|bos|>',
        chat_template: CHAT_TEMPLATE,
        clean_up_tokenization_spaces: false,
        eos_token: '<|end|>',
        model_max_length: network.context,
        pad_token: '<|pad|>',
        tokenizer_class: 'PreTrainedTokenizerFast',
        unk_token: null,
      }),
    ],
  ])
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
