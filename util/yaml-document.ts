import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject } from 'ajv'
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { type Place, SluiceError, toSluiceError } from './errors.ts'
import { nearest } from './nearest.ts'
import type { Static, TSchema } from './schema-type.ts'

export type KeyPath = readonly (string | number)[]

/** A YAML file that satisfies its schema, with a place for every key in it. */
export interface YamlDocument<T> {
  readonly file: string
  readonly text: string
  readonly value: T
  /** Where the value (or, where there is none, its nearest parent) at this path stands. */
  at(path: KeyPath): Place
}

/**
 * Reads a YAML file, checks it against a schema and fills in the schema's defaults.
 *
 * @throws SluiceError `<prefix>_UNREADABLE`, `<prefix>_SYNTAX`, `<prefix>_UNKNOWN_KEY`, `<prefix>_INVALID`, each with file,
 * line and column. All problems of the file are in one message, one a line.
 */
export function loadYaml<S extends TSchema>(file: string, schema: S, prefix: string): YamlDocument<Static<S>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const system = toSluiceError(error, 'reading a file')
    throw new SluiceError({
      code: `${prefix}_UNREADABLE`,
      message: `the file cannot be read (${system.code})`,
      next: 'check the path',
      at: { file },
      cause: error,
    })
  }
  return parseYaml(file, text, schema, prefix)
}

/** Like `loadYaml`, for text that was already read. */
export function parseYaml<S extends TSchema>(
  file: string,
  text: string,
  schema: S,
  prefix: string,
): YamlDocument<Static<S>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const syntax = document.errors[0]
  if (syntax !== undefined) {
    throw new SluiceError({
      code: `${prefix}_SYNTAX`,
      message: `this is not valid YAML (${syntax.code.toLowerCase().replaceAll('_', ' ')})`,
      next: 'mend the line named here; indentation and missing colons are the usual causes',
      at: placeOf(syntax.pos[0]),
    })
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  const at = (path: KeyPath): Place => placeOf(offsetOf(document.contents, path))
  const errors = validate(schema, value)
  if (errors.length > 0) {
    throw problemsToError(
      errors.map((problem) => ({ ...problem, at: at(problem.path) })),
      prefix,
    )
  }
  return { file, text, value: value as Static<S>, at }
}

export interface SchemaProblem {
  readonly code: 'UNKNOWN_KEY' | 'INVALID'
  readonly path: KeyPath
  readonly message: string
  readonly next?: string
}

// One instance for all: each new one would compile the meta-schema. Our schemas are TypeBox's own and need no check by it.
const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  strict: false,
  strictNumbers: true,
  verbose: true,
  validateSchema: false,
  addUsedSchema: false,
})
const compiled = new WeakMap<object, (value: unknown) => readonly ErrorObject[]>()

/** Checks a value against a schema and fills in defaults in place. */
export function validate(schema: TSchema, value: unknown): readonly SchemaProblem[] {
  let check = compiled.get(schema)
  if (check === undefined) {
    const run = ajv.compile(schema)
    check = (candidate) => (run(candidate) ? [] : [...(run.errors ?? [])])
    compiled.set(schema, check)
  }
  return toProblems(check(value))
}

function toProblems(errors: readonly ErrorObject[]): readonly SchemaProblem[] {
  // A failed union reports every branch; what its branches say deeper down is more helpful than "must match a schema".
  const paths = errors.map((error) => error.instancePath)
  const useful = errors.filter(
    (error) =>
      !(
        ['anyOf', 'oneOf', 'if'].includes(error.keyword) &&
        paths.some((path) => path.startsWith(`${error.instancePath}/`))
      ),
  )
  const seen = new Set<string>()
  const problems: SchemaProblem[] = []
  for (const error of useful) {
    const problem = toProblem(error)
    const key = `${problem.path.join('/')} ${problem.message}`
    if (!seen.has(key)) problems.push(problem)
    seen.add(key)
  }
  return problems
}

function toProblem(error: ErrorObject): SchemaProblem {
  const path = pointer(error.instancePath)
  const name = path.length === 0 ? 'the file' : `\`${path.join('.')}\``
  const params = error.params as Record<string, unknown>
  if (error.keyword === 'additionalProperties') {
    const key = String(params['additionalProperty'])
    const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {})
    const guess = nearest(key, known)
    return {
      code: 'UNKNOWN_KEY',
      path: [...path, key],
      message: `unknown key \`${key}\`${path.length === 0 ? '' : ` in ${name}`}`,
      next: guess === undefined ? `known keys: ${known.join(', ')}` : `did you mean \`${guess}\`?`,
    }
  }
  if (error.keyword === 'required') {
    return { code: 'INVALID', path, message: `${name} lacks the key \`${String(params['missingProperty'])}\`` }
  }
  if (error.keyword === 'enum' || error.keyword === 'const') {
    const allowed = (params['allowedValues'] as unknown[] | undefined) ?? [params['allowedValue']]
    return { code: 'INVALID', path, message: `${name} must be one of: ${allowed.map(String).join(', ')}` }
  }
  return { code: 'INVALID', path, message: `${name} ${error.message ?? 'is not valid'}` }
}

/** One error for several problems of one file: the first gives place and code, the others follow, one a line. */
export function problemsToError(
  problems: readonly (Pick<SchemaProblem, 'message' | 'next'> & { readonly code: string; readonly at: Place })[],
  prefix: string,
): SluiceError {
  const [first, ...others] = problems
  const more = others.map(
    (problem) =>
      `\n  also ${problem.at.line ?? '?'}:${problem.at.column ?? '?'}: ${problem.message}${problem.next === undefined ? '' : ` (${problem.next})`}`,
  )
  return new SluiceError({
    code: `${prefix}_${first!.code}`,
    message: `${first!.message}${more.join('')}`,
    ...(first!.next === undefined ? {} : { next: first!.next }),
    at: first!.at,
  })
}

function pointer(path: string): KeyPath {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Offset of the key (for members) or the item (for lists) at `path`, or of the deepest part that exists. */
function offsetOf(root: unknown, path: KeyPath): number {
  let node = root
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      )
      if (pair === undefined) return offset
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)]
      if (!isNode(item)) return offset
      offset = item.range?.[0] ?? offset
      node = item
    } else {
      return offset
    }
  }
  return offset
}
