import { statSync } from 'node:fs'
import { SluiceError } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import type { Problem, SourceDeclaration } from '../stage.ts'
import type { IngestConfig } from './config.ts'
import { glob, globRoot, hasWildcard } from './glob.ts'

export type Format = 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet' | 'text'

/** A file of a source, before it was read. */
export interface SourceFile {
  readonly source: string
  readonly path: string
  /** `<source id>/<name relative to the glob's base>`: what records carry as `source.uri`. */
  readonly uri: string
  readonly format: Format
  readonly gzip: boolean
  readonly bytes: number
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  parquet: 'parquet',
  txt: 'text',
  text: 'text',
  md: 'text',
  log: 'text',
}

/** The declared sources that ingest reads, in order. */
export function selectSources(
  config: Pick<IngestConfig, 'sources'>,
  declared: readonly SourceDeclaration[],
): readonly SourceDeclaration[] {
  if (config.sources.length === 0) return declared
  return config.sources.flatMap((id) => declared.filter((source) => source.id === id))
}

/** What can be said about the sources without reading a byte of them. */
export function sourceProblems(
  config: Pick<IngestConfig, 'sources' | 'format'>,
  declared: readonly SourceDeclaration[],
  baseDir: string,
): readonly Problem[] {
  const problems: Problem[] = []
  if (declared.length === 0) {
    problems.push({
      code: 'NO_SOURCES',
      message: 'the pipeline declares no sources',
      next: 'add `sources:` with an id and a uri',
    })
  }
  for (const [i, id] of config.sources.entries()) {
    if (declared.some((source) => source.id === id)) continue
    const ids = declared.map((source) => source.id)
    const guess = nearest(id, ids)
    problems.push({
      code: 'SOURCE_UNKNOWN',
      message: `there is no source \`${id}\``,
      next: guess === undefined ? `declared: ${ids.join(', ')}` : `did you mean \`${guess}\`?`,
      path: ['sources', i],
    })
  }
  for (const source of selectSources(config, declared)) {
    try {
      filesOf(source, config, baseDir)
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      problems.push({
        code: error.code,
        message: error.message,
        ...(error.next === undefined ? {} : { next: error.next }),
      })
    }
  }
  return problems
}

/**
 * The files behind a source.
 *
 * @throws SluiceError `SOURCE_MISSING`, `SOURCE_NO_MATCH`, `SOURCE_EMPTY`, `SOURCE_FORMAT`, `SOURCE_URI`.
 */
export function filesOf(
  source: SourceDeclaration,
  config: Pick<IngestConfig, 'format'>,
  baseDir: string,
): readonly SourceFile[] {
  const pattern = localPattern(source)
  const matches = glob(pattern, baseDir)
  if (matches.length === 0) throw noFile(source, pattern, baseDir)
  return matches.map(({ path, name }) => {
    const bytes = statSync(path).size
    if (bytes === 0) throw sourceEmpty(path)
    return { source: source.id, path, uri: `${source.id}/${name}`, bytes, ...formatOf(path, config.format) }
  })
}

export function sourceEmpty(path: string): SluiceError {
  return new SluiceError({
    code: 'SOURCE_EMPTY',
    message: 'a source file is empty',
    next: 'fill the file or take it out of the source',
    at: { file: path },
  })
}

function localPattern(source: SourceDeclaration): string {
  if (source.uri.startsWith('file://')) return decodeURIComponent(new URL(source.uri).pathname)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source.uri)) {
    throw new SluiceError({
      code: 'SOURCE_URI',
      message: `source \`${source.id}\`: only files can be read, not ${source.uri.split(':')[0]} addresses`,
      next: 'copy the data to a local file first: ingest never opens the network',
    })
  }
  return source.uri
}

function noFile(source: SourceDeclaration, pattern: string, baseDir: string): SluiceError {
  if (!hasWildcard(pattern)) {
    return new SluiceError({
      code: 'SOURCE_MISSING',
      message: `source \`${source.id}\`: there is no file \`${pattern}\``,
      next: `check the path; it starts at ${baseDir}`,
    })
  }
  return new SluiceError({
    code: 'SOURCE_NO_MATCH',
    message: `source \`${source.id}\`: no file matches \`${pattern}\``,
    next: `look into ${globRoot(pattern, baseDir)}`,
  })
}

function formatOf(path: string, wanted: IngestConfig['format']): { readonly format: Format; readonly gzip: boolean } {
  const name = path.toLowerCase()
  const gzip = name.endsWith('.gz')
  const extension = /\.([^./]+)$/.exec(gzip ? name.slice(0, -3) : name)?.[1] ?? ''
  const format = wanted === 'auto' ? EXTENSIONS[extension] : wanted
  if (format === undefined) {
    throw new SluiceError({
      code: 'SOURCE_FORMAT',
      message: 'the format of a source file cannot be seen from its name',
      next: `set \`format\` to one of ${[...new Set(Object.values(EXTENSIONS))].join(', ')}`,
      at: { file: path },
    })
  }
  return { format, gzip }
}
