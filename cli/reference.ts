import { readdirSync } from 'node:fs'
import type { Command } from 'commander'
import { PipelineSchema } from '../pipelines/engine/schema.ts'
import { loadPolicies } from '../policies/engine/load.ts'
import { POLICY_SCHEMA } from '../policies/engine/schema.ts'
import { STAGES } from '../stages/index.ts'
import { loadStage } from '../stages/load.ts'
import { COMMON_TYPES, PII_TYPE_TABLE } from '../stages/redact/pii-type.ts'
import type { Ports } from '../stages/stage.ts'
import { EXIT_CODES } from '../util/errors.ts'
import { packageFile } from '../util/package-root.ts'
import type { TSchema } from '../util/schema-type.ts'

export function referenceCommand(program: Command): void {
  program
    .command('reference')
    .description('print the reference of all stages, metrics, config fields, rules and exit codes as Markdown')
    .action(async () => {
      process.stdout.write(await renderReference())
    })
}

/** `docs/reference.md`: made from the code, so that it cannot be wrong about it. A test compares the two. */
export async function renderReference(): Promise<string> {
  const parts = [
    '# Reference\n\nWritten by `sluice reference`. Do not edit: `npm run reference` writes it anew.\n',
    `## Exit codes\n\n| code | meaning |\n|---|---|\n${Object.entries(EXIT_CODES)
      .map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`)
      .join('\n')}\n`,
    `## Pipeline file\n\n${fieldTable(PipelineSchema)}\n`,
    `## Policy file\n\n${fieldTable(POLICY_SCHEMA)}\n`,
    '## Stages\n',
  ]
  for (const name of Object.keys(STAGES)) {
    const stage = await loadStage(name, process.cwd())
    parts.push(
      `### ${name}\n\n${stage.summary} (version ${stage.version}, kind ${stage.kind})\n`,
      `Takes:\n${ports(stage.takes)}\n\nGives:\n${ports(stage.gives)}\n`,
      `Config:\n\n${fieldTable(stage.config)}\n`,
      `Metrics:\n\n| metric | unit | better | labels | what it says |\n|---|---|---|---|---|\n${stage.metrics
        .map(
          (metric) =>
            `| \`${name}.${metric.name}\` | ${metric.unit} | ${metric.better} | ${(metric.labels ?? []).join(', ')} | ${cell(metric.description)} |`,
        )
        .join('\n')}\n`,
    )
  }
  parts.push(`## Types of personal data\n\n${await typeTable()}\n`)
  parts.push('## Rules that ship\n')
  const files = readdirSync(packageFile('policies'))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
  for (const policy of loadPolicies(files.map((file) => packageFile(`policies/${file}`)))) {
    parts.push(
      `### ${policy.name} (version ${policy.version}): ${policy.title}\n`,
      `| rule | severity | mode | title | why | refs |\n|---|---|---|---|---|---|\n${policy.rules
        .map(
          (rule) =>
            `| \`${rule.id}\` | ${rule.severity} | ${rule.mode ?? 'enforce'} | ${cell(rule.title)} | ${cell(rule.because)} | ${cell((rule.refs ?? []).join('; '))} |`,
        )
        .join('\n')}\n`,
    )
  }
  return `${parts.join('\n')}`
}

/** What `redact` looks for. */
async function typeTable(): Promise<string> {
  const { SEEDS } = await import('../stages/redact/seeds/seeds.ts')
  const rows = PII_TYPE_TABLE.map(({ name, title, group, ...more }) => {
    const country = 'country' in more ? more.country : ''
    const optIn = 'optIn' in more ? 'opt-in' : 'default'
    const seeded = COMMON_TYPES.includes(name) ? 'default' : SEEDS[name] === undefined ? '' : 'if named'
    return `| \`${name}\` | ${cell(title)} | ${group} | ${country} | ${optIn} | ${seeded} |`
  })
  return `| type | what it is | group | country | looked for | seeded |\n|---|---|---|---|---|---|\n${rows.join('\n')}`
}

function ports(list: Ports): string {
  const lines = Object.entries(list).map(
    ([name, port]) => `- \`${name}\`: ${port.kind}${port.optional ? ' (optional)' : ''}. ${port.description}`,
  )
  return lines.length === 0 ? '- nothing' : lines.join('\n')
}

function fieldTable(schema: TSchema): string {
  const rows = fields(schema as Shape, '')
  return rows.length === 0
    ? 'None.'
    : `| field | type | default | what it does |\n|---|---|---|---|\n${rows.join('\n')}`
}

interface Shape {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly $ref?: string
  readonly required?: readonly string[]
}

function fields(shape: Shape, prefix: string): readonly string[] {
  const required = new Set(shape.required ?? [])
  const named = Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const fallback =
      field.default === undefined
        ? required.has(name)
          ? '(required)'
          : ''
        : `\`${cell(JSON.stringify(field.default))}\``
    return [
      `| \`${path}\` | ${cell(typeName(field))} | ${fallback} | ${cell(field.description ?? '')} |`,
      ...inner(field, path),
    ]
  })
  return named
}

function inner(field: Shape, path: string): readonly string[] {
  const members = Object.values(field.patternProperties ?? {}).concat(
    typeof field.additionalProperties === 'object' ? [field.additionalProperties] : [],
  )
  return [
    ...fields(field, `${path}.`),
    ...members.flatMap((member) => fields(member, `${path}.NAME.`)),
    ...(field.items === undefined ? [] : fields(field.items, `${path}[].`)),
    ...(field.anyOf ?? []).flatMap((option) => inner(option, path)),
  ]
}

function typeName(field: Shape): string {
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (field.const !== undefined) return `\`${String(field.const)}\``
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(typeName))].join(' or ')
  if (field.items !== undefined) return `list of ${typeName(field.items)}`
  if (field.$ref !== undefined) return field.$ref
  return typeof field.type === 'string' ? field.type : (field.type?.join(' or ') ?? 'any')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
