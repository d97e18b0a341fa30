import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SluiceError } from '../../util/errors.ts'
import { type ByteSource, bytesSource, fileSource } from './byte-source.ts'

/** The files of one model: a folder's, or in memory. */
export interface FileSet {
  /** For messages. */
  readonly place: string
  readonly names: readonly string[]
  has(name: string): boolean
  /** @throws SluiceError MODEL_FILE_MISSING */
  open(name: string): ByteSource
  /** @throws SluiceError MODEL_FILE_MISSING, MODEL_FILE_TOO_LARGE */
  text(name: string): string
  /** @throws SluiceError MODEL_FILE_BROKEN where it is not a JSON object */
  json(name: string): Readonly<Record<string, unknown>>
  /** Where a file lies; absent for files in memory. */
  path?(name: string): string
}

/** Largest JSON or template file: a tokenizer of a quarter million tokens takes about 35 MB. */
const TEXT_LIMIT = 256 * 2 ** 20

/** The files directly in a folder; symbolic links, such as those of the hub's cache, are followed. */
export function folderFiles(folder: string): FileSet {
  const names = readdirSync(folder)
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
    .sort()
  const path = (name: string): string => join(folder, name)
  return { ...fileSet(folder, names, (name) => fileSource(path(name))), path }
}

/** One file, with those beside it. */
export function besideFile(path: string): { readonly files: FileSet; readonly name: string } {
  return { files: folderFiles(dirname(path)), name: basename(path) }
}

/** Files that are in memory, by name, as the files of one model; names are listed in sorted order. */
export function memoryFiles(files: ReadonlyMap<string, Uint8Array>): FileSet {
  return fileSet('the model', [...files.keys()].sort(), (name) => bytesSource(name, files.get(name)!))
}

function fileSet(place: string, names: readonly string[], openKnown: (name: string) => ByteSource): FileSet {
  const known = new Set(names)
  const open = (name: string): ByteSource => {
    if (!known.has(name)) {
      throw new SluiceError({
        code: 'MODEL_FILE_MISSING',
        message: `the model has no file ${JSON.stringify(name.slice(0, 200))}`,
        next: 'check that the folder is complete',
        at: { file: place },
      })
    }
    return openKnown(name)
  }
  const text = (name: string): string => {
    const source = open(name)
    try {
      if (source.size > TEXT_LIMIT) {
        throw new SluiceError({
          code: 'MODEL_FILE_TOO_LARGE',
          message: `the file is larger than ${TEXT_LIMIT} bytes, more than any file of its kind needs`,
          next: 'check that it is what its name says',
          at: { file: source.name },
        })
      }
      const bytes = source.read(0, source.size)
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    } finally {
      source.close()
    }
  }
  return {
    place,
    names,
    has: (name) => known.has(name),
    open,
    text,
    json(name) {
      let value: unknown
      const content = text(name)
      try {
        value = JSON.parse(content)
      } catch (cause) {
        throw broken(name, 'the file is not JSON', cause)
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw broken(name, 'the file is not a JSON object')
      }
      return value as Readonly<Record<string, unknown>>
    },
  }
}

function broken(file: string, message: string, cause?: unknown): SluiceError {
  return new SluiceError({
    code: 'MODEL_FILE_BROKEN',
    message,
    next: 'copy or fetch the file again',
    at: { file },
    exit: 4,
    cause,
  })
}
