import { resolve } from 'node:path'
import { type ModelFolder, readModelFolder } from '../../models/token-classification/folder.ts'
import { sha256Json } from '../../util/digest.ts'
import { SluiceError, toSluiceError } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import type { Problem } from '../stage.ts'
import { commonLabel } from './model-labels.ts'
import { isPiiType, PII_TYPES, type PiiType } from './pii-type.ts'
import type { SpanTagger } from './span-tagger.ts'

/** One entry of `models` in the config of redact. */
export interface ModelTaggerConfig {
  /** Folder with `config.json`, `tokenizer.json` and `model.onnx`; relative paths start at the pipeline file. */
  readonly path: string
  /** Type by label without its prefix (`PER`, or `B-PER`); null: the label is not used. Common names need none. */
  readonly labels?: Readonly<Record<string, string | null>>
  /** Least mean probability of a span. */
  readonly min_score?: number
}

const DEFAULT_LEAST = 0.5

/**
 * Opens a token-classification model in the form of Hugging Face as a tagger. A span's score is the probability of its
 * entity, the mean over its words.
 *
 * @throws SluiceError for a folder that is not complete (see `readModelFolder`), REDACT_MODEL_LABELS
 */
export async function openModelTagger(config: ModelTaggerConfig, baseDir: string): Promise<SpanTagger> {
  const folder = readModelFolder(resolve(baseDir, config.path))
  const types = labelTypes(folder, config)
  const least = config.min_score ?? DEFAULT_LEAST
  // Tokenizers and the runtime load where a model runs, not with every command.
  const { openTokenClassifier } = await import('../../models/token-classification/classifier.ts')
  const classifier = await openTokenClassifier(folder)
  return {
    name: `model:${config.path}`,
    types: PII_TYPES.filter((type) => [...types.values()].includes(type)),
    async tag(texts) {
      const found = await classifier.classify(texts)
      return found.map((spans) =>
        spans.flatMap(({ start, end, entity, mean }) => {
          const type = types.get(entity)
          return type == null || mean < least ? [] : [{ start, end, type, score: mean }]
        }),
      )
    },
    close: () => classifier.close(),
  }
}

/** What is wrong with the models of a config: files, labels, types. Paths start at `models`. Reads no weights but for their digests. */
export function checkModels(models: readonly ModelTaggerConfig[], baseDir: string): readonly Problem[] {
  return models.flatMap((model, index) => {
    try {
      labelTypes(readModelFolder(resolve(baseDir, model.path)), model)
      return []
    } catch (cause) {
      const error = toSluiceError(cause, 'reading a model folder')
      const problem: Problem = {
        code: error.code,
        message: `${model.path}: ${error.message}`,
        path: ['models', index, error.code === 'REDACT_MODEL_LABELS' ? 'labels' : 'path'],
        ...(error.next === undefined ? {} : { next: error.next }),
      }
      return [problem]
    }
  })
}

/** Digest over all files of each model, for the stage key. Folders that are not complete are left to `checkModels`. */
export function modelPins(models: readonly ModelTaggerConfig[], baseDir: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    models.map(({ path }, index) => {
      try {
        return [`models.${index}`, sha256Json(readModelFolder(resolve(baseDir, path)).digests)]
      } catch (cause) {
        if (cause instanceof SluiceError) return [`models.${index}`, cause.code]
        throw cause
      }
    }),
  )
}

/** Type by entity of the model. */
function labelTypes(folder: ModelFolder, config: ModelTaggerConfig): ReadonlyMap<string, PiiType | null> {
  const { entities, labels } = folder.labels
  const given = new Map<string, PiiType | null>()
  for (const [name, type] of Object.entries(config.labels ?? {})) {
    const entity = entities.includes(name) ? name : labels.find((label) => label.name === name)?.entity
    if (entity === undefined || entity === '') {
      const close = nearest(name, entities)
      throw labelError(
        `the model has no label ${name}`,
        close === undefined ? `its labels: ${entities.join(', ')}` : `did you mean ${close}?`,
      )
    }
    if (type !== null && !isPiiType(type)) {
      const close = nearest(type.toUpperCase(), PII_TYPES)
      throw labelError(
        `label ${name}: no such type of personal data: ${type}`,
        close === undefined ? 'docs/reference.md lists the types' : `did you mean ${close}?`,
      )
    }
    given.set(entity, type)
  }
  const types = new Map(
    entities.map((entity) => [entity, given.has(entity) ? given.get(entity) : commonLabel(entity)] as const),
  )
  const unknown = entities.filter((entity) => types.get(entity) === undefined)
  if (unknown.length > 0) {
    throw labelError(
      `nothing says what these labels are: ${unknown.join(', ')}`,
      'give each a type under `labels`, or null where it is nothing personal',
    )
  }
  return types as ReadonlyMap<string, PiiType | null>
}

function labelError(message: string, next: string): SluiceError {
  return new SluiceError({ code: 'REDACT_MODEL_LABELS', message, next })
}
