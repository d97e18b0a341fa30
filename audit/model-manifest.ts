import type { Json } from '../util/json.ts'
import { isObject, type Statement } from './attestations/statement.ts'
import { byParts, isModelPath } from './model-files.ts'

/** What a model signature says. */
export interface ModelManifest {
  readonly name: string
  readonly digest: string
  readonly resources: readonly ModelResource[]
  readonly ignorePaths: readonly string[]
}

export interface ModelResource {
  /** Path in the folder, parts divided by `/`. */
  readonly name: string
  /** SHA-256, hex. */
  readonly digest: string
}

/**
 * Reads the predicate of a model signature v1.0, or says what is wrong with it. Only whole files hashed with SHA-256 are
 * read; signatures over shards or with BLAKE2 are told apart, not accepted unread.
 */
export function readModelManifest({ subject, predicate }: Statement): ModelManifest | string {
  const [only] = subject
  if (only === undefined || subject.length !== 1) return 'the signature has not exactly one subject'
  const serialization = predicate['serialization']
  if (!isObject(serialization) || serialization['method'] !== 'files' || serialization['hash_type'] !== 'sha256') {
    return 'the signature is not one over whole files with SHA-256'
  }
  if (serialization['allow_symlinks'] !== false) return 'the signature allows symbolic links'
  const ignorePaths = serialization['ignore_paths'] ?? []
  if (!isList(ignorePaths)) return '`ignore_paths` is not a list'
  // A path outside the folder or "." would leave out everything.
  if (!ignorePaths.every((path) => typeof path === 'string' && isModelPath(path))) {
    return '`ignore_paths` holds something that is not a path in the folder'
  }
  const listed = predicate['resources']
  if (!isList(listed) || listed.length === 0) return 'the signature lists no files'
  const resources: ModelResource[] = []
  for (const item of listed) {
    if (!isObject(item) || typeof item['name'] !== 'string' || !isModelPath(item['name'])) {
      return 'the signature lists a file whose name is not a path in the folder'
    }
    if (item['algorithm'] !== 'sha256' || typeof item['digest'] !== 'string' || !DIGEST.test(item['digest'])) {
      return 'the signature lists a file without a SHA-256 digest'
    }
    const last = resources.at(-1)
    if (last !== undefined && byParts(last.name, item['name']) >= 0) {
      return 'the signature lists its files out of order or one of them twice'
    }
    resources.push({ name: item['name'], digest: item['digest'] })
  }
  return { name: only.name, digest: only.digest.sha256, resources, ignorePaths: ignorePaths as readonly string[] }
}

const DIGEST = /^[0-9a-f]{64}$/

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
