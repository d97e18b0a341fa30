import { SluiceError } from '../../util/errors.ts'
import { llamaConfig, type NetworkConfig, type ParameterSpec } from '../network/config.ts'
import { aligned, type ByteSource } from './byte-source.ts'
import type { FileSet } from './file-set.ts'
import { interleavedToHalves } from './rotary-rows.ts'
import { PIECE, type Piece, SPACE, sentencePieceJson } from './sentencepiece.ts'
import type { OpenedModel } from './source.ts'
import { specsOf, tensorError } from './tensors.ts'

/**
 * llama2.c's first file format ("v0"): seven int32, then float32 tensors, each for all layers; little-endian. Its
 * tokenizer is a file of its own. Neither has a magic number, so sizes decide whether a file is one.
 */
const HEADER_BYTES = 28

const BOS = 1
const EOS = 2

interface Layout {
  readonly network: NetworkConfig
  /** First byte of each tensor's layer 0, by its name with `*` for the layer. */
  readonly offsets: ReadonlyMap<string, number>
  readonly bytes: number
}

/** True where the sizes in a file's header add up to its length. */
export function isLlama2c(source: ByteSource): boolean {
  return layoutOf(source)?.bytes === source.size
}

/**
 * Opens a llama2.c v0 file with the tokenizer beside it.
 *
 * @throws SluiceError LLAMA2C_BROKEN, MODEL_FILE_MISSING, TOKENIZER_UNSUPPORTED
 */
export function openLlama2c(files: FileSet, name: string): OpenedModel {
  const source = files.open(name)
  try {
    const layout = layoutOf(source)
    if (layout === undefined || layout.bytes !== source.size) {
      throw broken(source.name, 'its length is not what the sizes at its beginning ask for')
    }
    const { network, offsets } = layout
    const specs = specsOf(network, Number.POSITIVE_INFINITY, source.name)
    const tokenizerName = findTokenizer(files, name, network.vocabulary)
    const pieces = readPieces(files, tokenizerName, network.vocabulary)!
    return {
      format: 'llama2.c',
      network,
      tokenizer: sentencePieceJson(pieces, { bos: BOS, addBos: true, addSpace: true }),
      // These models were trained with BOS between texts and never saw EOS: BOS ends a text too.
      special: { bos: BOS, eos: [EOS, BOS], addBos: true },
      tensorNames: [...specs.keys()],
      used: [name, tokenizerName].sort(),
      read(parameter) {
        const spec = specs.get(parameter)
        if (spec === undefined) throw tensorError(source.name, `the model has no tensor ${parameter}`)
        return { name: parameter, shape: spec.shape, data: readTensor(source, spec, offsets, network) }
      },
      close: () => source.close(),
    }
  } catch (error) {
    source.close()
    throw error
  }
}

function readTensor(
  source: ByteSource,
  spec: ParameterSpec,
  offsets: ReadonlyMap<string, number>,
  network: NetworkConfig,
): Float32Array {
  const layer = Number(/\.layers\.(\d+)\./.exec(spec.name)?.[1] ?? 0)
  const count = spec.shape.reduce((all, size) => all * size, 1)
  const offset = offsets.get(spec.name.replace(/\.layers\.\d+\./, '.layers.*.'))! + 4 * count * layer
  const bytes = aligned(source.read(offset, 4 * count), 4)
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, count)
  // Rotary pairs are neighbours there.
  if (/\.[qk]_proj\./.test(spec.name)) return interleavedToHalves(data, spec.shape[0]!, network.headWidth)
  return data.slice()
}

function layoutOf(source: ByteSource): Layout | undefined {
  if (source.size < HEADER_BYTES) return undefined
  const bytes = source.read(0, HEADER_BYTES)
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const int = (index: number): number => header.getInt32(4 * index, true)
  const [width, hidden, layers, heads, keyValueHeads] = [int(0), int(1), int(2), int(3), int(4)]
  // The sign of the vocabulary's size says whether the head is the embedding table.
  const vocabulary = Math.abs(int(5))
  const context = int(6)
  const sizes = [width, hidden, layers, heads, keyValueHeads, vocabulary, context]
  if (sizes.some((size) => size < 1) || width % heads !== 0 || heads % keyValueHeads !== 0) return undefined
  const headWidth = width / heads
  if (headWidth % 2 !== 0) return undefined
  const keys = keyValueHeads * headWidth
  const tied = int(5) > 0
  const block = 'model.layers.*.'
  const parts: readonly (readonly [string, number])[] = [
    ['model.embed_tokens.weight', vocabulary * width],
    [`${block}input_layernorm.weight`, layers * width],
    [`${block}self_attn.q_proj.weight`, layers * width * width],
    [`${block}self_attn.k_proj.weight`, layers * keys * width],
    [`${block}self_attn.v_proj.weight`, layers * keys * width],
    [`${block}self_attn.o_proj.weight`, layers * width * width],
    [`${block}post_attention_layernorm.weight`, layers * width],
    [`${block}mlp.gate_proj.weight`, layers * hidden * width],
    [`${block}mlp.down_proj.weight`, layers * width * hidden],
    [`${block}mlp.up_proj.weight`, layers * hidden * width],
    ['model.norm.weight', width],
    // Tables of cosines and sines, which follow from the sizes.
    ['', context * headWidth],
    ...(tied ? [] : [['lm_head.weight', vocabulary * width] as const]),
  ]
  const offsets = new Map<string, number>()
  let at = HEADER_BYTES
  for (const [name, count] of parts) {
    offsets.set(name, at)
    at += 4 * count
  }
  const network = llamaConfig({ vocabulary, width, hidden, layers, heads, keyValueHeads, headWidth, context, tied })
  return { network, offsets, bytes: at }
}

/** The one other `.bin` file that is a tokenizer of as many tokens. */
function findTokenizer(files: FileSet, model: string, vocabulary: number): string {
  const found = files.names.filter(
    (name) => name !== model && name.endsWith('.bin') && readPieces(files, name, vocabulary) !== undefined,
  )
  const chosen = found.length === 1 ? found[0] : found.find((name) => name === 'tokenizer.bin')
  if (chosen !== undefined) return chosen
  throw new SluiceError({
    code: 'MODEL_FILE_MISSING',
    message: `${found.length === 0 ? 'no' : 'more than one'} tokenizer of ${vocabulary} tokens lies beside the model`,
    next: "put the model's tokenizer (.bin) into its folder, and no other one or name it tokenizer.bin",
    at: { file: files.place },
  })
}

/** The largest text of a token; a vocabulary of a quarter million takes a few megabytes. */
const TOKENIZER_LIMIT = 2 ** 26

/** The pieces of a tokenizer file; undefined where it is none, or one of another size. */
function readPieces(files: FileSet, name: string, vocabulary: number): readonly Piece[] | undefined {
  const source = files.open(name)
  try {
    if (source.size > TOKENIZER_LIMIT || source.size < 4 + 8 * vocabulary) return undefined
    const bytes = source.read(0, source.size)
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const pieces: Piece[] = []
    let at = 4
    for (let id = 0; id < vocabulary; id++) {
      if (at + 8 > data.length) return undefined
      const score = data.readFloatLE(at)
      const length = data.readInt32LE(at + 4)
      at += 8
      if (length < 0 || at + length > data.length || Number.isNaN(score)) return undefined
      pieces.push(pieceOf(id, data.toString('utf8', at, at + length), score))
      at += length
    }
    return at === data.length ? pieces : undefined
  } finally {
    source.close()
  }
}

/** The exporter of llama2.c writes spaces plainly and pads the names of BOS and EOS with line feeds. */
function pieceOf(id: number, text: string, score: number): Piece {
  if (id === 0) return { text: '<unk>', score, kind: PIECE.unknown }
  if (id === BOS) return { text: '<s>', score, kind: PIECE.control }
  if (id === EOS) return { text: '</s>', score, kind: PIECE.control }
  if (id < 259 && /^<0x[0-9A-F]{2}>$/.test(text)) return { text, score, kind: PIECE.byte }
  return { text: text.replaceAll(' ', SPACE), score, kind: PIECE.normal }
}

function broken(file: string, why: string): SluiceError {
  return new SluiceError({
    code: 'LLAMA2C_BROKEN',
    message: `a llama2.c file cannot be read: ${why}`,
    next: 'copy or fetch the file again; files of version 0 are read',
    at: { file },
    exit: 4,
  })
}
