import type { Command } from 'commander'
import { STAGES } from '../stages/index.ts'
import { loadStage } from '../stages/load.ts'

export function stagesCommand(program: Command): void {
  program
    .command('stages')
    .description('list the stages that ship, or show one with its ports, config and metrics')
    .argument('[stage]', 'a stage')
    .option('--json', 'print as JSON')
    .action(async (name: string | undefined, flags: { readonly json?: boolean }) => {
      const names = name === undefined ? Object.keys(STAGES) : [name]
      for (const each of names) {
        const stage = await loadStage(each, process.cwd())
        const { version, summary, kind, takes, gives, config, metrics } = stage
        if (flags.json === true)
          process.stdout.write(
            `${JSON.stringify({ name: each, version, kind, summary, takes, gives, config, metrics })}\n`,
          )
        else if (name === undefined) process.stdout.write(`${`${each}@${version}`.padEnd(14)}${summary}\n`)
        else {
          const ports = (list: typeof takes): string =>
            Object.entries(list)
              .map(
                ([port, spec]) => `  ${port}: ${spec.kind}${spec.optional ? ' (optional)' : ''} — ${spec.description}`,
              )
              .join('\n') || '  (none)'
          const fields = Object.entries(
            (config.properties ?? {}) as Record<string, { description?: string; default?: unknown }>,
          )
          process.stdout.write(
            `${each}@${version} (${kind}): ${summary}\n\ntakes\n${ports(takes)}\n\ngives\n${ports(gives)}\n\nwith\n`,
          )
          for (const [field, spec] of fields) {
            process.stdout.write(
              `  ${field}: ${spec.description ?? ''}${spec.default === undefined ? '' : ` (default ${JSON.stringify(spec.default)})`}\n`,
            )
          }
          process.stdout.write('\nmetrics\n')
          for (const metric of metrics)
            process.stdout.write(
              `  ${metric.name} [${metric.unit}, ${metric.better} is better] ${metric.description}\n`,
            )
        }
      }
    })
}
