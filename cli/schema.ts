import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { PipelineSchema } from '../pipelines/engine/schema.ts'
import { METRICS_SCHEMA } from '../policies/adapters/sluice.ts'
import { POLICY_TEST_SCHEMA } from '../policies/engine/policy-test.ts'
import { REGULATION_FACTS_SCHEMA, REGULATION_SCHEMA } from '../policies/engine/regulation-schema.ts'
import { POLICY_SCHEMA } from '../policies/engine/schema.ts'
import { WAIVER_SCHEMA } from '../policies/engine/waiver.ts'
import { DATA_STATEMENT_SCHEMA } from '../reports/data-statement.ts'
import { STAGES } from '../stages/index.ts'
import { loadStage } from '../stages/load.ts'
import { SluiceError } from '../util/errors.ts'
import type { Json } from '../util/json.ts'

export function schemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a file or of a stage’s config, for editors and checks')
    .argument(
      '[name]',
      'pipeline, policy, policy-test, waiver, regulation, metrics, data-statement or a stage: redact, curate … (default: list them)',
    )
    .option('--out <dir>', 'write all of them as NAME.schema.json into a folder')
    .action(async (name: string | undefined, flags: { readonly out?: string }) => {
      const schemas = await publishedSchemas()
      if (flags.out !== undefined) {
        mkdirSync(flags.out, { recursive: true })
        for (const [each, text] of schemas) writeFileSync(join(flags.out, `${each}.schema.json`), text)
        return
      }
      if (name === undefined) {
        process.stdout.write(`${[...schemas.keys()].join('\n')}\n`)
        return
      }
      const text = schemas.get(name)
      if (text === undefined) {
        throw new SluiceError({
          code: 'SCHEMA_UNKNOWN',
          message: `there is no schema ${JSON.stringify(name)}`,
          next: `take one of ${[...schemas.keys()].join(', ')}`,
        })
      }
      process.stdout.write(text)
    })
}

/**
 * The JSON Schemas of every file that people write, by name: what `schemas/` of the package holds. They say the same as
 * the checks of `sluice plan` about shape; a member with a default may be left out, as it may in the files. In the
 * pipeline's schema `with` follows from `uses`.
 */
export async function publishedSchemas(): Promise<ReadonlyMap<string, string>> {
  const configs: (readonly [string, Json])[] = []
  for (const name of Object.keys(STAGES))
    configs.push([name, optionalDefaults(plainJson((await loadStage(name, process.cwd())).config))])
  const all: readonly (readonly [string, Json])[] = [
    ['pipeline', withConfigs(optionalDefaults(plainJson(PipelineSchema)), configs)],
    ['policy', optionalDefaults(plainJson(POLICY_SCHEMA))],
    ['policy-test', optionalDefaults(plainJson(POLICY_TEST_SCHEMA))],
    ['waiver', plainJson(WAIVER_SCHEMA)],
    ['regulation', optionalDefaults(plainJson(REGULATION_SCHEMA))],
    ['regulation-facts', plainJson(REGULATION_FACTS_SCHEMA)],
    ['metrics', plainJson(METRICS_SCHEMA)],
    ['data-statement', plainJson(DATA_STATEMENT_SCHEMA)],
    ...configs,
  ]
  return new Map(
    all.map(([name, schema]) => [
      name,
      `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', title: `Sluice: ${name}`, ...(schema as object) }, null, 2)}\n`,
    ]),
  )
}

/** What a schema says, without the marks that its library keeps beside it. */
function plainJson(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema))
}

/** The loader fills defaults in before it checks, so a file need not have them. */
function optionalDefaults(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(optionalDefaults)
  if (schema === null || typeof schema !== 'object') return schema
  const { required, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([name, member]) => [name, name === 'default' ? member : optionalDefaults(member)]),
  ) as { readonly [name: string]: Json }
  const { properties } = rest
  if (!Array.isArray(required) || properties === null || typeof properties !== 'object')
    return required === undefined ? rest : { ...rest, required }
  const left = required.filter((name: string) => {
    const member = (properties as Readonly<Record<string, Json>>)[name]
    return member === null || typeof member !== 'object' || !('default' in member)
  })
  return left.length === 0 ? rest : { ...rest, required: left }
}

/** Ties `with` of every stage entry to the config of the stage that `uses` names. */
function withConfigs(pipeline: Json, configs: readonly (readonly [string, Json])[]): Json {
  const root = pipeline as { readonly properties: { readonly stages: Readonly<Record<string, Json>> } }
  const byPattern = root.properties.stages['patternProperties'] as Readonly<Record<string, Json>>
  const entries = Object.fromEntries(
    Object.entries(byPattern).map(([pattern, entry]) => [
      pattern,
      {
        ...(entry as object),
        allOf: configs.map(([name, config]) => ({
          if: { properties: { uses: { const: name } }, required: ['uses'] },
          // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
          then: { properties: { with: config } },
        })),
      },
    ]),
  )
  return {
    ...(pipeline as object),
    properties: { ...root.properties, stages: { ...root.properties.stages, patternProperties: entries } },
  }
}
