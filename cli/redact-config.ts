import { dirname } from 'node:path'
import { checkConfig } from '../stages/redact/check.ts'
import { RedactConfig } from '../stages/redact/config.ts'
import { redactConfig } from '../stages/redact/configured.ts'
import type { RedactorConfig } from '../stages/redact/redactor.ts'
import type { Problem } from '../stages/stage.ts'
import { SluiceError } from '../util/errors.ts'
import { type KeyPath, loadYaml, type YamlDocument } from '../util/yaml-document.ts'

/**
 * The config of the redact stage from a YAML file (defaults without one), with what the command line says over it: fields
 * of `over` replace those of the file, `operators` type by type.
 *
 * @throws SluiceError with file, line and column: `REDACT_CONFIG_UNREADABLE`, `REDACT_CONFIG_SYNTAX`,
 * `REDACT_CONFIG_UNKNOWN_KEY`, `REDACT_CONFIG_INVALID`, and what `checkConfig` reports
 */
export function readRedactorConfig(
  file: string | undefined,
  over: RedactorConfig = {},
  now = new Date(),
): RedactorConfig {
  if (file === undefined) return over
  const document = loadYaml(file, RedactConfig, 'REDACT_CONFIG')
  const { seeding, ...given } = document.value
  // What the file says satisfies the schema, so a fault here is one of the command line.
  const config = redactConfig({ ...given, ...over, operators: { ...given.operators, ...over.operators }, seeding })
  const context = { baseDir: baseDirOf(file), sources: [], purpose: '', now, secretId: () => '' }
  const problems = checkConfig(config, context)
  if (problems.length > 0) throw inFile(problems, document, over)
  return config
}

/** Where relative paths in the config start. */
export function baseDirOf(file: string | undefined): string {
  return file === undefined ? process.cwd() : dirname(file)
}

/** All problems in one error, one a line: the first gives code and place. */
function inFile(problems: readonly Problem[], document: YamlDocument<unknown>, over: RedactorConfig): SluiceError {
  const placed = problems.map((problem) => {
    const path = problem.path ?? []
    return { ...problem, at: isOver(path, over) ? undefined : document.at(path) }
  })
  const [first, ...others] = placed
  const more = others.map(({ at, message, next }) => {
    const place = at === undefined ? 'on the command line' : `${at.line}:${at.column}`
    return `\n  also ${place}: ${message}${next === undefined ? '' : ` (${next})`}`
  })
  return new SluiceError({
    code: first!.code,
    message: `${first!.message}${more.join('')}`,
    ...(first!.next === undefined ? {} : { next: first!.next }),
    ...(first!.at === undefined ? {} : { at: first!.at }),
  })
}

/** Whether the command line said what stands at this path. */
function isOver([field, type]: KeyPath, over: RedactorConfig): boolean {
  if (field === 'operators') return type !== undefined && Object.hasOwn(over.operators ?? {}, type)
  return field !== undefined && Object.hasOwn(over, field)
}
