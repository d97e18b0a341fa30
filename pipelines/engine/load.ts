import { dirname, resolve } from 'node:path'
import type { SourceDeclaration } from '../../stages/stage.ts'
import { type Sha256, sha256 } from '../../util/digest.ts'
import { loadYaml, type YamlDocument } from '../../util/yaml-document.ts'
import { type PipelineFile, PipelineSchema } from './schema.ts'

/** A pipeline file that was read and satisfies its schema. Nothing else is known of it yet: that is `plan`. */
export interface Pipeline {
  readonly document: YamlDocument<PipelineFile>
  readonly file: string
  readonly baseDir: string
  /** SHA-256 of the file's bytes. */
  readonly digest: Sha256
  readonly spec: PipelineFile
  readonly sources: readonly SourceDeclaration[]
}

/** @throws SluiceError `PIPELINE_*` with file, line, column and the nearest known key. */
export function loadPipeline(file: string): Pipeline {
  const document = loadYaml(file, PipelineSchema, 'PIPELINE')
  return {
    document,
    file,
    baseDir: dirname(resolve(file)),
    digest: sha256(document.text),
    spec: document.value,
    sources: Object.entries(document.value.sources ?? {}).map(([id, source]) => ({ id, ...source })),
  }
}
