import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import { type LabelSet, readLabels } from './labels.ts'
import { type OnnxOutline, readOnnxOutline } from './onnx-outline.ts'

/** A folder as Hugging Face lays it out, checked: everything that can be known without running the model. */
export interface ModelFolder {
  readonly path: string
  readonly labels: LabelSet
  /** Tokens that fit the model's positions, special ones included. */
  readonly maxTokens: number
  /** Relative to `path`, with forward slashes. */
  readonly modelFile: string
  readonly model: OnnxOutline
  /** Output that holds the logits, and the inputs to feed. */
  readonly logits: string
  readonly padId: number
  /** SHA-256 of each file that decides what is found, by name. */
  readonly digests: Readonly<Record<string, string>>
}

const MODEL_FILES = ['model.onnx', 'onnx/model.onnx', 'model_quantized.onnx', 'onnx/model_quantized.onnx']
const INPUTS: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids']
/** Their positions begin after the padding id (fairseq's convention), so two of them hold no token. */
const SHIFTED_POSITIONS = /^(?:roberta|xlm-roberta(?:-xl)?|camembert|longformer|mpnet|data2vec-text|luke|ibert)$/
/** Windows no longer than this: attention costs their square, and names need no more context. */
const LONGEST_WINDOW = 512

interface Config {
  readonly id2label?: Readonly<Record<string, unknown>>
  readonly max_position_embeddings?: unknown
  readonly n_positions?: unknown
  readonly model_type?: unknown
  readonly pad_token_id?: unknown
}

/**
 * Reads `config.json`, checks `tokenizer.json` and the outline of `model.onnx` (also under `onnx/`, also
 * `model_quantized.onnx`), and takes the digests of all files.
 *
 * @throws SluiceError MODEL_FILE_MISSING, MODEL_CONFIG_INVALID, MODEL_NO_LABELS, MODEL_INPUTS, MODEL_LABEL_COUNT,
 *   MODEL_UNREADABLE
 */
export function readModelFolder(path: string): ModelFolder {
  const config = readConfig(path)
  mustExist(path, 'tokenizer.json', 'save the tokenizer beside the model: tokenizer.save_pretrained(folder)')
  const modelFile = MODEL_FILES.find((name) => existsSync(join(path, name)))
  if (modelFile === undefined) {
    throw missing(path, 'model.onnx', 'export it: optimum-cli export onnx --task token-classification')
  }
  const labels = readLabels(labelNames(config, join(path, 'config.json')))
  const model = outlineOf(path, modelFile)
  const external = model.externalFiles.map((name) => externalFile(path, modelFile, name))
  return {
    path,
    labels,
    maxTokens: maxTokens(config, path, model),
    modelFile,
    model,
    logits: checkPorts(model, labels.labels.length, join(path, modelFile)),
    padId: typeof config.pad_token_id === 'number' && config.pad_token_id >= 0 ? config.pad_token_id : 0,
    digests: Object.fromEntries(
      ['config.json', 'tokenizer.json', modelFile, ...external].map((name) => [name, digest(join(path, name))]),
    ),
  }
}

function readConfig(path: string): Config {
  if (!existsSync(path)) {
    throw new SluiceError({
      code: 'MODEL_FILE_MISSING',
      message: 'there is no such folder',
      next: 'the path is relative to the pipeline file',
      at: { file: path },
    })
  }
  mustExist(path, 'config.json', 'a model folder has config.json, tokenizer.json and model.onnx')
  const file = join(path, 'config.json')
  let config: unknown
  try {
    config = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new SluiceError({ code: 'MODEL_CONFIG_INVALID', message: 'config.json is no JSON', at: { file }, cause })
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new SluiceError({ code: 'MODEL_CONFIG_INVALID', message: 'config.json is no JSON object', at: { file } })
  }
  return config
}

function labelNames(config: Config, file: string): readonly string[] {
  const { id2label } = config
  if (typeof id2label !== 'object' || id2label === null || Object.keys(id2label).length === 0) {
    throw new SluiceError({
      code: 'MODEL_NO_LABELS',
      message: 'config.json has no id2label, so nobody knows what the model’s outputs mean',
      next: 'is it a token-classification model? Add "id2label": {"0": "O", "1": "B-PER", …}',
      at: { file },
    })
  }
  const count = Object.keys(id2label).length
  const names = Array.from({ length: count }, (_, id) => id2label[String(id)])
  if (names.some((name) => typeof name !== 'string' || name === '')) {
    throw new SluiceError({
      code: 'MODEL_NO_LABELS',
      message: `id2label must name the ids 0 to ${count - 1}, each by a text`,
      at: { file },
    })
  }
  return names as readonly string[]
}

function outlineOf(path: string, modelFile: string): OnnxOutline {
  try {
    return readOnnxOutline(join(path, modelFile))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new SluiceError({
      code: 'MODEL_UNREADABLE',
      message: `${modelFile} is no ONNX file, or only a part of one`,
      next: 'fetch it again; a file of some hundred bytes is a pointer of Git LFS',
      at: { file: join(path, modelFile) },
      cause,
    })
  }
}

/** The name of the output that holds the logits. */
function checkPorts(model: OnnxOutline, labels: number, file: string): string {
  const names = model.inputs.map(({ name }) => name)
  const unknown = names.filter((name) => !INPUTS.includes(name))
  if (!names.includes('input_ids') || unknown.length > 0) {
    throw new SluiceError({
      code: 'MODEL_INPUTS',
      message: `the model takes ${names.join(', ') || 'nothing'}; a token-classification model takes ${INPUTS.join(', ')}`,
      next: 'export it for the task token-classification',
      at: { file },
    })
  }
  const output = model.outputs.find(({ name }) => name === 'logits') ?? model.outputs[0]
  const size = output?.shape.at(-1)
  if (output === undefined || output.shape.length !== 3) {
    throw new SluiceError({
      code: 'MODEL_INPUTS',
      message: 'the model gives no logits of the shape [batch, tokens, labels]',
      next: 'export it for the task token-classification',
      at: { file },
    })
  }
  if (size !== undefined && size > 0 && size !== labels) throw labelCount(size, labels, file)
  return output.name
}

/** The model and `id2label` differ. */
export function labelCount(given: number, named: number, file: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_LABEL_COUNT',
    message: `the model gives ${given} scores a token, id2label names ${named} labels`,
    next: 'take config.json and the model from the same export',
    at: { file },
  })
}

function maxTokens(config: Config, path: string, model: OnnxOutline): number {
  const limits = [LONGEST_WINDOW]
  const positions = [config.max_position_embeddings, config.n_positions].find((n) => typeof n === 'number' && n > 0)
  if (typeof positions === 'number') {
    const shifted = typeof config.model_type === 'string' && SHIFTED_POSITIONS.test(config.model_type)
    limits.push(positions - (shifted ? 2 : 0))
  }
  const file = join(path, 'tokenizer_config.json')
  if (existsSync(file)) {
    try {
      const { model_max_length } = JSON.parse(readFileSync(file, 'utf8')) as { readonly model_max_length?: unknown }
      if (typeof model_max_length === 'number' && model_max_length > 0) limits.push(model_max_length)
    } catch (cause) {
      throw new SluiceError({
        code: 'MODEL_CONFIG_INVALID',
        message: 'tokenizer_config.json is no JSON',
        at: { file },
        cause,
      })
    }
  }
  const fixed = model.inputs.find(({ name }) => name === 'input_ids')?.shape[1]
  if (fixed !== undefined && fixed > 0) limits.push(fixed)
  return Math.min(...limits)
}

function externalFile(path: string, modelFile: string, location: string): string {
  const name = posix.normalize(posix.join(dirname(modelFile), location))
  if (posix.isAbsolute(location) || name.startsWith('..')) {
    throw new SluiceError({
      code: 'MODEL_UNREADABLE',
      message: `${modelFile} wants weights from outside its folder`,
      next: 'export it again, weights beside the model',
      at: { file: join(path, modelFile) },
    })
  }
  mustExist(path, name, `${modelFile} keeps its weights in that file: fetch it too`)
  return name
}

function mustExist(path: string, name: string, next: string): void {
  if (!existsSync(join(path, name))) throw missing(path, name, next)
}

function missing(path: string, name: string, next: string): SluiceError {
  return new SluiceError({
    code: 'MODEL_FILE_MISSING',
    message: `the folder has no ${name}`,
    next,
    at: { file: path },
  })
}

/** Digests of large files, kept while size and time of change are the same: planning asks several times. */
const known = new Map<string, string>()

function digest(path: string): string {
  const { size, mtimeMs } = statSync(path)
  const key = `${path}\n${size}\n${mtimeMs}`
  const before = known.get(key)
  if (before !== undefined) return before
  const hash = createHash('sha256')
  const block = Buffer.alloc(1 << 20)
  const fd = openSync(path, 'r')
  try {
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) hash.update(block.subarray(0, read))
  } finally {
    closeSync(fd)
  }
  const out = hash.digest('hex')
  known.set(key, out)
  return out
}
