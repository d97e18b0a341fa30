import { SluiceError } from '../../util/errors.ts'
import type { NetworkConfig } from '../network/config.ts'
import type { NamedTensor } from '../safetensors.ts'
import { decodeSafetensors, encodeSafetensors } from '../safetensors.ts'
import type { LoraConfig } from './modules.ts'
import { loraModules, loraSize, targetNames } from './modules.ts'

/** Names of the two files of an adapter, as PEFT looks for them. */
export const ADAPTER_CONFIG = 'adapter_config.json'
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'

/** An adapter that was read back. */
export interface Adapter {
  readonly lora: LoraConfig
  /** The factors, laid out by `loraModules`. */
  readonly theta: Float32Array<ArrayBuffer>
  /** `base_model_name_or_path`, as it was written. */
  readonly baseName: string
}

/**
 * The two files of a LoRA adapter as `PeftModel.save_pretrained` writes them (PEFT 0.21): the configuration with sorted
 * keys and the factors as float32 tensors by name.
 *
 * @param theta the factors, laid out by `loraModules`
 * @param baseName what `base_model_name_or_path` says: a path or a name on the hub
 */
export function adapterFiles(
  theta: Float32Array,
  network: NetworkConfig,
  lora: LoraConfig,
  baseName: string,
): ReadonlyMap<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    [ADAPTER_CONFIG, configText(network, lora, baseName)],
    [ADAPTER_WEIGHTS, encodeSafetensors(factorTensors(theta, network, lora))],
  ])
}

/**
 * Reads an adapter that PEFT or `adapterFiles` wrote. Where PEFT only warns, this refuses: a missing factor would leave
 * the layer untrained.
 *
 * @throws SluiceError ADAPTER_FILE_MISSING, ADAPTER_UNSUPPORTED, ADAPTER_MISMATCH, SAFETENSORS_BROKEN,
 *   LORA_TARGET_UNKNOWN
 */
export function readAdapter(files: ReadonlyMap<string, string | Uint8Array>, network: NetworkConfig): Adapter {
  const config = parseConfig(fileOf(files, ADAPTER_CONFIG))
  const lora = loraOf(config)
  const content = fileOf(files, ADAPTER_WEIGHTS)
  const tensors = decodeSafetensors(typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
  const theta = new Float32Array(loraSize(network, lora))
  const expected = factorTensors(theta, network, lora)
  for (const { name, shape, data } of expected) {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw mismatch(`there is no ${name}`)
    if (tensor.shape.join() !== shape.join()) {
      throw mismatch(`${name} is [${tensor.shape.join(', ')}], the base asks for [${shape.join(', ')}]`)
    }
    data.set(tensor.data)
  }
  const known = new Set(expected.map(({ name }) => name))
  for (const name of tensors.keys()) if (!known.has(name)) throw mismatch(`${name} belongs to no layer of the base`)
  return { lora, theta, baseName: String(config['base_model_name_or_path'] ?? '') }
}

/** The factors as named tensors that share the memory of θ, sorted by name as safetensors' writer does. */
function factorTensors(theta: Float32Array, network: NetworkConfig, lora: LoraConfig): readonly NamedTensor[] {
  return loraModules(network, lora)
    .flatMap(({ module, inputs, outputs, offsetA, offsetB }): NamedTensor[] => [
      {
        name: `base_model.model.${module}.lora_A.weight`,
        shape: [lora.rank, inputs],
        data: theta.subarray(offsetA, offsetB),
      },
      {
        name: `base_model.model.${module}.lora_B.weight`,
        shape: [outputs, lora.rank],
        data: theta.subarray(offsetB, offsetB + outputs * lora.rank),
      },
    ])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function configText(network: NetworkConfig, lora: LoraConfig, baseName: string): string {
  const config = {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: baseName,
    bias: 'none',
    // GPT-2's Conv1D keeps its weights as [in, out].
    fan_in_fan_out: network.family === 'gpt2',
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: lora.rank,
    rank_pattern: {},
    revision: null,
    target_modules: targetNames(network, lora),
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: lora.rslora,
  }
  return JSON.stringify(config, null, 2)
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/("lora_dropout": \d+)(?=,)/, '$1.0')
}

/** Keys that change what the factors mean, with the values under which they do not. */
const NEUTRAL: Readonly<Record<string, (value: unknown) => boolean>> = {
  alpha_pattern: isEmpty,
  rank_pattern: isEmpty,
  bias: (value) => value === 'none',
  layers_to_transform: isEmpty,
  modules_to_save: isEmpty,
  exclude_modules: isEmpty,
  target_parameters: isEmpty,
  trainable_token_indices: isEmpty,
  layer_replication: isEmpty,
  megatron_config: isEmpty,
  use_dora: (value) => value === false,
  lora_bias: (value) => value === false,
}

function loraOf(config: Readonly<Record<string, unknown>>): LoraConfig {
  if (config['peft_type'] !== 'LORA') throw unsupported(`peft_type is not LORA`)
  for (const [key, isNeutral] of Object.entries(NEUTRAL)) {
    if (key in config && !isNeutral(config[key])) throw unsupported(`${key} is set`)
  }
  const targets = config['target_modules']
  // PEFT takes any other single string as a regular expression.
  const list = targets === 'all-linear' ? [targets] : targets
  if (!Array.isArray(list) || !list.every((target) => typeof target === 'string') || list.length === 0) {
    throw unsupported('target_modules is not a list of names')
  }
  // PEFT's own defaults: a file that leaves them out means these.
  const number = (key: string, missing: number): number => {
    const value = config[key] ?? missing
    if (typeof value !== 'number') throw unsupported(`${key} is not a number`)
    return value
  }
  return {
    rank: number('r', 8),
    alpha: number('lora_alpha', 8),
    targets: list,
    rslora: config['use_rslora'] === true,
    dropout: number('lora_dropout', 0),
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
}

function parseConfig(file: string | Uint8Array): Readonly<Record<string, unknown>> {
  let config: unknown
  try {
    config = JSON.parse(typeof file === 'string' ? file : Buffer.from(file).toString('utf8'))
  } catch (cause) {
    throw unsupported('it is not JSON', cause)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw unsupported('it is not an object')
  return config as Readonly<Record<string, unknown>>
}

function fileOf(files: ReadonlyMap<string, string | Uint8Array>, name: string): string | Uint8Array {
  const file = files.get(name)
  if (file !== undefined) return file
  throw new SluiceError({
    code: 'ADAPTER_FILE_MISSING',
    message: `the adapter has no file ${name}`,
    next: `give the folder that holds ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS}`,
    exit: 4,
  })
}

function unsupported(why: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'ADAPTER_UNSUPPORTED',
    message: `${ADAPTER_CONFIG} describes an adapter that cannot be used here: ${why}`,
    next: 'use a plain LoRA adapter of linear layers, or merge it into the model with PEFT first',
    cause,
  })
}

function mismatch(why: string): SluiceError {
  return new SluiceError({
    code: 'ADAPTER_MISMATCH',
    message: `${ADAPTER_WEIGHTS} does not fit its configuration and the base model: ${why}`,
    next: 'check that the adapter was trained on this base',
    exit: 4,
  })
}
