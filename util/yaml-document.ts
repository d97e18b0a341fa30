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
  // A failed union reports every branch. What a branch says of the content is more helpful than that the value is of no
  // other branch's type, and both are more so than "must match a schema".
  // Places of which anything is said, and those of whose content something is said.
  const told = new Set<string>()
  const inside = new Set<string>()
  for (const error of errors) {
    if (isUnion(error)) continue
    const { instancePath: path } = error
    told.add(path)
    if (!isChoice(error)) inside.add(path)
    for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
      inside.add(path.slice(0, end))
      if (end === 0) break
    }
  }
  const useful = errors.filter((error) => {
    const { instancePath: path } = error
    return isUnion(error) ? !told.has(path) && !inside.has(path) : error.keyword !== 'type' || !inside.has(path)
  })
  const choices = new Map<string, ErrorObject[]>()
  for (const error of useful.filter(isChoice)) {
    const known = choices.get(error.instancePath)
    if (known === undefined) choices.set(error.instancePath, [error])
    else known.push(error)
  }
  const seen = new Set<string>()
  const problems: SchemaProblem[] = []
  for (const error of useful) {
    const problem = isChoice(error) ? choiceProblem(choices.get(error.instancePath)!) : toProblem(error)
    const key = `${problem.path.join('/')} ${problem.message}`
    if (!seen.has(key)) problems.push(problem)
    seen.add(key)
  }
  return problems
}

function isUnion({ keyword }: ErrorObject): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'if'
}

/** Errors that the branches of a union have in common: together they say what is allowed at a place. */
function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'enum' || keyword === 'const' || keyword === 'type'
}

/** All that is allowed at a place, in one problem: "must be one of: a, b, or array". */
function choiceProblem(here: readonly ErrorObject[]): SchemaProblem {
  const path = pointer(here[0]!.instancePath)
  const branchOf = ({ schemaPath }: ErrorObject): string => schemaPath.slice(0, schemaPath.lastIndexOf('/'))
  const listed = here.filter(({ keyword }) => keyword !== 'type')
  const values = new Set(
    listed.flatMap((error) =>
      error.keyword === 'enum' ? error.params['allowedValues'] : [error.params['allowedValue']],
    ),
  )
  // A branch that lists its values names their type too.
  const branches = new Set(listed.map(branchOf))
  const types = new Set(
    here
      .filter((error) => error.keyword === 'type' && !branches.has(branchOf(error)))
      .flatMap(({ params }) => params['type'] as string | string[]),
  )
  const guess = nearest(String(here[0]!.data), [...values].map(String))
  return {
    code: 'INVALID',
    path,
    message: `${nameOf(path)} must be ${[
      ...(values.size === 0 ? [] : [`one of: ${[...values].map(String).join(', ')}`]),
      ...(types.size === 0 ? [] : [[...types].join(' or ')]),
    ].join(', or ')}`,
    ...(guess === undefined ? {} : { next: `did you mean \`${guess}\`?` }),
  }
}

function nameOf(path: KeyPath): string {
  return path.length === 0 ? 'the file' : `\`${path.join('.')}\``
}

function toProblem(error: ErrorObject): SchemaProblem {
  const path = pointer(error.instancePath)
  const name = nameOf(path)
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
