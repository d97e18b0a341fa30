import { SluiceError } from '../../util/errors.ts'
import type { ParameterSpec } from '../network/config.ts'
import { fromHuggingFaceConfig } from '../network/hugging-face.ts'
import { openSafetensors, type SafetensorsFile } from '../safetensors.ts'
import type { FileSet } from './file-set.ts'
import type { OpenedModel } from './source.ts'
import { chatTemplateOf, readSpecialTokens } from './special-tokens.ts'
import { refuseMismatch, refuseShape, specsOf, tensorError } from './tensors.ts'

const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

/** Files besides the weights that say what the model is. */
const OPTIONAL = [
  'generation_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
] as const

/** Files that a Hugging Face folder is made of; whatever else lies there is none of the model's. */
export function isHuggingFaceFile(name: string): boolean {
  return (
    ['config.json', 'tokenizer.json', INDEX, ...OPTIONAL].includes(name) ||
    /^model(-\d+-of-\d+)?\.safetensors$/.test(name)
  )
}

/** Buffers that older versions of Transformers stored beside the parameters; they follow from the configuration. */
const BUFFERS = /(^|\.)(attn\.(masked_)?bias|rotary_emb\.inv_freq|self_attn\.(masked_)?bias|position_ids)$/

interface Located {
  readonly spec: ParameterSpec
  readonly file: SafetensorsFile
  readonly storedName: string
}

/**
 * Opens a folder as `save_pretrained` writes it: `config.json`, safetensors in one file or in shards, `tokenizer.json`.
 *
 * @throws SluiceError MODEL_FILE_MISSING, MODEL_FILE_BROKEN, MODEL_UNSUPPORTED, MODEL_TENSORS,
 *   MODEL_TOKENIZER_MISMATCH, SAFETENSORS_BROKEN, SAFETENSORS_TYPE
 */
export function openHuggingFace(files: FileSet): OpenedModel {
  const config = files.json('config.json')
  const network = fromHuggingFaceConfig(config)
  requireFile(files, 'tokenizer.json', 'a tokenizer in another form can be saved as tokenizer.json by Transformers')
  const tokenizer = files.text('tokenizer.json')
  const optional = (name: (typeof OPTIONAL)[number]) => (files.has(name) ? files.json(name) : undefined)
  const tokenizerConfig = optional('tokenizer_config.json')
  const special = readSpecialTokens(
    {
      config,
      generation: optional('generation_config.json'),
      tokenizerConfig,
      tokensMap: optional('special_tokens_map.json'),
      tokenizer: files.json('tokenizer.json'),
    },
    network.vocabulary,
  )
  const chatTemplate = files.has('chat_template.jinja')
    ? files.text('chat_template.jinja')
    : chatTemplateOf(tokenizerConfig)

  const weights = openWeights(files)
  try {
    const available = [...weights.opened.values()].reduce((sum, file) => sum + file.entries.size, 0)
    const located = locate(specsOf(network, available, files.place), weights.opened, files.place)
    return {
      format: 'hugging-face',
      network,
      tokenizer,
      special,
      ...(chatTemplate === undefined ? {} : { chatTemplate }),
      tensorNames: [...located.keys()],
      used: [
        'config.json',
        'tokenizer.json',
        ...OPTIONAL.filter((name) => files.has(name)),
        ...weights.opened.keys(),
        ...weights.index,
      ].sort(),
      read(name) {
        const found = located.get(name)
        if (found === undefined) throw tensorError(files.place, `the model has no tensor ${name}`)
        return { ...found.file.read(found.storedName), name }
      },
      close: weights.close,
    }
  } catch (error) {
    weights.close()
    throw error
  }
}

function openWeights(files: FileSet) {
  const opened = new Map<string, SafetensorsFile>()
  const close = (): void => {
    for (const file of opened.values()) file.close()
  }
  try {
    if (files.has(SINGLE)) {
      opened.set(SINGLE, openClosing(files, SINGLE))
      return { opened, index: [], close }
    }
    if (!files.has(INDEX)) {
      requireFile(
        files,
        SINGLE,
        'pytorch_model.bin runs code when it is loaded and is not read; convert it to safetensors',
      )
    }
    const map = files.json(INDEX)['weight_map']
    if (typeof map !== 'object' || map === null) throw brokenIndex('it has no weight_map')
    for (const [tensor, shard] of Object.entries(map)) {
      if (typeof shard !== 'string') throw brokenIndex('a shard has no name')
      if (!opened.has(shard)) opened.set(shard, openClosing(files, shard))
      if (!opened.get(shard)!.entries.has(tensor)) {
        throw brokenIndex(`tensor ${tensor} is not in ${shard}, where the index puts it`)
      }
    }
    return { opened, index: [INDEX], close }
  } catch (error) {
    close()
    throw error
  }
}

function openClosing(files: FileSet, name: string): SafetensorsFile {
  const source = files.open(name)
  try {
    return openSafetensors(source)
  } catch (error) {
    source.close()
    throw error
  }
}

/** Where each parameter is stored. Base models leave out the prefix of their causal form. */
function locate(
  specs: ReadonlyMap<string, ParameterSpec>,
  opened: ReadonlyMap<string, SafetensorsFile>,
  place: string,
): ReadonlyMap<string, Located> {
  const byShortName = new Map(
    [...specs.values()].map((spec) => [spec.name.replace(/^(transformer|model)\./, ''), spec]),
  )
  const located = new Map<string, Located>()
  const unexpected: string[] = []
  for (const file of opened.values()) {
    for (const [storedName, entry] of file.entries) {
      const spec = specs.get(storedName) ?? byShortName.get(storedName)
      if (spec === undefined) {
        // The head of a model whose head is its embedding table may be stored all the same.
        if (!BUFFERS.test(storedName) && storedName !== 'lm_head.weight') unexpected.push(storedName)
        continue
      }
      if (located.has(spec.name)) throw tensorError(place, `tensor ${spec.name} is stored twice`)
      refuseShape(place, spec, entry.shape)
      located.set(spec.name, { spec, file, storedName })
    }
  }
  const missing = [...specs.keys()].filter((name) => !located.has(name))
  refuseMismatch(place, missing, unexpected)
  return new Map([...specs.keys()].map((name) => [name, located.get(name)!]))
}

function requireFile(files: FileSet, name: string, next: string): void {
  if (files.has(name)) return
  throw new SluiceError({
    code: 'MODEL_FILE_MISSING',
    message: `the model has no file ${name}`,
    next,
    at: { file: files.place },
  })
}

function brokenIndex(why: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_FILE_BROKEN',
    message: `the index of the shards cannot be used: ${why.slice(0, 300)}`,
    next: 'fetch the model again',
    at: { file: INDEX },
    exit: 4,
  })
}
