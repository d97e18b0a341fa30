import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { RedactorConfig } from '../stages/redact/redactor.ts'
import { SluiceError } from '../util/errors.ts'

/**
 * The fields of the redact stage from a YAML file; none without a file.
 *
 * @throws SluiceError FILE_UNREADABLE, REDACT_CONFIG
 */
export function readRedactorConfig(file: string | undefined): RedactorConfig {
  if (file === undefined) return {}
  let value: unknown
  try {
    value = parse(readFileSync(file, 'utf8')) ?? {}
  } catch (cause) {
    throw new SluiceError({
      code: 'FILE_UNREADABLE',
      message: 'the config cannot be read',
      next: 'it must be a YAML file with the fields of the redact stage',
      at: { file },
      cause,
    })
  }
  if (typeof value === 'object' && !Array.isArray(value)) return value as RedactorConfig
  throw new SluiceError({ code: 'REDACT_CONFIG', message: 'the config is no map of fields', at: { file } })
}
