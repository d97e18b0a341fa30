import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { exportGguf } from '../models/checkpoints/export-gguf.ts'
import { exportHuggingFace } from '../models/checkpoints/export-hugging-face.ts'
import { exportOnnx } from '../models/checkpoints/export-onnx.ts'
import { type ModelPlace, openNamedModel } from '../models/checkpoints/registry.ts'
import type { ModelData } from '../models/checkpoints/source.ts'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapter } from '../models/lora/adapter-files.ts'
import { mergeAdapter } from '../models/lora/merge.ts'
import { SluiceError } from '../util/errors.ts'

/** Types that a format's matrices can have; the first is taken where none is given. */
const TYPES = {
  'hugging-face': ['F32', 'F16', 'BF16'],
  gguf: ['F16', 'Q8_0', 'F32', 'BF16'],
  onnx: ['F32'],
} as const

interface ExportFlags {
  readonly to: keyof typeof TYPES
  readonly type?: string
  readonly adapter?: string
}

/** `sluice models export`: writes a model, with an adapter merged in, in another format. */
export function addModelsExport<Flags>(command: Command, placeOf: (flags: Flags) => ModelPlace): void {
  command
    .description('write a model as a Hugging Face folder, a GGUF file or an ONNX graph with its weights')
    .argument('<model>', 'name of a pinned model, or a path')
    .argument('<out>', 'folder for hugging-face, file for gguf and onnx')
    .addOption(new Option('--to <format>', 'format').choices(Object.keys(TYPES)).makeOptionMandatory())
    .option('--type <type>', 'type of the matrices: F32, F16, BF16, and Q8_0 for gguf')
    .option('--adapter <dir>', 'folder of a LoRA adapter (PEFT) to merge in first')
    .action(async (reference: string, out: string, flags: ExportFlags & Flags) => {
      const types: readonly string[] = TYPES[flags.to]
      const type = flags.type ?? types[0]!
      if (!types.includes(type)) {
        throw new SluiceError({
          code: 'EXPORT_TYPE',
          message: `${flags.to} is not written in ${JSON.stringify(type.slice(0, 20))}`,
          next: `give one of ${types.join(', ')}`,
        })
      }
      const source = await openNamedModel(placeOf(flags), reference, process.cwd())
      try {
        write(flags.adapter === undefined ? source : merged(source, flags.adapter), out, flags.to, type)
      } finally {
        source.close()
      }
      process.stdout.write(`${out}: ${flags.to}, ${type}\n`)
    })
}

function write(model: ModelData, out: string, format: keyof typeof TYPES, type: string): void {
  if (format === 'gguf') exportGguf(model, out, { type: type as (typeof TYPES)['gguf'][number] })
  else if (format === 'onnx') exportOnnx(model, out)
  else exportHuggingFace(model, out, { type: type as (typeof TYPES)['hugging-face'][number] })
}

function merged(model: ModelData, folder: string): ModelData {
  const files = new Map([ADAPTER_CONFIG, ADAPTER_WEIGHTS].map((name) => [name, read(join(folder, name))]))
  const adapter = readAdapter(files, model.network)
  return { ...model, read: mergeAdapter((name) => model.read(name), model.network, adapter) }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new SluiceError({
      code: 'FILE_UNREADABLE',
      message: 'a file of the adapter cannot be read',
      next: 'give the folder that holds adapter_config.json and adapter_model.safetensors',
      at: { file },
      cause,
    })
  }
}
